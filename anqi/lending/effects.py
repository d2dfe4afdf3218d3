"""What money did to a loan, told one by one: each payment, and what else paid instalments or was taken off them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import takewhile

from anqi.engine import repayment
from anqi.engine.events import Chargeback, Goodwill, Recovery
from anqi.engine.facts import Fact, Payment, Reversal
from anqi.engine.loan import standing
from anqi.engine.refusals import LessThanPayoff
from anqi.engine.repayment import Preview
from anqi.engine.standing_facts import in_their_order, without_reversed
from anqi.lending.store import LoanInHand

OtherMoney = Chargeback | Goodwill | Recovery


def of_payments(held: LoanInHand, *, today: date) -> Iterator[tuple[Payment, Preview | None]]:
    """Each payment in the order of its day, with what it does to the loan as known today; None once reversed."""
    known = _known(held, today)
    undone_ids = {fact.of for fact in known if isinstance(fact, Reversal)}
    for payment in in_their_order(fact for fact in known if isinstance(fact, Payment)):
        assert isinstance(payment, Payment)
        yield payment, None if payment.id in undone_ids else _effect(held, _before(payment, known), payment)


def of_other_money(held: LoanInHand, *, today: date) -> Iterator[tuple[OtherMoney, dict[int, int]]]:
    """Chargebacks, goodwill and recoveries that stand, with what each paid of every instalment by number, in fen.

    Below zero what a chargeback took off again.
    """
    known = _known(held, today)
    for fact in in_their_order(without_reversed(known)[0]):
        if isinstance(fact, OtherMoney):
            yield fact, _paid_by(held, _before(fact, known), fact)


def taken_back(held: LoanInHand, *, today: date) -> dict[str, int]:
    """What the channel took back of each payment, by the payment's id, in fen; payments it left alone left out."""
    amounts: dict[str, int] = {}
    for fact in without_reversed(_known(held, today))[0]:
        if isinstance(fact, Chargeback):
            amounts[fact.of] = amounts.get(fact.of, 0) + (fact.amount_minor or 0)
    return amounts


def _known(held: LoanInHand, today: date) -> list[Fact]:
    return [fact for fact in held.facts if fact.on <= today]


def _before(fact: Fact, known: Sequence[Fact]) -> list[Fact]:
    happened = in_their_order(each for each in known if not isinstance(each, Reversal))
    before = list(takewhile(lambda each: each.id != fact.id, happened))
    ids = {each.id for each in before}
    # A later reversal is told as known by then: what came after the reversed fact was taken without it, and leniently.
    reversals = (each for each in known if isinstance(each, Reversal) and each.of in ids)
    return [*before, *(replace(each, on=min(each.on, fact.on)) for each in reversals)]


def _effect(held: LoanInHand, before: Sequence[Fact], payment: Payment) -> Preview:
    try:
        return repayment.preview(
            held.terms, before, payment.on, amount_minor=payment.amount_minor, goal=payment.goal
        )
    except LessThanPayoff:
        # A reversal before it has made it too small to settle: the engine then takes it for what is due.
        return repayment.preview(held.terms, before, payment.on, amount_minor=payment.amount_minor, goal="due")


def _paid_by(held: LoanInHand, before: Sequence[Fact], fact: Fact) -> dict[int, int]:
    paid_before = {row.n: row.paid_minor for row in standing(held.terms, before, fact.on).instalments}
    rows = standing(held.terms, [*before, fact], fact.on).instalments
    paid = {row.n: row.paid_minor - paid_before.get(row.n, 0) for row in rows}
    return {n: amount_minor for n, amount_minor in paid.items() if amount_minor}
