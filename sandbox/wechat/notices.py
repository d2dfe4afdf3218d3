"""What WeChat tells a merchant by itself: sealed with the merchant's key, signed anew each time it is sent."""

import json
from datetime import datetime
from typing import Any

from sandbox import clock, faults, notify
from sandbox.faults import Strike
from sandbox.site import Site
from sandbox.store import Connection, Row, Store
from sandbox.wechat import keys, messages, parcels, signing
from sandbox.wechat.catalogue import KEY_FAULTS, NOTIFY_FAULTS, PAYMENT_NOTIFY_FAULTS
from sandbox.wechat.keys import Keys
from sandbox.wechat.parcels import HELD_BACK, USUAL_DELAY_SECONDS, Parcel
from sandbox.wechat.rows import Refund, Trade

# Together 24 hours and 4 minutes.
RETRY_SECONDS = (15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600)
_TIMEOUT_SECONDS = 5


def announce(connection: Connection, site: Site, trade: Trade, *, now: datetime) -> None:
    """Keep the notification of a payment for sending, bent by the faults that strike it."""
    told = messages.transaction(connection, keys.prepare(site.home.folder).account, trade)
    parcel = Parcel(event_type="TRANSACTION.SUCCESS", resource=told)
    _post(connection, site, trade, parcel, url=trade.notify_url, event="paid", now=now)


def announce_refund(
    connection: Connection,
    site: Site,
    trade: Trade,
    refund: Refund,
    *,
    now: datetime,
    before_reply: bool = False,
) -> None:
    """Keep the notification of a refund's end for sending."""
    if refund.notify_url is None:
        return
    told = messages.refund_notice(connection, keys.prepare(site.home.folder).account, trade, refund)
    parcel = Parcel(event_type=f"REFUND.{refund.status}", resource=told, before_reply=before_reply)
    _post(connection, site, trade, parcel, url=refund.notify_url, event="refunded", now=now)
    _release(connection, trade)


def _release(connection: Connection, trade: Trade) -> None:
    connection.execute(
        "UPDATE notifications SET due_at = ? WHERE channel = 'wechat' AND order_no = ? AND event = 'paid'"
        " AND state = 'waiting' AND instr(faults, ?)",
        (clock.real_seconds() + 2 * USUAL_DELAY_SECONDS, trade.out_trade_no, HELD_BACK),
    )


def _post(
    connection: Connection, site: Site, trade: Trade, parcel: Parcel, *, url: str, event: str, now: datetime
) -> None:
    strikes = _strikes(connection, trade, event)
    bodies: dict[str, str] = {}
    for each in parcels.bend(parcel, strikes, connection):
        if each.id not in bodies:
            bodies[each.id] = _body(site, each, now=now)
        notification_id = notify.enqueue(
            connection,
            channel="wechat",
            order_no=trade.out_trade_no,
            event=event,
            url=url,
            body=each.old["body"] if each.old else bodies[each.id],
            faults=" ".join(strike.name for strike in strikes),
            written_at=clock.to_wire(now),
            due_at=clock.real_seconds() + each.delay_seconds,
            copies=each.copies,
            before_reply=each.before_reply,
            withheld=each.withheld,
        )
        envelope = ("old", each.old["headers"]) if each.old else (each.signed_how, None)
        connection.execute("INSERT INTO wechat_envelopes VALUES (?, ?, ?)", (notification_id, *envelope))


def _strikes(connection: Connection, trade: Trade, event: str) -> list[Strike]:
    own = PAYMENT_NOTIFY_FAULTS if event == "paid" else ()
    return faults.strike(
        connection,
        channel="wechat",
        faults=(*NOTIFY_FAULTS, *own, *KEY_FAULTS),
        order_no=trade.out_trade_no,
        operation=event,
    )


def _body(site: Site, parcel: Parcel, *, now: datetime) -> str:
    kind = "refund" if parcel.event_type.startswith("REFUND") else "transaction"
    text = _compact(parcel.resource)
    sealed = signing.seal(text, keys.prepare(site.home.folder), associated_data=kind)
    return _compact(
        {
            "id": parcel.id,
            "create_time": messages.to_wire(clock.to_wire(now)),
            "resource_type": "encrypt-resource",
            "event_type": parcel.event_type,
            "summary": "支付成功" if kind == "transaction" else "退款结果",
            "resource": {"original_type": kind, **sealed},
        }
    )


def _compact(fields: dict[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def open_body(body: str, known: Keys) -> dict[str, Any]:
    """The message with its inside readable, for people and tests."""
    message: dict[str, Any] = json.loads(body)
    return message | {"resource": json.loads(signing.unseal(message["resource"], known))}


def manner(store: Store, known: Keys) -> notify.Manner:
    """How these notifications are sent: any 2xx within five seconds ends them."""
    return notify.Manner(
        headers=lambda row: headers(store, known, row),
        accepts=lambda status, body: 200 <= status < 300,
        retry_seconds=RETRY_SECONDS,
        timeout_seconds=_TIMEOUT_SECONDS,
    )


def headers(store: Store, known: Keys, row: Row | dict[str, Any]) -> dict[str, str]:
    """The headers with which the message leaves now, kept for a replay."""
    with store.begin() as connection:
        envelope = connection.execute(
            "SELECT * FROM wechat_envelopes WHERE notification_id = ?", (row["id"],)
        ).fetchone()
        if envelope["how"] == "old":
            old: dict[str, str] = json.loads(envelope["headers"])
            return old
        # On business time, as the merchant's clock is: both may be shifted by the same file.
        at = int(clock.business_now().timestamp())
        signed = signing.headers(row["body"], known, at=at, how=envelope["how"])
        made = {"Content-Type": "application/json", **signed}
        connection.execute(
            "UPDATE wechat_envelopes SET headers = ? WHERE notification_id = ?", (json.dumps(made), row["id"])
        )
        return made
