"""Late charges: how they grow on instalments that are due, and what an instalment's state is."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date
from typing import Literal

from anqi.engine.course import Course, Instalment, counted_from
from anqi.engine.prices import LateFee, Penalty

State = Literal["paid", "moved", "upcoming", "due", "grace", "overdue"]

STAGES = (1, 31, 61, 91)
"""The days past due with which each stage of lateness begins; before the first of them a loan is not late."""


def owing(course: Course) -> list[Instalment]:
    """The due instalments of which something is left, with what lateness costs up to the course's day."""
    for row in course.owing:
        charge_lateness(course, row)
    course.owing = [row for row in course.owing if row.remaining_minor]
    return course.owing


def open_rows(course: Course) -> list[Instalment]:
    """The instalments of which something is left, due or to come, oldest first."""
    return [*owing(course), *(row for row in course.coming if row.remaining_minor)]


def charge_lateness(course: Course, row: Instalment) -> None:
    """Bring what lateness costs on a due instalment up to the course's day, before anything is done to it.

    Contract, lateness: rounded(Σ base × daily rate × days) from the due date, one rounding on the running total.
    333.16 at 0.0005 a day over 4 days: 0.67. What it is counted on changes only where something is done to the
    instalment: the days in between are counted at once.
    """
    terms = course.terms
    if course.day <= row.period.due_on or course.written_off_minor is not None:
        return
    if terms.late_fee and row.late_fee_minor is None:
        _charge_late_fee(course, row, terms.late_fee)
    if terms.penalty:
        _note_lateness(course, row, terms.penalty)
    row.charged["penalty"] = penalty_minor(course, row) + (row.late_fee_minor or 0)
    if row.carried or row.moved or row.given_back:
        row.charged["penalty"] += _moved_in(row)


def _moved_in(row: Instalment) -> int:
    moved = row.carried.get("penalty", 0) - row.moved.get("penalty", 0)
    return moved - row.given_back.get("penalty", 0)


def _charge_late_fee(course: Course, row: Instalment, late_fee: LateFee) -> None:
    unpaid_minor = row.unpaid_minor
    if unpaid_minor and days_late(course, row, course.day) > course.terms.grace_days:
        fee_minor = late_fee.amount_minor + course.terms.rounded_product(late_fee.rate, unpaid_minor)
        if late_fee.cap_minor is not None:
            fee_minor = min(fee_minor, late_fee.cap_minor - course.late_fees_minor)
        row.late_fee_minor = fee_minor
        course.late_fees_minor += fee_minor


def _note_lateness(course: Course, row: Instalment, penalty: Penalty) -> None:
    since, day = counted_from(row.late, row.period.due_on), course.day
    if row.unpaid_minor == 0 and days_late(course, row, since) <= course.terms.grace_days:
        # Nothing was owed when grace still ran: such an instalment never bears a penalty, however long ago.
        row.late.clear()
        row.late_days = 0
    elif since < day:
        base_minor = penalty_base_minor(row, penalty)
        for counts_since, counts_until in _counting(course, since, day):
            row.late.append((base_minor, counts_since, counts_until))
            row.late_days += base_minor * (counts_until - counts_since).days


def _counting(course: Course, since: date, until: date) -> Iterator[tuple[date, date]]:
    """The days between in stretches, without those on which the loan was held."""
    for held_since, held_until in course.holds:
        if since < min(held_since, until):
            yield since, min(held_since, until)
        since = max(since, held_until)
    if since < until:
        yield since, until


def penalty_base_minor(row: Instalment, penalty: Penalty) -> int:
    """What the penalty of a day is counted on."""
    return row.left("principal") if penalty.on == "principal" else row.unpaid_minor


def penalty_minor(course: Course, row: Instalment) -> int:
    """The penalty by day charged on the instalment up to the course's day, before what was paid or waived of it."""
    terms = course.terms
    if terms.penalty is None or not row.late or days_late(course, row, course.day) <= terms.grace_days:
        return 0
    rate = terms.penalty.daily_rate
    return terms.rounded(rate.numerator * row.late_days, rate.denominator)


def days_late(course: Course, row: Instalment, day: date) -> int:
    """Days from the due date to the day, without those on which the loan was held; below zero before it."""
    due_on = row.period.due_on
    late = (day - due_on).days
    if course.holds and late > 0:
        return sum((until - since).days for since, until in _counting(course, due_on, day))
    return late


def days_past_due(course: Course) -> int:
    """Days since the oldest due date that was missed, grace being over; 0 where none was."""
    overdue = (row for row in course.owing if state_of(course, row, course.day) == "overdue")
    return max((days_late(course, row, course.day) for row in overdue), default=0)


def stage_of(days: int) -> int:
    """The stage of so many days past due: 0 not late, 1 from the first day on, 2 from the 31st, 4 from the 91st."""
    return bisect_right(STAGES, days)


def state_of(course: Course, row: Instalment, day: date) -> State:
    """What the instalment is on the day; one with nothing left is paid, or moved where its rest is owed elsewhere."""
    if row.remaining_minor == 0:
        return "moved" if row.moved else "paid"
    late = days_late(course, row, day)
    if late < 0:
        return "upcoming"
    if late == 0:
        return "due"
    return "grace" if late <= course.terms.grace_days else "overdue"
