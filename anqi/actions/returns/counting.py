"""A return begun and brought to its end: what merchants and staff do to it alike."""

from datetime import date, datetime

from anqi import recording
from anqi.actions.returns import paying_back, writing
from anqi.actions.returns.paying_back import Leaving
from anqi.engine import loan as engine_loan
from anqi.lending import holding, returning, unwinding
from anqi.lending.models import Hold, MerchantOrder, Return
from anqi.lending.returning import NewReturn, State
from anqi.lending.store import LoanInHand, NewFact
from anqi.lending.unwinding import Effect
from anqi.notices import texts
from anqi.rows.chain import Chain
from anqi.rows.days import day_of
from anqi.rows.ids import uuid7


def begin(
    held: LoanInHand, theirs: MerchantOrder, asked: NewReturn, *, key: str, body_hash: str, by: str, now: datetime
) -> tuple[Return, NewFact]:
    """A new return with the hold that it opens, and the hold's fact, which is still to be written.

    Asked only of goods that were shipped. Refuses MoreThanShipped, NothingShippedLeft.
    """
    amount_minor = returning.amount_of(theirs, asked.amount_minor)
    until = day_of(now) + holding.RETURN_TAKES
    hold, fact = holding.put(
        id=uuid7(), held=held, kind=Hold.Kind.RETURN, reason=asked.reason, until=until, by=by, now=now
    )
    goods = returning.put(
        asked, id=uuid7(), held=held, hold_id=hold.id, merchant_order_id=theirs.id, amount_minor=amount_minor, key=key,
        body_hash=body_hash, requested_at=now,
    )  # fmt: skip
    goods.hold = hold
    return goods, fact


def complete(
    chain: Chain, held: LoanInHand, theirs: MerchantOrder, goods: Return, *, before: list[NewFact], by: str,
    now: datetime,
) -> None:  # fmt: skip
    """The goods are here: the plan loses them as of the day they were announced, and the hold ends.

    `before` are facts of this act that come first. What is freed of the borrower's money leaves the loan at once, or
    when the charge has ended that is open now. Refuses CannotCount.
    """
    today = day_of(now)
    fact, after = unwinding.count(held, goods, today=today, by=by)
    charge = writing.close_charge(held, now=now)
    done = _effect(held, after, goods, counts_on=fact.counts_on, today=today)
    facts = [*before, fact, *_release(goods, by=by, now=now)]
    leaving = Leaving(facts=[], given=[]) if charge else _leave(held, after, goods, now)
    returning.complete(goods, done, by=by, now=now)
    recording.write(chain, held, [*facts, *leaving.facts], now=now)
    if not charge:
        paying_back.open_cases(held, goods, leaving, now=now)
    writing.tell_merchant(after, goods, theirs, now=now)
    _tell_borrower(goods, theirs, done, now)


def _effect(held: LoanInHand, after: LoanInHand, goods: Return, *, counts_on: date, today: date) -> Effect:
    most_minor = sum(minor for _, minor in paying_back.sources_of(after, _credit_minor(after, today)))
    return unwinding.effect(held, after, goods, counts_on=counts_on, most_minor=most_minor, today=today)


def _leave(held: LoanInHand, after: LoanInHand, goods: Return, now: datetime) -> Leaving:
    return paying_back.leave(after, goods, credit_before_minor=_credit_minor(held, day_of(now)), now=now)


def _credit_minor(held: LoanInHand, today: date) -> int:
    return engine_loan.standing(held.terms, held.facts, today).credit_minor


def _release(goods: Return, *, by: str, now: datetime) -> list[NewFact]:
    # Staff may have ended it before the goods came.
    if goods.hold.ended_at:
        return []
    return [holding.end(goods.hold, why="goods_returned", by=by, now=now)]


def _tell_borrower(goods: Return, theirs: MerchantOrder, done: Effect, now: datetime) -> None:
    before_minor, after_minor = max(done.remaining_before_minor, 0), max(done.remaining_after_minor, 0)
    words = {"before": texts.yuan(before_minor), "after": texts.yuan(after_minor)}
    if done.back_minor:
        words["back"] = texts.yuan(done.back_minor)
    template = "return_completed_back" if done.back_minor else "return_completed"
    writing.tell_borrower(goods, theirs, template, now=now, **words)


def give_up(
    chain: Chain, theirs: MerchantOrder, goods: Return, state: State, *, by: str, why: str, now: datetime
) -> None:
    """No goods come back: the hold ends, and what it spared stays spared."""
    held = writing.loan_of(chain.borrower_id, goods.loan_id)
    facts = [] if goods.hold.ended_at else [holding.end(goods.hold, why=state, by=by, now=now)]
    returning.close(goods, state, by=by, why=why, now=now)
    if facts:
        recording.write(chain, held, facts, now=now)
    writing.tell_merchant(held, goods, theirs, now=now)
    writing.tell_borrower(goods, theirs, "return_withdrawn", now=now)
