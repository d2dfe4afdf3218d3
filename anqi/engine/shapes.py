"""The shape of a plan: what makes it differ from instalments that are all alike, one period apart."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from anqi.engine import reading
from anqi.engine.calendar import Step, falls_on, steps_after
from anqi.engine.prices import read_amount_above_zero
from anqi.engine.working_days import ALL_THE_SAME, WorkingDays, read_working_days

_MONTH = Step(unit="months", count=1)
# A month has no later day: anchored there, every due date is the last of its month.
_LAST_DAY = 31


@dataclass(frozen=True, kw_only=True, slots=True)
class FirstPeriod:
    """A first due date that floats: the day on which goods will be shipped is not known when it is signed."""

    due_day: int
    least_days: int

    def due_after(self, starts_on: date) -> date:
        """The first such day of a month, or last day of a short one, at least so many days after the start.

        Past the year 9999: ValueError or OverflowError. Day 10, twenty days: from 15 January 10 February, from
        25 January 10 March.
        """
        earliest_on = starts_on + timedelta(days=self.least_days)
        due_on = steps_after(earliest_on, _MONTH, times=0, anchor_day=self.due_day)
        return due_on if due_on >= earliest_on else steps_after(due_on, _MONTH, times=1, anchor_day=self.due_day)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """What was agreed about the shape of a plan; the defaults change nothing."""

    down_payment_minor: int = 0
    """Principal that is due on the first day."""
    balloon_minor: int = 0
    """Principal that the last instalment repays on top of its share."""
    interest_free: int = 0
    """How many of the first periods bear no interest, and of a fee plan no fee."""
    principal_free: int = 0
    """How many of the first instalments repay no principal."""
    round_to_minor: int = 1
    """What the level payment, or the equal part of principal, is a multiple of."""
    month_end: bool = False
    """Whether due dates keep to the last day of their month."""
    working_days: WorkingDays = ALL_THE_SAME
    first_period: FirstPeriod | None = None

    def anchor_of(self, day: date) -> int:
        """The day of the month on which steps from that day fall. With `month_end`, 28 February: 31."""
        return _LAST_DAY if self.month_end and falls_on(day, _LAST_DAY) else day.day

    def kept(self) -> "Shape":
        """What a new plan for the rest of the loan keeps; all else was agreed for the plan that it replaces."""
        return Shape(working_days=self.working_days)


PLAIN = Shape()


def read_shape(stated: object, currency: str) -> Shape:
    """The members that a JSON object states, all optional; ValueError where one is missing its sense."""
    given = reading.members(stated, needed=(), optional=_READERS)
    values = {_NAMES.get(key, key): _READERS[key](value, currency) for key, value in given.items()}
    return Shape(**values)


def _read_first_period(stated: object) -> FirstPeriod:
    given = reading.members(stated, needed=("due_day", "least_days"))
    return FirstPeriod(
        due_day=_read_due_day(given["due_day"]), least_days=reading.whole_from(1)(given["least_days"])
    )


def _read_due_day(stated: object) -> int:
    due_day: int = reading.whole_from(1)(stated)
    if due_day > _LAST_DAY:
        raise ValueError("no day of a month")
    return due_day


def _plainly(reader: reading.Reader) -> Callable[[Any, str], Any]:
    return lambda stated, _currency: reader(stated)


_NAMES = {"down_payment": "down_payment_minor", "balloon": "balloon_minor", "round_to": "round_to_minor"}
_READERS: dict[str, Callable[[Any, str], Any]] = {
    "down_payment": read_amount_above_zero,
    "balloon": read_amount_above_zero,
    "interest_free": _plainly(reading.number_of_times),
    "principal_free": _plainly(reading.number_of_times),
    "round_to": read_amount_above_zero,
    "month_end": _plainly(reading.yes_or_no),
    "working_days": _plainly(read_working_days),
    "first_period": _plainly(_read_first_period),
}


def fits(shape: Shape, values: Mapping[str, Any], principal_minor: int) -> bool:
    """Whether the shape makes sense with the terms that were read beside it."""
    return _amounts_fit(shape, values, principal_minor) and _dates_fit(shape, values)


def _amounts_fit(shape: Shape, values: Mapping[str, Any], principal_minor: int) -> bool:
    instalments, is_spread = values["instalments"], values["method"] not in ("interest_only", "bullet")
    spread_minor = principal_minor - shape.down_payment_minor - shape.balloon_minor
    if spread_minor <= 0 or shape.interest_free > instalments or shape.principal_free >= instalments:
        return False
    if not is_spread:
        return not shape.balloon_minor and shape.round_to_minor == 1
    # An equal part is rounded down, and must not come to nothing. A level payment is looked at when it is known.
    is_in_parts = shape.round_to_minor > 1 and values["method"] != "equal_instalment"
    return not is_in_parts or shape.round_to_minor * (instalments - shape.principal_free) <= spread_minor


def _dates_fit(shape: Shape, values: Mapping[str, Any]) -> bool:
    floating = shape.first_period
    if not shape.month_end and not floating:
        return True
    if values["every"].unit != "months" or (floating and ("first_due_on" in values or "anchor_day" in values)):
        return False
    return not shape.month_end or _keeps_to_month_ends(floating, values)


def _keeps_to_month_ends(floating: FirstPeriod | None, values: Mapping[str, Any]) -> bool:
    if floating:
        return floating.due_day == _LAST_DAY
    first_on = values.get("first_due_on", values["starts_on"])
    return falls_on(first_on, _LAST_DAY) and values.get("anchor_day", _LAST_DAY) == _LAST_DAY
