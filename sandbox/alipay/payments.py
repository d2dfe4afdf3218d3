"""What happens to a trade: opened, paid, closed, expired; always inside a transaction."""

from datetime import datetime, timedelta

from sandbox import clock, faults
from sandbox.alipay import notices, refusals, trades
from sandbox.alipay.catalogue import CLOSING_FAULTS
from sandbox.alipay.orders import Order, Reference
from sandbox.alipay.trades import Trade
from sandbox.site import Site
from sandbox.store import Connection

# A year after payment nothing can be refunded any more.
_REFUND_TERM = timedelta(days=365)
_WRONG_PASSWORD = "000000"


class CannotPay(Exception):
    """The cashier's answer to the buyer is no."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def sweep(site: Site) -> None:
    """Close what nobody paid in time."""
    now = clock.business_now()
    with site.store.begin() as connection:
        for trade in trades.expired(connection, now):
            expire(connection, site, trade, now=now)


def open_trade(connection: Connection, site: Site, order: Order, *, now: datetime) -> Trade:
    """The trade that a merchant's page call means, created at the first one."""
    trade = trades.by_number(connection, order.out_trade_no)
    if trade is None:
        if order.expires_at <= now:
            raise refusals.bad_parameter("time_expire 已经过去")
        return trades.create(connection, order, now=now)
    if (trade.total_minor, trade.subject) != (order.total_minor, order.subject):
        raise refusals.declined("ACQ.CONTEXT_INCONSISTENT", "交易信息被篡改：同一订单号的金额或标题不一致")
    trade = as_of(connection, site, trade, now=now)
    if trade.state != "WAIT_BUYER_PAY":
        return trade
    # The latest call knows best where the merchant lives now.
    return trades.change(
        connection, trade, notify_url=order.notify_url, return_url=order.return_url, quit_url=order.quit_url
    )


def find(connection: Connection, site: Site, reference: Reference, *, now: datetime) -> Trade:
    """The trade as of now; Refused when there is none."""
    trade = trades.find(connection, reference)
    if trade is None:
        raise refusals.no_such_trade()
    return as_of(connection, site, trade, now=now)


def as_of(connection: Connection, site: Site, trade: Trade, *, now: datetime) -> Trade:
    """The trade after everything that time alone has done to it."""
    if trade.state == "WAIT_BUYER_PAY" and trade.expires_at <= clock.to_wire(now):
        return expire(connection, site, trade, now=now)
    if (
        trade.state == "TRADE_SUCCESS"
        and trade.paid_at
        and trade.paid_at <= clock.to_wire(now - _REFUND_TERM)
    ):
        return trades.change(connection, trade, state="TRADE_FINISHED")
    return trade


def pay(
    connection: Connection, site: Site, trade: Trade, *, buyer: str, password: str, now: datetime
) -> Trade:
    """The trade, paid from the buyer's wallet. CannotPay says why not."""
    trade = as_of(connection, site, trade, now=now)
    if trade.paid_at:
        raise CannotPay("TRADE_HAS_SUCCESS", "这笔订单已经付过款了，不会再扣一次")
    if trade.state != "WAIT_BUYER_PAY":
        raise CannotPay("TRADE_HAS_CLOSE", "这笔订单已关闭，没有扣款，请回商家重新下单")
    if trade.is_debit:
        raise CannotPay("TRADE_NOT_HERE", "这笔钱按扣款协议从付款人账户扣，不在收银台付")
    wallet = trades.find_wallet(connection, buyer)
    if wallet is None:
        raise CannotPay("BUYER_NOT_EXIST", "请选择一个付款账户")
    if not (len(password) == 6 and password.isascii() and password.isdigit()):
        raise CannotPay("PASSWORD_MALFORMED", "支付密码是 6 位数字")
    if password == _WRONG_PASSWORD:
        raise CannotPay("PASSWORD_WRONG", "支付密码不正确，请重试")
    if wallet.trouble is not None:
        raise CannotPay(wallet.trouble.code, wallet.trouble.message)
    if not wallet.covers(trade.total_minor):
        raise CannotPay("BUYER_BALANCE_NOT_ENOUGH", "余额不足，请换一个账户付款")
    return take(connection, site, trade, buyer_id=wallet.buyer_id, now=now, notifies=True)


def take(
    connection: Connection, site: Site, trade: Trade, *, buyer_id: str, now: datetime, notifies: bool
) -> Trade:
    """The trade, paid from that wallet, which holds as much."""
    assert trade.paid_at is None, "a trade is paid once"
    trades.move_balance(connection, buyer_id, -trade.total_minor)
    trade = trades.change(
        connection,
        trade,
        state="TRADE_SUCCESS",
        buyer_id=buyer_id,
        paid_at=clock.to_wire(now),
        closed_at=None,
    )
    if notifies:
        notices.announce(connection, site, trade, event="paid", now=now)
    return trade


def close(connection: Connection, site: Site, trade: Trade, *, now: datetime) -> Trade:
    """The trade, closed at the merchant's wish; only one that waits for its buyer can be."""
    if trade.state != "WAIT_BUYER_PAY":
        raise refusals.wrong_state()
    return _close(connection, site, trade, now=now, notifies=False)


def expire(connection: Connection, site: Site, trade: Trade, *, now: datetime) -> Trade:
    """The trade, closed without the merchant, who is told."""
    return _close(connection, site, trade, now=now, notifies=True)


def _close(connection: Connection, site: Site, trade: Trade, *, now: datetime, notifies: bool) -> Trade:
    trade = trades.change(connection, trade, state="TRADE_CLOSED", closed_at=clock.to_wire(now))
    # Who closes a trade knows it; only a trade that ran out of time is news to the merchant.
    if notifies:
        notices.announce(connection, site, trade, event="closed", now=now)
    strikes = faults.strike(
        connection, channel="alipay", faults=CLOSING_FAULTS, order_no=trade.out_trade_no, operation="closed"
    )
    for strike in strikes[:1]:
        buyer_id = trades.wallets(connection)[0].buyer_id
        told = strike.name == "paid_after_close"
        take(connection, site, trade, buyer_id=buyer_id, now=now, notifies=told)
    return trade
