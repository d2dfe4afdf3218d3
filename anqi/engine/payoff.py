"""The payoff of a day: what early settlement costs, and how it is done."""

from dataclasses import dataclass

from anqi.engine.allocation import pay_due, pay_rows
from anqi.engine.course import Course, Instalment
from anqi.engine.cuts import take_surplus
from anqi.engine.lateness import owing
from anqi.engine.prices import EarnedFee, EarnedInterest
from anqi.engine.pricing import earned_by_day, fee_by_day


@dataclass(frozen=True, kw_only=True, slots=True)
class Payoff:
    """What a payoff is made of, in the smallest unit."""

    due_minor: int
    principal_minor: int
    interest_minor: int
    fee_minor: int
    early_fee_minor: int
    carried_minor: int
    """What came to instalments to come from others, or by a charge: it is owed whenever the loan ends."""
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
        return owed_minor + self.early_fee_minor + self.carried_minor - self.paid_ahead_minor - self.credit_minor


def payoff_of(course: Course) -> Payoff:
    """The payoff on the course's day; all zero but the credit when nothing is left to pay.

    Contract, payoff. 10000.00 at 18.25 %, actual/365, ten days after the start: 10000.00 + 50.00.
    """
    due_minor = sum(row.remaining_minor for row in owing(course))
    if not due_minor and not any(row.remaining_minor for row in course.coming):
        return _settled_payoff(course)
    principal_minor = sum(row.left("principal") for row in course.coming)
    return Payoff(
        due_minor=due_minor,
        principal_minor=principal_minor,
        interest_minor=earned_interest(course, course.terms.early.interest)[0],
        fee_minor=earned_fee(course, course.terms.early.fee),
        early_fee_minor=course.terms.rounded_product(course.terms.early.fee_rate, principal_minor),
        carried_minor=sum(sum(row.carried.values()) for row in course.coming),
        paid_ahead_minor=sum(sum(row.paid.values()) - row.paid["principal"] for row in course.coming),
        credit_minor=course.credit_minor,
    )


def _settled_payoff(course: Course) -> Payoff:
    return Payoff(
        due_minor=0,
        principal_minor=0,
        interest_minor=0,
        fee_minor=0,
        early_fee_minor=0,
        carried_minor=0,
        paid_ahead_minor=0,
        credit_minor=course.credit_minor,
    )


def settle(course: Course, amount_minor: int) -> None:
    """Settle the loan early with an amount that reaches the payoff; what is over becomes credit."""
    payoff = payoff_of(course)
    assert amount_minor >= payoff.amount_minor
    left_minor = pay_due(course, course.credit_minor + amount_minor)
    if any(row.remaining_minor for row in course.coming):
        early = course.terms.early
        stopped = stop(course, interest=early.interest, fee=early.fee, early_fee_minor=payoff.early_fee_minor)
        left_minor += sum(take_surplus(row) for row in stopped)
        left_minor = pay_rows(stopped, course.terms, left_minor)
    course.credit_minor = left_minor


def stop(
    course: Course, *, interest: EarnedInterest = "by_day", fee: EarnedFee = "by_day", early_fee_minor: int = 0
) -> list[Instalment]:
    """End the plan on the day; the instalments that were to come come back, with what was earned by now on the first.

    What others left on them stays there, and with `fee` all of their own fees.
    """
    interest_minor, subsidy_minor = earned_interest(course, interest)
    fee_minor = 0 if fee == "all" else earned_fee(course, fee)
    stopped, course.coming, course.opening_minor = course.coming, [], 0
    for row in stopped:
        row.charged["interest"] = row.carried.get("interest", 0)
        row.charged["fee"] = row.charged["fee"] if fee == "all" else row.carried.get("fee", 0)
        row.subsidy_minor = 0
        row.is_stopped = row.is_due = True
    for running in stopped[:1]:
        running.charged["interest"] += interest_minor
        running.charged["fee"] += early_fee_minor + fee_minor
        running.subsidy_minor = subsidy_minor
    return stopped


def earned_interest(course: Course, how: EarnedInterest) -> tuple[int, int]:
    """What the running period has earned by the day: from the borrower, and from a subsidy."""
    if not course.coming:
        return 0, 0
    running = course.coming[0]
    whole = running.charged["interest"] - running.carried.get("interest", 0), running.subsidy_minor
    if how == "whole_period":
        return whole if course.day > running.period.begins_on else (0, 0)
    earned = earned_by_day(course, running)
    # A month of 31 days at days/360 would earn more than the period itself bears.
    is_capped = course.terms.day_count == "period"
    return (min(earned[0], whole[0]), min(earned[1], whole[1])) if is_capped else earned


def earned_fee(course: Course, how: EarnedFee) -> int:
    """What has been earned of the fees to come by the day."""
    if how == "all":
        return sum(row.charged["fee"] - row.carried.get("fee", 0) for row in course.coming)
    if not course.coming:
        return 0
    running = course.coming[0]
    if how == "whole_period":
        whole_minor = running.charged["fee"] - running.carried.get("fee", 0)
        return whole_minor if course.day > running.period.begins_on else 0
    return fee_by_day(course, running)
