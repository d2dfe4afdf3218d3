"""The messages: what was accepted, for whom, and whether it arrived."""

import json
import re
import secrets
from dataclasses import dataclass
from typing import Any

from sandbox import clock, receipts
from sandbox.desk import Conflict, Unfit
from sandbox.faults import RESPONSE_FAULTS
from sandbox.site import Site
from sandbox.store import Connection, Row

OPERATIONS = ("send",)
FAULTS = (*RESPONSE_FAULTS, *receipts.FAULTS)
SCHEMA = """
CREATE TABLE IF NOT EXISTS sms_messages (
    message_id TEXT PRIMARY KEY, out_id TEXT NOT NULL UNIQUE, phone TEXT NOT NULL, template TEXT NOT NULL,
    params TEXT NOT NULL, text TEXT NOT NULL, sent_at TEXT NOT NULL, accepted_at REAL NOT NULL,
    arrives INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS sms_messages_by_phone ON sms_messages (phone);
"""
_NEWEST = 20
_OUT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PHONE = re.compile(r"\+861[3-9][0-9]{9}")
_TEMPLATE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_LONGEST_TEXT = 500


@dataclass(frozen=True, kw_only=True)
class Message:
    phone: str
    template: str
    params: dict[str, str]
    text: str
    out_id: str
    receipt_url: str = ""


def read(body: dict[str, Any]) -> Message:
    """The message in the body; Unfit names every field that is wrong."""
    reasons = dict.fromkeys(set(body) - set(Message.__annotations__), "unknown field")
    for name, pattern, shape in (
        ("phone", _PHONE, "must be +86 and eleven digits, as in +8613800006021"),
        ("template", _TEMPLATE, "must be 1 to 64 lower-case letters, digits, dots, dashes"),
        ("out_id", _OUT_ID, "must be 1 to 64 letters, digits, dashes, underscores"),
    ):
        if not (isinstance(body.get(name), str) and pattern.fullmatch(body[name])):
            reasons[name] = shape
    text, params = body.get("text"), body.get("params")
    if not (isinstance(text, str) and text.strip() and len(text) <= _LONGEST_TEXT):
        reasons["text"] = f"must be 1 to {_LONGEST_TEXT} characters"
    if not (isinstance(params, dict) and all(isinstance(value, str) for value in params.values())):
        reasons["params"] = "must be an object of texts"
    if not isinstance(body.get("receipt_url", ""), str):
        reasons["receipt_url"] = "must be an address"
    if reasons:
        raise Unfit(reasons)
    return Message(**body)


def accept(connection: Connection, message: Message) -> Row:
    """The accepted message; the same out_id with the same content is the same message. Conflict otherwise."""
    params = json.dumps(message.params, ensure_ascii=False, sort_keys=True)
    earlier = connection.execute("SELECT * FROM sms_messages WHERE out_id = ?", (message.out_id,)).fetchone()
    if earlier is not None:
        content = (message.phone, message.template, params, message.text)
        if content != tuple(earlier[name] for name in ("phone", "template", "params", "text")):
            raise Conflict
        return _kept(earlier)
    message_id = secrets.token_hex(12)
    arrives = receipts.promise(
        connection, "sms", out_id=message.out_id, message_id=message_id, url=message.receipt_url
    )
    row = connection.execute(
        "INSERT INTO sms_messages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *",
        (message_id, message.out_id, message.phone, message.template, params, message.text,
         clock.to_wire(clock.business_now()), clock.real_seconds(), arrives),
    ).fetchone()  # fmt: skip
    return _kept(row)


def _kept(row: Any) -> Row:
    assert isinstance(row, Row)
    return row


def find(connection: Connection, message_id: str) -> Row | None:
    row: Row | None = connection.execute(
        "SELECT * FROM sms_messages WHERE message_id = ?", (message_id,)
    ).fetchone()
    return row


def status(row: Row) -> str:
    """accepted, delivered or undelivered, as of this moment."""
    if clock.real_seconds() - row["accepted_at"] < receipts.DELIVERY_SECONDS:
        return "accepted"
    return "delivered" if row["arrives"] else "undelivered"


def newest(connection: Connection, phone: str, *, limit: int) -> list[dict[str, Any]]:
    """The newest messages first, those whose phone contains the digits of `phone`."""
    digits = re.sub(r"[^0-9]", "", phone)
    rows = connection.execute(
        "SELECT * FROM sms_messages WHERE phone LIKE ? ORDER BY rowid DESC LIMIT ?", (f"%{digits}%", limit)
    ).fetchall()
    return [to_fields(row) for row in rows]


def to_fields(row: Row) -> dict[str, Any]:
    return {
        "message_id": row["message_id"],
        "out_id": row["out_id"],
        "phone": row["phone"],
        "template": row["template"],
        "params": json.loads(row["params"]),
        "text": row["text"],
        "sent_at": row["sent_at"],
        "status": status(row),
    }


def recent(connection: Connection) -> dict[str, Any]:
    return {"messages": newest(connection, "", limit=_NEWEST)}


def sweep(site: Site) -> None:
    """Nothing here happens by itself: a message's status follows from its age."""
