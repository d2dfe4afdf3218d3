"""Refunds: taken at once, settled a moment later, told when they are."""

import secrets
from datetime import datetime, timedelta

from sandbox import clock, faults
from sandbox.site import Site
from sandbox.store import Connection
from sandbox.wechat import keys, notices, refusals, rows
from sandbox.wechat.catalogue import REFUND_FAULTS, REFUND_NOTIFY_FAULTS, TAKING_FAULTS
from sandbox.wechat.orders import RefundOrder
from sandbox.wechat.rows import Refund, Trade

# Long enough for the answer to leave first.
_SETTLES_AFTER_SECONDS = 0.5
_TERM = timedelta(days=365)
_MOST = 50
_OUTCOMES = {"refund_abnormal": "ABNORMAL", "refund_closed": "CLOSED", "accepted_then_failed": "CLOSED"}
_FOREVER = "FOREVER"


def take(connection: Connection, site: Site, order: RefundOrder, *, now: datetime) -> tuple[Trade, Refund]:
    """The trade and the refund that is on its way; the same number once more is the same refund."""
    trade = _trade_of(connection, order)
    earlier = rows.find_refund(connection, order.out_refund_no)
    if earlier is not None:
        if (earlier.out_trade_no, earlier.amount_minor, trade.total_minor) != (
            trade.out_trade_no, order.amount_minor, order.total_minor,
        ):  # fmt: skip
            raise refusals.request("订单金额或退款金额与之前请求不一致，请核实后再试")
        return trade, earlier
    _refuse_unfit(connection, trade, order, now=now)
    trade = _pause(connection, site, trade)
    names = _struck(connection, trade)
    if "refund_not_enough" in names:
        raise refusals.not_enough()
    refund = _create(connection, trade, order, names=names, now=now)
    trade = rows.change(connection, trade, refunded_minor=trade.refunded_minor + refund.amount_minor)
    if "refund_before_response" in names:
        settle(connection, site, refund, now=now, before_reply=True)
    return trade, refund


def _trade_of(connection: Connection, order: RefundOrder) -> Trade:
    if order.out_trade_no is not None:
        trade = rows.find(connection, order.out_trade_no)
    else:
        trade = rows.by_transaction(connection, order.transaction_id or "")
    if trade is None:
        raise refusals.nothing_to_refund()
    return trade


def _refuse_unfit(connection: Connection, trade: Trade, order: RefundOrder, *, now: datetime) -> None:
    if trade.paid_at is None:
        raise refusals.request("订单未支付，不能退款")
    if trade.paid_at <= clock.to_wire(now - _TERM):
        raise refusals.request("订单支付已超过一年，不能退款")
    if order.total_minor != trade.total_minor:
        raise refusals.parameter("/amount/total", "与原订单金额不一致")
    if order.amount_minor > trade.total_minor - trade.refunded_minor:
        raise refusals.request("申请退款金额大于订单剩余可退金额")
    if len(rows.refunds_of(connection, trade.out_trade_no)) >= _MOST:
        raise refusals.request(f"一笔订单最多退款{_MOST}次")


def _pause(connection: Connection, site: Site, trade: Trade) -> Trade:
    now, gap = clock.real_seconds(), keys.prepare(site.home.folder).account.refund_gap_seconds
    if now - trade.refund_asked_at < gap:
        raise refusals.limited(f"同一笔订单两次退款至少间隔{gap}秒")
    return rows.change(connection, trade, refund_asked_at=now)


def _struck(connection: Connection, trade: Trade) -> set[str]:
    able = (*REFUND_FAULTS, *REFUND_NOTIFY_FAULTS, *TAKING_FAULTS)
    strikes = faults.strike(
        connection, channel="wechat", faults=able, order_no=trade.out_trade_no, operation="refund"
    )
    return {strike.name for strike in strikes}


def _create(
    connection: Connection, trade: Trade, order: RefundOrder, *, names: set[str], now: datetime
) -> Refund:
    outcome = next((result for name, result in _OUTCOMES.items() if name in names), "SUCCESS")
    refund = Refund(
        out_refund_no=order.out_refund_no,
        refund_id=f"5030{now:%Y%m%d}{secrets.randbelow(10**17):017d}",
        out_trade_no=trade.out_trade_no,
        amount_minor=order.amount_minor,
        reason=order.reason,
        notify_url=order.notify_url,
        status="PROCESSING",
        outcome=_FOREVER if "refund_forever" in names else outcome,
        created_at=clock.to_wire(now),
        success_at=None,
        settles_at=clock.real_seconds() + _SETTLES_AFTER_SECONDS,
    )
    rows.insert(connection, "wechat_refunds", refund)
    return refund


def settle(
    connection: Connection, site: Site, refund: Refund, *, now: datetime, before_reply: bool = False
) -> None:
    """The refund becomes what it was to become, and its notice is kept for sending."""
    trade = rows.find(connection, refund.out_trade_no)
    assert trade is not None and trade.openid is not None
    success_at = clock.to_wire(now) if refund.outcome == "SUCCESS" else None
    connection.execute(
        "UPDATE wechat_refunds SET status = outcome, success_at = ? WHERE out_refund_no = ?",
        (success_at, refund.out_refund_no),
    )
    if success_at:
        rows.move_balance(connection, trade.openid, refund.amount_minor)
    if refund.outcome == "CLOSED":
        # What was not given back may be asked for again, under another number.
        rows.change(connection, trade, refunded_minor=trade.refunded_minor - refund.amount_minor)
    settled = rows.find_refund(connection, refund.out_refund_no)
    assert settled is not None
    notices.announce_refund(connection, site, trade, settled, now=now, before_reply=before_reply)


def sweep(site: Site) -> None:
    """Settle what is due."""
    now = clock.business_now()
    with site.store.begin() as connection:
        due = connection.execute(
            "SELECT * FROM wechat_refunds WHERE status = 'PROCESSING' AND outcome != ? AND settles_at <= ?",
            (_FOREVER, clock.real_seconds()),
        ).fetchall()
        for row in due:
            settle(connection, site, Refund(**dict(row)), now=now)
