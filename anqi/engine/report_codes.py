"""The code of a whole month by which a credit bureau (二代征信) is told of a loan: what happened in it, and how it ended.

N paid as agreed · 1 to 7 late at the month's end, by `classes.report_code_of` · * nothing due · M the due date missed
and paid by the month's end · D paid by a guarantor · Z paid in kind · B written off and owed · C settled · G ended
otherwise · # state unknown.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from anqi.engine.calendar import Step, steps_after
from anqi.engine.classes import Fault, missed, report_code_of
from anqi.engine.facts import Fact
from anqi.engine.loan import Standing, StandingInstalment, standing
from anqi.engine.products import Terms

BAD = frozenset("1234567MBDZ")
"""What speaks against the borrower: a contract that was not kept. 《征信业管理条例》 44."""
LATE = "M1234567"
"""The codes of lateness, the mildest first."""

_DAY = timedelta(days=1)
_MONTHLY = Step(unit="months", count=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Otherwise:
    """A day on which somebody paid in another way than the borrower with money."""

    on: date
    how: Literal["guarantor", "in_kind"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Month:
    """What a month that is over says of the loan."""

    ends_on: date
    code: str
    since: date | None
    """When what is bad in it began: the oldest due date that was missed. None where nothing is."""
    overdue_minor: int
    """The most that was overdue at its end, or in it where it was paid by then; without what a fault excuses."""
    was_over: bool
    """Whether the loan had ended in a month before."""


def ends_of_months(since: date, until: date) -> Iterator[date]:
    """The last day of each month that has begun with the day and is over by the other one, which is looked at too."""
    first = since.replace(day=1)
    times = 1
    while (following := steps_after(first, _MONTHLY, times=times)) <= until:
        yield following - _DAY
        times += 1


def look(
    terms: Terms, facts: Sequence[Fact], ends_on: date, *, faults: Sequence[Fault], otherwise: Iterable[Otherwise]
) -> Month:  # fmt: skip
    """The month as it is seen with all that is known today, of a loan that began before its end.

    Due on 28 February and paid on 3 March: `1` for February; due on 10 February, missed, paid on the 20th: `M`.
    Refuses as `standing` does.
    """
    assert terms.starts_on <= ends_on, "the loan has begun by then"
    shown = standing(terms, facts, ends_on)
    first = ends_on.replace(day=1)
    made_good = tuple(_made_good(terms, facts, first, ends_on, faults))
    others = [each for each in otherwise if first <= each.on <= ends_on]
    return Month(
        ends_on=ends_on,
        code=_code(shown, first, faults, others, is_made_good=bool(made_good)),
        since=_since(shown, faults, made_good, others),
        overdue_minor=max(_sum(missed(shown, faults)), max(map(_sum, made_good), default=0)),
        was_over=first > terms.starts_on and _is_over(shown) and _is_over(standing(terms, facts, first - _DAY)),
    )


def _made_good(
    terms: Terms, facts: Sequence[Fact], first: date, ends_on: date, faults: Sequence[Fault]
) -> Iterator[tuple[StandingInstalment, ...]]:
    """The month's own instalments that were overdue on an evening before something happened."""
    # Lateness ends by a fact only, so that it is seen on the evening before.
    evenings = {fact.on - _DAY for fact in facts if first < fact.on <= ends_on}
    for evening in sorted(evenings):
        if evening >= terms.starts_on:
            late = missed(standing(terms, facts, evening), faults)
            if own := tuple(row for row in late if row.due_on >= first):
                yield own


def _code(
    shown: Standing, first: date, faults: Sequence[Fault], others: Sequence[Otherwise], *, is_made_good: bool
) -> str:
    code = report_code_of(shown, faults=faults)
    assert code, "the loan has begun"
    if others and code not in ("C", "G"):
        # Settled says more: however it came to be paid. Else in kind, then by a guarantor, rather than how late it is.
        return "Z" if any(each.how == "in_kind" for each in others) else "D"
    if code != "N":
        return code
    if is_made_good:
        return "M"
    return "N" if any(_falls_due(row, first, shown.on) for row in shown.instalments) else "*"


def _falls_due(row: StandingInstalment, first: date, ends_on: date) -> bool:
    return first <= row.due_on <= ends_on and row.total_minor > 0 and row.state != "moved"


def _since(
    shown: Standing,
    faults: Sequence[Fault],
    made_good: Iterable[Sequence[StandingInstalment]],
    others: Iterable[Otherwise],
) -> date | None:
    rows = [*missed(shown, faults), *(row for late in made_good for row in late)]
    if shown.status == "written_off":
        rows += [row for row in shown.instalments if row.remaining_minor]
    return min([*(row.due_on for row in rows), *(each.on for each in others)], default=None)


def _sum(rows: Iterable[StandingInstalment]) -> int:
    return sum(row.remaining_minor for row in rows)


def _is_over(shown: Standing) -> bool:
    return shown.status in ("settled", "void")
