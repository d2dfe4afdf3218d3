"""The rows of orders, links and wallets. Times are text in Shanghai: they sort as they read."""

import secrets
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from sandbox import clock
from sandbox.store import Connection, Row
from sandbox.wechat.orders import Order

SCHEMA = """
CREATE TABLE IF NOT EXISTS wechat_wallets (
    openid TEXT PRIMARY KEY, nickname TEXT NOT NULL UNIQUE, name TEXT NOT NULL, means TEXT NOT NULL,
    bank_type TEXT NOT NULL, balance_minor INTEGER CHECK (balance_minor >= 0)
);
INSERT OR IGNORE INTO wechat_wallets VALUES
    ('oSandbox00000000000000000011', 'lin', '林晓', '储蓄卡（尾号 6021）', 'CMB_DEBIT', NULL),
    ('oSandbox00000000000000000022', 'zhou', '周航', '零钱', 'OTHERS', 300000),
    ('oSandbox00000000000000000033', 'fang', '方可', '零钱', 'OTHERS', 1);
CREATE TABLE IF NOT EXISTS wechat_trades (
    out_trade_no TEXT PRIMARY KEY, transaction_id TEXT UNIQUE, trade_type TEXT NOT NULL,
    description TEXT NOT NULL, total_minor INTEGER NOT NULL CHECK (total_minor > 0),
    is_closed INTEGER NOT NULL DEFAULT 0, notify_url TEXT NOT NULL, attach TEXT, time_expire TEXT,
    created_at TEXT NOT NULL, expires_at TEXT NOT NULL, paid_at TEXT, closed_at TEXT,
    openid TEXT REFERENCES wechat_wallets (openid),
    refunded_minor INTEGER NOT NULL DEFAULT 0 CHECK (refunded_minor BETWEEN 0 AND total_minor),
    refund_asked_at REAL NOT NULL DEFAULT 0,
    CHECK ((paid_at IS NULL) = (openid IS NULL)), CHECK ((paid_at IS NULL) = (transaction_id IS NULL))
);
CREATE TABLE IF NOT EXISTS wechat_links (
    token TEXT PRIMARY KEY, out_trade_no TEXT NOT NULL REFERENCES wechat_trades (out_trade_no),
    opens_until TEXT NOT NULL, redirect_url TEXT
);
CREATE INDEX IF NOT EXISTS wechat_links_by_trade ON wechat_links (out_trade_no);
CREATE TABLE IF NOT EXISTS wechat_refunds (
    out_refund_no TEXT PRIMARY KEY, refund_id TEXT NOT NULL UNIQUE,
    out_trade_no TEXT NOT NULL REFERENCES wechat_trades (out_trade_no),
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0), reason TEXT, notify_url TEXT,
    status TEXT NOT NULL CHECK (status IN ('PROCESSING', 'SUCCESS', 'CLOSED', 'ABNORMAL')),
    outcome TEXT NOT NULL, created_at TEXT NOT NULL, success_at TEXT, settles_at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS wechat_refunds_by_trade ON wechat_refunds (out_trade_no);
CREATE TABLE IF NOT EXISTS wechat_envelopes (
    notification_id INTEGER PRIMARY KEY REFERENCES notifications (id), how TEXT NOT NULL, headers TEXT
);
CREATE TABLE IF NOT EXISTS wechat_nonces (nonce TEXT PRIMARY KEY, used_at REAL NOT NULL);
"""
# How long the way to the cashier can be opened; whoever is there may pay until the order's own end.
_LINK_LIFE = {"MWEB": timedelta(minutes=5), "NATIVE": timedelta(hours=2)}


@dataclass(frozen=True, kw_only=True)
class Trade:
    out_trade_no: str
    # Born with the payment.
    transaction_id: str | None
    trade_type: str
    description: str
    total_minor: int
    is_closed: bool
    notify_url: str
    attach: str | None
    # As the merchant wrote it.
    time_expire: str | None
    created_at: str
    expires_at: str
    paid_at: str | None
    closed_at: str | None
    openid: str | None
    # What was given back or is on its way.
    refunded_minor: int
    # Seconds since the epoch, for the pause between two refunds.
    refund_asked_at: float

    @property
    def state(self) -> str:
        """As a query tells it. A time that ran out stops paying and closes nothing."""
        if self.paid_at:
            return "REFUND" if self.refunded_minor else "SUCCESS"
        return "CLOSED" if self.is_closed else "NOTPAY"


@dataclass(frozen=True, kw_only=True)
class Link:
    """One way to the cashier: the secret in an H5 address or in a code."""

    token: str
    out_trade_no: str
    opens_until: str
    redirect_url: str | None


@dataclass(frozen=True, kw_only=True)
class Refund:
    out_refund_no: str
    refund_id: str
    out_trade_no: str
    amount_minor: int
    reason: str | None
    notify_url: str | None
    status: str
    # What it becomes.
    outcome: str
    created_at: str
    success_at: str | None
    # Seconds since the epoch.
    settles_at: float


@dataclass(frozen=True, kw_only=True)
class Wallet:
    openid: str
    nickname: str
    name: str
    means: str
    bank_type: str
    # None: a bank card without a limit here.
    balance_minor: int | None

    def covers(self, amount_minor: int) -> bool:
        return self.balance_minor is None or self.balance_minor >= amount_minor


