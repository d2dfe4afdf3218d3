"""What time brings: orders settled, pages run out, payouts that come back."""

from datetime import datetime

from sandbox import clock
from sandbox.site import Site
from sandbox.store import Connection
from sandbox.unionpay import payments, rows
from sandbox.unionpay.rows import Order


def sweep(site: Site) -> None:
    """Do everything whose time has come."""
    now = clock.business_now()
    wire_now = clock.to_wire(now)
    with site.store.begin() as connection:
        for order in rows.where(
            connection, "state = 'PROCESSING' AND settles_at <= ?", clock.real_seconds()
        ):
            settle(connection, site, order, now=now)
        for order in rows.where(connection, "state = 'WAITING' AND expires_at <= ?", wire_now):
            payments.as_of(connection, site, order, now=now)
        for order in rows.where(connection, "returns_at <= ? AND returned_at IS NULL", wire_now):
            if order.may_return:
                give_back(connection, order, now=now)


def settle(
    connection: Connection, site: Site, order: Order, *, now: datetime, before_reply: bool = False
) -> Order:
    """The order at its end: the money moved and the notice kept, or the no that a query tells."""
    code = order.outcome or "00"
    if order.kind == "debit" and not rows.card_of(connection, order).covers(order.amount):
        code = "64"
    if code != "00":
        return _fail(connection, order, code)
    assert order.card_no is not None
    rows.move_card(connection, order.card_no, -order.amount if order.kind == "debit" else order.amount)
    return payments.finish(connection, site, order, now=now, before_reply=before_reply, settles_at=None)


def _fail(connection: Connection, order: Order, code: str) -> Order:
    if order.kind == "payout":
        rows.move_balance(connection, order.amount)
    if order.kind == "refund":
        payment = rows.find(connection, order.subject_id)
        assert payment is not None, "a refund has its payment"
        # What was not given back may be asked for again, under another number.
        rows.change(connection, payment, refunded_minor=payment.refunded_minor - order.amount)
    return rows.change(connection, order, state="FAILED", resp_code=code, settles_at=None)


def give_back(connection: Connection, order: Order, *, now: datetime) -> Order:
    """The payout, sent back by the payee's bank. Only the statement of this day tells it; a query never does."""
    assert order.may_return and order.card_no is not None, "only payouts that arrived come back, and once"
    rows.move_balance(connection, order.amount)
    rows.move_card(connection, order.card_no, -order.amount)
    return rows.change(
        connection,
        order,
        returned_at=clock.to_wire(now),
        return_day=rows.clearing_day(now).isoformat(),
    )
