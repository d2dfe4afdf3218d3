"""The rows of trades, refunds and wallets. Times are wire text in Shanghai: they sort as they read."""

import secrets
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sandbox import clock
from sandbox.alipay import buyers
from sandbox.alipay.buyers import Trouble
from sandbox.alipay.orders import Order, Reference
from sandbox.store import Connection, Row

SCHEMA = f"""
CREATE TABLE IF NOT EXISTS alipay_wallets (
    buyer_id TEXT PRIMARY KEY, nickname TEXT NOT NULL UNIQUE, name TEXT NOT NULL, logon_id TEXT NOT NULL,
    means TEXT NOT NULL, fund_channel TEXT NOT NULL,
    balance_minor INTEGER CHECK (balance_minor >= 0)
);
INSERT OR IGNORE INTO alipay_wallets VALUES {buyers.ROWS};
CREATE TABLE IF NOT EXISTS alipay_trades (
    out_trade_no TEXT PRIMARY KEY, trade_no TEXT NOT NULL UNIQUE, token TEXT NOT NULL UNIQUE,
    method TEXT NOT NULL, subject TEXT NOT NULL, total_minor INTEGER NOT NULL CHECK (total_minor > 0),
    state TEXT NOT NULL
        CHECK (state IN ('WAIT_BUYER_PAY', 'TRADE_SUCCESS', 'TRADE_FINISHED', 'TRADE_CLOSED')),
    notify_url TEXT, return_url TEXT, quit_url TEXT, passback_params TEXT,
    created_at TEXT NOT NULL, expires_at TEXT NOT NULL, paid_at TEXT, closed_at TEXT,
    buyer_id TEXT REFERENCES alipay_wallets (buyer_id),
    refunded_minor INTEGER NOT NULL DEFAULT 0 CHECK (refunded_minor BETWEEN 0 AND total_minor),
    refund_asked_at REAL NOT NULL DEFAULT 0,
    CHECK ((paid_at IS NULL) = (buyer_id IS NULL)),
    CHECK (state NOT IN ('TRADE_SUCCESS', 'TRADE_FINISHED') OR paid_at IS NOT NULL)
);
CREATE INDEX IF NOT EXISTS alipay_trades_by_expiry ON alipay_trades (state, expires_at);
CREATE TABLE IF NOT EXISTS alipay_refunds (
    out_trade_no TEXT NOT NULL REFERENCES alipay_trades (out_trade_no), out_request_no TEXT NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0), reason TEXT, refunded_at TEXT NOT NULL,
    PRIMARY KEY (out_trade_no, out_request_no)
);
"""


@dataclass(frozen=True, kw_only=True)
class Trade:
    out_trade_no: str
    trade_no: str
    # The secret in the cashier's address.
    token: str
    method: str
    subject: str
    total_minor: int
    state: str
    notify_url: str | None
    return_url: str | None
    quit_url: str | None
    passback_params: str | None
    created_at: str
    expires_at: str
    paid_at: str | None
    closed_at: str | None
    buyer_id: str | None
    refunded_minor: int
    # Seconds since the epoch, for the pause between two refunds.
    refund_asked_at: float

    @property
    def path(self) -> str:
        """The page on which it is paid."""
        return f"/alipay/cashier/{self.token}"

    @property
    def is_debit(self) -> bool:
        """Whether it is taken under an agreement, so that nobody can pay it at the cashier."""
        return self.method == "alipay.trade.pay"


@dataclass(frozen=True, kw_only=True)
class Refund:
    out_trade_no: str
    out_request_no: str
    amount_minor: int
    reason: str | None
    refunded_at: str


@dataclass(frozen=True, kw_only=True)
class Wallet:
    buyer_id: str
    nickname: str
    name: str
    # Masked, as the gateway shows it.
    logon_id: str
    means: str
    fund_channel: str
    # None: a bank card without a limit here.
    balance_minor: int | None

    @property
    def trouble(self) -> Trouble | None:
        """Why this buyer can pay nothing, if so."""
        return buyers.TROUBLES.get(self.nickname)

    @property
    def is_frozen(self) -> bool:
        """Whether nothing can be paid to it either."""
        return self.trouble is not None and self.trouble.code == "BUYER_ENABLE_STATUS_FORBID"

    def covers(self, amount_minor: int) -> bool:
        return self.balance_minor is None or self.balance_minor >= amount_minor


