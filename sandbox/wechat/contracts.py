"""The rows of contracts by which a merchant may debit (委托代扣). One is found as it is now: it may have run out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox import clock
from sandbox.store import Connection, Row

SCHEMA = """
CREATE TABLE IF NOT EXISTS wechat_contracts (
    contract_code TEXT PRIMARY KEY, contract_id TEXT UNIQUE, request_serial TEXT NOT NULL UNIQUE,
    display_account TEXT NOT NULL, notify_url TEXT NOT NULL, token TEXT NOT NULL UNIQUE, opens_until TEXT NOT NULL,
    back_url TEXT, openid TEXT, created_at TEXT NOT NULL, signed_at TEXT, expires_at TEXT, ended_at TEXT,
    ended_mode INTEGER, remark TEXT NOT NULL DEFAULT '',
    CHECK ((signed_at IS NULL) = (contract_id IS NULL)), CHECK ((ended_at IS NULL) = (ended_mode IS NULL))
);
"""
# Who ended it, as WeChat counts them.
BY_TIME, BY_PAYER, BY_MERCHANT = 1, 2, 3


@dataclass(frozen=True, kw_only=True)
class Contract:
    # The merchant's own number; WeChat's is born when it is signed.
    contract_code: str
    contract_id: str | None
    request_serial: str
    display_account: str
    notify_url: str
    # The secret in the signing page's address.
    token: str
    opens_until: str
    # Where the payer came from, and goes back to.
    back_url: str | None
    openid: str | None
    created_at: str
    signed_at: str | None
    expires_at: str | None
    ended_at: str | None
    ended_mode: int | None
    remark: str

    @property
    def state(self) -> str:
        if self.ended_at:
            return "ENDED"
        return "SIGNED" if self.signed_at else "WAITING"


def find(connection: Connection, contract_code: str, *, now: datetime) -> Contract | None:
    return _as_of(connection, _one(connection, "contract_code = ?", contract_code), now)


def by_id(connection: Connection, contract_id: str, *, now: datetime) -> Contract | None:
    return _as_of(connection, _one(connection, "contract_id = ?", contract_id), now)


def by_token(connection: Connection, token: str, *, now: datetime) -> Contract | None:
    return _as_of(connection, _one(connection, "token = ?", token), now)


def newest(connection: Connection, count: int) -> list[Contract]:
    found = connection.execute(
        "SELECT * FROM wechat_contracts ORDER BY created_at DESC, rowid DESC LIMIT ?", (count,)
    ).fetchall()
    return [Contract(**dict(row)) for row in found]


def change(connection: Connection, contract: Contract, **columns: Any) -> Contract:
    """The contract with those columns changed, in the file as well."""
    assignments = ", ".join(f"{name} = ?" for name in columns)
    row = connection.execute(
        f"UPDATE wechat_contracts SET {assignments} WHERE contract_code = ? RETURNING *",
        (*columns.values(), contract.contract_code),
    ).fetchone()
    return Contract(**dict(row))


def serial_is_used(connection: Connection, request_serial: str) -> bool:
    return _one(connection, "request_serial = ?", request_serial) is not None


def _one(connection: Connection, condition: str, value: str) -> Row | None:
    row: Row | None = connection.execute(
        f"SELECT * FROM wechat_contracts WHERE {condition}", (value,)
    ).fetchone()
    return row


def _as_of(connection: Connection, row: Row | None, now: datetime) -> Contract | None:
    if row is None:
        return None
    contract = Contract(**dict(row))
    if contract.state == "SIGNED" and contract.expires_at and contract.expires_at <= clock.to_wire(now):
        # In silence, as with the real one.
        return change(connection, contract, ended_at=contract.expires_at, ended_mode=BY_TIME)
    return contract
