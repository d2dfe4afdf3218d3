"""The rows of orders, cards and tokens. Times are text in Beijing: they sort as they read."""

import secrets
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from sandbox import clock
from sandbox.store import Connection, Row
from sandbox.unionpay import cards

SCHEMA = f"""
CREATE TABLE IF NOT EXISTS unionpay_cards (
    number TEXT PRIMARY KEY, nickname TEXT NOT NULL UNIQUE, bank TEXT NOT NULL, kind TEXT NOT NULL,
    balance_minor INTEGER CHECK (balance_minor >= 0)
);
INSERT OR IGNORE INTO unionpay_cards VALUES {cards.ROWS};
CREATE TABLE IF NOT EXISTS unionpay_tokens (
    token TEXT PRIMARY KEY, card_no TEXT NOT NULL REFERENCES unionpay_cards (number), holder TEXT NOT NULL,
    begins_at TEXT NOT NULL, ends_at TEXT NOT NULL, removed_at TEXT
);
CREATE UNIQUE INDEX IF NOT EXISTS unionpay_tokens_in_use
    ON unionpay_tokens (card_no, holder) WHERE removed_at IS NULL;
CREATE TABLE IF NOT EXISTS unionpay_account (id INTEGER PRIMARY KEY CHECK (id = 1), balance_minor INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS unionpay_orders (
    order_id TEXT PRIMARY KEY, kind TEXT NOT NULL, txn_time TEXT NOT NULL, subject_id TEXT NOT NULL,
    amount_minor INTEGER CHECK (amount_minor > 0), description TEXT, back_url TEXT, front_url TEXT, reserved TEXT,
    expires_at TEXT, page TEXT UNIQUE, query_id TEXT NOT NULL UNIQUE, trace_no TEXT NOT NULL,
    card_no TEXT REFERENCES unionpay_cards (number), token TEXT REFERENCES unionpay_tokens (token),
    state TEXT NOT NULL CHECK (state IN ('WAITING', 'PROCESSING', 'SUCCESS', 'FAILED', 'EXPIRED')),
    resp_code TEXT NOT NULL, outcome TEXT, settles_at REAL, created_at TEXT NOT NULL, done_at TEXT,
    settle_day TEXT, statement_day TEXT, returns_at TEXT, returned_at TEXT, return_day TEXT,
    refunded_minor INTEGER NOT NULL DEFAULT 0 CHECK (refunded_minor BETWEEN 0 AND amount_minor),
    CHECK ((state = 'SUCCESS') = (done_at IS NOT NULL)), CHECK (returned_at IS NULL OR state = 'SUCCESS')
);
CREATE INDEX IF NOT EXISTS unionpay_orders_by_state ON unionpay_orders (state);
CREATE INDEX IF NOT EXISTS unionpay_orders_by_subject ON unionpay_orders (subject_id);
CREATE INDEX IF NOT EXISTS unionpay_orders_by_statement ON unionpay_orders (statement_day);
CREATE INDEX IF NOT EXISTS unionpay_orders_coming_back
    ON unionpay_orders (returns_at) WHERE returns_at IS NOT NULL AND returned_at IS NULL;
CREATE INDEX IF NOT EXISTS unionpay_orders_by_return ON unionpay_orders (return_day);
"""
# txnType, txnSubType, bizType.
TYPES = {
    "pay": ("01", "01", "000201"),
    "open": ("79", "00", "000902"),
    "remove": ("74", "01", "000902"),
    "debit": ("01", "01", "000902"),
    "refund": ("04", "00", "000201"),
    "payout": ("12", "00", "000401"),
}
# A clearing day ends an hour before its date does.
_CLEARING_SHIFT = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Order:
    """Whatever a merchant has given a number: a payment, an opening, a removal, a debit, a refund, a payout."""

    order_id: str
    # A key of TYPES.
    kind: str
    # As the merchant wrote it: half of the order's identity.
    txn_time: str
    # Under which order it is looked up: a refund under its payment.
    subject_id: str
    amount_minor: int | None = None
    description: str | None = None
    back_url: str | None = None
    front_url: str | None = None
    reserved: str | None = None
    expires_at: str | None = None
    # The secret in a page's address.
    page: str | None = None
    query_id: str
    trace_no: str
    card_no: str | None = None
    token: str | None = None
    state: str
    # As a query tells it.
    resp_code: str
    # Which code it ends with, as far as that is settled.
    outcome: str | None = None
    # Seconds since the epoch; none while it is in progress: it never ends.
    settles_at: float | None = None
    created_at: str
    done_at: str | None = None
    # The clearing day that messages tell, and the one in whose file it stands.
    settle_day: str | None = None
    statement_day: str | None = None
    # When a payout will come back, and when it did.
    returns_at: str | None = None
    returned_at: str | None = None
    return_day: str | None = None
    refunded_minor: int = 0

    @property
    def amount(self) -> int:
        assert self.amount_minor is not None, "an order that moves money has an amount"
        return self.amount_minor

    @property
    def may_return(self) -> bool:
        """Whether it is a payout that has arrived, and hasn't come back."""
        return self.kind == "payout" and self.state == "SUCCESS" and self.returned_at is None


