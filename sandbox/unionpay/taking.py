"""Debits, refunds and payouts: taken now, settled a moment later."""

from datetime import datetime, timedelta
from typing import Any

from sandbox import clock, faults
from sandbox.faults import Strike
from sandbox.site import Site
from sandbox.store import Connection
from sandbox.unionpay import cards, openings, orders, payments, refusals, rows, settling
from sandbox.unionpay.catalogue import BEFORE_RESPONSE, PAYOUT_FAULTS, TAKING_FAULTS
from sandbox.unionpay.orders import Request
from sandbox.unionpay.refusals import Refused
from sandbox.unionpay.rows import Order

# Long enough for the answer to leave first.
_SETTLES_AFTER_SECONDS = 0.5
_REFUND_TERM = timedelta(days=330)


def debit(connection: Connection, site: Site, request: Request, *, now: datetime) -> Order:
    """The debit, on its way or refused by the card's bank."""
    _refuse_known(connection, request, now=now)
    token = openings.use(connection, request, now=now)
    order = _add(
        connection, request, now=now, subject_id=request.order_id, card_no=token.card_no, token=token.token
    )
    refusal = payments.refuses(connection, order, rows.card_of(connection, order))
    return _go_on(connection, site, order, refusal, now=now)


def payout(connection: Connection, site: Site, request: Request, *, now: datetime) -> Order:
    """The payout, on its way with its money set aside, or refused."""
    _refuse_known(connection, request, now=now)
    token = openings.use(connection, request, now=now)
    order = _add(
        connection, request, now=now, subject_id=request.order_id, card_no=token.card_no, token=token.token
    )
    refusal = _refuses_payout(connection, order, is_holder=token.holder == request.payee)
    if refusal is None:
        rows.move_balance(connection, -order.amount)
    return _go_on(connection, site, order, refusal, now=now)


def _refuses_payout(connection: Connection, order: Order, *, is_holder: bool) -> str | None:
    if struck := payments.struck_code(connection, order):
        return struck
    if not is_holder:
        return "67"
    card = rows.card_of(connection, order)
    refusal = cards.refuses_to_receive(card.nickname, card.kind)
    return refusal or (None if rows.balance(connection) >= order.amount else "64")


def refund(connection: Connection, site: Site, request: Request, *, now: datetime) -> Order:
    """The refund, on its way; what it gives back can't be given back again."""
    _refuse_known(connection, request, now=now)
    payment = rows.by_query_id(connection, request.orig_query_id or "")
    if payment is None or payment.kind not in ("pay", "debit") or payment.done_at is None:
        raise refusals.no_such_order("origQryId 不是一笔成功的消费")
    assert request.amount_minor is not None
    if request.amount_minor > payment.amount - payment.refunded_minor:
        raise Refused("36", "退款金额超过可退金额")
    if payment.done_at <= clock.to_wire(now - _REFUND_TERM):
        raise Refused("33", "原交易已超过退款期限")
    order = _add(connection, request, now=now, subject_id=payment.order_id, card_no=payment.card_no)
    refusal = payments.struck_code(connection, order)
    if refusal is None:
        rows.change(connection, payment, refunded_minor=payment.refunded_minor + order.amount)
    return _go_on(connection, site, order, refusal, now=now)


def _refuse_known(connection: Connection, request: Request, *, now: datetime) -> None:
    if rows.find(connection, request.order_id):
        # Of the same order or of another one: the answer decides nothing, a query does.
        raise refusals.duplicate()
    orders.refuse_stale(request, now=now)


def _add(connection: Connection, request: Request, *, now: datetime, **columns: Any) -> Order:
    return rows.add(
        connection,
        now=now,
        order_id=request.order_id,
        kind=request.operation,
        txn_time=request.txn_time,
        amount_minor=request.amount_minor,
        description=request.description,
        back_url=request.back_url,
        reserved=request.reserved,
        state="PROCESSING",
        resp_code="05",
        settles_at=clock.real_seconds() + _SETTLES_AFTER_SECONDS,
        outcome="00",
        **columns,
    )


def _go_on(
    connection: Connection, site: Site, order: Order, refusal: str | None, *, now: datetime
) -> Order:
    if refusal:
        return rows.change(connection, order, state="FAILED", resp_code=refusal, outcome=None, settles_at=None)
    strikes = {strike.name: strike for strike in _struck(connection, order)}
    if "accepted_then_failed" in strikes:
        order = rows.change(connection, order, outcome="01")
    if "forever" in strikes:
        order = rows.change(connection, order, settles_at=None)
    if "returned" in strikes:
        comes_back_at = now + timedelta(seconds=strikes["returned"].seconds)
        order = rows.change(connection, order, returns_at=clock.to_wire(comes_back_at))
    if BEFORE_RESPONSE.name in strikes and order.settles_at is not None:
        order = settling.settle(connection, site, order, now=now, before_reply=True)
    return order


def _struck(connection: Connection, order: Order) -> list[Strike]:
    own = PAYOUT_FAULTS if order.kind == "payout" else ()
    return faults.strike(
        connection,
        channel="unionpay",
        faults=(*TAKING_FAULTS, *own, BEFORE_RESPONSE),
        order_no=order.subject_id,
        operation=order.kind,
    )
