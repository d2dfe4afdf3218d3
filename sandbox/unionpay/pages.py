"""The pages and JSON twins on which a person or a test sees what became of an order."""

import json
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox import clock, doors, notify, store
from sandbox.site import Site
from sandbox.store import Connection
from sandbox.unionpay import notices, rows, settling
from sandbox.unionpay.rows import Order

_NEWEST = 50
KINDS = {"pay": "消费", "open": "开通", "remove": "解除绑定", "debit": "扣款", "refund": "退款", "payout": "代付"}


def recent(connection: Connection) -> dict[str, Any]:
    """What the home page shows of UnionPay: the newest orders, each with its notifications, and the cards."""
    return {
        "orders": [
            {"order": order, "state": state(order), "notifications": _notifications(connection, order)}
            for order in rows.newest(connection, _NEWEST)
        ],
        "kinds": KINDS,
        "cards": rows.all_cards(connection),
        "balance_minor": rows.balance(connection),
    }


def state(order: Order) -> str:
    """The order's state; one word more than a query tells."""
    return "RETURNED" if order.returned_at else order.state


def show_trade(site: Site, request: Request) -> Response:
    with site.store.begin() as connection:
        order = rows.find(connection, request.path_params["order_id"])
        if order is None:
            return site.render("missing.html", status=404, what="这笔银联订单", english="order")
        story = _story(connection, order)
        card = rows.find_card(connection, order.card_no or "")
    return site.render(
        "unionpay_trade.html",
        order=order,
        state=state(order),
        kind=KINDS[order.kind],
        card=card,
        describe=_describe,
        **story,
    )


def give_back(site: Site, request: Request, fields: dict[str, str]) -> Response:
    """The button on a payout's page: the payee's bank sends it back, now."""
    order_id = request.path_params["order_id"]
    with site.store.begin() as connection:
        order = rows.find(connection, order_id)
        if order is not None and order.may_return:
            settling.give_back(connection, order, now=clock.business_now())
    return RedirectResponse(f"/unionpay/trades/{order_id}", 303)


def _describe(body: str) -> str:
    return json.dumps(notices.read(body), ensure_ascii=False, indent=2)


def tell_trade(site: Site, request: Request) -> Response:
    with site.store.begin() as connection:
        order = rows.find(connection, request.path_params["order_id"])
        if order is None:
            return doors.refuse(404, "34", "no such order")
        story = _story(connection, order)
    told = [{**each, "opened": notices.read(each["body"])} for each in story["notifications"]]
    return doors.answer({**to_fields(order), "notifications": told,
                         "refunds": [to_fields(each) for each in story["refunds"]],
                         "calls": [dict(call) for call in story["calls"]]})  # fmt: skip


def tell_trades(site: Site, request: Request) -> Response:
    with site.store.begin() as connection:
        found = rows.newest(connection, _NEWEST)
    return doors.answer({"trades": [to_fields(each) for each in found]})


def to_fields(order: Order) -> dict[str, Any]:
    """The order for a JSON answer; its number under the name that all stand-ins have for it as well."""
    fields = {
        **asdict(order),
        "out_trade_no": order.order_id,
        "cashier_path": f"/unionpay/cashier/{order.page}" if order.page else None,
    }
    del fields["page"]
    return fields


def _story(connection: Connection, order: Order) -> dict[str, Any]:
    return {
        "refunds": rows.where(connection, "subject_id = ? AND kind = 'refund'", order.order_id),
        "notifications": _notifications(connection, order),
        "calls": store.calls_of(connection, channel="unionpay", order_no=order.order_id),
    }


def _notifications(connection: Connection, order: Order) -> list[dict[str, Any]]:
    return notify.of_order(connection, channel="unionpay", order_no=order.order_id)
