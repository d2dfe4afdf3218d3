"""What a channel's statement of a day holds, what faults make of it, and the files that wait to be downloaded."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sandbox import clock, faults
from sandbox.faults import Fault
from sandbox.store import Connection

SCHEMA = """
CREATE TABLE IF NOT EXISTS bill_moves (
    channel TEXT NOT NULL, mark TEXT NOT NULL, day TEXT NOT NULL, PRIMARY KEY (channel, mark)
);
CREATE TABLE IF NOT EXISTS bill_files (token TEXT PRIMARY KEY, file BLOB NOT NULL, opens_until REAL NOT NULL);
"""
TRADE, FUNDS = "bill_trade", "bill_funds"
# A payment costs six in a thousand.
_FEE_PER_MILLE = 6
_LINK_SECONDS = 30


def _fault(name: str, title: str, english: str) -> Fault:
    return Fault(name=name, kind="state", title=title, english=english)


# Struck for each line of a statement.
LINE_FAULTS = (
    _fault("line_missing", "对账单少一行", "statement without this line"),
    _fault("line_twice", "对账单同一行两次", "this line twice"),
    _fault("line_amount", "对账单金额不同", "this line with another amount"),
    _fault("line_fee", "对账单手续费不同", "this line with another fee"),
    _fault("line_stranger", "对账单多一行（不认识的订单）", "a line more, of an order nobody knows"),
    _fault("line_next_day", "对账单把这一行记到下一天", "this line in the next day's file"),
    _fault("line_refund_next_day", "对账单把退款记到下一天", "this order's refunds in the next day's file"),
)
# Struck for the file.
FILE_FAULTS = (
    _fault("statement_not_ready", "对账单还没有生成", "no statement yet"),
    _fault("statement_empty", "对账单是空的", "a statement without a line"),
    _fault("statement_broken", "对账单内容损坏（校验不符）", "contents damaged, hash or checksum wrong"),
    _fault("statement_encoding", "对账单编码不对", "lines in another encoding"),
    _fault("statement_cut", "对账单缺末尾的合计", "without the totals at its end"),
    _fault("statement_link_expired", "对账单下载链接已过期", "the link to the file has run out"),
)
FAULTS = (*LINE_FAULTS, *FILE_FAULTS)


@dataclass(frozen=True, kw_only=True)
class Movement:
    """Something that happened: pay, debit, refund, payout, return. In fen, above zero what the merchant was paid."""

    kind: str
    # Under which order it is looked up: a refund under its payment.
    order_no: str
    key: str
    ref: str
    at: str
    amount_minor: int
    fee_minor: int = 0
    subject: str = ""
    # Who paid or was paid, as the file tells it.
    other: str = ""
    # Of the payment: its own number at the channel, and how it was made.
    paid_ref: str = ""
    means: str = ""
    status: str = ""

    @property
    def mark(self) -> str:
        """What tells it from every other of its channel."""
        return f"{self.kind} {self.order_no} {self.key}"


def fee(amount_minor: int) -> int:
    """What a payment of so much costs the merchant, in fen."""
    return (amount_minor * _FEE_PER_MILLE + 500) // 1000


def is_over(day: date, *, ready_at: time, now: datetime) -> bool:
    """Whether that day's statement is there: on the next one, from that hour on."""
    return now >= datetime.combine(day + timedelta(days=1), ready_at, clock.SHANGHAI)


def of_day(
    connection: Connection, happened: Callable[[date], list[Movement]], *, channel: str, operation: str, day: date
) -> list[Movement]:
    """The movements that the day's file tells, in the order of their times."""
    day_before = happened(day - timedelta(days=1))
    late = [each for each in day_before if _moved_to(connection, channel, each) == day.isoformat()]
    own = [each for each in happened(day) if _moved_to(connection, channel, each) is None]
    told = []
    for each in (*late, *own):
        told += _bent(connection, channel, operation, each, day)
    return sorted(told, key=lambda each: each.at)


def _bent(connection: Connection, channel: str, operation: str, movement: Movement, day: date) -> list[Movement]:
    able = LINE_FAULTS if movement.kind == "refund" else LINE_FAULTS[:-1]
    told = [movement]
    for name in struck(connection, able, channel=channel, operation=operation, order_no=movement.order_no):
        if name in ("line_next_day", "line_refund_next_day"):
            connection.execute(
                "INSERT OR REPLACE INTO bill_moves VALUES (?, ?, ?)",
                (channel, movement.mark, (day + timedelta(days=1)).isoformat()),
            )
        told = _BENDS[name](told)
    return told


def _stranger(movement: Movement) -> Movement:
    ref = f"{movement.ref[:-4]}7777"
    key = f"STRANGER{ref[-8:]}"
    return replace(
        movement, kind="pay", key=key, order_no=key, ref=ref, paid_ref=ref, amount_minor=abs(movement.amount_minor)
    )


_BENDS: dict[str, Callable[[list[Movement]], list[Movement]]] = {
    "line_missing": lambda told: [],
    "line_next_day": lambda told: [],
    "line_refund_next_day": lambda told: [],
    "line_twice": lambda told: told * 2,
    "line_amount": lambda told: [replace(each, amount_minor=each.amount_minor + 1) for each in told],
    "line_fee": lambda told: [replace(each, fee_minor=each.fee_minor + 1) for each in told],
    "line_stranger": lambda told: [*told, *map(_stranger, told)],
}


def _moved_to(connection: Connection, channel: str, movement: Movement) -> str | None:
    row = connection.execute(
        "SELECT day FROM bill_moves WHERE channel = ? AND mark = ?", (channel, movement.mark)
    ).fetchone()
    return str(row["day"]) if row else None


def struck(
    connection: Connection, able: tuple[Fault, ...], *, channel: str, operation: str, order_no: str | None = None
) -> list[str]:
    """The names of the faults that hit this line, or the file."""
    strikes = faults.strike(connection, channel=channel, faults=able, order_no=order_no, operation=operation)
    return [strike.name for strike in strikes]


def keep(connection: Connection, file: bytes, *, is_expired: bool) -> str:
    """What the file is downloaded by, for half a minute of real time; others that ran out are gone."""
    now = clock.real_seconds()
    connection.execute("DELETE FROM bill_files WHERE opens_until < ?", (now,))
    token = secrets.token_urlsafe(24)
    opens_until = now if is_expired else now + _LINK_SECONDS
    connection.execute("INSERT INTO bill_files VALUES (?, ?, ?)", (token, file, opens_until))
    return token


def find(connection: Connection, token: str) -> bytes | None:
    """The file, while it can be downloaded."""
    row = connection.execute(
        "SELECT file FROM bill_files WHERE token = ? AND opens_until > ?", (token, clock.real_seconds())
    ).fetchone()
    return bytes(row["file"]) if row else None
