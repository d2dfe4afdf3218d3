"""What a return frees of the borrower's money leaves the loan, and goes back to where it came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from anqi import recording
from anqi.actions.returns import writing
from anqi.engine import loan as engine_loan
from anqi.engine.money import write_amount
from anqi.lending import returning, unwinding
from anqi.lending.models import Return
from anqi.lending.store import LoanInHand, NewFact
from anqi.lending.unwinding import Effect
from anqi.payments import charges, refunds, unapplied
from anqi.people import holds
from anqi.rows.days import day_of

# While a charge of the loan is still open at its channel.
_LOOK_AGAIN_AFTER = timedelta(minutes=1)

Source = tuple[UUID, int]


@dataclass(frozen=True, kw_only=True)
class Leaving:
    """The facts by which money leaves a loan, and how much of it goes back to each payment, in fen."""

    facts: list[NewFact]
    given: list[Source]


def pay_back(*, borrower_id: UUID, return_id: UUID, now: datetime) -> None:
    """What was to wait for an open charge leaves the loan, unless one is open still. Again changes nothing."""
    with transaction.atomic(durable=True):
        chain = holds.hold(borrower_id)
        goods = returning.read(borrower_id, return_id)
        done = unwinding.of(goods)
        if goods.pays_back_at is None or done is None:
            return
        if charges.claiming(borrower_id, [goods.loan_id]):
            returning.pay_back_next(goods, at=now + _LOOK_AGAIN_AFTER)
            return
        held = writing.loan_of(borrower_id, goods.loan_id)
        leaving = leave(held, goods, credit_before_minor=_spared_minor(held, done, now), now=now)
        recording.write(chain, held, leaving.facts, now=now)
        open_cases(held, goods, leaving, now=now)


def _spared_minor(held: LoanInHand, done: Effect, now: datetime) -> int:
    """What of the credit was there before the return; less by now where it has paid what came due meanwhile."""
    shown = engine_loan.standing(held.terms, held.facts, day_of(now))
    return max(shown.credit_minor - done.back_minor, 0)


def leave(after: LoanInHand, goods: Return, *, credit_before_minor: int, now: datetime) -> Leaving:
    """The facts by which what the return has freed leaves the loan, and how much goes back to each payment."""
    today = day_of(now)
    credit_minor = engine_loan.standing(after.terms, after.facts, today).credit_minor
    sources = sources_of(after, credit_minor)
    gone = unwinding.freed(
        after, credit_before_minor=credit_before_minor, most_minor=sum(minor for _, minor in sources), today=today
    )
    leaves = _first(sources, gone.leaves_minor)
    pays = _first(leaves[::-1], gone.pays_minor)
    paid = dict(pays)
    return Leaving(
        facts=[
            *(_refund(after, goods, payment_id, minor, today) for payment_id, minor in leaves),
            *(
                _payment(goods, payment_id, minor, today, settles=payment_id == pays[-1][0])
                for payment_id, minor in pays
            ),
        ],
        given=[(payment_id, minor - paid.get(payment_id, 0)) for payment_id, minor in leaves],
    )


def sources_of(held: LoanInHand, amount_minor: int) -> list[Source]:
    """From which payments so much can go back, the latest first."""
    return refunds.sources(held.borrower_id, held.id, unwinding.paid(held), amount_minor=amount_minor)


def _first(sources: Sequence[Source], amount_minor: int) -> list[Source]:
    taken = []
    for payment_id, minor in sources:
        takes_minor = min(minor, amount_minor)
        amount_minor -= takes_minor
        if takes_minor:
            taken.append((payment_id, takes_minor))
    return taken


def _refund(held: LoanInHand, goods: Return, payment_id: UUID, minor: int, today: date) -> NewFact:
    return NewFact(
        loan_id=held.id, kind="refund", counts_on=today, body={"amount": write_amount(minor, currency=held.currency)},
        actor="anqi", key=f"refund:{goods.id}:{payment_id}",
    )  # fmt: skip


def _payment(goods: Return, payment_id: UUID, minor: int, today: date, *, settles: bool) -> NewFact:
    """What was earned until today is paid by the money that would go back."""
    return NewFact(
        loan_id=goods.loan_id, kind="payment", counts_on=today, actor="anqi", key=f"payment:{goods.id}:{payment_id}",
        body={"amount_minor": minor, "for": "all" if settles else "next", "payment_id": str(payment_id)},
    )  # fmt: skip


def open_cases(held: LoanInHand, goods: Return, leaving: Leaving, *, now: datetime) -> None:
    """A case for each payment, due to be refunded at once; what its channel can't take back people decide about."""
    for payment_id, amount_minor in leaving.given:
        if amount_minor:
            unapplied.open_case(
                borrower_id=held.borrower_id, payment_id=payment_id, loan_id=held.id, lender_id=held.lender_id,
                amount_minor=amount_minor, reason=unapplied.GOODS_RETURNED, now=now, returns_at=now,
            )  # fmt: skip
    returning.pay_back_next(goods, at=None)


def due(*, now: datetime, limit: int) -> list[Return]:
    """Returns whose money is to leave its loan by now."""
    return returning.due(now=now, limit=limit)
