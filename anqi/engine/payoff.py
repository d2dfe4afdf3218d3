"""The payoff of a day: what early settlement costs, and how it is done."""

from dataclasses import dataclass

from anqi.engine.allocation import pay_ahead, pay_due
from anqi.engine.calendar import YEAR_UNITS, year_position
from anqi.engine.course import Course, Instalment, Stretch, base_days, counted_from
from anqi.engine.cuts import take_surplus
from anqi.engine.money import rounded
from anqi.engine.schedule import rounded_product


@dataclass(frozen=True, kw_only=True, slots=True)
class Payoff:
    """What a payoff is made of, in the smallest unit."""

    due_minor: int
    principal_minor: int
    interest_minor: int
    fee_minor: int
    early_fee_minor: int
    paid_ahead_minor: int
    """Interest and fees already paid on instalments to come: they count against it."""
    credit_minor: int

    @property
    def amount_minor(self) -> int:
        """What settles the loan on the day, not below zero."""
        return max(self.signed_minor, 0)

    @property
    def signed_minor(self) -> int:
        """What settles the loan on the day, below zero where the borrower gets something back."""
        owed_minor = self.due_minor + self.principal_minor + self.interest_minor + self.fee_minor
        return owed_minor + self.early_fee_minor - self.paid_ahead_minor - self.credit_minor


def payoff_of(course: Course) -> Payoff:
    """The payoff on the course's day; all zero but the credit when nothing is left to pay.

    Contract, payoff. 10000.00 at 18.25 %, actual/365, ten days after the start: 10000.00 + 50.00.
    """
    if not any(row.remaining_minor for row in course.rows):
        return _settled_payoff(course)
    principal_minor = sum(row.left("principal") for row in course.coming)
    return Payoff(
        due_minor=sum(row.remaining_minor for row in course.due),
        principal_minor=principal_minor,
        interest_minor=_earned_interest(course),
        fee_minor=_earned_fee(course),
        early_fee_minor=rounded_product(course.terms.early.fee_rate, principal_minor),
        paid_ahead_minor=sum(row.paid["interest"] + row.paid["fee"] for row in course.coming),
        credit_minor=course.credit_minor,
    )


def _settled_payoff(course: Course) -> Payoff:
    return Payoff(
        due_minor=0,
        principal_minor=0,
        interest_minor=0,
        fee_minor=0,
        early_fee_minor=0,
        paid_ahead_minor=0,
        credit_minor=course.credit_minor,
    )


def settle(course: Course, amount_minor: int) -> None:
    """Settle the loan early with an amount that reaches the payoff; what is over becomes credit."""
    payoff = payoff_of(course)
    assert amount_minor >= payoff.amount_minor
    left_minor = pay_due(course, course.credit_minor + amount_minor)
    if course.coming and any(row.remaining_minor for row in course.coming):
        _charge_earned(course, payoff)
        left_minor += sum(take_surplus(row) for row in course.coming)
        left_minor = pay_ahead(course, left_minor)
    course.credit_minor = left_minor
    course.is_settled_early = True


def _charge_earned(course: Course, payoff: Payoff) -> None:
    keeps_fees = course.terms.early.fee == "all"
    running = course.coming[0]
    for row in course.coming:
        row.charged["interest"] = 0
        row.charged["fee"] = row.charged["fee"] if keeps_fees else 0
    running.charged["interest"] = payoff.interest_minor
    running.charged["fee"] += payoff.early_fee_minor + (0 if keeps_fees else payoff.fee_minor)


def _earned_interest(course: Course) -> int:
    if not course.coming:
        return 0
    running = course.coming[0]
    if course.terms.early.interest == "whole_period":
        return running.charged["interest"] if course.day > running.period.begins_on else 0
    earned_minor = _interest_by_day(course, running)
    # A month of 31 days at days/360 would earn more than the period itself bears.
    is_capped = course.terms.day_count == "period"
    return min(earned_minor, running.charged["interest"]) if is_capped else earned_minor


def _interest_by_day(course: Course, running: Instalment) -> int:
    rate, day_count = course.terms.annual_rate, course.terms.day_count
    earned = sum(
        opening_minor * (year_position(until, day_count) - year_position(since, day_count))
        for opening_minor, since, until in opening_stretches(course, running)
    )
    return rounded(rate.numerator * earned, rate.denominator * YEAR_UNITS[day_count])


def opening_stretches(course: Course, running: Instalment) -> list[Stretch]:
    """The opening principal of the running period, day by day up to the course's day."""
    since = counted_from(running.openings, running.period.begins_on)
    return [*running.openings, (course.opening_minor, since, course.day)]


def _earned_fee(course: Course) -> int:
    if course.terms.early.fee == "all":
        return sum(row.charged["fee"] for row in course.coming)
    if not course.coming:
        return 0
    running = course.coming[0]
    if course.terms.early.fee == "whole_period":
        return running.charged["fee"] if course.day > running.period.begins_on else 0
    return _fee_by_day(course, running)


def _fee_by_day(course: Course, running: Instalment) -> int:
    days, fee_rate = running.period.days, course.terms.fee_rate_per_instalment
    if not course.is_cut:
        return rounded(running.charged["fee"] * (course.day - running.period.begins_on).days, days)
    return rounded(
        fee_rate.numerator * base_days(fee_stretches(course, running)), fee_rate.denominator * days
    )


def fee_stretches(course: Course, running: Instalment) -> list[Stretch]:
    """The fee base of the running period, day by day up to the course's day."""
    since = counted_from(running.fee_bases, running.period.begins_on)
    return [*running.fee_bases, (course.fee_base_of(running), since, course.day)]
