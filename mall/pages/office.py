"""The shopkeeper's side: orders, shipping, cancelling, calls, webhooks, and the way to the settlements."""

import re

from starlette.responses import Response

from mall import calls, money, orders, webhooks, words
from mall.doors import Visit
from mall.orders import Order
from mall.refusals import ApiRefused, ApiSilent, OrderRefused

AMOUNT = re.compile(r"(|[1-9][0-9]{0,6}(\.[0-9]{2})?|0\.[0-9]{2})")
TRACKING_NUMBER = re.compile(r"[A-Za-z0-9-]{0,40}")


def order_list(visit: Visit) -> Response:
    """The newest orders, perhaps of one state."""
    state = visit.query("state") if visit.query("state") in words.STATES else ""
    with visit.shop.store.reading() as rows:
        found, counts = orders.newest(rows, state=state), orders.count_by_state(rows)
    return visit.render("shop/orders.html", orders=found, counts=counts, chosen=state)


def order_detail(visit: Visit) -> Response:
    """One order with its address, its calls and its history."""
    silence = visit.shop.purchases.look_up(_order(visit))
    order = _order(visit)
    with visit.shop.store.reading() as rows:
        asked = calls.of_order(rows, order_number=order.number)
    waiting = next((call for call in asked if call.state == "waiting"), None)
    return visit.render("shop/order.html", order=order, calls=asked, waiting=waiting, silence=silence)


def ship(visit: Visit) -> Response:
    """Send the goods off."""
    order, tracking_number = _order(visit), visit.text("tracking_number")
    try:
        if not TRACKING_NUMBER.fullmatch(tracking_number):
            raise OrderRefused("运单号只能有字母、数字和短横线，最多 40 位。")
        visit.shop.purchases.ship(number=order.number, tracking_number=tracking_number)
    except OrderRefused as refusal:
        return _back(visit, order, notice=str(refusal))
    return _back(visit, order)


def cancel(visit: Visit) -> Response:
    """Call an order off before shipping."""
    order = _order(visit)
    try:
        visit.shop.purchases.cancel(number=order.number, reason=visit.text("reason")[:100] or "merchant")
    except OrderRefused as refusal:
        return _back(visit, order, notice=str(refusal))
    return _back(visit, order)


def take_back(visit: Visit) -> Response:
    """Goods are back in the shop: part of them or all."""
    order, typed = _order(visit), visit.text("amount")
    try:
        if not AMOUNT.fullmatch(typed):
            raise OrderRefused("退货金额请填元和分，例如 1999.00；不填就是全部。")
        amount_minor = money.read_minor(typed) if typed else None
        visit.shop.purchases.take_back(number=order.number, amount_minor=amount_minor)
    except OrderRefused as refusal:
        return _back(visit, order, notice=str(refusal))
    return _back(visit, order)


def submit_again(visit: Visit) -> Response:
    """Repeat the call whose outcome is open, with its key."""
    order = _order(visit)
    try:
        visit.shop.purchases.submit_again(number=order.number)
    except OrderRefused as refusal:
        return _back(visit, order, notice=str(refusal))
    return _back(visit, order)


def webhook_list(visit: Visit) -> Response:
    """Webhooks received, with the result of each check."""
    with visit.shop.store.reading() as rows:
        received = webhooks.newest(rows)
    return visit.render("shop/webhooks.html", webhooks=received)


def settlements(visit: Visit) -> Response:
    """On to the lender's pages of what this shop is owed, by a link made for this tap."""
    try:
        return visit.go(visit.shop.api.page_link())
    except (ApiRefused, ApiSilent) as refusal:
        return visit.go("/shop", notice=f"结算单暂时打不开：{refusal}")


def _order(visit: Visit) -> Order:
    with visit.shop.store.reading() as rows:
        return orders.find(rows, number=visit.path("number"))


def _back(visit: Visit, order: Order, *, notice: str = "") -> Response:
    return visit.go(f"/shop/orders/{order.number}", notice=notice)
