"""The rows of transfers to wallets, of the account they are paid from, and of the wallets' logins."""

import secrets
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sandbox import clock
from sandbox.alipay import buyers
from sandbox.alipay.transfer_orders import TransferOrder
from sandbox.store import Connection

SCHEMA = f"""
CREATE TABLE IF NOT EXISTS alipay_logins (
    logon_id TEXT PRIMARY KEY, buyer_id TEXT NOT NULL REFERENCES alipay_wallets (buyer_id)
);
INSERT OR IGNORE INTO alipay_logins VALUES {buyers.LOGINS};
CREATE TABLE IF NOT EXISTS alipay_account (
    id INTEGER PRIMARY KEY CHECK (id = 1), balance_minor INTEGER NOT NULL CHECK (balance_minor >= 0)
);
INSERT OR IGNORE INTO alipay_account VALUES (1, 1000000000);
CREATE TABLE IF NOT EXISTS alipay_transfers (
    out_biz_no TEXT PRIMARY KEY, order_id TEXT NOT NULL UNIQUE, pay_fund_order_id TEXT NOT NULL UNIQUE,
    logon_id TEXT NOT NULL REFERENCES alipay_logins (logon_id), name TEXT NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0), title TEXT NOT NULL, remark TEXT,
    state TEXT NOT NULL CHECK (state IN ('DEALING', 'SUCCESS', 'FAIL', 'REFUND')),
    error_code TEXT, created_at TEXT NOT NULL, settles_at TEXT, paid_at TEXT, returns_at TEXT, returned_at TEXT,
    CHECK ((state IN ('SUCCESS', 'REFUND')) = (paid_at IS NOT NULL)),
    CHECK ((state = 'REFUND') = (returned_at IS NOT NULL))
);
"""


@dataclass(frozen=True, kw_only=True)
class Transfer:
    out_biz_no: str
    order_id: str
    pay_fund_order_id: str
    logon_id: str
    name: str
    amount_minor: int
    title: str
    remark: str | None
    state: str
    # Why it failed, or will.
    error_code: str | None
    created_at: str
    # When it stops being dealt with; none: never.
    settles_at: str | None
    paid_at: str | None
    # When it will come back, unless the payee has spent it.
    returns_at: str | None
    returned_at: str | None

    @property
    def order(self) -> TransferOrder:
        """What the merchant asked for."""
        return TransferOrder(
            out_biz_no=self.out_biz_no,
            logon_id=self.logon_id,
            name=self.name,
            amount_minor=self.amount_minor,
            title=self.title,
            remark=self.remark,
        )


def create(connection: Connection, order: TransferOrder, *, now: datetime) -> Transfer:
    """The transfer, being dealt with for ever."""
    transfer = Transfer(
        **vars(order),
        order_id=f"{now:%Y%m%d}110070{secrets.randbelow(10**18):018d}",
        pay_fund_order_id=f"{now:%Y%m%d}110075{secrets.randbelow(10**18):018d}",
        state="DEALING",
        error_code=None,
        created_at=clock.to_wire(now),
        settles_at=None,
        paid_at=None,
        returns_at=None,
        returned_at=None,
    )
    names = [field.name for field in fields(transfer)]
    connection.execute(
        f"INSERT INTO alipay_transfers ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
        [getattr(transfer, name) for name in names],
    )
    return transfer


def change(connection: Connection, transfer: Transfer, **columns: Any) -> Transfer:
    """The transfer with those columns changed, in the file as well."""
    assignments = ", ".join(f"{name} = ?" for name in columns)
    row = connection.execute(
        f"UPDATE alipay_transfers SET {assignments} WHERE out_biz_no = ? RETURNING *",
        (*columns.values(), transfer.out_biz_no),
    ).fetchone()
    return Transfer(**dict(row))


def find(connection: Connection, *, out_biz_no: str | None, order_id: str | None = None) -> Transfer | None:
    """The transfer that fits every number given."""
    row = connection.execute(
        "SELECT * FROM alipay_transfers WHERE out_biz_no = coalesce(?, out_biz_no)"
        " AND order_id = coalesce(?, order_id)",
        (out_biz_no, order_id),
    ).fetchone()
    return Transfer(**dict(row)) if row else None


def newest(connection: Connection, count: int) -> list[Transfer]:
    return _all(connection, "1 ORDER BY created_at DESC, rowid DESC LIMIT ?", count)


def settling(connection: Connection, now: datetime) -> list[Transfer]:
    """Those that have been dealt with by now."""
    return _all(connection, "state = 'DEALING' AND settles_at <= ?", clock.to_wire(now))


def returning(connection: Connection, now: datetime) -> list[Transfer]:
    """Those that come back by now."""
    return _all(connection, "state = 'SUCCESS' AND returns_at <= ?", clock.to_wire(now))


def _all(connection: Connection, condition: str, value: object) -> list[Transfer]:
    rows = connection.execute(f"SELECT * FROM alipay_transfers WHERE {condition}", (value,)).fetchall()
    return [Transfer(**dict(row)) for row in rows]


def wallet_of(connection: Connection, logon_id: str) -> str | None:
    """The id of the wallet that belongs to a login."""
    row = connection.execute("SELECT buyer_id FROM alipay_logins WHERE logon_id = ?", (logon_id,)).fetchone()
    return str(row["buyer_id"]) if row else None


def open_wallet(connection: Connection, *, logon_id: str, name: str) -> str:
    """The id of a new, empty wallet with that login, or of the one that has it; its name is then as given."""
    buyer_id = wallet_of(connection, logon_id)
    if buyer_id is not None:
        connection.execute("UPDATE alipay_wallets SET name = ? WHERE buyer_id = ?", (name, buyer_id))
        return buyer_id
    buyer_id = f"2088{secrets.randbelow(10**12):012d}"
    connection.execute(
        "INSERT INTO alipay_wallets VALUES (?, ?, ?, ?, '账户余额', 'ALIPAYACCOUNT', 0)",
        (buyer_id, logon_id, name, f"{logon_id[:3]}****{logon_id[-4:]}"),
    )
    connection.execute("INSERT INTO alipay_logins VALUES (?, ?)", (logon_id, buyer_id))
    return buyer_id


def balance_minor(connection: Connection) -> int:
    """What the merchant can pay out, in fen."""
    return int(connection.execute("SELECT balance_minor FROM alipay_account").fetchone()[0])


def set_balance(connection: Connection, amount_minor: int) -> None:
    connection.execute("UPDATE alipay_account SET balance_minor = ?", (amount_minor,))