@dataclass(frozen=True, kw_only=True)
class Card:
    number: str
    nickname: str
    bank: str
    kind: str
    # None: without a limit here.
    balance_minor: int | None

    @property
    def masked(self) -> str:
        return cards.masked(self.number)

    @property
    def means(self) -> str:
        return f"{self.bank}{cards.KINDS[self.kind]}（尾号 {self.number[-4:]}）"

    @property
    def fate(self) -> str | None:
        """Why it is no good, in a word."""
        return cards.FATES[self.nickname][1] if self.nickname in cards.FATES else None

    def covers(self, amount_minor: int) -> bool:
        return self.balance_minor is None or self.balance_minor >= amount_minor


@dataclass(frozen=True, kw_only=True)
class Token:
    """What stands for a card at one merchant; the same card of the same holder has the same one until it is removed."""

    token: str
    card_no: str
    holder: str
    begins_at: str
    ends_at: str
    removed_at: str | None


def clearing_day(moment: datetime) -> date:
    """From 23:00 on it is the next date's."""
    return (moment.astimezone(clock.SHANGHAI) + _CLEARING_SHIFT).date()


def find(connection: Connection, order_id: str) -> Order | None:
    return _order(
        connection.execute("SELECT * FROM unionpay_orders WHERE order_id = ?", (order_id,)).fetchone()
    )


def by_page(connection: Connection, page: str) -> Order | None:
    return _order(connection.execute("SELECT * FROM unionpay_orders WHERE page = ?", (page,)).fetchone())


def by_query_id(connection: Connection, query_id: str) -> Order | None:
    return _order(
        connection.execute("SELECT * FROM unionpay_orders WHERE query_id = ?", (query_id,)).fetchone()
    )


def where(connection: Connection, condition: str, *values: Any) -> list[Order]:
    """The orders for which the condition holds, oldest first."""
    rows = connection.execute(f"SELECT * FROM unionpay_orders WHERE {condition} ORDER BY rowid", values)
    return [Order(**dict(row)) for row in rows.fetchall()]


def newest(connection: Connection, count: int) -> list[Order]:
    rows = connection.execute("SELECT * FROM unionpay_orders ORDER BY rowid DESC LIMIT ?", (count,)).fetchall()
    return [Order(**dict(row)) for row in rows]


def add(connection: Connection, *, now: datetime, **columns: Any) -> Order:
    """A new order, with UnionPay's own numbers on it."""
    count = connection.execute("SELECT coalesce(max(rowid), 0) + 1 FROM unionpay_orders").fetchone()[0]
    trace_no = f"{count % 10**6:06d}"
    order = Order(
        query_id=f"{now:%Y%m%d%H%M%S}{trace_no}8",
        trace_no=trace_no,
        created_at=clock.to_wire(now),
        **columns,
    )
    _insert(connection, "unionpay_orders", order)
    return order


