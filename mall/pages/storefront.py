"""Front page, phone pages and the cart."""

import time
from threading import Lock

from starlette.responses import Response

from mall import carts, catalogue
from mall.doors import Visit
from mall.merchant_api import MerchantApi
from mall.money import total_minor
from mall.plans import Plan
from mall.refusals import CartRefused, Refused

PLANS_KEPT_SECONDS = 60


class PlanPreview:
    """Plans for a phone's price, asked at most once a minute; the checkout asks afresh."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[float, tuple[Plan, ...]]] = {}
        self._lock = Lock()

    def plans(self, api: MerchantApi, *, amount_minor: int) -> tuple[Plan, ...]:
        """The plans, or none while the lender does not answer: the phone can be looked at all the same."""
        with self._lock:
            asked_at, plans = self._kept.get(amount_minor, (-1e9, ()))
        if time.monotonic() - asked_at < PLANS_KEPT_SECONDS:
            return plans
        try:
            plans = api.plans(amount_minor=amount_minor)
        except Refused:
            plans = ()
        with self._lock:
            self._kept[amount_minor] = (time.monotonic(), plans)
        return plans


def front(visit: Visit) -> Response:
    """All phones."""
    return visit.render("front.html", phones=catalogue.PHONES)


def phone(preview: PlanPreview, visit: Visit) -> Response:
    """One phone, with what it costs by instalments."""
    found = catalogue.find(visit.path("slug"))
    plans = preview.plans(visit.shop.api, amount_minor=found.price_minor)
    return visit.render("phone.html", phone=found, plans=plans)


def cart(visit: Visit) -> Response:
    """The cart."""
    with visit.shop.store.reading() as rows:
        lines = carts.lines(rows, owner=visit.session.cart_owner)
    return visit.render("cart.html", lines=lines, total_minor=total_minor(lines))


def cart_add(visit: Visit) -> Response:
    """Put one more phone into the cart."""
    try:
        with visit.shop.store.transaction() as rows:
            carts.add(rows, owner=visit.session.cart_owner, slug=visit.text("slug"))
    except CartRefused as refusal:
        return visit.go("/cart", notice=str(refusal))
    return visit.go("/cart", notice="已放进购物车。")


def cart_change(visit: Visit) -> Response:
    """Set how many of one phone; 0 takes it out."""
    quantity = visit.text("quantity")
    try:
        if not (quantity.isascii() and quantity.isdigit() and len(quantity) <= 3):
            raise CartRefused("数量请填 0 到 3 的整数。")
        with visit.shop.store.transaction() as rows:
            carts.change(
                rows, owner=visit.session.cart_owner, slug=visit.text("slug"), quantity=int(quantity)
            )
    except CartRefused as refusal:
        return visit.go("/cart", notice=str(refusal))
    return visit.go("/cart")
