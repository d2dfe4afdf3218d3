"""Refunds: refused, promised or made; always inside a transaction."""

from dataclasses import replace
from datetime import datetime

from sandbox import clock, faults
from sandbox.alipay import notices, refusals, trades
from sandbox.alipay.catalogue import REFUND_FAULTS
from sandbox.alipay.orders import RefundOrder
from sandbox.alipay.trades import Refund, Trade
from sandbox.site import Site
from sandbox.store import Connection


def make(
    connection: Connection, site: Site, trade: Trade, order: RefundOrder, *, now: datetime
) -> tuple[Trade, bool]:
    """The trade after the refund, and whether money moved; a repeat moves none."""
    number = order.out_request_no or trade.out_trade_no
    earlier = trades.find_refund(connection, out_trade_no=trade.out_trade_no, out_request_no=number)
    if earlier is not None:
        if earlier.amount_minor != order.amount_minor:
            raise refusals.declined("ACQ.DISCORDANT_REPEAT_REQUEST", "同一退款号的金额与上次不一致")
        return trade, False
    _refuse_unfit(trade, order)
    trade = _pause(connection, site, trade)
    names = _strikes(connection, trade)
    if "seller_balance" in names:
        raise refusals.declined("ACQ.SELLER_BALANCE_NOT_ENOUGH", "卖家余额不足")
    if "accepted_then_failed" in names:
        # The gateway's word only: this trade is nowhere kept.
        return replace(trade, refunded_minor=trade.refunded_minor + order.amount_minor), True
    return _give_back(connection, site, trade, order, number=number, now=now), True


def _refuse_unfit(trade: Trade, order: RefundOrder) -> None:
    if trade.state == "TRADE_FINISHED":
        raise refusals.declined("ACQ.TRADE_HAS_FINISHED", "交易已完结，超过可退款期限")
    if trade.state != "TRADE_SUCCESS":
        raise refusals.wrong_state()
    if order.out_request_no is None and order.amount_minor != trade.total_minor:
        raise refusals.declined("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "部分退款必须提供 out_request_no")
    if order.amount_minor > trade.total_minor - trade.refunded_minor:
        raise refusals.declined("ACQ.REASON_TRADE_REFUND_FEE_ERR", "退款金额超过可退金额")


def _pause(connection: Connection, site: Site, trade: Trade) -> Trade:
    now = clock.real_seconds()
    if now - trade.refund_asked_at < site.home.settings.refund_gap_seconds:
        raise refusals.limited(f"同一笔交易两次退款至少间隔{site.home.settings.refund_gap_seconds}秒")
    return trades.change(connection, trade, refund_asked_at=now)


def _strikes(connection: Connection, trade: Trade) -> set[str]:
    strikes = faults.strike(
        connection,
        channel="alipay",
        faults=REFUND_FAULTS,
        order_no=trade.out_trade_no,
        operation="alipay.trade.refund",
    )
    return {strike.name for strike in strikes}


def _give_back(
    connection: Connection, site: Site, trade: Trade, order: RefundOrder, *, number: str, now: datetime
) -> Trade:
    assert trade.buyer_id is not None
    refund = Refund(
        out_trade_no=trade.out_trade_no,
        out_request_no=number,
        amount_minor=order.amount_minor,
        reason=order.reason,
        refunded_at=clock.to_wire(now),
    )
    refunded_minor = trade.refunded_minor + order.amount_minor
    trades.add_refund(connection, refund)
    trades.move_balance(connection, trade.buyer_id, order.amount_minor)
    trade = trades.change(connection, trade, refunded_minor=refunded_minor)
    if refunded_minor == trade.total_minor:
        trade = trades.change(connection, trade, state="TRADE_CLOSED", closed_at=clock.to_wire(now))
    notices.announce(connection, site, trade, event="refunded", now=now, refund=refund)
    return trade
