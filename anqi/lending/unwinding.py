"""What goods that come back do to the plan that paid for them, and what of the borrower's money that frees.

Refused
└── CannotCount         the loan is void
"""

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from anqi.engine import accounts, events
from anqi.engine import loan as engine_loan
from anqi.engine import refusals as engine_refusals
from anqi.engine.facts import Fact as EngineFact
from anqi.engine.facts import Payment, Reversal
from anqi.engine.loan import Standing
from anqi.lending import courses, effects
from anqi.lending.models import Fact, Return
from anqi.lending.store import LoanInHand, NewFact
from anqi.rows.days import day_of
from anqi.rows.refusals import Refused

# An id after all others of its day.
_LAST = "~"


class CannotCount(Refused):
    """The loan of this order can take no return any more."""

    code = "cannot_count"


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What a return does to the plan, in fen, as of the day on which it was accepted.

    What remained − the goods − what is saved + what goes back = what remains.
    """

    counts_on: date
    amount_minor: int
    remaining_before_minor: int
    saved_minor: int
    """Interest, fees and penalty that are not borne any more."""
    back_minor: int
    """The borrower's own money that goes back to where it came from."""
    remaining_after_minor: int
    next_due_on_before: date | None
    next_due_minor_before: int | None
    next_due_on: date | None
    next_due_minor: int | None
    settles: bool


@dataclass(frozen=True, kw_only=True)
class ShopsPart:
    """What a return changes in what the shop is owed, in fen: all that the shop is to know of the plan."""

    counts_on: date
    returned_minor: int
    """The goods, below zero."""
    fee_minor: int
    """The shop's fee that it gets back."""

    @property
    def amount_minor(self) -> int:
        """The sum of both."""
        return self.returned_minor + self.fee_minor


def count(held: LoanInHand, goods: Return, *, today: date, by: str) -> tuple[NewFact, LoanInHand]:
    """The fact, and the loan with it: as of the day on which the goods were announced.

    Where what happened since would no longer hold, as of today. Refuses CannotCount.
    """
    for counts_on in (day_of(goods.requested_at), today):
        fact = _fact(goods, counts_on=counts_on, by=by)
        after = courses.advance(held, [fact])
        try:
            engine_loan.standing(after.terms, after.facts, max(today, *(each.on for each in after.facts)))
        except engine_refusals.Refused:
            continue
        return fact, after
    raise CannotCount


@dataclass(frozen=True, kw_only=True)
class Freed:
    """What of a loan's credit leaves it, in fen, and how much of that pays at once what is still owed."""

    leaves_minor: int
    pays_minor: int

    @property
    def back_minor(self) -> int:
        """What the borrower gets back."""
        return self.leaves_minor - self.pays_minor


def freed(after: LoanInHand, *, credit_before_minor: int, most_minor: int, today: date) -> Freed:
    """What the return has freed of the borrower's money, of which at most so much can go anywhere.

    While principal is left, what the return added to the credit; else all of it, and it pays what was earned until
    today, so that nobody who has given everything back owes a few days' interest on the next due date.
    """
    shown = engine_loan.standing(after.terms, after.facts, today)
    if shown.outstanding_principal_minor:
        added_minor = max(shown.credit_minor - credit_before_minor, 0)
        return Freed(leaves_minor=min(added_minor, most_minor), pays_minor=0)
    leaves_minor = min(shown.credit_minor, most_minor)
    if not leaves_minor:
        return Freed(leaves_minor=0, pays_minor=0)
    bare = _with(after, events.Refund(id=_LAST, on=today, amount_minor=leaves_minor))
    need_minor = engine_loan.standing(bare.terms, bare.facts, today).payoff_minor or 0
    if need_minor > leaves_minor:
        return Freed(leaves_minor=0, pays_minor=0)
    return Freed(leaves_minor=leaves_minor, pays_minor=need_minor)


def effect(
    held: LoanInHand, after: LoanInHand, goods: Return, *, counts_on: date, most_minor: int, today: date
) -> Effect:
    """What the return does to the plan; at most so much can go back to where it came from."""
    before = engine_loan.standing(held.terms, held.facts, today)
    gone = freed(after, credit_before_minor=before.credit_minor, most_minor=most_minor, today=today)
    ended = _ended(after, gone, today)
    now = engine_loan.standing(ended.terms, ended.facts, today)
    before_minor, after_minor = _net_minor(before), _net_minor(now)
    return Effect(
        counts_on=counts_on,
        amount_minor=goods.amount_minor,
        remaining_before_minor=before_minor,
        saved_minor=before_minor - goods.amount_minor + gone.back_minor - after_minor,
        back_minor=gone.back_minor,
        remaining_after_minor=after_minor,
        next_due_on_before=before.next_due_on,
        next_due_minor_before=before.next_due_minor,
        next_due_on=now.next_due_on,
        next_due_minor=now.next_due_minor,
        settles=now.status == "settled",
    )


