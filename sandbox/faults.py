"""The fault switches: which fault strikes which call, counted in the database."""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Literal

from sandbox import clock
from sandbox.store import Connection, Row

Kind = Literal["notify", "response", "state"]

# In `fault` stands one name, or a script: a name for each call in order, with spaces between.
SCHEMA = """
CREATE TABLE IF NOT EXISTS fault_rules (
    id INTEGER PRIMARY KEY, channel TEXT NOT NULL, fault TEXT NOT NULL,
    order_no TEXT, operation TEXT, remaining INTEGER CHECK (remaining >= 0), rate TEXT, seed TEXT NOT NULL,
    seconds INTEGER NOT NULL, seen INTEGER NOT NULL DEFAULT 0, struck INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS fault_strikes (
    id INTEGER PRIMARY KEY, rule_id INTEGER NOT NULL, channel TEXT NOT NULL, fault TEXT NOT NULL,
    order_no TEXT, operation TEXT NOT NULL, struck_at TEXT NOT NULL
);
"""
# The step of a script at which nothing strikes.
SPARED = "-"


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
    # In a script 0 leaves each fault its own.
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
    Fault(name="cut", kind="response", title="应答只到一半（已执行）", english="done, body cut half-way"),
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
        name="http_503",
        kind="response",
        applies=False,
        title="HTTP 503 服务暂停（未执行）",
        english="HTTP 503, nothing done",
    ),
    Fault(
        name="http_429",
        kind="response",
        applies=False,
        title="HTTP 429 调用太频繁（未执行）",
        english="HTTP 429, asked too often, nothing done",
    ),
    Fault(
        name="html",
        kind="response",
        applies=False,
        title="返回网页错误页（未执行）",
        english="an HTML error page with status 200, nothing done",
    ),
    Fault(
        name="proxy_407",
        kind="response",
        applies=False,
        title="代理要求登录：HTTP 407（未执行）",
        english="a proxy between wants a login: HTTP 407, nothing done",
    ),
    Fault(
        name="proxy_login",
        kind="response",
        applies=False,
        title="代理跳转到登录页：HTTP 302（未执行）",
        english="a proxy between redirects to its login page, nothing done",
    ),
)


def steps(rule: Row) -> list[str]:
    """The rule's faults, one for each call in order; a rule without a script has one, for all its calls."""
    return str(rule["fault"]).split()


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
    """Remove one rule, or all; how many went. What has struck is still told."""
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

    With `named_only`, a rule must name the operation. A script counts the calls that any of its faults could hit.
    """
    known = {fault.name: fault for fault in faults}
    candidates = connection.execute(
        "SELECT * FROM fault_rules WHERE channel = ? AND (order_no IS NULL OR order_no = ?)"
        " AND (operation = ? OR (operation IS NULL AND NOT ?)) AND coalesce(remaining, 1) > 0 ORDER BY id",
        (channel, order_no, operation, named_only),
    ).fetchall()
    hits = [
        (row, fault)
        for row in candidates
        if known.keys() & set(steps(row)) and (fault := _take_turn(connection, row, known)) is not None
    ]
    for row, fault in hits:
        connection.execute(
            "INSERT INTO fault_strikes (rule_id, channel, fault, order_no, operation, struck_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (row["id"], channel, fault.name, order_no, operation, clock.to_wire(clock.business_now())),
        )
    return [
        Strike(name=fault.name, applies=fault.applies, seconds=_seconds(row, fault)) for row, fault in hits
    ]


def _take_turn(connection: Connection, row: Row, known: dict[str, Fault]) -> Fault | None:
    script = steps(row)
    if len(script) > 1:
        fault = known.get(script[row["seen"]])
        is_spent = True
    else:
        fault = known[script[0]] if row["rate"] is None or _draw(row) < Decimal(row["rate"]) else None
        is_spent = fault is not None
    connection.execute(
        "UPDATE fault_rules SET seen = seen + 1, struck = struck + ?, remaining = remaining - ? WHERE id = ?",
        (fault is not None, is_spent, row["id"]),
    )
    return fault


def _draw(row: Row) -> Decimal:
    # Drawn from the seed and a count, so that a run with the same seed has the same faults.
    digest = hashlib.sha256(f"{row['seed']}:{row['fault']}:{row['seen']}".encode()).digest()
    return Decimal(int.from_bytes(digest[:4], "big")) / 2**32


def _seconds(row: Row, fault: Fault) -> int:
    own = fault.seconds if len(steps(row)) > 1 else 0
    return int(row["seconds"]) or own


def struck(connection: Connection, *, limit: int) -> list[Row]:
    """What has struck, newest first."""
    return connection.execute("SELECT * FROM fault_strikes ORDER BY id DESC LIMIT ?", (limit,)).fetchall()
