"""The fault switches: which fault strikes which call, counted in the database."""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from sandbox.store import Connection, Row

Kind = Literal["notify", "response", "state"]

SCHEMA = """
CREATE TABLE IF NOT EXISTS fault_rules (
    id INTEGER PRIMARY KEY, channel TEXT NOT NULL, fault TEXT NOT NULL,
    order_no TEXT, operation TEXT, remaining INTEGER CHECK (remaining >= 0), rate TEXT, seed TEXT NOT NULL,
    seconds INTEGER NOT NULL, seen INTEGER NOT NULL DEFAULT 0, struck INTEGER NOT NULL DEFAULT 0
);
"""


class RefusedRule(Exception):
    """The fault rule cannot be understood."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One entry of a channel's catalogue."""

    name: str
    kind: Kind
    title: str
    english: str
    # Whether what was asked for is still done; only response faults can answer no.
    applies: bool = True
    # Default for faults that take a time.
    seconds: int = 0


@dataclass(frozen=True, kw_only=True)
class Strike:
    """A fault that hits this very call."""

    name: str
    applies: bool
    seconds: int


@dataclass(frozen=True, kw_only=True)
class Rule:
    channel: str
    fault: str
    order_no: str | None
    operation: str | None
    remaining: int | None
    rate: str | None
    seed: str
    seconds: int


# Every channel that answers over HTTP can suffer these.
RESPONSE_FAULTS = (
    Fault(
        name="lost_before",
        kind="response",
        applies=False,
        title="请求丢失（未执行，连接断开）",
        english="connection reset, nothing done",
    ),
    Fault(
        name="lost_after",
        kind="response",
        title="应答丢失（已执行，连接断开）",
        english="done, then connection reset",
    ),
    Fault(
        name="slow", kind="response", title="应答很慢（已执行）", english="done, answered late", seconds=15
    ),
    Fault(
        name="http_500",
        kind="response",
        applies=False,
        title="HTTP 500（未执行）",
        english="HTTP 500, nothing done",
    ),
    Fault(name="http_500_after", kind="response", title="HTTP 500（已执行）", english="done, then HTTP 500"),
    Fault(
        name="http_502",
        kind="response",
        applies=False,
        title="HTTP 502（未执行）",
        english="HTTP 502, nothing done",
    ),
    Fault(
        name="html",
        kind="response",
        applies=False,
        title="返回网页错误页（未执行）",
        english="an HTML error page with status 200, nothing done",
    ),
    Fault(name="cut", kind="response", title="应答只到一半（已执行）", english="done, body cut half-way"),
)


def parse(body: dict[str, Any], catalogue: Iterable[tuple[str, Fault]]) -> Rule:
    """The rule that `body` asks for.

    Keys: channel, fault, and at least one of order (also out_trade_no, out_id), next (a count) and
    rate (0 to 1); optionally operation, seconds, seed. RefusedRule says which key is wrong.
    """
    known = {
        "channel",
        "fault",
        "order",
        "out_trade_no",
        "out_id",
        "next",
        "rate",
        "operation",
        "seconds",
        "seed",
    }
    if unknown := set(body) - known:
        raise RefusedRule(f"unknown key {sorted(unknown)[0]}: use {', '.join(sorted(known))}")
    channel = str(body.get("channel", "alipay"))
    entries = {fault.name: fault for name, fault in catalogue if name == channel}
    fault = entries.get(str(body.get("fault")))
    if fault is None:
        raise RefusedRule(f"channel {channel} has no such fault: use one of {', '.join(entries) or 'none'}")
    order = body.get("order") or body.get("out_trade_no") or body.get("out_id")
    rule = Rule(
        channel=channel,
        fault=fault.name,
        order_no=str(order) if order else None,
        operation=str(body["operation"]) if body.get("operation") else None,
        remaining=_whole(body, "next", least=1),
        rate=_rate(body.get("rate")),
        seed=str(body.get("seed", "")),
        seconds=fault.seconds if (seconds := _whole(body, "seconds", least=0)) is None else seconds,
    )
    if rule.order_no is None and rule.remaining is None and rule.rate is None:
        raise RefusedRule("say whom it strikes: out_trade_no, next (a count) or rate (0 to 1)")
    return rule


def _whole(body: dict[str, Any], key: str, *, least: int) -> int | None:
    value = body.get(key)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not str(value).isdigit() or int(value) < least:
        raise RefusedRule(f"{key} must be a whole number, {least} or more")
    return int(value)


def _rate(value: object) -> str | None:
    if value is None or value == "":
        return None
    try:
        rate = Decimal(str(value))
    except InvalidOperation:
        raise RefusedRule("rate must be a number from 0 to 1") from None
    if not 0 <= rate <= 1:
        raise RefusedRule("rate must be a number from 0 to 1")
    return str(rate)


def add(connection: Connection, rule: Rule) -> int:
    """Keep the rule; its id comes back."""
    columns = asdict(rule)
    cursor = connection.execute(
        f"INSERT INTO fault_rules ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
        tuple(columns.values()),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def rules(connection: Connection) -> list[Row]:
    return connection.execute("SELECT * FROM fault_rules ORDER BY id").fetchall()


def clear(connection: Connection, rule_id: int | None = None) -> int:
    """Remove one rule, or all; how many went."""
    if rule_id is None:
        return connection.execute("DELETE FROM fault_rules").rowcount
    return connection.execute("DELETE FROM fault_rules WHERE id = ?", (rule_id,)).rowcount


def strike(
    connection: Connection,
    *,
    channel: str,
    faults: Iterable[Fault],
    order_no: str | None,
    operation: str,
    named_only: bool = False,
) -> list[Strike]:
    """The faults among `faults` that hit this call, oldest rule first; their counts go down by one.

    With `named_only`, a rule must name the operation.
    """
    known = {fault.name: fault for fault in faults}
    candidates = connection.execute(
        "SELECT * FROM fault_rules WHERE channel = ? AND (order_no IS NULL OR order_no = ?)"
        " AND (operation = ? OR (operation IS NULL AND NOT ?)) AND coalesce(remaining, 1) > 0 ORDER BY id",
        (channel, order_no, operation, named_only),
    ).fetchall()
    return [
        Strike(name=row["fault"], applies=known[row["fault"]].applies, seconds=row["seconds"])
        for row in candidates
        if row["fault"] in known and _hits(connection, row)
    ]


def _hits(connection: Connection, row: Row) -> bool:
    hit = row["rate"] is None or _draw(row) < Decimal(row["rate"])
    connection.execute(
        "UPDATE fault_rules SET seen = seen + 1, struck = struck + ?, remaining = remaining - ? WHERE id = ?",
        (hit, hit, row["id"]),
    )
    return hit


def _draw(row: Row) -> Decimal:
    # Drawn from the seed and a count, so that a run with the same seed has the same faults.
    digest = hashlib.sha256(f"{row['seed']}:{row['fault']}:{row['seen']}".encode()).digest()
    return Decimal(int.from_bytes(digest[:4], "big")) / 2**32
