"""Orders of borrowers at merchants: what became of them, and how the merchant is told."""

from datetime import datetime
from typing import Any
from uuid import UUID

from anqi.lending import merchant_orders
from anqi.lending.merchant_orders import NoSuchOrder, State
from anqi.lending.models import Merchant, MerchantOrder, Order
from anqi.rows.days import SHANGHAI
from anqi.rows.ids import uuid7

_MOMENTS: dict[str, str] = {
    Order.State.CONFIRMED: "confirmed_at", Order.State.SHIPPED: "shipped_at", Order.State.PAID_OUT: "shipped_at"
}  # fmt: skip


def bear(theirs: MerchantOrder, borrower_id: UUID, *, now: datetime) -> Order:
    """The borrower's own order, made when the borrower first opens the merchant's."""
    order_id = uuid7()
    order = Order.objects.create(
        borrower_id=borrower_id,
        id=order_id,
        merchant_id=theirs.merchant_id,
        merchant_order_id=theirs.id,
        order_number=theirs.order_number,
        goods=theirs.goods,
        amount_minor=theirs.amount_minor,
        currency=theirs.currency,
        opened_at=now,
        state=State.CREATED,
    )
    merchant_orders.give_to(theirs, borrower_id=borrower_id, order_id=order_id)
    return order


def find(borrower_id: UUID, order_id: UUID) -> Order:
    """The borrower's purchase with its merchant. Refuses with NoSuchOrder, also where it is somebody else's."""
    found = Order.objects.select_related("merchant").filter(borrower_id=borrower_id, id=order_id).first()
    if found is None or found.merchant is None:
        raise NoSuchOrder
    return found


def shop_of(borrower_id: UUID, order_id: UUID) -> Merchant | None:
    """Where it was bought; None of cash."""
    return Order.objects.select_related("merchant").get(borrower_id=borrower_id, id=order_id).merchant


def move(
    theirs: MerchantOrder, state: State, *, now: datetime, tracking_number: str = "", reason: str = ""
) -> None:
    """Both sides of the order reached this state."""
    merchant_orders.move(theirs, state, now=now, tracking_number=tracking_number, reason=reason)
    if theirs.borrower_id and theirs.order_id:
        move_mine(theirs.borrower_id, theirs.order_id, state, now=now)


def settle(borrower_id: UUID, order_id: UUID, *, now: datetime) -> MerchantOrder | None:
    """The order is paid off. What the merchant sees of it, changed; nothing where the loan was paid out in cash."""
    order = Order.objects.get(borrower_id=borrower_id, id=order_id)
    move_mine(borrower_id, order_id, Order.State.SETTLED, now=now)
    if order.merchant_order_id is None:
        return None
    theirs = MerchantOrder.objects.get(id=order.merchant_order_id)
    theirs.state, theirs.changed_at = MerchantOrder.State.SETTLED, now
    theirs.save(update_fields=["state", "changed_at"])
    return theirs


def move_mine(borrower_id: UUID, order_id: UUID, state: str, *, now: datetime) -> None:
    """The borrower's order reached this state; its merchant, where there is one, is told by others."""
    moment = {_MOMENTS.get(state, "ended_at"): now}
    Order.objects.filter(borrower_id=borrower_id, id=order_id).update(state=state, **moment)


def told(theirs: MerchantOrder) -> dict[str, Any]:
    """The order as merchants are told of it, in answers and in webhooks."""
    return {
        "id": str(theirs.id),
        "order_number": theirs.order_number,
        "state": theirs.state,
        "amount_minor": theirs.amount_minor,
        "currency": theirs.currency,
        "plan": theirs.plan,
        "created_at": theirs.created_at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
        "changed_at": theirs.changed_at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
        "tracking_number": theirs.tracking_number,
        "reason": theirs.reason,
    }


def events(theirs: MerchantOrder | None, kind: str) -> list[dict[str, Any]]:
    """What the merchant is to be told of its order: one event, or none to a shop that has named no address."""
    if theirs is None or not theirs.merchant.webhook_url:
        return []
    return [{"merchant_id": theirs.merchant_id, "kind": kind, "subject_id": theirs.id, "body": told(theirs)}]