def find(connection: Connection, out_trade_no: str) -> Trade | None:
    return _trade(
        connection.execute("SELECT * FROM wechat_trades WHERE out_trade_no = ?", (out_trade_no,)).fetchone()
    )


def by_transaction(connection: Connection, transaction_id: str) -> Trade | None:
    return _trade(
        connection.execute(
            "SELECT * FROM wechat_trades WHERE transaction_id = ?", (transaction_id,)
        ).fetchone()
    )


def newest(connection: Connection, count: int) -> list[Trade]:
    rows = connection.execute(
        "SELECT * FROM wechat_trades ORDER BY created_at DESC, rowid DESC LIMIT ?", (count,)
    ).fetchall()
    return [Trade(**dict(row)) for row in rows]


def create(connection: Connection, order: Order, *, now: datetime) -> Trade:
    trade = Trade(
        out_trade_no=order.out_trade_no,
        transaction_id=None,
        trade_type=order.trade_type,
        description=order.description,
        total_minor=order.total_minor,
        is_closed=False,
        notify_url=order.notify_url,
        attach=order.attach,
        time_expire=order.time_expire,
        created_at=clock.to_wire(now),
        expires_at=clock.to_wire(order.expires_at),
        paid_at=None,
        closed_at=None,
        openid=None,
        refunded_minor=0,
        refund_asked_at=0,
    )
    insert(connection, "wechat_trades", trade)
    return trade


def change(connection: Connection, trade: Trade, **columns: Any) -> Trade:
    """The trade with those columns changed, in the file as well."""
    assignments = ", ".join(f"{name} = ?" for name in columns)
    row = connection.execute(
        f"UPDATE wechat_trades SET {assignments} WHERE out_trade_no = ? RETURNING *",
        (*columns.values(), trade.out_trade_no),
    ).fetchone()
    return Trade(**dict(row))


def add_link(connection: Connection, trade: Trade, *, now: datetime) -> Link:
    link = Link(
        token=secrets.token_urlsafe(24),
        out_trade_no=trade.out_trade_no,
        opens_until=min(trade.expires_at, clock.to_wire(now + _LINK_LIFE[trade.trade_type])),
        redirect_url=None,
    )
    insert(connection, "wechat_links", link)
    return link


def find_link(connection: Connection, token: str) -> Link | None:
    row = connection.execute("SELECT * FROM wechat_links WHERE token = ?", (token,)).fetchone()
    return Link(**dict(row)) if row else None


def lead_back(connection: Connection, link: Link, redirect_url: str) -> Link:
    """The link, with the address to which the buyer goes from the cashier."""
    connection.execute("UPDATE wechat_links SET redirect_url = ? WHERE token = ?", (redirect_url, link.token))
    return replace(link, redirect_url=redirect_url)


def waiting_codes(connection: Connection, *, now: datetime) -> list[tuple[Link, Trade]]:
    """The newest code of each order that waits to be scanned, newest order first."""
    rows = connection.execute(
        "SELECT token, max(wechat_links.rowid) FROM wechat_links JOIN wechat_trades USING (out_trade_no)"
        " WHERE trade_type = 'NATIVE' AND paid_at IS NULL AND NOT is_closed AND opens_until > ?"
        " GROUP BY out_trade_no ORDER BY 2 DESC LIMIT 20",
        (clock.to_wire(now),),
    ).fetchall()
    links = [link for row in rows if (link := find_link(connection, row["token"]))]
    return [(link, trade) for link in links if (trade := find(connection, link.out_trade_no))]


def find_refund(connection: Connection, out_refund_no: str) -> Refund | None:
    row = connection.execute(
        "SELECT * FROM wechat_refunds WHERE out_refund_no = ?", (out_refund_no,)
    ).fetchone()
    return Refund(**dict(row)) if row else None


def refunds_of(connection: Connection, out_trade_no: str) -> list[Refund]:
    found = connection.execute(
        "SELECT * FROM wechat_refunds WHERE out_trade_no = ? ORDER BY rowid", (out_trade_no,)
    ).fetchall()
    return [Refund(**dict(row)) for row in found]


def wallets(connection: Connection) -> list[Wallet]:
    rows = connection.execute("SELECT * FROM wechat_wallets ORDER BY openid").fetchall()
    return [Wallet(**dict(row)) for row in rows]


def find_wallet(connection: Connection, buyer: str) -> Wallet | None:
    """The wallet by its id or its nickname."""
    row = connection.execute(
        "SELECT * FROM wechat_wallets WHERE openid = ? OR nickname = ?", (buyer, buyer)
    ).fetchone()
    return Wallet(**dict(row)) if row else None


def move_balance(connection: Connection, openid: str, amount_minor: int) -> None:
    """Add fen to a wallet, or take them with a minus; a card without a balance stays as it is."""
    connection.execute(
        "UPDATE wechat_wallets SET balance_minor = balance_minor + ? WHERE openid = ?", (amount_minor, openid)
    )


def insert(connection: Connection, table: str, record: Any) -> None:
    names = [field.name for field in fields(record)]
    connection.execute(
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
        [getattr(record, name) for name in names],
    )


def _trade(row: Row | None) -> Trade | None:
    return Trade(**dict(row)) if row else None
