"""Orders of borrowers at merchants: what became of them, and how the merchant is told."""

from datetime import datetime
from typing import Any
from uuid import UUID

from anqi.lending.models import MerchantOrder, Order


def settle(borrower_id: UUID, order_id: UUID, *, now: datetime) -> MerchantOrder:
    """The order is paid off. What the merchant sees of it, changed."""
    order = Order.objects.get(borrower_id=borrower_id, id=order_id)
    Order.objects.filter(borrower_id=borrower_id, id=order_id).update(
        state=MerchantOrder.State.SETTLED, ended_at=now
    )
    theirs = MerchantOrder.objects.get(id=order.merchant_order_id)
    theirs.state, theirs.changed_at = MerchantOrder.State.SETTLED, now
    theirs.save(update_fields=["state", "changed_at"])
    return theirs


def told(theirs: MerchantOrder) -> dict[str, Any]:
    """The order as merchants are told of it, in answers and in webhooks."""
    return {
        "id": str(theirs.id),
        "order_number": theirs.order_number,
        "state": theirs.state,
        "amount_minor": theirs.amount_minor,
    }
