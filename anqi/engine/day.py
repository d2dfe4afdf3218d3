"""What is asked of a loan at the end of a day by whoever keeps the books, and when it must be asked again."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest

from anqi.engine.accounts import balances_of
from anqi.engine.accruals import Line, accruals_of
from anqi.engine.course import Course, Instalment
from anqi.engine.facts import Fact
from anqi.engine.lateness import STAGES, days_late, days_past_due, state_of
from anqi.engine.loan import is_over
from anqi.engine.products import Terms
from anqi.engine.replay import replay


@dataclass(frozen=True, kw_only=True, slots=True)
class Evening:
    """What a loan shows at the end of a day, answered by one replay."""

    balances: dict[str, int]
    accruals: tuple[Line, ...]
    """What is earned and not booked goes on by these lines until the next wake."""
    next_wake_on: date | None
    """The first later day on which something must be booked with no new fact, or accrues by another line.

    Until then the balances change by nothing but what the lines say. The day of a known fact that is dated later counts
    too; `None` where nothing will ever happen by itself. Due on 30 September and 31 October with three days of grace,
    nothing paid: on 1 September it is 30 September, then 4 October, when it is overdue, and then 31 October.
    """
    is_settled: bool


def evening(terms: Terms, facts: Iterable[Fact], on: date) -> Evening:
    """`accounts.balances`, `accruals_of`, `loan.is_settled` and the next wake of one day. Refuses as they do."""
    facts = tuple(facts)
    to_come = [fact.on for fact in facts if fact.on > on]
    if on < terms.starts_on:
        wake_on = min((terms.starts_on, *to_come))
        return Evening(balances={}, accruals=(), next_wake_on=wake_on, is_settled=False)
    course = replay(terms, facts, on)
    accruals = accruals_of(course)
    days = [*to_come, *_days_of_lateness(course), *_due_days(course)]
    if accruals.bends_on:
        days.append(accruals.bends_on)
    return Evening(
        balances=balances_of(course),
        accruals=accruals.lines,
        next_wake_on=min(days, default=None),
        is_settled=is_over(course),
    )


def _days_of_lateness(course: Course) -> Iterator[date]:
    """The days on which a due instalment becomes overdue, or an overdue loan enters another stage."""
    if course.written_off_minor is not None or course.held_by:
        return
    day, terms, late = course.day, course.terms, days_past_due(course)
    for row in course.owing:
        if (terms.penalty or terms.late_fee or not late) and state_of(course, row, day) in ("due", "grace"):
            yield from _days_after(day, terms.grace_days + 1 - days_late(course, row, day))
    for first in (first for first in STAGES if first > late > 0):
        yield from _days_after(day, first - late)


def _due_days(course: Course) -> Iterator[date]:
    for row, following in zip_longest(course.coming, course.coming[1:]):
        if row.remaining_minor or row.subsidy_minor or (following and _earns(following)):
            yield row.period.due_on
            return


def _earns(row: Instalment) -> bool:
    return bool(
        (row.remaining_minor and (row.charged["interest"] or row.charged["fee"])) or row.subsidy_minor
    )


def _days_after(day: date, days: int) -> Iterator[date]:
    if days <= (date.max - day).days:
        yield day + timedelta(days=days)
