"""What UnionPay tells a merchant by itself: of success only."""

from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from sandbox import clock, faults, notify
from sandbox.site import Site
from sandbox.store import Connection
from sandbox.unionpay import keys, messages, parcels, signing
from sandbox.unionpay.catalogue import BEFORE_RESPONSE, EVENTS, KEY_FAULTS, NOTIFY_FAULTS, PAGES
from sandbox.unionpay.parcels import Parcel
from sandbox.unionpay.rows import Order

# Five sendings in all.
MANNER = notify.Manner(
    headers=notify.FORM.headers,
    accepts=lambda status, body: status in (200, 302),
    retry_seconds=(60, 120, 240, 300),
    timeout_seconds=10,
)


def announce(
    connection: Connection, site: Site, order: Order, *, now: datetime, before_reply: bool = False
) -> None:
    """Keep the notice of an order's success for sending, bent by the faults that strike it."""
    if order.back_url is None:
        return
    known = keys.prepare(site.home.folder)
    # Of an order that a call asked for it was struck when that was taken.
    early = (BEFORE_RESPONSE,) if order.kind in PAGES else ()
    event = EVENTS[order.kind]
    strikes = faults.strike(
        connection,
        channel="unionpay",
        faults=(*NOTIFY_FAULTS, *early, *KEY_FAULTS),
        order_no=order.subject_id,
        operation=event,
    )
    parcel = Parcel(fields=messages.notice(connection, known.account, order), before_reply=before_reply)
    for each in parcels.bend(parcel, strikes, connection):
        notify.enqueue(
            connection,
            channel="unionpay",
            order_no=order.subject_id,
            event=event,
            url=order.back_url,
            body=each.old_body or urlencode(signing.signed(each.fields, known, how=each.signed_how)),
            faults=" ".join(strike.name for strike in strikes),
            written_at=clock.to_wire(now),
            due_at=clock.real_seconds() + each.delay_seconds,
            copies=each.copies,
            before_reply=each.before_reply,
            withheld=each.withheld,
        )


def back(connection: Connection, site: Site, order: Order) -> dict[str, str]:
    """The signed fields that the holder's browser carries to the shop; they prove nothing."""
    known = keys.prepare(site.home.folder)
    told = messages.notice(connection, known.account, order)
    # A card's token is nothing for a browser.
    harmless = {name: value for name, value in told.items() if name != "tokenPayData"}
    return signing.signed(harmless, known)


def read(body: str) -> dict[str, str]:
    """The message's fields, for people and tests."""
    return dict(parse_qsl(body))
