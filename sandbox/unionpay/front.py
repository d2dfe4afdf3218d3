"""The front door: the form that a merchant has its customer's browser send."""

from dataclasses import dataclass
from datetime import datetime

from sandbox import clock, faults
from sandbox.faults import RESPONSE_FAULTS, Strike
from sandbox.site import Site
from sandbox.store import Connection
from sandbox.unionpay import envelope, gateway, keys, orders, payments
from sandbox.unionpay.envelope import Knock
from sandbox.unionpay.refusals import Refused
from sandbox.unionpay.rows import Order


@dataclass(frozen=True, kw_only=True)
class Opened:
    """What the form led to; no order where a fault kept the page from opening."""

    order: Order | None
    strikes: list[Strike]


def open_page(site: Site, knock: Knock) -> Opened:
    """The order that the form means. Refused says what is wrong with it."""
    now, known = clock.business_now(), keys.prepare(site.home.folder)
    echoed: dict[str, str] = {}
    try:
        fields = envelope.read(knock)
        echoed = envelope.echo(fields)
        request = orders.read(envelope.open_call(knock, fields, known), known.account, now=now)
        with site.store.begin() as connection:
            return _open(connection, site, request, now=now)
    except Refused as refusal:
        with site.store.begin() as connection:
            gateway.record(connection, "front", echoed.get("orderId"), refusal.code, [], now)
        raise


def _open(connection: Connection, site: Site, request: orders.Request, *, now: datetime) -> Opened:
    # A page has neither signature nor code; it can only come or not, and only for a rule that names it.
    strikes = faults.strike(
        connection,
        channel="unionpay",
        faults=RESPONSE_FAULTS,
        order_no=request.order_id,
        operation=request.operation,
        named_only=True,
    )
    done = all(strike.applies for strike in strikes)
    order = payments.place(connection, site, request, now=now) if done else None
    gateway.record(connection, request.operation, request.order_id, "00", strikes, now)
    return Opened(order=order, strikes=strikes)