def change(connection: Connection, order: Order, **columns: Any) -> Order:
    """The order with those columns changed, in the file as well."""
    assignments = ", ".join(f"{name} = ?" for name in columns)
    row = connection.execute(
        f"UPDATE unionpay_orders SET {assignments} WHERE order_id = ? RETURNING *",
        (*columns.values(), order.order_id),
    ).fetchone()
    return Order(**dict(row))


def all_cards(connection: Connection) -> list[Card]:
    rows = connection.execute("SELECT * FROM unionpay_cards ORDER BY rowid").fetchall()
    return [Card(**dict(row)) for row in rows]


def find_card(connection: Connection, card: str) -> Card | None:
    """The card by its number or its nickname."""
    row = connection.execute(
        "SELECT * FROM unionpay_cards WHERE number = ? OR nickname = ?", (card, card)
    ).fetchone()
    return Card(**dict(row)) if row else None


def card_of(connection: Connection, order: Order) -> Card:
    card = find_card(connection, order.card_no or "")
    assert card is not None, f"{order.kind} {order.order_id} has a card"
    return card


def move_card(connection: Connection, card_no: str, amount_minor: int) -> None:
    """Add fen to a card, or take them with a minus, down to nothing; a card without a balance stays as it is."""
    connection.execute(
        "UPDATE unionpay_cards SET balance_minor = max(balance_minor + ?, 0) WHERE number = ?",
        (amount_minor, card_no),
    )


def set_card(connection: Connection, card: str, balance_minor: int | None) -> bool:
    """Whether there is such a card; from now on it holds that."""
    changed = connection.execute(
        "UPDATE unionpay_cards SET balance_minor = ? WHERE number = ? OR nickname = ?", (balance_minor, card, card)
    )
    return changed.rowcount == 1


def find_token(connection: Connection, token: str) -> Token | None:
    row = connection.execute("SELECT * FROM unionpay_tokens WHERE token = ?", (token,)).fetchone()
    return Token(**dict(row)) if row else None


def give_token(connection: Connection, card: Card, holder: str, *, now: datetime) -> Token:
    """The token of that holder's card: the one in use, or a new one for five years."""
    row = connection.execute(
        "SELECT * FROM unionpay_tokens WHERE card_no = ? AND holder = ? AND removed_at IS NULL",
        (card.number, holder),
    ).fetchone()
    if row:
        return Token(**dict(row))
    token = Token(
        token=f"6235{secrets.randbelow(10**15):015d}",
        card_no=card.number,
        holder=holder,
        begins_at=clock.to_wire(now),
        ends_at=clock.to_wire(now + timedelta(days=5 * 365)),
        removed_at=None,
    )
    _insert(connection, "unionpay_tokens", token)
    return token


def remove_token(connection: Connection, token: Token, *, now: datetime) -> None:
    connection.execute(
        "UPDATE unionpay_tokens SET removed_at = ? WHERE token = ?", (clock.to_wire(now), token.token)
    )


def balance(connection: Connection) -> int:
    """What the payout account holds, in fen."""
    return int(connection.execute("SELECT balance_minor FROM unionpay_account").fetchone()[0])


def open_account(connection: Connection, balance_minor: int) -> None:
    """The payout account with that balance, unless it is there."""
    connection.execute("INSERT OR IGNORE INTO unionpay_account VALUES (1, ?)", (balance_minor,))


def move_balance(connection: Connection, amount_minor: int) -> None:
    connection.execute("UPDATE unionpay_account SET balance_minor = balance_minor + ?", (amount_minor,))


def set_balance(connection: Connection, balance_minor: int) -> None:
    connection.execute("UPDATE unionpay_account SET balance_minor = ?", (balance_minor,))


def _insert(connection: Connection, table: str, record: Order | Token) -> None:
    names = [field.name for field in fields(record)]
    connection.execute(
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
        [getattr(record, name) for name in names],
    )


def _order(row: Row | None) -> Order | None:
    return Order(**dict(row)) if row else None
