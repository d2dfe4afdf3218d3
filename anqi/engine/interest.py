"""What changes the interest that is still to come: another rate, a pause, a third party that bears part of it."""

from dataclasses import replace

from anqi.engine.course import Course
from anqi.engine.cuts import plan_afresh, reprice, unpaid_principal
from anqi.engine.events import Pause, RateChange, Subsidy
from anqi.engine.refusals import BadFact, OutOfOrder


def change_rate(course: Course, fact: RateChange) -> None:
    """From the day the annual rate is another; equal instalments are levelled afresh at whole periods of it.

    The running period is weighted by day, as after a cut. 600.00 at 12 %, then 6 % after 15 of 30 days:
    600.00 × (12 % × 15 + 6 % × 15) ÷ 30 ÷ 12 = 4.50.
    """
    if course.terms.method == "flat_fee":
        raise BadFact(field="annual_rate")
    course.changeable_rates().changes.append((fact.on, fact.annual_rate))
    course.terms = replace(course.terms, annual_rate=fact.annual_rate)
    for row in course.coming:
        if not row.period.is_free:
            row.period = replace(row.period, rate=fact.annual_rate * row.period.fraction)
    if course.terms.method == "equal_instalment" and not all(row.is_paid for row in course.coming):
        plan_afresh(course, unpaid_principal(course))
    reprice(course)


def pause(course: Course, fact: Pause) -> None:
    """No interest is borne from the day up to and without the other; due dates and principal stay.

    600.00 at 1 % a month, ten of thirty days paused: 600.00 × 1 % × 20/30 = 4.00.
    """
    if course.terms.method == "flat_fee":
        raise BadFact(field="until")
    if fact.until <= fact.on:
        raise OutOfOrder(field="until")
    course.changeable_rates().pauses.append((fact.on, fact.until))
    reprice(course)


def subsidise(course: Course, fact: Subsidy) -> None:
    """贴息: from the day a third party bears so much of the annual rate, at most all of it; principal stays.

    Both round on their own sum: what the lender earns is the whole interest to the fen. 5049.09 at 12 %, 3 % of it
    subsidised, a month: 50.49 in all, 37.87 from the borrower.
    """
    if course.terms.method == "flat_fee":
        raise BadFact(field="annual_rate")
    course.changeable_rates().subsidies.append((fact.on, fact.annual_rate))
    reprice(course)
