"""What happens on the page where a card is opened for a merchant, and to what stands for the card afterwards."""

from dataclasses import dataclass
from datetime import datetime

from sandbox import clock
from sandbox.site import Site
from sandbox.store import Connection
from sandbox.unionpay import cards, orders, payments, refusals, rows
from sandbox.unionpay.orders import Request
from sandbox.unionpay.payments import CannotPay
from sandbox.unionpay.refusals import MESSAGES, Refused
from sandbox.unionpay.rows import Card, Order, Token


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What the holder wrote on the page."""

    number: str
    holder: str
    phone: str
    code: str


def try_to_open(
    connection: Connection, site: Site, order: Order, entry: Entry, *, now: datetime
) -> tuple[Order, CannotPay | None]:
    """The opening, done, or why not; the holder may try again."""
    order = payments.as_of(connection, site, order, now=now)
    try:
        return _open(connection, site, order, entry, now=now), None
    except CannotPay as trouble:
        return order, trouble


def _open(connection: Connection, site: Site, order: Order, entry: Entry, *, now: datetime) -> Order:
    payments.must_wait(order)
    card = _card(connection, entry.number)
    if not orders.NAME.fullmatch(entry.holder):
        raise CannotPay("NAME_MALFORMED", "请填写持卡人姓名")
    if not (len(entry.phone) == 11 and entry.phone.isascii() and entry.phone.isdigit() and entry.phone[0] == "1"):
        raise CannotPay("PHONE_MALFORMED", "银行预留手机号是 11 位数字")
    payments.check_sms(entry.code)
    if refusal := payments.struck_code(connection, order) or cards.refuses_to_open(card.nickname):
        raise CannotPay(refusal, f"{MESSAGES[refusal]}，没有开通，请换一张卡")
    token = rows.give_token(connection, card, entry.holder, now=now)
    return payments.finish(connection, site, order, now=now, card_no=card.number, token=token.token)


def _card(connection: Connection, number: str) -> Card:
    if not cards.passes_luhn(number):
        raise CannotPay("61", "卡号不正确，请核对")
    card = rows.find_card(connection, number)
    if card is None:
        raise CannotPay("61", "没有这张测试卡，请填写下面列出的卡号")
    return card


def use(connection: Connection, request: Request, *, now: datetime) -> Token:
    """The token in the request; Refused when it stands for no card, or not any more."""
    token = rows.find_token(connection, request.token or "")
    if token is None or token.removed_at or token.ends_at <= clock.to_wire(now):
        raise Refused("61", "token 无效或已解除")
    return token


def remove(connection: Connection, request: Request, *, now: datetime) -> None:
    """The token is good for nothing any more; the same order once more is the same removal."""
    order = rows.find(connection, request.order_id)
    if order is not None:
        if (order.kind, order.txn_time, order.token) != ("remove", request.txn_time, request.token):
            raise refusals.duplicate("orderId 已用于另一笔交易")
        return
    orders.refuse_stale(request, now=now)
    token = use(connection, request, now=now)
    rows.remove_token(connection, token, now=now)
    rows.add(
        connection,
        now=now,
        order_id=request.order_id,
        kind="remove",
        txn_time=request.txn_time,
        subject_id=request.order_id,
        card_no=token.card_no,
        token=token.token,
        state="SUCCESS",
        resp_code="00",
        done_at=clock.to_wire(now),
    )
