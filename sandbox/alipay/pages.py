"""The pages and JSON twins on which a person or a test sees what became of a trade."""

from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox import doors, notify, store
from sandbox.alipay import agreement_doors, trades, transfer_doors
from sandbox.alipay.trades import Trade
from sandbox.site import Site
from sandbox.store import Connection

_NEWEST = 50


def recent(connection: Connection) -> dict[str, Any]:
    """What the home page shows of Alipay: the newest trades, each with its notifications, agreements, transfers."""
    return {
        "trades": [
            {"trade": trade, "notifications": _notifications(connection, trade)}
            for trade in trades.newest(connection, _NEWEST)
        ],
        "wallets": trades.wallets(connection),
        **agreement_doors.recent(connection),
        **transfer_doors.recent(connection),
    }


def show_trade(site: Site, request: Request) -> Response:
    with site.store.begin() as connection:
        trade = trades.by_number(connection, request.path_params["out_trade_no"])
        if trade is None:
            return site.render("missing.html", status=404, what="这笔支付宝交易", english="trade")
        story = _story(connection, trade)
    return site.render("alipay_trade.html", trade=trade, describe=notify.describe, **story)


def tell_trade(site: Site, request: Request) -> Response:
    with site.store.begin() as connection:
        trade = trades.by_number(connection, request.path_params["out_trade_no"])
        if trade is None:
            return doors.refuse(
                404, "ACQ.TRADE_NOT_EXIST", "no such trade: its cashier page was never opened"
            )
        story = _story(connection, trade)
    return doors.answer({**to_fields(trade), **story, "refunds": [asdict(each) for each in story["refunds"]],
                         "calls": [dict(call) for call in story["calls"]]})  # fmt: skip


def to_fields(trade: Trade) -> dict[str, Any]:
    """The trade for a JSON answer; the cashier's secret address is part of it."""
    fields = asdict(trade)
    fields["trade_status"] = fields.pop("state")
    fields["cashier_path"] = trade.path
    del fields["token"], fields["refund_asked_at"]
    return fields


def _story(connection: Connection, trade: Trade) -> dict[str, Any]:
    return {
        "refunds": trades.refunds_of(connection, trade.out_trade_no),
        "notifications": _notifications(connection, trade),
        "calls": store.calls_of(connection, channel="alipay", order_no=trade.out_trade_no),
    }


def _notifications(connection: Connection, trade: Trade) -> list[dict[str, Any]]:
    return notify.of_order(connection, channel="alipay", order_no=trade.out_trade_no)
