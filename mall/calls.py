"""Acts asked of the lender: written with key and body before they leave, kept until the answer is certain."""

import datetime as dt
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mall.refusals import OrderRefused
from mall.store import Rows

# What a state, learned by any road, says about a call whose own answer was lost.
DONE_IN = {
    "create": ("created", "confirmed", "shipped", "settled", "cancelled", "lapsed"),
    "ship": ("shipped", "settled"),
    "cancel": ("cancelled",),
    # An order's state says nothing about goods that came back: their own answer does.
    "return": (),
}
REFUSED_IN = {"create": (), "ship": ("cancelled", "lapsed"), "cancel": ("shipped", "settled", "lapsed"), "return": ()}


@dataclass(frozen=True, kw_only=True)
class Call:
    """One act with its key; `waiting` means that nobody knows yet whether it happened."""

    id: int
    order_number: str
    act: str
    idempotency_key: str
    path: str
    body: str
    state: str
    attempts: int
    problem: str
    written_at: str
    answered_at: str | None


def write(
    rows: Rows, *, order_number: str, act: str, path: str, body: Mapping[str, Any], now: dt.datetime
) -> Call:
    """The call to send: the waiting one of this act, with its own key and body, or else a new one.

    Refuses a second act while the outcome of another is open.
    """
    waiting = find_waiting(rows, order_number=order_number)
    if waiting is not None and waiting.act != act:
        raise OrderRefused("上一个操作还没有收到按期的确认，请先等它有结果。")
    if waiting is not None:
        return waiting
    rows.execute(
        "INSERT INTO calls (order_number, act, idempotency_key, path, body, state, written_at)"
        " VALUES (?, ?, ?, ?, ?, 'waiting', ?)",
        (
            order_number, act, f"{act}-{secrets.token_hex(16)}", path,
            json.dumps(body, ensure_ascii=False, sort_keys=True), now.isoformat(),
        ),
    )
    written = find_waiting(rows, order_number=order_number)
    assert written is not None
    return written


def find_waiting(rows: Rows, *, order_number: str) -> Call | None:
    """The call of this order whose outcome is open; there is at most one."""
    row = rows.execute(
        "SELECT * FROM calls WHERE order_number = ? AND state = 'waiting'", (order_number,)
    ).fetchone()
    return Call(**dict(row)) if row else None


def of_order(rows: Rows, *, order_number: str) -> list[Call]:
    """Everything asked of the lender about an order, oldest first."""
    found = rows.execute("SELECT * FROM calls WHERE order_number = ? ORDER BY id", (order_number,))
    return [Call(**dict(row)) for row in found]


def note_attempt(rows: Rows, *, call: Call) -> None:
    """One more request is about to leave with this key."""
    rows.execute("UPDATE calls SET attempts = attempts + 1 WHERE id = ?", (call.id,))


def finish(rows: Rows, *, call: Call, now: dt.datetime) -> None:
    """The lender said that it is done."""
    rows.execute(
        "UPDATE calls SET state = 'done', answered_at = ? WHERE id = ? AND state = 'waiting'",
        (now.isoformat(), call.id),
    )


def refuse(rows: Rows, *, call: Call, problem: str, now: dt.datetime) -> None:
    """The lender said no to it, for certain."""
    rows.execute(
        "UPDATE calls SET state = 'refused', problem = ?, answered_at = ? WHERE id = ? AND state = 'waiting'",
        (problem, now.isoformat(), call.id),
    )


def resolve(rows: Rows, *, order_number: str, state: str, now: dt.datetime) -> None:
    """End the waiting call when the order's state, whoever told it, says how it went."""
    waiting = find_waiting(rows, order_number=order_number)
    if waiting is None:
        return
    if state in DONE_IN[waiting.act]:
        rows.execute(
            "UPDATE calls SET state = 'done', answered_at = ? WHERE id = ?", (now.isoformat(), waiting.id)
        )
    elif state in REFUSED_IN[waiting.act]:
        refuse(rows, call=waiting, problem=f"order is {state}", now=now)
