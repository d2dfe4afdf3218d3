"""Due dates, days and year fractions."""

import re
from calendar import isleap, monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

Unit = Literal["months", "weeks", "days"]
DayCount = Literal["period", "actual/365", "actual/360", "actual/actual", "30/360"]

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# One day in a year of 365 is 366 of these, in a year of 366 it is 365: whole numbers for both.
_ACTUAL_YEAR = 365 * 366
YEAR_UNITS: dict[DayCount, int] = {
    "period": 360,
    "actual/365": 365,
    "actual/360": 360,
    "actual/actual": _ACTUAL_YEAR,
    "30/360": 360,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """The distance between two due dates."""

    unit: Unit
    count: int


def read_date(text: object) -> date:
    """The day that an ISO text names, written out as YYYY-MM-DD; anything else is a ValueError."""
    if not isinstance(text, str) or not _ISO_DATE.fullmatch(text):
        raise ValueError("not a date")
    return date.fromisoformat(text)


def steps_after(day: date, step: Step, *, times: int, anchor_day: int | None = None) -> date:
    """The day that many steps later; in months it falls on the anchor day, or on the last day of a short month.

    Contract, dates. One month after 31 January with anchor 31: 28 February; two: 31 March.
    Past the year 9999: ValueError or OverflowError.
    """
    if step.unit == "months":
        months = day.year * 12 + day.month - 1 + step.count * times
        return _in_month(months // 12, months % 12 + 1, anchor_day or day.day)
    return day + timedelta(days=step.count * times * (7 if step.unit == "weeks" else 1))


def _in_month(year: int, month: int, anchor_day: int) -> date:
    if year > 9999:
        raise OverflowError("past the last year of the calendar")
    return date(year, month, min(anchor_day, monthrange(year, month)[1]))


def falls_on(day: date, anchor_day: int) -> bool:
    """Whether the day is the anchor day of its month, or the last day of a month that lacks it."""
    return day.day == min(anchor_day, monthrange(day.year, day.month)[1])


def year_position(day: date, day_count: DayCount) -> int:
    """Where the day stands, in units of `YEAR_UNITS[day_count]` a year; only differences mean something.

    A difference over the units is a year fraction, the first day counted and the last not, and stretches add
    up exactly. ISDA 2006, 4.16 (b, d, e), with each day number capped at 30 for 30/360.
    31 January to 28 February 2026, 30/360: 28/360; 15 December 2027 to 15 January 2028, actual/actual:
    17/365 + 14/366.
    """
    if day_count == "30/360":
        return day.year * 360 + day.month * 30 + min(day.day, 30)
    if day_count == "actual/actual":
        days_gone = day.timetuple().tm_yday - 1
        return day.year * _ACTUAL_YEAR + days_gone * (365 if isleap(day.year) else 366)
    return day.toordinal()


def year_fraction(since: date, until: date, day_count: DayCount) -> Fraction:
    """The part of a year that the days are, the first counted and the last not. 73 days, actual/365: 1/5."""
    return Fraction(year_position(until, day_count) - year_position(since, day_count), YEAR_UNITS[day_count])
