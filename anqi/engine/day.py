"""The next day on which something happens to a loan by itself."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from anqi.engine.accounts import balances_of
from anqi.engine.course import Course, Instalment
from anqi.engine.facts import Fact
from anqi.engine.lateness import penalty_base_minor, penalty_minor, state_of
from anqi.engine.loan import is_over
from anqi.engine.prices import Penalty
from anqi.engine.products import Terms
from anqi.engine.replay import replay


def next_wake_on(terms: Terms, facts: Iterable[Fact], on: date) -> date | None:
    """The first later day on which the balances or the state of an instalment change with no new fact.

    The day of a known fact dated after `on` counts too; `None` where nothing will ever happen by itself.
    Refuses as `standing` does. Due on 30 September with three days of grace, nothing paid: on 1 September it is
    30 September, then 1 October, 4 October, and from there each day on which the penalty grows by a fen.
    """
    facts = tuple(facts)
    return _wake_after(replay(terms, facts, on), terms, facts, on)


@dataclass(frozen=True, kw_only=True, slots=True)
class Evening:
    """What whoever keeps the books asks of a loan at the end of a day, answered by one replay."""

    balances: dict[str, int]
    next_wake_on: date | None
    is_settled: bool


def evening(terms: Terms, facts: Iterable[Fact], on: date) -> Evening:
    """`accounts.balances`, `next_wake_on` and `loan.is_settled` of one day. Refuses as they do."""
    facts = tuple(facts)
    course = replay(terms, facts, on)
    has_begun = on >= terms.starts_on
    return Evening(
        balances=balances_of(course) if has_begun else {},
        next_wake_on=_wake_after(course, terms, facts, on),
        is_settled=has_begun and is_over(course),
    )


def _wake_after(course: Course, terms: Terms, facts: Iterable[Fact], on: date) -> date | None:
    days = [fact.on for fact in facts if fact.on > on]
    if on < terms.starts_on:
        days.append(terms.starts_on)
    else:
        days.extend(_days_of_due(course, on))
        days.extend(row.period.due_on for row in course.coming if row.remaining_minor or row.subsidy_minor)
    return min(days, default=None)


def _days_of_due(course: Course, on: date) -> Iterator[date]:
    for row in course.owing:
        state = state_of(row, course.terms, on)
        if state == "due":
            yield from _days_after(on, 1)
        elif state == "grace":
            yield from _days_after(row.period.due_on, course.terms.grace_days + 1)
        elif course.terms.penalty and course.written_off_minor is None:
            yield from _days_after(on, _days_to_growth(row, course.terms, course.terms.penalty, on))


def _days_after(day: date, days: int | None) -> Iterator[date]:
    if days is not None and days <= (date.max - day).days:
        yield day + timedelta(days=days)


def _days_to_growth(row: Instalment, terms: Terms, penalty: Penalty, on: date) -> int | None:
    """Days until the penalty is next a fen higher, `None` where it does not grow.

    Half a fen more than a whole number of fen is rounded up: 0.02 fen a day from nothing, after 25 days.
    """
    base_minor, rate = penalty_base_minor(row, penalty), penalty.daily_rate
    if not base_minor or not rate:
        return None
    so_far, so_far_minor = row.late_days, penalty_minor(terms, row, on)
    needed = rate.denominator * (2 * so_far_minor + 1)
    days = -((2 * rate.numerator * so_far - needed) // (2 * rate.numerator * base_minor))
    numerator = rate.numerator * (so_far + base_minor * days)
    # Exactly half a fen is rounded down to an even one where the terms say so.
    return days if terms.rounded(numerator, rate.denominator) > so_far_minor else days + 1
