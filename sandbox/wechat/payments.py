"""What happens to an order: placed, paid, closed; always inside a transaction."""

import secrets
from datetime import datetime

from sandbox import clock, faults
from sandbox.site import Site
from sandbox.store import Connection
from sandbox.wechat import notices, refusals, rows
from sandbox.wechat.catalogue import CLOSING_FAULTS
from sandbox.wechat.orders import TRADE_TYPES, Order
from sandbox.wechat.rows import Link, Trade

_WRONG_PASSWORD = "000000"


class CannotPay(Exception):
    """The cashier's answer to the buyer is no."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def place(connection: Connection, order: Order, *, now: datetime) -> tuple[Trade, Link]:
    """The trade that the order means, made at the first call, and a new way to its cashier."""
    trade = rows.find(connection, order.out_trade_no)
    if trade is None:
        trade = rows.create(connection, order, now=now)
    elif trade.paid_at:
        raise refusals.order_paid()
    elif trade.is_closed:
        raise refusals.order_closed()
    elif _essence(trade) != _essence(order):
        raise refusals.number_used()
    return trade, rows.add_link(connection, trade, now=now)


def _essence(order: Order | Trade) -> tuple[object, ...]:
    # Not the address of the payer: who goes on at home must be able to.
    return (
        order.trade_type,
        order.total_minor,
        order.description,
        order.time_expire,
        order.notify_url,
        order.attach,
    )


def pay(
    connection: Connection, site: Site, trade: Trade, *, buyer: str, password: str, now: datetime
) -> Trade:
    """The trade, paid from the buyer's wallet. CannotPay says why not."""
    if trade.paid_at:
        raise CannotPay("ORDERPAID", "这笔订单已经付过款了，不会再扣一次")
    if trade.trade_type not in TRADE_TYPES.values():
        raise CannotPay("ORDER_DEBITED", "这是委托代扣的订单，不能自己付款")
    if trade.is_closed:
        raise CannotPay("ORDER_CLOSED", "这笔订单已关闭，没有扣款，请回商家重新下单")
    if trade.expires_at <= clock.to_wire(now):
        raise CannotPay("ORDER_EXPIRED", "已过付款时间，没有扣款，请回商家重新下单")
    wallet = rows.find_wallet(connection, buyer)
    if wallet is None:
        raise CannotPay("BUYER_NOT_EXIST", "请选择一个付款账户")
    if not (len(password) == 6 and password.isascii() and password.isdigit()):
        raise CannotPay("PASSWORD_MALFORMED", "支付密码是 6 位数字")
    if password == _WRONG_PASSWORD:
        raise CannotPay("PASSWORD_WRONG", "支付密码不正确，请重试")
    if not wallet.covers(trade.total_minor):
        raise CannotPay("NOT_ENOUGH", "余额不足，请换一个账户付款")
    return take(connection, site, trade, openid=wallet.openid, now=now, notifies=True)


def take(
    connection: Connection, site: Site, trade: Trade, *, openid: str, now: datetime, notifies: bool
) -> Trade:
    """The trade, paid by whoever."""
    assert trade.paid_at is None, "an order is paid once"
    rows.move_balance(connection, openid, -trade.total_minor)
    trade = rows.change(
        connection,
        trade,
        transaction_id=f"42000{now:%Y%m%d}{secrets.randbelow(10**15):015d}",
        openid=openid,
        paid_at=clock.to_wire(now),
        is_closed=False,
        closed_at=None,
    )
    if notifies:
        notices.announce(connection, site, trade, now=now)
    return trade


def close(connection: Connection, site: Site, trade: Trade, *, now: datetime) -> Trade:
    """The trade, closed at the merchant's wish; nobody is told who knows it."""
    if trade.paid_at:
        raise refusals.order_paid()
    if trade.is_closed:
        raise refusals.order_closed()
    trade = fail(connection, trade, now=now)
    strikes = faults.strike(
        connection, channel="wechat", faults=CLOSING_FAULTS, order_no=trade.out_trade_no, operation="closed"
    )
    for strike in strikes[:1]:
        openid = rows.wallets(connection)[0].openid
        told = strike.name == "paid_after_close"
        trade = take(connection, site, trade, openid=openid, now=now, notifies=told)
    return trade


def fail(connection: Connection, trade: Trade, *, now: datetime) -> Trade:
    """The trade, closed by whoever."""
    return rows.change(connection, trade, is_closed=True, closed_at=clock.to_wire(now))