def find(connection: Connection, reference: Reference) -> Trade | None:
    """The trade that fits every number given."""
    row = connection.execute(
        "SELECT * FROM alipay_trades WHERE out_trade_no = coalesce(?, out_trade_no)"
        " AND trade_no = coalesce(?, trade_no)",
        (reference.out_trade_no, reference.trade_no),
    ).fetchone()
    return Trade(**dict(row)) if row else None


def by_number(connection: Connection, out_trade_no: str) -> Trade | None:
    return find(connection, Reference(out_trade_no=out_trade_no, trade_no=None))


def by_token(connection: Connection, token: str) -> Trade | None:
    row = connection.execute("SELECT * FROM alipay_trades WHERE token = ?", (token,)).fetchone()
    return Trade(**dict(row)) if row else None


def newest(connection: Connection, count: int) -> list[Trade]:
    rows = connection.execute(
        "SELECT * FROM alipay_trades ORDER BY created_at DESC, rowid DESC LIMIT ?", (count,)
    ).fetchall()
    return [Trade(**dict(row)) for row in rows]


def expired(connection: Connection, now: datetime) -> list[Trade]:
    """Trades that still wait for a buyer after their time."""
    rows = connection.execute(
        "SELECT * FROM alipay_trades WHERE state = 'WAIT_BUYER_PAY' AND expires_at <= ?",
        (clock.to_wire(now),),
    ).fetchall()
    return [Trade(**dict(row)) for row in rows]


def create(connection: Connection, order: Order, *, now: datetime) -> Trade:
    trade = Trade(
        out_trade_no=order.out_trade_no,
        trade_no=f"{now:%Y%m%d}22001{secrets.randbelow(10**15):015d}",
        token=secrets.token_urlsafe(24),
        method=order.method,
        subject=order.subject,
        total_minor=order.total_minor,
        state="WAIT_BUYER_PAY",
        notify_url=order.notify_url,
        return_url=order.return_url,
        quit_url=order.quit_url,
        passback_params=order.passback_params,
        created_at=clock.to_wire(now),
        expires_at=clock.to_wire(order.expires_at),
        paid_at=None,
        closed_at=None,
        buyer_id=None,
        refunded_minor=0,
        refund_asked_at=0,
    )
    _insert(connection, "alipay_trades", trade)
    return trade


def change(connection: Connection, trade: Trade, **columns: Any) -> Trade:
    """The trade with those columns changed, in the file as well."""
    assignments = ", ".join(f"{name} = ?" for name in columns)
    row: Row = connection.execute(
        f"UPDATE alipay_trades SET {assignments} WHERE out_trade_no = ? RETURNING *",
        (*columns.values(), trade.out_trade_no),
    ).fetchone()
    return Trade(**dict(row))


def add_refund(connection: Connection, refund: Refund) -> None:
    _insert(connection, "alipay_refunds", refund)


def find_refund(connection: Connection, *, out_trade_no: str, out_request_no: str) -> Refund | None:
    row = connection.execute(
        "SELECT * FROM alipay_refunds WHERE out_trade_no = ? AND out_request_no = ?",
        (out_trade_no, out_request_no),
    ).fetchone()
    return Refund(**dict(row)) if row else None


def refunds_of(connection: Connection, out_trade_no: str) -> list[Refund]:
    rows = connection.execute(
        "SELECT * FROM alipay_refunds WHERE out_trade_no = ? ORDER BY rowid", (out_trade_no,)
    ).fetchall()
    return [Refund(**dict(row)) for row in rows]


def wallets(connection: Connection) -> list[Wallet]:
    rows = connection.execute("SELECT * FROM alipay_wallets ORDER BY rowid").fetchall()
    return [Wallet(**dict(row)) for row in rows]


def find_wallet(connection: Connection, buyer: str) -> Wallet | None:
    """The wallet by its id or its nickname."""
    row = connection.execute(
        "SELECT * FROM alipay_wallets WHERE buyer_id = ? OR nickname = ?", (buyer, buyer)
    ).fetchone()
    return Wallet(**dict(row)) if row else None


def move_balance(connection: Connection, buyer_id: str, amount_minor: int) -> None:
    """Add fen to a wallet, or take them with a minus; a card without a balance stays as it is."""
    connection.execute(
        "UPDATE alipay_wallets SET balance_minor = balance_minor + ? WHERE buyer_id = ?",
        (amount_minor, buyer_id),
    )


def _insert(connection: Connection, table: str, record: Trade | Refund) -> None:
    names = [field.name for field in fields(record)]
    connection.execute(
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
        [getattr(record, name) for name in names],
    )
