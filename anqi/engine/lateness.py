"""Late charges: how they grow on instalments that are due, and what an instalment's state is."""

from datetime import date
from typing import Literal

from anqi.engine.course import Course, Instalment, base_days, counted_from
from anqi.engine.money import rounded
from anqi.engine.products import Penalty, Terms

State = Literal["paid", "upcoming", "due", "grace", "overdue"]


def charge_penalties(course: Course, day: date) -> None:
    """Bring the penalty of every due instalment up to the day.

    Contract, lateness: rounded(Σ base × daily rate × days) from the due date, one rounding on the running total.
    333.16 at 0.0005 a day over 4 days: 0.67.
    """
    penalty = course.terms.penalty
    if penalty is None:
        return
    for row in course.rows[: course.due_count]:
        if row.late or row.remaining_minor:
            _charge_penalty(row, penalty, course.terms.grace_days, day)


def _charge_penalty(row: Instalment, penalty: Penalty, grace_days: int, day: date) -> None:
    since = counted_from(row.late, row.period.due_on)
    if row.unpaid_minor == 0 and days_late(row, since) <= grace_days:
        # Nothing was owed when grace still ran: such an instalment never bears a penalty, however long ago.
        row.late.clear()
        return
    base_minor = row.left("principal") if penalty.on == "principal" else row.unpaid_minor
    if since < day:
        row.late.append((base_minor, since, day))
    row.charged["penalty"] = penalty_minor(row, penalty, grace_days, day)


def penalty_minor(row: Instalment, penalty: Penalty, grace_days: int, day: date) -> int:
    """The penalty charged on the instalment up to the day, before what was paid or waived of it."""
    if days_late(row, day) <= grace_days:
        return 0
    rate = penalty.daily_rate
    return rounded(rate.numerator * base_days(row.late), rate.denominator)


def days_late(row: Instalment, day: date) -> int:
    """Days from the due date to the day; below zero before it."""
    return (day - row.period.due_on).days


def state_of(row: Instalment, terms: Terms, day: date) -> State:
    """What the instalment is on the day; one with nothing left is paid."""
    if row.remaining_minor == 0:
        return "paid"
    late = days_late(row, day)
    if late < 0:
        return "upcoming"
    if late == 0:
        return "due"
    return "grace" if late <= terms.grace_days else "overdue"
