"""The pages and JSON twins on which a person or a test sees what became of an order."""

import json
from dataclasses import asdict
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox import doors, notify, store
from sandbox.site import Site
from sandbox.store import Connection
from sandbox.wechat import contracts, debits, keys, notices, papay_notices, payers, rows, v2
from sandbox.wechat.rows import Trade

_NEWEST = 50


def recent(connection: Connection) -> dict[str, Any]:
    """What the home page shows of WeChat: the newest orders, each with its notifications."""
    return {
        "trades": [
            {"trade": trade, "notifications": _notifications(connection, trade)}
            for trade in rows.newest(connection, _NEWEST)
        ],
        "contracts": [
            {"contract": contract, "payer": payers.find(connection, contract.openid or "")}
            for contract in contracts.newest(connection, _NEWEST)
        ],
        "wallets": rows.wallets(connection),
    }


def show_trade(site: Site, request: Request) -> Response:
    with site.store.begin() as connection:
        trade = rows.find(connection, request.path_params["out_trade_no"])
        if trade is None:
            return site.render("missing.html", status=404, what="这笔微信订单", english="order")
        story = _story(connection, trade)
    return site.render("wechat_trade.html", trade=trade, describe=partial(_describe, site), **story)


def _describe(site: Site, notification: dict[str, Any]) -> str:
    return json.dumps(opened(site, notification), ensure_ascii=False, indent=2)


def opened(site: Site, notification: dict[str, Any]) -> dict[str, Any]:
    """The message with its inside readable, whichever of the two wires it goes by."""
    if notification["channel"] == "wechat":
        return notices.open_body(notification["body"], keys.prepare(site.home.folder))
    return v2.written(notification["body"])


def tell_trade(site: Site, request: Request) -> Response:
    """Its notifications come with the headers that they would carry now, and with their inside opened."""
    with site.store.begin() as connection:
        trade = rows.find(connection, request.path_params["out_trade_no"])
        if trade is None:
            return doors.refuse(404, "ORDER_NOT_EXIST", "no such order")
        story = _story(connection, trade)
    known = keys.prepare(site.home.folder)
    told = [
        {
            **each,
            "headers": notices.headers(site.store, known, each) if each["channel"] == "wechat" else {},
            "opened": opened(site, each),
        }
        for each in story["notifications"]
    ]
    return doors.answer({**to_fields(trade), "notifications": told,
                         "refunds": [asdict(each) for each in story["refunds"]],
                         "calls": [dict(call) for call in story["calls"]]})  # fmt: skip


def to_fields(trade: Trade) -> dict[str, Any]:
    """The order for a JSON answer."""
    fields = {**asdict(trade), "trade_state": trade.state}
    del fields["refund_asked_at"], fields["is_closed"]
    return fields


def _story(connection: Connection, trade: Trade) -> dict[str, Any]:
    return {
        "refunds": rows.refunds_of(connection, trade.out_trade_no),
        "notifications": _notifications(connection, trade),
        "calls": store.calls_of(connection, channel="wechat", order_no=trade.out_trade_no),
    }


def _notifications(connection: Connection, trade: Trade) -> list[dict[str, Any]]:
    channel = papay_notices.DEBITS if trade.trade_type == debits.TRADE_TYPE else "wechat"
    return notify.of_order(connection, channel=channel, order_no=trade.out_trade_no)
