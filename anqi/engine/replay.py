"""Replaying a loan: its facts taken in the order of their days, up to the day that is asked about."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache

from anqi.engine.allocation import pay_ahead, pay_due, waive
from anqi.engine.course import Course, Instalment, begin, counted_from
from anqi.engine.cuts import give_back, prepay
from anqi.engine.facts import Fact, Payment, Return, Reversal, Waiver
from anqi.engine.lateness import charge_penalties
from anqi.engine.payoff import payoff_of, settle
from anqi.engine.products import Terms
from anqi.engine.refusals import BeforeStart, LessThanPayoff, MoreThanOwed, NotPositive, UnknownFact

_Taken = Payment | Return | Waiver
_TURNS: dict[type, int] = {Return: 0, Waiver: 1, Payment: 2}


def replay(terms: Terms, facts: Iterable[Fact], on: date) -> Course:
    """The loan at the end of the day, in the smallest unit; facts after the day are not looked at.

    What comes back is only to be read: whoever asks the same again gets the same one.
    Refuses with `BeforeStart`, `NotPositive`, `UnknownFact`, `MoreThanOwed` or `LessThanPayoff`.
    """
    known = sorted((fact for fact in facts if fact.on <= on), key=lambda fact: (fact.on, fact.id))
    return _replay(terms, tuple(known), on)


# One act asks for the balances, the standing and the next day of one and the same course.
@lru_cache(maxsize=256)
def _replay(terms: Terms, known: tuple[Fact, ...], on: date) -> Course:
    assert len({fact.id for fact in known}) == len(known), "an id names one fact"
    _check(terms, known)
    taken, lost_on = without_reversed(known)
    course = begin(terms)
    for fact in sorted(taken, key=lambda fact: (fact.on, _TURNS[type(fact)], fact.id)):
        _advance(course, fact.on)
        _take(course, fact, is_lenient=lost_on is not None and lost_on <= fact.on)
    _advance(course, on)
    return course


def _check(terms: Terms, known: Sequence[Fact]) -> None:
    payment_ids = {fact.id for fact in known if isinstance(fact, Payment)}
    for fact in known:
        if fact.on < terms.starts_on:
            raise BeforeStart()
        if isinstance(fact, Reversal):
            if fact.of not in payment_ids:
                raise UnknownFact()
        elif fact.amount_minor <= 0:
            raise NotPositive()


def without_reversed(known: Iterable[Fact]) -> tuple[list[_Taken], date | None]:
    """The facts that stand when the known reversals have done their work, and the day of the first lost payment."""
    known = list(known)
    reversed_ids = {fact.of for fact in known if isinstance(fact, Reversal)}
    lost = [fact.on for fact in known if isinstance(fact, Payment) and fact.id in reversed_ids]
    taken: list[_Taken] = [
        fact for fact in known if not isinstance(fact, Reversal) and not _is_lost(fact, reversed_ids)
    ]
    return taken, min(lost, default=None)


def _is_lost(fact: _Taken, reversed_ids: set[str]) -> bool:
    return isinstance(fact, Payment) and fact.id in reversed_ids


def _advance(course: Course, day: date) -> None:
    while course.due_count < len(course.rows) and course.rows[course.due_count].period.due_on <= day:
        _fall_due(course, course.rows[course.due_count])
    course.day = max(day, course.terms.starts_on)
    charge_penalties(course, day)


def _fall_due(course: Course, row: Instalment) -> None:
    course.day = row.period.due_on
    if not course.is_settled_early:
        since = counted_from(row.openings, row.period.begins_on)
        row.openings.append((course.opening_minor, since, course.day))
        row.fee_bases.append((course.fee_base_of(row), since, course.day))
    course.opening_minor -= row.charged["principal"]
    course.due_count += 1
    if course.credit_minor:
        charge_penalties(course, course.day)
        course.credit_minor = pay_due(course, course.credit_minor)


def _take(course: Course, fact: _Taken, *, is_lenient: bool) -> None:
    if isinstance(fact, Return):
        give_back(course, fact.amount_minor)
    elif isinstance(fact, Waiver):
        if waive(course, fact.what, fact.amount_minor) and not is_lenient:
            raise MoreThanOwed()
    elif fact.goal == "all" and _reaches_payoff(course, fact, is_lenient):
        settle(course, fact.amount_minor)
    else:
        _pay(course, fact)


def _reaches_payoff(course: Course, payment: Payment, is_lenient: bool) -> bool:
    need_minor = payoff_of(course).amount_minor
    if payment.amount_minor < need_minor and not is_lenient:
        raise LessThanPayoff(need_minor=need_minor)
    # A payment before it has bounced since: what was accepted then is not refused now, it pays what is due.
    return payment.amount_minor >= need_minor


def _pay(course: Course, payment: Payment) -> None:
    left_minor = pay_due(course, payment.amount_minor)
    excess = "next" if payment.goal == "next" else course.terms.excess
    if excess == "next":
        left_minor = pay_ahead(course, left_minor)
    elif excess in ("shorten", "lower"):
        left_minor = prepay(course, left_minor)
    course.credit_minor += left_minor
