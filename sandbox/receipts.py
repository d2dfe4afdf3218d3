"""Delivery receipts of the SMS and the mail gateway: signed, sent to the address that came with the message."""

import hashlib
import hmac
import json
from collections.abc import Mapping

from sandbox import clock, faults, notify
from sandbox.faults import Fault
from sandbox.store import Connection, Row

# Real seconds from acceptance to the operator's receipt.
DELIVERY_SECONDS = 1
FAULTS = (
    Fault(name="undelivered", kind="state", title="受理之后没有送达", english="accepted, never delivered"),
    Fault(name="no_receipt", kind="state", title="没有回执", english="accepted, and never another word"),
    Fault(name="receipt_twice", kind="state", title="回执发两次", english="the receipt comes twice"),
    Fault(name="receipt_late", kind="state", title="回执来得晚", english="the receipt comes late", seconds=30),
    Fault(
        name="receipt_contradicted", kind="state", title="先说未送达，后说已送达",
        english="first a receipt that it was not delivered, then one that it was",
    ),
)  # fmt: skip


def manner(name: str, secret: bytes) -> notify.Manner:
    """How the gateway of that name sends its receipts: JSON, signed as what is sent to it is."""

    def headers(row: Row) -> Mapping[str, str]:
        stamp = str(int(clock.business_now().timestamp()))
        signature = hmac.new(secret, stamp.encode() + b"." + row["body"].encode(), hashlib.sha256).hexdigest()
        title = name.title()
        return {
            "content-type": "application/json", f"X-{title}-Timestamp": stamp, f"X-{title}-Signature": signature
        }  # fmt: skip

    return notify.Manner(headers=headers, accepts=lambda status, body: status == 200, retry_seconds=(5, 30, 300, 3600))


def promise(connection: Connection, name: str, *, out_id: str, message_id: str, url: str) -> bool:
    """Whether the message will arrive, by the faults that strike it; what is told of it is kept for sending."""
    strikes = faults.strike(connection, channel=name, faults=FAULTS, order_no=out_id, operation="send")
    struck = {strike.name: strike for strike in strikes}
    arrives = "undelivered" not in struck
    if url and "no_receipt" not in struck:
        late = struck["receipt_late"].seconds if "receipt_late" in struck else 0
        said = ["delivered" if arrives else "undelivered"]
        if "receipt_contradicted" in struck:
            said = ["undelivered", "delivered"]
        for number, status in enumerate(said):
            _tell(
                connection, name, out_id=out_id, message_id=message_id, status=status, url=url,
                due_at=clock.real_seconds() + DELIVERY_SECONDS + late + number,
                copies=2 if "receipt_twice" in struck else 1,
            )  # fmt: skip
    return arrives


def _tell(
    connection: Connection, name: str, *, out_id: str, message_id: str, status: str, url: str, due_at: float,
    copies: int,
) -> None:  # fmt: skip
    written_at = clock.to_wire(clock.business_now())
    body = {"message_id": message_id, "out_id": out_id, "status": status, "at": written_at}
    notify.enqueue(
        connection, channel=name, order_no=out_id, event="receipt", url=url, body=json.dumps(body), faults="",
        written_at=written_at, due_at=due_at, copies=copies,
    )  # fmt: skip