def _ended(after: LoanInHand, gone: Freed, today: date) -> LoanInHand:
    if gone.leaves_minor:
        after = _with(after, events.Refund(id=_LAST, on=today, amount_minor=gone.leaves_minor))
    if gone.pays_minor:
        after = _with(after, Payment(id=_LAST + _LAST, on=today, amount_minor=gone.pays_minor, goal="all"))
    return after


def _with(held: LoanInHand, fact: EngineFact) -> LoanInHand:
    return replace(held, facts=(*held.facts, fact))


def foresee(held: LoanInHand, goods: Return, *, today: date) -> Effect | None:
    """What the return would do if it were completed today; None where the loan can take none."""
    try:
        fact, after = count(held, goods, today=today, by="")
    except CannotCount:
        return None
    most_minor = sum(amount_minor for _, amount_minor in paid(held))
    return effect(held, after, goods, counts_on=fact.counts_on, most_minor=most_minor, today=today)


def shops_part(held: LoanInHand, goods: Return, *, today: date) -> ShopsPart | None:
    """What the return changed for the shop, as it was booked; while it waits, what it would change today.

    None where it changes nothing, or could not.
    """
    ids = [fact.id for fact in held.facts]
    if str(goods.id) in ids:
        n = ids.index(str(goods.id))
        return _shops_part(replace(held, facts=held.facts[:n]), replace(held, facts=held.facts[: n + 1]))
    if goods.state != Return.State.REQUESTED:
        return None
    try:
        return _shops_part(held, count(held, goods, today=today, by="")[1])
    except CannotCount:
        return None


def _shops_part(before: LoanInHand, after: LoanInHand) -> ShopsPart:
    fact = after.facts[-1]
    on = max(each.on for each in after.facts)
    was, now = (accounts.balances(held.terms, held.facts, on) for held in (before, after))
    owed_minor, fee_minor = (
        was.get(account, 0) - now.get(account, 0) for account in ("merchant_payable", "merchant_fee_income")
    )
    return ShopsPart(counts_on=fact.on, returned_minor=owed_minor + fee_minor, fee_minor=-fee_minor)


def _net_minor(shown: Standing) -> int:
    return sum(row.remaining_minor for row in shown.instalments) - shown.credit_minor


def paid(held: LoanInHand) -> list[tuple[UUID, int]]:
    """What each payment brought to the loan and is still on it, in fen: the latest first. One statement."""
    undone = {fact.of for fact in held.facts if isinstance(fact, Reversal)}
    taken = effects.taken_back(held, today=date.max)
    made = [fact for fact in held.facts if isinstance(fact, Payment) and fact.id not in undone]
    ids = _payment_ids(held)
    amounts: dict[UUID, int] = {}
    for fact in sorted(made, key=lambda fact: (fact.on, fact.id), reverse=True):
        amount_minor = fact.amount_minor - taken.get(fact.id, 0)
        amounts[ids[fact.id]] = amounts.get(ids[fact.id], 0) + amount_minor
    return list(amounts.items())


def _payment_ids(held: LoanInHand) -> dict[str, UUID]:
    rows = Fact.objects.filter(borrower_id=held.borrower_id, loan_id=held.id, kind="payment")
    return {str(fact_id): UUID(body["payment_id"]) for fact_id, body in rows.values_list("id", "body")}


def _fact(goods: Return, *, counts_on: date, by: str) -> NewFact:
    """The fact by which the plan loses what came back."""
    return NewFact(
        loan_id=goods.loan_id, kind="return", counts_on=counts_on, body={"amount_minor": goods.amount_minor}, actor=by,
        key=f"return:{goods.id}", id=goods.id,
    )  # fmt: skip


def as_json(done: Effect) -> dict[str, Any]:
    """The effect as it is kept."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(done).items()}


def of(goods: Return) -> Effect | None:
    """What the return did, as it was kept; None before it was completed."""
    if goods.effect is None:
        return None
    days = ("counts_on", "next_due_on", "next_due_on_before")
    read: dict[str, Any] = {
        name: date.fromisoformat(value) if value and name in days else value for name, value in goods.effect.items()
    }
    return Effect(**read)
