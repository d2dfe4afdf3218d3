"""Replaying a loan: its facts taken in the order of their days, up to the day that is asked about."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from anqi.engine.allocation import pay_due
from anqi.engine.course import Course, Instalment, begin
from anqi.engine.ending import annul
from anqi.engine.events import Chargeback, Deferral, Goodwill, Recovery, Refund, Void
from anqi.engine.facts import Fact, Payment
from anqi.engine.lateness import owing
from anqi.engine.pricing import close_stretches
from anqi.engine.products import Terms
from anqi.engine.standing_facts import check, in_their_order, without_reversed
from anqi.engine.taking import is_over, take

_DAY = timedelta(days=1)


def replay(terms: Terms, facts: Iterable[Fact], on: date) -> Course:
    """The loan at the end of the day, in the smallest unit; facts after the day are not looked at.

    Refuses with any of `Refused` that speaks of a fact.
    """
    known = in_their_order(fact for fact in facts if fact.on <= on)
    check(terms, known)
    taken, changed_on = without_reversed(known)
    course = begin(terms)
    place = 0
    while place < len(taken):
        fact = taken[place]
        # An instalment may be deferred on its due date, before it falls due.
        _advance(course, fact.on, due_by=fact.on - _DAY if isinstance(fact, Deferral) else fact.on)
        is_lenient = changed_on is not None and changed_on <= fact.on
        if isinstance(fact, Refund) and _waits(course, fact, taken, place):
            continue
        if isinstance(fact, Void) and not is_over(course, fact):
            _annul(course, taken[:place])
        else:
            take(course, fact, is_lenient=is_lenient)
        place += 1
    _advance(course, on, due_by=on)
    owing(course)
    return course


def _waits(course: Course, refund: Refund, taken: list[Fact], place: int) -> bool:
    """Put a refund off to the money of its day that came before it, by the ids, where the credit is not enough."""
    later = [
        other
        for other in range(place + 1, len(taken))
        if taken[other].on == refund.on
        and taken[other].id < refund.id
        and isinstance(taken[other], Payment | Goodwill | Recovery)
    ]
    if not later or refund.amount_minor <= course.credit_minor:
        return False
    taken.insert(later[-1], taken.pop(place))
    return True


def _annul(course: Course, before: Sequence[Fact]) -> None:
    annul(
        course,
        money_in_minor=sum(fact.amount_minor for fact in before if isinstance(fact, Payment | Recovery)),
        money_out_minor=sum(fact.amount_minor or 0 for fact in before if isinstance(fact, Refund | Chargeback)),
    )


def _advance(course: Course, day: date, *, due_by: date) -> None:
    while course.coming and course.coming[0].period.due_on <= due_by:
        _fall_due(course, course.coming[0])
    course.day = max(day, course.day)


def _fall_due(course: Course, row: Instalment) -> None:
    course.day = row.period.due_on
    close_stretches(course)
    course.opening_minor -= row.charged["principal"]
    course.coming.pop(0)
    course.owing.append(row)
    row.is_due = True
    if course.credit_minor:
        course.credit_minor = pay_due(course, course.credit_minor)
