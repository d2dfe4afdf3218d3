"""What each fact does to a loan on its day."""

from anqi.engine import additions, ending, holding, interest, redating, replanning
from anqi.engine.allocation import pay_ahead, pay_due, waive
from anqi.engine.claims import take_back
from anqi.engine.course import Course
from anqi.engine.cuts import prepay
from anqi.engine.events import (
    Charge,
    Chargeback,
    Deferral,
    Draw,
    DueDayChange,
    Goodwill,
    Hold,
    Pause,
    RateChange,
    ReAge,
    ReAmortise,
    Recovery,
    Refund,
    Release,
    Reschedule,
    Subsidy,
    WriteOff,
)
from anqi.engine.facts import Fact, Payment, Return, Waiver
from anqi.engine.payoff import payoff_of, settle
from anqi.engine.refusals import LessThanPayoff, LoanOver, MoreThanCredit, MoreThanOwed, Refused
from anqi.engine.returns import give_back

_MONEY = (Payment, Recovery, Refund, Chargeback)
_AFTER_WRITE_OFF = (*_MONEY, Return, Waiver, Goodwill)


def take(course: Course, fact: Fact, *, is_lenient: bool) -> None:
    """Take one fact on its day; lenient where a fact before it was undone since: what was accepted isn't refused.

    Contract, payments: an `all` that no longer reaches the payoff is taken as `due`, a waiver takes what is there.
    """
    if is_over(course, fact):
        if not is_lenient:
            raise LoanOver()
        return
    match fact:
        case Payment():
            _pay(course, fact, is_lenient=is_lenient)
        case Return():
            course.taken_back_minor += fact.amount_minor
            give_back(course, fact)
        case Waiver():
            _waive(course, fact, is_lenient=is_lenient)
        case Chargeback() | Refund():
            _take_back(course, fact, is_lenient=is_lenient)
        case Recovery():
            course.unapplied_minor += fact.amount_minor
            course.credit_minor += pay_due(course, fact.amount_minor)
        case Charge():
            additions.charge(course, fact)
        case Draw():
            additions.draw(course, fact)
        case _:
            _take_event(course, fact, is_lenient=is_lenient)


def is_over(course: Course, fact: Fact) -> bool:
    """Whether the loan is void or written off, and takes no such fact any more."""
    if isinstance(fact, Hold | Release):
        # They change nothing that is owed; a hold may outlive the loan.
        return False
    if course.is_void:
        return not isinstance(fact, _MONEY)
    return course.written_off_minor is not None and not isinstance(fact, _AFTER_WRITE_OFF)


def _take_event(course: Course, fact: Fact, *, is_lenient: bool) -> None:
    try:
        _change(course, fact)
    except Refused:
        # What it stood on was undone since; nothing has been changed when it refuses.
        if not is_lenient:
            raise


def _change(course: Course, fact: Fact) -> None:
    match fact:
        case Deferral():
            redating.defer(course, fact.n, fact.to)
        case DueDayChange():
            redating.change_due_day(course, fact.day)
        case ReAmortise():
            replanning.re_amortise(course)
        case ReAge():
            replanning.re_age(course, fact)
        case Reschedule():
            replanning.reschedule(course, fact)
        case Pause():
            interest.pause(course, fact)
        case Hold():
            holding.hold(course, fact)
        case Release():
            holding.release(course, fact)
        case RateChange():
            interest.change_rate(course, fact)
        case Subsidy():
            interest.subsidise(course, fact)
        case Goodwill():
            additions.give(course, fact.amount_minor)
        case WriteOff():
            ending.write_off(course)
        case _:
            raise AssertionError(fact)


def _pay(course: Course, payment: Payment, *, is_lenient: bool) -> None:
    course.unapplied_minor += payment.amount_minor
    if payment.goal == "all":
        need_minor = payoff_of(course).amount_minor
        if payment.amount_minor >= need_minor:
            settle(course, payment.amount_minor)
            return
        if not is_lenient:
            raise LessThanPayoff(need_minor=need_minor)
    left_minor = pay_due(course, payment.amount_minor)
    excess = "next" if payment.goal == "next" else course.terms.excess
    if excess == "next":
        left_minor = pay_ahead(course, left_minor)
    elif excess in ("shorten", "lower"):
        left_minor = prepay(course, left_minor)
    course.credit_minor += left_minor


def _waive(course: Course, waiver: Waiver, *, is_lenient: bool) -> None:
    left_minor = waive(course, waiver.what, waiver.amount_minor)
    if left_minor and not is_lenient:
        raise MoreThanOwed()
    if course.written_off_minor is not None:
        # What is forgiven is no longer lost: else a recovery would be shown that never came.
        course.written_off_minor -= waiver.amount_minor - left_minor


def _take_back(course: Course, fact: Chargeback | Refund, *, is_lenient: bool) -> None:
    assert fact.amount_minor, "a chargeback of a whole payment names its amount by now"
    if isinstance(fact, Refund) and fact.amount_minor > course.credit_minor and not is_lenient:
        raise MoreThanCredit(need_minor=course.credit_minor)
    course.unapplied_minor -= fact.amount_minor
    take_back(course, fact.amount_minor)
