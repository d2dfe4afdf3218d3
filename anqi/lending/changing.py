"""What borrowers change of a running plan by themselves: another due day, or one instalment later; and by which rules.

Refused
├── NotRunning
├── StillDue          due_minor: what is due is paid first
├── PlanOnHold        until: the hold ends first
├── MovedBefore       n, due_on: an instalment is moved once
├── TooFewToCome      with one instalment left there is no day of the month to change
├── ChangedLately     again_on
├── DayNotOffered
└── DeferralTooLong   first_on, last_on
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from anqi.engine.calendar import Step, steps_after
from anqi.engine.loan import StandingInstalment
from anqi.lending import holding
from anqi.lending.amendments import Change
from anqi.lending.models import Amendment
from anqi.lending.store import LoanInHand
from anqi.rows.days import day_of
from anqi.rows.refusals import Refused

_DAY = timedelta(days=1)
# No agreement to be debited can name a later day of the month.
LAST_DAY = 28
DEFERRED_AT_MOST = timedelta(days=30)
DUE_DAY_AGAIN = timedelta(days=180)
_DEFERRED_AGAIN = Step(unit="months", count=12)
_OVER = ("pending", "void", "settled", "written_off")


class NotRunning(Refused):
    """There is nothing to change: this plan has not begun, or it is over."""

    code = "plan_not_running"


class StillDue(Refused):
    """{due_minor} fen are due: pay them first."""

    code = "still_due"


class PlanOnHold(Refused):
    """The plan is on hold; it can be changed once that is over."""

    code = "plan_on_hold"


class MovedBefore(Refused):
    """Instalment {n}, due on {due_on}, was moved before; pay it first."""

    code = "moved_before"


class TooFewToCome(Refused):
    """Only one instalment is left: it can be deferred, and there is no due day to change."""

    code = "too_few_to_come"


class ChangedLately(Refused):
    """This was done not long ago; it can be done again from {again_on} on."""

    code = "changed_lately"


class DayNotOffered(Refused):
    """Instalments fall due on a day from 1 to 28, and on another one than now."""

    code = "day_not_offered"


class DeferralTooLong(Refused):
    """It can be deferred to a day from {first_on} to {last_on}, none of them after the 28th of its month."""

    code = "deferral_too_long"


@dataclass(frozen=True, kw_only=True)
class DueDay:
    """From now on instalments fall due on that day of the month."""

    kind: ClassVar[Amendment.Kind] = Amendment.Kind.DUE_DAY
    day: int

    def changes(self, held: LoanInHand, today: date) -> tuple[Change, ...]:
        """The facts of it."""
        return (Change(kind="due_day_change", body={"day": self.day}),)


@dataclass(frozen=True, kw_only=True)
class Later:
    """The next instalment falls due on that day."""

    kind: ClassVar[Amendment.Kind] = Amendment.Kind.DEFERRAL
    to: date

    def changes(self, held: LoanInHand, today: date) -> tuple[Change, ...]:
        """The facts of it. Asked only where something is to come."""
        n = coming(held, today)[0].n
        return (Change(kind="deferral", body={"n": n, "to": self.to.isoformat()}),)


Wish = DueDay | Later


def hindrances(
    held: LoanInHand, earlier: Sequence[Amendment], kind: Amendment.Kind, *, today: date
) -> tuple[Refused, ...]:
    """All that stands in the way of that kind of change today, whatever it is; empty where one may be chosen.

    `earlier` are the loan's amendments so far.
    """
    if not held.has_begun or not held.starts_on or held.starts_on > today or held.standing(today).status in _OVER:
        return (NotRunning(),)
    return tuple(_hindrances(held, earlier, kind, today))


def refuse_unfit(held: LoanInHand, wish: Wish, *, today: date) -> None:
    """Refuses DayNotOffered, DeferralTooLong. Asked only where nothing else stands in the way."""
    if isinstance(wish, DueDay) and wish.day not in due_days(held, today):
        raise DayNotOffered
    if isinstance(wish, Later):
        days = deferral_days(held, today)
        if wish.to not in days:
            raise DeferralTooLong(first_on=days[0], last_on=days[-1])


def due_days(held: LoanInHand, today: date) -> tuple[int, ...]:
    """The days of the month that may be chosen: all that agreements can name, but the present one."""
    return tuple(day for day in range(1, LAST_DAY + 1) if day != due_day(held, today))


def due_day(held: LoanInHand, today: date) -> int:
    """The day of the month on which instalments fall due; short months are told by the long ones."""
    return max(row.due_on.day for row in coming(held, today))


def deferral_days(held: LoanInHand, today: date) -> tuple[date, ...]:
    """The days to which the next instalment may be deferred, the first one first: before the one that follows."""
    row, *after = coming(held, today)[:2]
    last_on = min([row.due_on + DEFERRED_AT_MOST, *(each.due_on - _DAY for each in after)])
    days = (row.due_on + n * _DAY for n in range(1, (last_on - row.due_on).days + 1))
    return tuple(day for day in days if day.day <= LAST_DAY)


def coming(held: LoanInHand, today: date) -> tuple[StandingInstalment, ...]:
    """The instalments that fall due after today and are not paid."""
    return tuple(row for row in held.standing(today).instalments if row.due_on > today and row.remaining_minor)


def again_on(kind: Amendment.Kind, signed_on: date) -> date:
    """The first day on which the same can be done again."""
    if kind == Amendment.Kind.DUE_DAY:
        return signed_on + DUE_DAY_AGAIN
    return steps_after(signed_on, _DEFERRED_AGAIN, times=1)


def _hindrances(
    held: LoanInHand, earlier: Sequence[Amendment], kind: Amendment.Kind, today: date
) -> Iterator[Refused]:
    shown, rows = held.standing(today), coming(held, today)
    if shown.due_now_minor:
        yield StillDue(due_minor=shown.due_now_minor)
    if holding.on(held, today):
        yield PlanOnHold()
    if not rows or (kind == Amendment.Kind.DUE_DAY and (len(rows) < 2 or held.terms.every.unit != "months")):
        yield TooFewToCome() if rows else NotRunning()
    elif any(_moved(each) == rows[0].n for each in earlier):
        # Else the two together would move it by two months.
        yield MovedBefore(n=rows[0].n, due_on=rows[0].due_on)
    last = max((day_of(each.signed_at) for each in earlier if each.kind == kind), default=None)
    if last and today < again_on(kind, last):
        yield ChangedLately(again_on=again_on(kind, last))


def _moved(amendment: Amendment) -> int | None:
    """Which instalment it moved first; a new plan moves none."""
    if amendment.kind == Amendment.Kind.HARDSHIP:
        return None
    n: int = json.loads(amendment.body)["plan_after"][0]["n"]
    return n
