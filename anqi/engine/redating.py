"""Later due dates for instalments that are still to come, and the odd stretch of interest that comes with them."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

from anqi.engine.calendar import falls_on, year_fraction
from anqi.engine.course import Course, Instalment
from anqi.engine.cuts import reprice
from anqi.engine.products import Terms
from anqi.engine.refusals import BadFact, BadTerms, NotToCome, OutOfOrder
from anqi.engine.schedule import Period
from anqi.engine.working_days import due_dates


def defer(course: Course, n: int, to: date) -> None:
    """延期: instalment n falls due later; its period takes over from the next one the days that it gains.

    So only the principal of the instalment bears more interest, by day: 482.60 of principal at 12 %, ten days
    later: 5049.09 × 12 % × 10/360 more on this one, 4566.49 × 12 % × 10/360 less on the next: 16.83 − 15.22.
    """
    place = next((place for place, row in enumerate(course.coming) if row.period.n == n), None)
    if place is None:
        _check_settled(course, n)
        return
    row, *after = course.coming[place : place + 2]
    if to <= row.period.due_on or any(to >= next_row.period.due_on for next_row in after):
        raise OutOfOrder(field="to")
    for next_row in after:
        next_row.period = _from(course.terms, next_row.period, to)
    row.period = _until(course.terms, row.period, to)
    reprice(course)


def _check_settled(course: Course, n: int) -> None:
    # Of an instalment that money has settled meanwhile there is nothing left to defer.
    row = course.rows[n - 1] if n <= len(course.rows) else None
    if row is None or not row.is_stopped or row.moved:
        raise NotToCome(field="n")


def change_due_day(course: Course, day: int) -> None:
    """改还款日: each instalment to come falls due on that day of the month, none of them earlier than agreed.

    The running period becomes longer by the odd stretch, the others are whole months again. From the 10th to the
    25th on 1 March, 5049.09 at 12 %: 50.49 for the month and 25.25 for the fifteen days.
    """
    if course.terms.every.unit != "months":
        raise BadFact(field="day")
    if course.coming:
        for place, due_on in enumerate(_due_dates(course, day)):
            row = course.coming[place]
            row.period = _redated(course, row, place, due_on)
        reprice(course)


def _due_dates(course: Course, day: int) -> tuple[date, ...]:
    terms, running = course.terms, course.coming[0].period
    try:
        return tuple(due_dates(
            running.begins_on, _next_such_day(running.due_on, day), terms.every,
            times=len(course.coming), anchor_day=day, working_days=terms.shape.working_days,
        ))  # fmt: skip
    except (BadTerms, ValueError, OverflowError):
        raise BadFact(field="day") from None


def _next_such_day(day: date, anchor_day: int) -> date:
    while not falls_on(day, anchor_day):
        day = date.fromordinal(day.toordinal() + 1)
    return day


def _redated(course: Course, row: Instalment, place: int, due_on: date) -> Period:
    terms = course.terms
    if place == 0:
        return _until(terms, row.period, due_on)
    begins_on = course.coming[place - 1].period.due_on
    if terms.day_count == "period":
        return _with(terms, row.period, begins_on, due_on, Fraction(terms.every.count, 12))
    return _with(terms, row.period, begins_on, due_on, year_fraction(begins_on, due_on, terms.day_count))


def _until(terms: Terms, period: Period, due_on: date) -> Period:
    odd = year_fraction(period.due_on, due_on, terms.day_count)
    return _with(terms, period, period.begins_on, due_on, period.fraction + odd)


def _from(terms: Terms, period: Period, begins_on: date) -> Period:
    odd = year_fraction(period.begins_on, begins_on, terms.day_count)
    # Of a month whose 31 days are 30/360 of a year, thirty days leave nothing, and never less.
    return _with(terms, period, begins_on, period.due_on, max(period.fraction - odd, Fraction(0)))


def _with(terms: Terms, period: Period, begins_on: date, due_on: date, fraction: Fraction) -> Period:
    rate = Fraction(0) if period.is_free else terms.annual_rate * fraction
    return replace(
        period, begins_on=begins_on, due_on=due_on, days=(due_on - begins_on).days, fraction=fraction, rate=rate
    )
