"""What happens on the payment's page: placed, paid, run out of time; always inside a transaction."""

import secrets
from datetime import datetime

from sandbox import clock, faults
from sandbox.faults import Fault
from sandbox.site import Site
from sandbox.store import Connection
from sandbox.unionpay import cards, notices, refusals, rows
from sandbox.unionpay.catalogue import DECLINES, EXPIRY_FAULTS
from sandbox.unionpay.orders import Request
from sandbox.unionpay.refusals import MESSAGES
from sandbox.unionpay.rows import Card, Order

_WRONG_CODE = "000000"


class CannotPay(Exception):
    """The page's answer to the holder is no."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def place(connection: Connection, site: Site, request: Request, *, now: datetime) -> Order:
    """The order that the form means, payment or opening, made at the first one."""
    order = rows.find(connection, request.order_id)
    if order is None:
        return _create(connection, request, now=now)
    if (order.kind, order.txn_time) != (request.operation, request.txn_time):
        raise refusals.duplicate("orderId 已用于另一笔交易")
    if (order.amount_minor, order.description, order.expires_at) != (
        request.amount_minor, request.description, clock.to_wire(request.ends_at),
    ):  # fmt: skip
        raise refusals.duplicate("同一订单的金额、描述或付款截止与上次不一致")
    order = as_of(connection, site, order, now=now)
    if order.state != "WAITING":
        return order
    # The latest form knows best where the merchant lives now.
    return rows.change(connection, order, front_url=request.front_url, back_url=request.back_url)


def _create(connection: Connection, request: Request, *, now: datetime) -> Order:
    if request.ends_at <= now:
        raise refusals.malformed("已过付款或开通的时间")
    return rows.add(
        connection,
        now=now,
        order_id=request.order_id,
        kind=request.operation,
        txn_time=request.txn_time,
        subject_id=request.order_id,
        amount_minor=request.amount_minor,
        description=request.description,
        front_url=request.front_url,
        back_url=request.back_url,
        reserved=request.reserved,
        expires_at=clock.to_wire(request.ends_at),
        page=secrets.token_urlsafe(24),
        state="WAITING",
        resp_code="05",
    )


def as_of(connection: Connection, site: Site, order: Order, *, now: datetime) -> Order:
    """The order after what time alone has done to it."""
    if order.state == "WAITING" and order.expires_at and order.expires_at <= clock.to_wire(now):
        return _expire(connection, site, order, now=now)
    return order


def _expire(connection: Connection, site: Site, order: Order, *, now: datetime) -> Order:
    # Why the last try failed; of one that nobody tried, UnionPay knows nothing.
    order = rows.change(connection, order, state="EXPIRED", resp_code=order.outcome or "34")
    struck = struck_names(connection, order, EXPIRY_FAULTS, "expired") if order.kind == "pay" else []
    for name in struck[:1]:
        card = rows.all_cards(connection)[0]
        order = _take(connection, site, order, card, now=now, notifies=name == "paid_after_timeout")
    return order


def try_to_pay(
    connection: Connection, site: Site, order: Order, *, card: str, code: str, now: datetime
) -> tuple[Order, CannotPay | None]:
    """The order, paid from that card, or why not; a bank's no is kept, and another card may be tried."""
    order = as_of(connection, site, order, now=now)
    try:
        return _pay(connection, site, order, card=card, code=code, now=now), None
    except CannotPay as trouble:
        if trouble.code in MESSAGES and order.state == "WAITING":
            order = rows.change(connection, order, outcome=trouble.code)
        return order, trouble


def _pay(connection: Connection, site: Site, order: Order, *, card: str, code: str, now: datetime) -> Order:
    must_wait(order)
    chosen = rows.find_card(connection, card)
    if chosen is None:
        raise CannotPay("CARD_UNKNOWN", "请选择一张银行卡")
    check_sms(code)
    if refusal := refuses(connection, order, chosen):
        raise CannotPay(refusal, f"{MESSAGES[refusal]}，没有扣款，请换一张卡")
    return _take(connection, site, order, chosen, now=now)


def must_wait(order: Order) -> None:
    """CannotPay unless the page may still be used."""
    if order.state == "SUCCESS":
        raise CannotPay("ORDER_DONE", "这笔订单已经完成，不会再做一次")
    if order.state != "WAITING":
        raise CannotPay("ORDER_EXPIRED", "已过时间，什么也没有发生，请回商家重新发起")


def check_sms(code: str) -> None:
    """CannotPay unless it is a code of the right form, and not the one that is always wrong."""
    if not (len(code) == 6 and code.isascii() and code.isdigit()):
        raise CannotPay("CODE_MALFORMED", "短信验证码是 6 位数字")
    if code == _WRONG_CODE:
        raise CannotPay("CODE_WRONG", "短信验证码不正确，请重试")


def refuses(connection: Connection, order: Order, card: Card) -> str | None:
    """The code with which the card's bank refuses to pay, if it does."""
    refusal = struck_code(connection, order) or cards.refuses_to_pay(card.nickname)
    return refusal or (None if card.covers(order.amount) else "64")


def struck_code(connection: Connection, order: Order) -> str | None:
    """The code with which a fault has the bank refuse, if one does."""
    struck = struck_names(connection, order, DECLINES, order.kind)
    return struck[0].removeprefix("declined_") if struck else None


def _take(
    connection: Connection, site: Site, order: Order, card: Card, *, now: datetime, notifies: bool = True
) -> Order:
    rows.move_card(connection, card.number, -order.amount)
    return finish(connection, site, order, now=now, notifies=notifies, card_no=card.number)


def finish(
    connection: Connection,
    site: Site,
    order: Order,
    *,
    now: datetime,
    notifies: bool = True,
    before_reply: bool = False,
    **columns: object,
) -> Order:
    """The order, come to its good end now, and its notice kept for sending."""
    day = rows.clearing_day(now).isoformat()
    order = rows.change(
        connection,
        order,
        state="SUCCESS",
        resp_code="00",
        done_at=clock.to_wire(now),
        settle_day=day,
        statement_day=day if order.amount_minor else None,
        **columns,
    )
    if notifies:
        notices.announce(connection, site, order, now=now, before_reply=before_reply)
    return order


def struck_names(
    connection: Connection, order: Order, able: tuple[Fault, ...], operation: str
) -> list[str]:
    """The faults that hit this order at this step."""
    strikes = faults.strike(
        connection, channel="unionpay", faults=able, order_no=order.subject_id, operation=operation
    )
    return [strike.name for strike in strikes]
