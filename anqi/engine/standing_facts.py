"""Which facts stand on a day, and in which order they are taken."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

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
    Void,
    WriteOff,
)
from anqi.engine.facts import Fact, Payment, Return, Reversal, Waiver
from anqi.engine.products import Terms
from anqi.engine.refusals import BeforeStart, MoreThanPaid, NotPositive, NotWrittenOff, UnknownFact

# On one day: what moves a due date before it comes, then what changes the loan and its plan and what went back, then
# money, so that a payment finds the loan as the day's standing shows it. Contract: returns, waivers, payments.
_TURNS: dict[type, int] = {
    kind: 2 * turn
    for turn, kinds in enumerate((
        (Deferral,), (Draw,), (RateChange, Subsidy, Pause), (Hold,), (Release,), (Return,), (Charge,), (Waiver,),
        (DueDayChange,), (ReAmortise,), (ReAge, Reschedule), (WriteOff,), (Chargeback,), (Refund,),
        (Payment, Goodwill, Recovery), (Void,), (Reversal,),
    ))
    for kind in kinds
}  # fmt: skip
_AFTER_PAYMENTS = _TURNS[Payment] + 1
_FINAL = (Reversal, Waiver, Return)
"""What no reversal undoes: a mistake in it is made good by another fact."""


def in_their_order(facts: Iterable[Fact]) -> list[Fact]:
    """By day, on one day by their turns, then by id: the order in which they arrived means nothing."""
    facts = list(facts)
    paid_on = {fact.id: fact.on for fact in facts if isinstance(fact, Payment)}

    def place(fact: Fact) -> tuple[date, int, str]:
        # What bounced on the day it was paid was there before.
        is_late = isinstance(fact, Chargeback) and paid_on.get(fact.of) == fact.on
        return fact.on, _AFTER_PAYMENTS if is_late else _TURNS[type(fact)], fact.id

    return sorted(facts, key=place)


def without_reversed(known: Sequence[Fact]) -> tuple[list[Fact], date | None]:
    """The facts that stand when the known reversals have done their work, in the same order.

    And the first day from which a fact accepted then may find less than it found: a later reversal or chargeback
    never makes it refused.
    """
    undoing = [fact for fact in known if isinstance(fact, Reversal | Chargeback)]
    if not undoing:
        return list(known), None
    lost_ids = {fact.of for fact in undoing if isinstance(fact, Reversal)}
    # What bounced as though it had never been cannot bounce a second time.
    lost_ids |= {fact.id for fact in undoing if isinstance(fact, Chargeback) and fact.of in lost_ids}
    lost = [fact.on for fact in known if fact.id in lost_ids or isinstance(fact, Chargeback)]
    standing = [fact for fact in known if not isinstance(fact, Reversal) and fact.id not in lost_ids]
    return _with_whole_chargebacks(standing), min(lost, default=None)


def _with_whole_chargebacks(facts: Sequence[Fact]) -> list[Fact]:
    amounts = {fact.id: fact.amount_minor for fact in facts if isinstance(fact, Payment)}
    return [
        replace(fact, amount_minor=amounts[fact.of])
        if isinstance(fact, Chargeback) and fact.amount_minor is None
        else fact
        for fact in facts
    ]


def check(terms: Terms, known: Sequence[Fact]) -> None:
    """Refuses what makes no sense by itself, whatever the loan looks like on its day."""
    by_id = {fact.id: fact for fact in known}
    assert len(by_id) == len(known), "an id names one fact"
    for fact in known:
        if fact.on < terms.starts_on:
            raise BeforeStart()
        if isinstance(fact, Reversal):
            if isinstance(by_id.get(fact.of, fact), _FINAL):
                raise UnknownFact()
        elif (amount_minor := getattr(fact, "amount_minor", None)) is not None and amount_minor <= 0:
            raise NotPositive()
    _check_releases(known, by_id)
    _check_chargebacks(known, by_id)
    _check_recoveries(known)


def _check_releases(known: Sequence[Fact], by_id: dict[str, Fact]) -> None:
    for fact in known:
        if isinstance(fact, Release):
            hold = by_id.get(fact.of)
            if not isinstance(hold, Hold) or hold.on > fact.on:
                raise UnknownFact(field="of")


def _check_chargebacks(known: Sequence[Fact], by_id: dict[str, Fact]) -> None:
    undone_ids = {fact.of for fact in known if isinstance(fact, Reversal)}
    left_minor: dict[str, int] = {}
    for fact in known:
        if isinstance(fact, Chargeback) and fact.id not in undone_ids:
            payment = by_id.get(fact.of)
            if not isinstance(payment, Payment) or payment.on > fact.on:
                raise UnknownFact(field="of")
            left_minor.setdefault(fact.of, payment.amount_minor)
            amount_minor = fact.amount_minor or payment.amount_minor
            if amount_minor > left_minor[fact.of]:
                raise MoreThanPaid(need_minor=left_minor[fact.of])
            left_minor[fact.of] -= amount_minor


def _check_recoveries(known: Sequence[Fact]) -> None:
    written_off_on = min((fact.on for fact in known if isinstance(fact, WriteOff)), default=date.max)
    if any(isinstance(fact, Recovery) and fact.on < written_off_on for fact in known):
        raise NotWrittenOff()
