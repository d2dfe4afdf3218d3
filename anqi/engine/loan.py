"""The standing of a loan: everything that it looks like on a day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from anqi.engine.course import Course, Instalment
from anqi.engine.facts import Fact
from anqi.engine.lateness import State, days_late, days_past_due, state_of
from anqi.engine.payoff import payoff_of
from anqi.engine.products import Part, Terms
from anqi.engine.replay import replay

Status = Literal["pending", "void", "settled", "written_off", "overdue", "grace", "due", "active"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reduced:
    """Principal that was taken off the plan."""

    prepaid_minor: int
    returned_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Paid:
    """What instalments were paid, part by part; principal without what was prepaid."""

    principal_minor: int
    interest_minor: int
    fee_minor: int
    penalty_minor: int


# A tuple, because a standing makes one for each instalment, and a frozen dataclass takes twice the time.
class StandingInstalment(NamedTuple):
    """One instalment on the day; interest, fee and penalty after waivers."""

    n: int
    due_on: date
    principal_minor: int
    interest_minor: int
    fee_minor: int
    penalty_minor: int
    paid_minor: int
    remaining_minor: int
    state: State
    paid_principal_minor: int
    paid_interest_minor: int
    paid_fee_minor: int
    paid_penalty_minor: int
    waived_interest_minor: int
    waived_fee_minor: int
    waived_penalty_minor: int
    moved_minor: int
    """What was charged here once and is owed on other instalments since."""
    subsidy_minor: int
    """The interest that a third party pays beside the borrower's."""
    days_late: int
    """Days since its due date, without those on which the loan was held; 0 before it."""

    @property
    def total_minor(self) -> int:
        """All that this instalment comes to, paid or not."""
        return self.principal_minor + self.interest_minor + self.fee_minor + self.penalty_minor

    def paid_of(self, part: Part) -> int:
        """What was paid of one part."""
        amount_minor: int = getattr(self, f"paid_{part}_minor")
        return amount_minor


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What a loan looks like at the end of a day, in the currency's smallest unit."""

    on: date
    status: Status
    days_past_due: int
    due_now_minor: int
    next_due_on: date | None
    next_due_minor: int | None
    outstanding_principal_minor: int
    payoff_minor: int | None
    credit_minor: int
    reduced: Reduced
    paid: Paid
    instalments: tuple[StandingInstalment, ...]
    lent_minor: int
    """All principal that was lent: Σ principal of the instalments + prepaid + returned."""
    written_off_minor: int | None
    """What the lender counted as lost; None while it was not written off."""

    @property
    def remaining_minor(self) -> int:
        """All that is still to be paid as the plan stands today, less credit, not below zero (剩余应还)."""
        return max(sum(row.remaining_minor for row in self.instalments) - self.credit_minor, 0)


def standing(terms: Terms, facts: Iterable[Fact], on: date) -> Standing:
    """What the loan looks like at the end of that day; facts dated after it are not looked at.

    Refuses with any of `Refused` that speaks of a fact.
    """
    course = replay(terms, facts, on)
    rows = tuple(_instalment(course, row, on) for row in course.rows)
    coming = next((row for row in course.coming if row.remaining_minor), None)
    status = _status(terms, course, rows, on)
    return Standing(
        on=on,
        status=status,
        days_past_due=days_past_due(course),
        due_now_minor=sum(row.remaining_minor for row in course.owing),
        next_due_on=coming.period.due_on if coming else None,
        next_due_minor=coming.remaining_minor if coming else None,
        outstanding_principal_minor=sum(row.principal_minor - row.paid_principal_minor for row in rows),
        payoff_minor=None if status == "pending" else payoff_of(course).amount_minor,
        credit_minor=course.credit_minor,
        reduced=_reduced(course),
        paid=_paid(rows),
        instalments=rows,
        lent_minor=course.lent_minor,
        written_off_minor=course.written_off_minor,
    )


def is_settled(terms: Terms, facts: Iterable[Fact], on: date) -> bool:
    """Whether nothing is left to pay at the end of that day: `standing`'s status `settled`, without the rest of it.

    Refuses as `standing` does.
    """
    return on >= terms.starts_on and is_over(replay(terms, facts, on))


def is_over(course: Course) -> bool:
    """Whether nothing is left to pay of a loan that has begun; a void one never was."""
    return not course.is_void and not any(row.remaining_minor for row in course.rows)


def _status(terms: Terms, course: Course, rows: Sequence[StandingInstalment], on: date) -> Status:
    if on < terms.starts_on:
        return "pending"
    if course.is_void:
        return "void"
    states = {row.state for row in rows}
    if states <= {"paid", "moved"}:
        return "settled"
    if course.written_off_minor is not None:
        return "written_off"
    if "overdue" in states:
        return "overdue"
    if "grace" in states:
        return "grace"
    return "due" if "due" in states else "active"


def _reduced(course: Course) -> Reduced:
    return Reduced(prepaid_minor=course.prepaid_minor, returned_minor=course.returned_minor)


def _paid(rows: Sequence[StandingInstalment]) -> Paid:
    return Paid(
        principal_minor=sum(row.paid_principal_minor for row in rows),
        interest_minor=sum(row.paid_interest_minor for row in rows),
        fee_minor=sum(row.paid_fee_minor for row in rows),
        penalty_minor=sum(row.paid_penalty_minor for row in rows),
    )


def _instalment(course: Course, row: Instalment, on: date) -> StandingInstalment:
    charged, paid, waived, period = row.charged, row.paid, row.waived, row.period
    principal_minor, paid_principal_minor = charged["principal"], paid["principal"]
    interest_minor, paid_interest_minor = charged["interest"] - waived["interest"], paid["interest"]
    fee_minor, paid_fee_minor = charged["fee"] - waived["fee"], paid["fee"]
    penalty_minor, paid_penalty_minor = charged["penalty"] - waived["penalty"], paid["penalty"]
    paid_minor = paid_principal_minor + paid_interest_minor + paid_fee_minor + paid_penalty_minor
    return StandingInstalment(
        n=period.n,
        due_on=period.due_on,
        principal_minor=principal_minor,
        interest_minor=interest_minor,
        fee_minor=fee_minor,
        penalty_minor=penalty_minor,
        paid_minor=paid_minor,
        remaining_minor=principal_minor + interest_minor + fee_minor + penalty_minor - paid_minor,
        state=state_of(course, row, on),
        paid_principal_minor=paid_principal_minor,
        paid_interest_minor=paid_interest_minor,
        paid_fee_minor=paid_fee_minor,
        paid_penalty_minor=paid_penalty_minor,
        waived_interest_minor=waived["interest"],
        waived_fee_minor=waived["fee"],
        waived_penalty_minor=waived["penalty"],
        moved_minor=sum(row.moved.values()),
        subsidy_minor=row.subsidy_minor,
        days_late=max(days_late(course, row, on), 0),
    )
