"""What every act on a plan on hold writes: its facts, the difference in the books, and what is kept beside the loan."""

from datetime import datetime, timedelta
from uuid import UUID

from anqi.lending import merchant_orders, returning, store
from anqi.lending.models import MerchantOrder, Return
from anqi.lending.store import LoanInHand
from anqi.notices import messages, texts, webhooks
from anqi.payments import charges, outbox
from anqi.payments.models import Charge, Outbox
from anqi.rows.days import day_of


def loan_of(borrower_id: UUID, loan_id: UUID) -> LoanInHand:
    """The loan, whole, for an act."""
    return store.read(borrower_id, [loan_id])[loan_id]


def close_charge(held: LoanInHand, *, now: datetime) -> Charge | None:
    """The open charge of the loan, which its channel is asked to close: what it is about has changed."""
    charge = charges.claiming(held.borrower_id, [held.id])
    if charge and charge.closing_at is None:
        charges.begin_closing(charge, now=now)
        outbox.put(
            borrower_id=held.borrower_id, charge_id=charge.id, kind=Outbox.Kind.CLOSE, now=now, lease=timedelta(0)
        )
    return charge


def tell_merchant(held: LoanInHand, goods: Return, theirs: MerchantOrder, *, now: datetime) -> None:
    """A webhook about what the return of this loan's goods has become."""
    for event in returning.events(goods, theirs, held=held, today=day_of(now)):
        webhooks.enqueue(**event, now=now)


def tell_borrower(goods: Return, theirs: MerchantOrder, template: str, *, now: datetime, **words: str) -> None:
    """A message about it."""
    stated = {"merchant": theirs.merchant.name, "amount": texts.yuan(goods.amount_minor)} | words
    messages.announce(borrower_id=goods.borrower_id, template=template, words=stated, now=now)


def order_of(goods: Return) -> MerchantOrder:
    """The merchant's order of a return, with its merchant."""
    return merchant_orders.get(goods.merchant_order_id)
