"""The periods of a plan: from due date to due date, with what each bears."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from anqi.engine.calendar import year_fraction
from anqi.engine.products import Terms
from anqi.engine.working_days import due_dates


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """One stretch from due date to due date, with the exact rate that it bears."""

    n: int
    begins_on: date
    due_on: date
    days: int
    fraction: Fraction
    """The part of a year that it is, in the loan's day count."""
    rate: Fraction
    """The annual rate times that part; 0 in a period that bears no interest."""
    is_free: bool = False
    """Whether it bears neither interest nor, of a fee plan, a fee, whatever the rate."""
    is_principal_free: bool = False
    """Whether its instalment repays no principal, even when the plan is made afresh."""


def periods_of(terms: Terms) -> tuple[Period, ...]:
    """All periods of the plan as signed; before them that of a down payment, which has no days."""
    shape = terms.shape
    down_payment = (_of_down_payment(terms.starts_on),) if shape.down_payment_minor else ()
    return (*down_payment, *_regular_periods(terms, len(down_payment)))


def _of_down_payment(starts_on: date) -> Period:
    nothing = Fraction(0)
    return Period(n=1, begins_on=starts_on, due_on=starts_on, days=0, fraction=nothing, rate=nothing, is_free=True)


def _regular_periods(terms: Terms, rows_before: int) -> Iterator[Period]:
    shape, begins_on = terms.shape, terms.starts_on
    fraction = rate = nothing = Fraction(0)
    regular = Fraction(terms.every.count, 12)
    for place, due_on in enumerate(due_dates_of(terms), start=1):
        is_regular = terms.day_count == "period" and (place > 1 or terms.first_is_regular)
        this = regular if is_regular else year_fraction(begins_on, due_on, terms.day_count)
        # Most periods are like the one before them, and bear the same rate.
        if place == 1 or (this is not fraction and this != fraction):
            fraction, rate = this, terms.annual_rate * this
        is_free = place <= shape.interest_free
        yield Period(
            n=rows_before + place,
            begins_on=begins_on,
            due_on=due_on,
            days=(due_on - begins_on).days,
            fraction=fraction,
            rate=nothing if is_free else rate,
            is_free=is_free,
            is_principal_free=place <= shape.principal_free,
        )
        begins_on = due_on


def due_dates_of(terms: Terms) -> Iterator[date]:
    """The due dates of the regular instalments, moved as the terms say; refuses as `working_days.due_dates` does.

    Past the year 9999: ValueError or OverflowError.
    """
    return due_dates(
        terms.starts_on, terms.first_due_on, terms.every,
        times=terms.instalments, anchor_day=terms.anchor_day, working_days=terms.shape.working_days,
    )  # fmt: skip
