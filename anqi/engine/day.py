"""The next day on which something happens to a loan by itself."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from anqi.engine.course import Course, Instalment, base_days
from anqi.engine.facts import Fact
from anqi.engine.lateness import state_of
from anqi.engine.products import Penalty, Terms
from anqi.engine.replay import replay


def next_wake_on(terms: Terms, facts: Iterable[Fact], on: date) -> date | None:
    """The first later day on which the balances or the state of an instalment change with no new fact.

    The day of a known fact dated after `on` counts too; `None` where nothing will ever happen by itself.
    Refuses as `standing` does. Due on 30 September with three days of grace, nothing paid: on 1 September it is
    30 September, then 1 October, 4 October, and from there each day on which the penalty grows by a fen.
    """
    facts = tuple(facts)
    days = [fact.on for fact in facts if fact.on > on]
    course = replay(terms, facts, on)
    if on < terms.starts_on:
        days.append(terms.starts_on)
    else:
        days.extend(_days_of_due(course, on))
        days.extend(row.period.due_on for row in course.coming if row.remaining_minor)
    return min(days, default=None)


def _days_of_due(course: Course, on: date) -> Iterator[date]:
    for row in course.due:
        state = state_of(row, course.terms, on)
        if state == "due":
            yield from _days_after(on, 1)
        elif state == "grace":
            yield from _days_after(row.period.due_on, course.terms.grace_days + 1)
        elif state == "overdue" and course.terms.penalty is not None:
            yield from _days_after(on, _days_to_growth(row, course.terms.penalty))


def _days_after(day: date, days: int | None) -> Iterator[date]:
    if days is not None and days <= (date.max - day).days:
        yield day + timedelta(days=days)


def _days_to_growth(row: Instalment, penalty: Penalty) -> int | None:
    """Days until the penalty is next a fen higher, `None` where it does not grow.

    Half a fen more than a whole number of fen is rounded up: 0.02 fen a day from nothing, after 25 days.
    """
    base_minor = row.left("principal") if penalty.on == "principal" else row.unpaid_minor
    rate = penalty.daily_rate
    if not base_minor or not rate:
        return None
    needed = rate.denominator * (2 * row.charged["penalty"] + 1)
    return -((2 * rate.numerator * base_days(row.late) - needed) // (2 * rate.numerator * base_minor))
