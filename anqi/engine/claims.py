"""What is owed at once: an instalment of its own, due on the day that made it owed."""

from collections.abc import Mapping
from fractions import Fraction

from anqi.engine.allocation import pay_due
from anqi.engine.course import Course, Instalment
from anqi.engine.products import ALLOCATION, Part
from anqi.engine.schedule import Period


def claim(course: Course, amounts: Mapping[Part, int]) -> None:
    """Add an instalment due on the course's day with these amounts; nothing where there is nothing to claim."""
    if not any(amounts.values()):
        return
    period = Period(
        n=len(course.rows) + 1, begins_on=course.day, due_on=course.day, days=0, fraction=Fraction(0),
        rate=Fraction(0), is_free=True,
    )  # fmt: skip
    row = add_row(course, period, amounts)
    row.is_due = True
    # What was missed once is not missed again.
    row.late_fee_minor = 0
    course.owing.append(row)
    # As on any due date, credit is used.
    if course.credit_minor:
        course.credit_minor = pay_due(course, course.credit_minor)


def add_row(course: Course, period: Period, carried: Mapping[Part, int]) -> Instalment:
    """A new instalment at the end of all, with what came to it from others."""
    row = Instalment(
        period=period,
        charged={part: carried.get(part, 0) for part in ALLOCATION},
        carried={part: minor for part, minor in carried.items() if minor},
        planned_minor=0,
        fee_rate=Fraction(0),
    )
    course.rows.append(row)
    return row


def move(row: Instalment, part: Part, amount_minor: int) -> int:
    """Take so much of what is charged off the instalment, as it is owed elsewhere from now on; the same comes back."""
    if amount_minor:
        row.charged[part] -= amount_minor
        row.moved = {**row.moved, part: row.moved.get(part, 0) + amount_minor}
    return amount_minor


def carry(row: Instalment, part: Part, amount_minor: int) -> None:
    """Put so much more on the instalment, whatever its own period bears."""
    if amount_minor:
        row.charged[part] += amount_minor
        row.carried = {**row.carried, part: row.carried.get(part, 0) + amount_minor}


def take_back(course: Course, amount_minor: int) -> None:
    """Undo what money did, from this day on: off the credit, then off what was paid last.

    What had paid instalments to come is owed on their due dates again; the rest is claimed on this day. 100.00 of
    a chargeback with 30.00 of credit: 70.00 due today.
    """
    from_credit_minor = min(course.credit_minor, amount_minor)
    course.credit_minor -= from_credit_minor
    left_minor = _unpay_coming(course, amount_minor - from_credit_minor)
    owed_before_minor = sum(row.remaining_minor for row in course.owing)
    claimed, left_minor = _unpay_past(course, left_minor)
    # Money that is nowhere on the loan any more was refunded before: it was lent a second time.
    course.lent_minor += left_minor
    course.lent_again_minor += left_minor
    claimed["principal"] += left_minor
    claim(course, claimed)
    if course.written_off_minor is not None:
        recovered_minor = course.written_off_minor - owed_before_minor
        course.written_off_minor += max(sum(claimed.values()) - recovered_minor, 0)


def _unpay_coming(course: Course, amount_minor: int) -> int:
    for row in reversed(course.coming):
        for part in reversed(course.terms.allocation):
            taken_minor = min(row.paid[part], amount_minor)
            row.paid[part] -= taken_minor
            amount_minor -= taken_minor
    return amount_minor


def _unpay_past(course: Course, amount_minor: int) -> tuple[dict[Part, int], int]:
    claimed = dict.fromkeys(ALLOCATION, 0)
    from_prepaid_minor = min(course.prepaid_minor, amount_minor)
    if from_prepaid_minor:
        course.prepaid_minor -= from_prepaid_minor
        course.cuts.append(("prepaid", course.day, -from_prepaid_minor))
    claimed["principal"] += from_prepaid_minor
    amount_minor -= from_prepaid_minor
    coming = {row.period.n for row in course.coming}
    for row in reversed(course.rows):
        if amount_minor and row.period.n not in coming:
            for part in reversed(course.terms.allocation):
                taken_minor = min(row.paid[part], amount_minor)
                row.paid[part] -= taken_minor
                claimed[part] += move(row, part, taken_minor)
                amount_minor -= taken_minor
    return claimed, amount_minor
