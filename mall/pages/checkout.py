"""From the cart to the lender: address, plan, cost statement, order."""

import secrets
from collections.abc import Mapping

from starlette.responses import Response

from mall import accounts, carts, orders, words
from mall.doors import Visit
from mall.money import total_minor
from mall.orders import Delivery
from mall.plans import Plan
from mall.refusals import ApiRefused, ApiSilent, CartRefused, FormIncomplete


def checkout(visit: Visit) -> Response:
    """The page with the plans, and placing the order."""
    if visit.request.method == "GET":
        return _page(visit, typed=_remembered(visit))
    try:
        number = _place(visit)
    except FormIncomplete as refusal:
        return _page(visit, typed=visit.form, errors=refusal.errors)
    except (CartRefused, ApiSilent) as refusal:
        return _page(visit, typed=visit.form, warning=f"{refusal} 还没有下单，可以再试一次。")
    except ApiRefused as refusal:
        return _page(visit, typed=visit.form, warning=words.explain(refusal.problem))
    return visit.go(f"/orders/{number}/sign")


def _place(visit: Visit) -> str:
    delivery = Delivery(
        recipient=visit.text("recipient"), recipient_phone=visit.text("recipient_phone"),
        address=visit.text("address"),
    )
    plan_code, seen = visit.text("plan"), visit.text(f"seen_total_{visit.text('plan')}")
    errors = _delivery_errors(delivery)
    if not plan_code or not (seen.isascii() and seen.isdigit() and len(seen) <= 15):
        errors["plan"] = "请选一个分期方案。"
    if not 16 <= len(visit.text("form_token")) <= 64:
        errors["plan"] = "这个页面放得太久了，请再选一次方案。"
    if errors:
        raise FormIncomplete(errors)
    assert visit.session.customer_id is not None
    return visit.shop.purchases.place(
        customer_id=visit.session.customer_id, cart_owner=visit.session.cart_owner,
        form_token=visit.text("form_token"), plan_code=plan_code, seen_total_minor=int(seen),
        delivery=delivery,
    )


def _delivery_errors(delivery: Delivery) -> dict[str, str]:
    errors = {}
    if not 1 <= len(delivery.recipient) <= 20:
        errors["recipient"] = "请填收货人，最多 20 个字。"
    if not accounts.PHONE.fullmatch(delivery.recipient_phone):
        errors["recipient_phone"] = "请填 11 位手机号，快递员会用它联系您。"
    if not 6 <= len(delivery.address) <= 120:
        errors["address"] = "请填完整的收货地址（6 到 120 个字）。"
    return errors


def _page(
    visit: Visit, *, typed: Mapping[str, str], errors: Mapping[str, str] | None = None, warning: str = ""
) -> Response:
    with visit.shop.store.reading() as rows:
        lines = carts.lines(rows, owner=visit.session.cart_owner)
    if not lines:
        return visit.go("/cart", notice=warning)
    amount_minor = total_minor(lines)
    plans, silence = _plans(visit, amount_minor=amount_minor)
    return visit.render(
        "checkout.html", status=422 if errors or warning else 200, lines=lines, total_minor=amount_minor,
        plans=plans, silence=silence, typed=typed, errors=errors or {}, warning=warning,
        form_token=visit.text("form_token") or secrets.token_urlsafe(24),
    )


def _plans(visit: Visit, *, amount_minor: int) -> tuple[tuple[Plan, ...], str]:
    """The plans of this moment, or why there are none."""
    try:
        plans = visit.shop.api.plans(amount_minor=amount_minor)
    except ApiSilent as silence:
        return (), f"{silence} 商品还在购物车里，请稍后再打开这个页面。"
    except ApiRefused as refusal:
        return (), words.explain(refusal.problem)
    return plans, "" if plans else "这个金额现在没有可选的分期方案，可以调整商品数量后再试。"


def _remembered(visit: Visit) -> dict[str, str]:
    """The last address; never a plan: credit is chosen each time by hand."""
    assert visit.customer is not None
    with visit.shop.store.reading() as rows:
        last = orders.last_delivery(rows, customer_id=visit.customer.id)
    if last is None:
        return {"recipient": visit.customer.name, "recipient_phone": visit.customer.login_name, "address": ""}
    return {
        "recipient": last.recipient, "recipient_phone": last.recipient_phone, "address": last.address,
    }
