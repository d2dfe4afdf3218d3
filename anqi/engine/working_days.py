"""Working days: which days are worked, and where a due date goes that falls on one that is not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from anqi.engine import reading
from anqi.engine.calendar import Step, read_date, steps_after
from anqi.engine.refusals import BadTerms

Move = Literal["none", "following", "preceding", "modified_following"]

_MOVES = ("none", "following", "preceding", "modified_following")
_SATURDAY = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkingDays:
    """The days that are worked where the loan is paid, and what they do to due dates."""

    move: Move = "none"
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    """Saturdays and Sundays that are worked in exchange for a holiday (调休)."""

    def is_worked(self, day: date) -> bool:
        """Whether the day is a working day."""
        return day in self.workdays or (day.weekday() < _SATURDAY and day not in self.holidays)

    def moved(self, day: date) -> date:
        """Where a due date goes that falls on that day.

        ISDA 2006, 4.12: following, preceding, and modified following, which stays within its month. Saturday
        31 October 2026: Monday 2 November, Friday 30 October, Friday 30 October. Past the calendar: OverflowError.
        """
        if self.move == "none" or self.is_worked(day):
            return day
        if self.move == "preceding":
            return self._nearest(day, -1)
        following = self._nearest(day, 1)
        leaves_its_month = (following.year, following.month) != (day.year, day.month)
        return self._nearest(day, -1) if leaves_its_month and self.move == "modified_following" else following

    def counted(self, day: date, count: int) -> date:
        """The working day that is so many of them after that day, which itself counts for nothing.

        Fifteen after Friday 27 November 2026 without holidays: Friday 18 December.
        """
        for _ in range(count):
            day = self._nearest(day + timedelta(days=1), 1)
        return day

    def _nearest(self, day: date, direction: int) -> date:
        while not self.is_worked(day):
            day += timedelta(days=direction)
        return day


ALL_THE_SAME = WorkingDays()


def read_working_days(stated: object) -> WorkingDays:
    """`move`, `holidays` and `workdays`, all optional; ValueError where one is no such thing.

    A day to be worked must be a Saturday or a Sunday and no holiday: on any other it would change nothing.
    """
    given = reading.members(stated, needed=(), optional=("move", "holidays", "workdays"))
    move: Move = reading.one_of(_MOVES)(given.get("move", "none"))
    holidays, workdays = _read_days(given.get("holidays", [])), _read_days(given.get("workdays", []))
    if holidays & workdays or any(day.weekday() < _SATURDAY for day in workdays):
        raise ValueError("not a free day that is worked")
    return WorkingDays(move=move, holidays=holidays, workdays=workdays)


def _read_days(stated: object) -> frozenset[date]:
    if not isinstance(stated, list):
        raise ValueError("not a list of days")
    return frozenset(map(read_date, stated))


def due_dates(
    starts_on: date, first_due_on: date, every: Step, *, times: int, anchor_day: int | None, working_days: WorkingDays
) -> Iterator[date]:  # fmt: skip
    """The due dates in their order, each moved by itself; a move changes no later one.

    Refuses with `BadTerms(field="shape")` where moving leaves an instalment no day between its neighbours.
    """
    last = starts_on
    for place in range(times):
        due_on = steps_after(first_due_on, every, times=place, anchor_day=anchor_day)
        try:
            due_on = working_days.moved(due_on)
        except OverflowError:
            raise BadTerms(field="shape") from None
        if due_on <= last:
            raise BadTerms(field="shape")
        yield due_on
        last = due_on
