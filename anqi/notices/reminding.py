"""What a borrower is to be told today of one loan, and on which day it is looked at next. Pure: facts in, steps out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from anqi.engine.contact import Debt, Kind, debt_of
from anqi.engine.loan import Standing
from anqi.engine.products import Terms

LATE = (0, 7, 30)
"""So many days after the day on which an instalment is overdue."""
# What nobody said in these days is not said later: it is the next step's turn.
_LATE_WINDOW = 3
_OVER = ("settled", "void", "written_off")
_DAY, _WEEK = timedelta(days=1), 7


@dataclass(frozen=True, kw_only=True)
class Debited:
    """The instalment that is debited by itself: nobody needs to be told twice what the debits tell."""

    due_on: date
    channel: str
    account: str
    reminded_on: date | None
    is_tried: bool


@dataclass(frozen=True, kw_only=True)
class Case:
    """All that decides, on the standing's day."""

    terms: Terms
    standing: Standing
    steps: frozenset[int]
    """So many days before a due day the borrower wants to be reminded."""
    debited: Debited | None
    said: frozenset[tuple[date, str]]

    @property
    def debt(self) -> Debt | None:
        """The oldest that is open; None where nothing is owed or nobody is asked for it any more."""
        return None if self.standing.status in _OVER else debt_of(self.terms, self.standing)

    @property
    def days_overdue(self) -> int | None:
        """For how many days the oldest has been overdue: 0 on the first; None where it isn't."""
        if self.debt is None:
            return None
        late = max(row.days_late for row in self.standing.instalments if row.remaining_minor)
        days = late - self.terms.grace_days - 1
        return days if days >= 0 else None

    @property
    def late_since(self) -> date | None:
        """The oldest due day that is overdue; None where none is."""
        return self.debt.due_on if self.debt and self.days_overdue is not None else None


@dataclass(frozen=True, kw_only=True)
class Saying:
    """One step to be said, with its amount in fen as the engine says it today."""

    due_on: date
    step: str
    kind: Kind
    amount_minor: int


def sayings(case: Case) -> tuple[Saying, ...]:
    """What is to be said of the loan today and was not said before; nothing ahead while something is overdue."""
    if case.debt is None:
        return ()
    found = _late(case) if case.days_overdue is not None else _ahead(case)
    return tuple(each for each in found if (each.due_on, each.step) not in case.said)


def amount_of(case: Case, due_on: date, step: str) -> int:
    """What would be said of that step today, in fen; nothing where it is no matter any more."""
    if case.debt is None:
        return 0
    if step.startswith("late"):
        is_late = case.days_overdue is not None and case.debt.due_on == due_on
        return case.standing.due_now_minor if is_late else 0
    if case.days_overdue is not None or due_on < case.standing.on:
        return 0
    return sum(row.remaining_minor for row in case.standing.instalments if row.due_on == due_on)


def next_day(case: Case) -> date | None:
    """The next day after today on which something may have to be said; None while nothing happens to the loan."""
    return min((day for day in _days(case) if day > case.standing.on), default=None)


def _late(case: Case) -> Iterator[Saying]:
    assert case.debt and case.days_overdue is not None
    for after in LATE:
        if after <= case.days_overdue < after + _LATE_WINDOW:
            yield Saying(
                due_on=case.debt.due_on, step=f"late{after}", kind="overdue", amount_minor=case.standing.due_now_minor
            )


def _ahead(case: Case) -> Iterator[Saying]:
    for row in case.standing.instalments:
        before = (row.due_on - case.standing.on).days
        if row.remaining_minor and before in case.steps and not _is_told_by_debits(case, row.due_on, before):
            yield Saying(due_on=row.due_on, step=f"d{before}", kind="reminder", amount_minor=row.remaining_minor)


def _is_told_by_debits(case: Case, due_on: date, before: int) -> bool:
    """A week before the debits say what they will take; once one was tried, they say how it went."""
    plan = case.debited
    if plan is None or plan.due_on != due_on:
        return False
    return before == _WEEK or plan.is_tried or plan.reminded_on == case.standing.on


def _days(case: Case) -> Iterator[date]:
    if case.debt is None:
        return
    for row in case.standing.instalments:
        if row.remaining_minor:
            yield from (row.due_on - before * _DAY for before in case.steps)
    if case.days_overdue is None:
        yield case.debt.overdue_on
    else:
        yield from (case.standing.on + (after - case.days_overdue) * _DAY for after in LATE)
