"""A customer's orders: list, detail, on to signing, try again, cancel."""

from starlette.responses import Response

from mall import calls, orders
from mall.doors import Visit
from mall.orders import Order
from mall.refusals import OrderRefused

# Enough for a page of news without letting one visit ask the lender for a whole history.
LOOKED_UP_IN_LIST = 5


def order_list(visit: Visit) -> Response:
    """All orders; those the lender may have news about are looked up first."""
    found = _of_customer(visit)
    for order in [order for order in found if order.state in ("submitted", "created")][:LOOKED_UP_IN_LIST]:
        if visit.shop.purchases.look_up(order):
            break  # The lender does not answer: asking for the others would only make the page wait.
    return visit.render("orders.html", orders=_of_customer(visit))


def order_detail(visit: Visit) -> Response:
    """One order as it stands; this is also where the lender sends the customer back to."""
    silence = visit.shop.purchases.look_up(_order(visit))
    order = _order(visit)
    with visit.shop.store.reading() as rows:
        waiting = calls.find_waiting(rows, order_number=order.number)
    return visit.render("order.html", order=order, waiting=waiting, silence=silence)


def sign(visit: Visit) -> Response:
    """The step between the form and the lender's site.

    A page of its own with a refresh, because browsers hold a form's redirects to `form-action` and the
    lender's signing address is known only from its answer.
    """
    order = _order(visit)
    if order.state != "created" or order.confirm_url is None:
        return visit.go(f"/orders/{order.number}")
    return visit.render("sign.html", order=order)


def submit_again(visit: Visit) -> Response:
    """Ask the lender once more with the same key."""
    order = _order(visit)
    try:
        visit.shop.purchases.submit_again(number=order.number)
    except OrderRefused as refusal:
        return visit.go(f"/orders/{order.number}", notice=str(refusal))
    return visit.go(f"/orders/{order.number}")


def cancel(visit: Visit) -> Response:
    """Call the order off before shipping."""
    order = _order(visit)
    try:
        visit.shop.purchases.cancel(number=order.number, reason="customer")
    except OrderRefused as refusal:
        return visit.go(f"/orders/{order.number}", notice=str(refusal))
    return visit.go(f"/orders/{order.number}")


def _order(visit: Visit) -> Order:
    assert visit.session.customer_id is not None
    with visit.shop.store.reading() as rows:
        return orders.of_customer(rows, number=visit.path("number"), customer_id=visit.session.customer_id)


def _of_customer(visit: Visit) -> list[Order]:
    assert visit.session.customer_id is not None
    with visit.shop.store.reading() as rows:
        return orders.list_of_customer(rows, customer_id=visit.session.customer_id)
