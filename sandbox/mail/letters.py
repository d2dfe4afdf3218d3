"""The letters: what was accepted, for whom, and whether it arrived. Text only: nothing in them can be clicked."""

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
CREATE TABLE IF NOT EXISTS mail_letters (
    message_id TEXT PRIMARY KEY, out_id TEXT NOT NULL UNIQUE, address TEXT NOT NULL, language TEXT NOT NULL,
    subject TEXT NOT NULL, text TEXT NOT NULL, sent_at TEXT NOT NULL, accepted_at REAL NOT NULL,
    arrives INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS mail_letters_by_address ON mail_letters (address);
"""
_NEWEST = 20
_SHAPES = (
    ("to", re.compile(r"[^\s@<>,;]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"), "must be one address"),
    ("out_id", re.compile(r"[A-Za-z0-9_-]{1,64}"), "must be 1 to 64 letters, digits, dashes, underscores"),
    ("language", re.compile(r"zh-CN|en"), "must be zh-CN or en"),
    ("subject", re.compile(r"[^\r\n]{1,120}"), "must be one line of 1 to 120 characters"),
)
_LONGEST_TEXT = 10_000


@dataclass(frozen=True, kw_only=True)
class Letter:
    to: str
    language: str
    subject: str
    text: str
    out_id: str
    receipt_url: str = ""


def read(body: dict[str, Any]) -> Letter:
    """The letter in the body; Unfit names every field that is wrong."""
    reasons = dict.fromkeys(set(body) - set(Letter.__annotations__), "unknown field")
    for name, pattern, shape in _SHAPES:
        if not (isinstance(body.get(name), str) and pattern.fullmatch(body[name])):
            reasons[name] = shape
    text = body.get("text")
    if not (isinstance(text, str) and text.strip() and len(text) <= _LONGEST_TEXT):
        reasons["text"] = f"must be 1 to {_LONGEST_TEXT} characters"
    if not isinstance(body.get("receipt_url", ""), str):
        reasons["receipt_url"] = "must be an address"
    if reasons:
        raise Unfit(reasons)
    return Letter(**body)


def accept(connection: Connection, letter: Letter) -> Row:
    """The accepted letter; the same out_id with the same content is the same letter. Conflict otherwise."""
    content = (letter.to, letter.language, letter.subject, letter.text)
    earlier = find(connection, letter.out_id, by="out_id")
    if earlier is not None:
        if content != tuple(earlier[name] for name in ("address", "language", "subject", "text")):
            raise Conflict
        return earlier
    message_id = secrets.token_hex(12)
    arrives = receipts.promise(
        connection, "mail", out_id=letter.out_id, message_id=message_id, url=letter.receipt_url
    )
    connection.execute(
        "INSERT INTO mail_letters VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (message_id, letter.out_id, *content, clock.to_wire(clock.business_now()), clock.real_seconds(), arrives),
    )
    kept = find(connection, message_id)
    assert kept is not None, "it was inserted just now"
    return kept


def find(connection: Connection, number: str, *, by: str = "message_id") -> Row | None:
    row: Row | None = connection.execute(f"SELECT * FROM mail_letters WHERE {by} = ?", (number,)).fetchone()
    return row


def newest(connection: Connection, to: str, *, limit: int) -> list[dict[str, Any]]:
    """The newest letters first, those whose address contains `to`."""
    rows = connection.execute(
        "SELECT * FROM mail_letters WHERE instr(address, ?) ORDER BY rowid DESC LIMIT ?", (to, limit)
    ).fetchall()
    return [to_fields(row) for row in rows]


def to_fields(row: Row) -> dict[str, Any]:
    shown = ("message_id", "out_id", "language", "subject", "text", "sent_at")
    return {name: row[name] for name in shown} | {"to": row["address"], "status": _status(row)}


def _status(row: Row) -> str:
    if clock.real_seconds() - row["accepted_at"] < receipts.DELIVERY_SECONDS:
        return "accepted"
    return "delivered" if row["arrives"] else "undelivered"


def recent(connection: Connection) -> dict[str, Any]:
    return {"letters": newest(connection, "", limit=_NEWEST)}


def sweep(site: Site) -> None:
    """Nothing here happens by itself: a letter's status follows from its age."""
