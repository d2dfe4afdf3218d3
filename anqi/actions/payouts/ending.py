"""What payouts do to their loans: begin them, end them before they began, or make them void."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from anqi import recording
from anqi.engine import loan as engine_loan
from anqi.engine.money import write_amount
from anqi.ledger.books import Entry
from anqi.lending import courses, loans, orders, products, store, unwinding
from anqi.lending.models import Order
from anqi.lending.store import LoanInHand, NewFact
from anqi.notices import messages, texts
from anqi.payments import mandates, refunds, unapplied
from anqi.payments.models import Payout
from anqi.people import holds
from anqi.rows.chain import Chain
from anqi.rows.days import day_of, start_of


def begin(chain: Chain, payout: Payout, *, paid_at: datetime, now: datetime) -> None:
    """The money arrived: the loan begins on that day, and its plan has dates."""
    # A channel whose clock is ahead of ours over midnight has paid by now: no loan begins tomorrow.
    paid_on = day_of(min(paid_at, now))
    loans.begin(payout.borrower_id, payout.loan_id, on=paid_on)
    mandates.look_now(payout.borrower_id, payout.loan_id, now=now)
    held = store.read(payout.borrower_id, [payout.loan_id])[payout.loan_id]
    fact = _fact(held, "paid_out", paid_on, {"payout_id": str(payout.id)}, f"paid_out:{payout.id}")
    steps = [courses.reached(held, by=fact, today=day_of(now))]
    recording.post(chain, held, [fact], steps, moved=[_moved(payout, back=False, on=paid_on)], now=now)
    orders.move_mine(held.borrower_id, held.order_id, Order.State.PAID_OUT, now=now)
    first = products.plan_of(held.signed_terms, paid_on).instalments[0]
    due: dict[str, str | date] = {"first_due_on": first.due_on, "first_due": texts.yuan(first.total_minor)}
    tell(payout, "payout_arrived", {"account": payout.label, **due}, now)


def annul(chain: Chain, payout: Payout, *, came_back_on: date, now: datetime) -> None:
    """The payee's bank sent the money back: the loan never was, and what it has earned is taken back.

    What was paid of it leaves the loan, and goes back at once to where it came from.
    """
    today = day_of(now)
    held = store.read(payout.borrower_id, [payout.loan_id])[payout.loan_id]
    assert held.starts_on, "what came back had arrived"
    fact = _fact(held, "void", max(came_back_on, held.starts_on), {}, f"void:{payout.id}")
    void = courses.advance(held, [fact])
    back = refunds.sources(held.borrower_id, held.id, unwinding.paid(held), amount_minor=_credit_minor(void, today))
    # On its own day a loan is void last of all, so that nothing can leave it before the next.
    goes_on = max(today, fact.counts_on + timedelta(days=1))
    given = [_given(held, payout, source, goes_on) for source in back]
    after = courses.advance(void, given)
    steps = [*courses.missed(held, today=today), courses.reached(void, by=fact, today=today)]
    steps += [courses.reached(after, by=each, today=today) for each in given[-1:]]
    moved = [_moved(payout, back=True, on=fact.counts_on)]
    recording.post(chain, after, [fact, *given], steps, moved=moved, now=now)
    for payment_id, amount_minor in back:
        unapplied.open_case(
            borrower_id=held.borrower_id, payment_id=payment_id, loan_id=held.id, lender_id=held.lender_id,
            amount_minor=amount_minor, reason="loan_annulled", now=now,
            returns_at=max(now, start_of(goes_on)),
        )  # fmt: skip
    orders.move_mine(held.borrower_id, held.order_id, Order.State.CANCELLED, now=now)
    tell(payout, "payout_came_back", {"account": payout.label}, now)


def cancel(
    chain: Chain, held: LoanInHand, *, actor: str, reason: str, template: str, now: datetime
) -> None:
    """The loan will never begin, and takes nothing of the limit any more."""
    fact = _fact(held, "cancelled", day_of(now), {"reason": reason}, f"cancelled:{held.order_id}", actor=actor)
    store.record(chain, [fact], now=now)
    holds.keep(chain)
    loans.cancel(held.borrower_id, held.id, on=day_of(now))
    orders.move_mine(held.borrower_id, held.order_id, Order.State.CANCELLED, now=now)
    messages.announce(borrower_id=held.borrower_id, template=template, words={}, now=now)


def tell(payout: Payout, template: str, words: Mapping[str, str | date], now: datetime) -> None:
    """The borrower is told of the payout, with its amount."""
    amount = {"amount": texts.yuan(payout.amount_minor)}
    messages.announce(borrower_id=payout.borrower_id, template=template, words={**amount, **words}, now=now)


def _moved(payout: Payout, *, back: bool, on: date) -> Entry:
    left = ("payout_payable", f"in_transit_{payout.channel}")
    debit, credit = reversed(left) if back else left
    return Entry(
        # Of no loan: what a loan's books must show is the engine's word alone.
        loan_id=None, lender_id=payout.lender_id, currency=payout.currency,
        moves=[(debit, credit, payout.amount_minor)], counts_on=on, cause="payout", cause_id=payout.id,
    )  # fmt: skip


def _credit_minor(held: LoanInHand, today: date) -> int:
    return engine_loan.standing(held.terms, held.facts, today).credit_minor


def _given(held: LoanInHand, payout: Payout, source: tuple[UUID, int], on: date) -> NewFact:
    payment_id, amount_minor = source
    amount = {"amount": write_amount(amount_minor, currency=held.currency)}
    return _fact(held, "refund", on, amount, f"refund:{payout.id}:{payment_id}")


def _fact(
    held: LoanInHand, kind: str, on: date, body: dict[str, Any], key: str, *, actor: str = "anqi"
) -> NewFact:
    return NewFact(loan_id=held.id, kind=kind, counts_on=on, body=body, actor=actor, key=key)
