"""The rows of agreements to be debited, and of debits that are in progress. Times are wire text in Shanghai."""

import secrets
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sandbox import clock
from sandbox.alipay.agreement_orders import AgreementReference, Rule, SignOrder
from sandbox.store import Connection

SCHEMA = """
CREATE TABLE IF NOT EXISTS alipay_agreements (
    external_agreement_no TEXT PRIMARY KEY, agreement_no TEXT NOT NULL UNIQUE, token TEXT NOT NULL UNIQUE,
    sign_scene TEXT NOT NULL, validity TEXT, notify_url TEXT, return_url TEXT,
    period_type TEXT NOT NULL CHECK (period_type IN ('DAY', 'MONTH')), period INTEGER NOT NULL CHECK (period > 0),
    first_on TEXT NOT NULL, single_minor INTEGER NOT NULL CHECK (single_minor > 0), total_minor INTEGER,
    total_payments INTEGER,
    state TEXT NOT NULL CHECK (state IN ('TEMP', 'REFUSED', 'LAPSED', 'NORMAL', 'STOP')),
    created_at TEXT NOT NULL, page_ends_at TEXT NOT NULL,
    buyer_id TEXT REFERENCES alipay_wallets (buyer_id), signed_at TEXT, invalid_at TEXT,
    plan_on TEXT NOT NULL, plan_stays INTEGER NOT NULL DEFAULT 1,
    paid_count INTEGER NOT NULL DEFAULT 0, paid_minor INTEGER NOT NULL DEFAULT 0, last_paid_at TEXT,
    ends_at TEXT, ended_by TEXT CHECK (ended_by IN ('payer', 'merchant', 'term')), end_notify_url TEXT,
    CHECK ((state IN ('NORMAL', 'STOP')) = (signed_at IS NOT NULL)),
    CHECK ((signed_at IS NULL) = (buyer_id IS NULL)),
    CHECK ((ends_at IS NULL) = (ended_by IS NULL))
);
CREATE INDEX IF NOT EXISTS alipay_agreements_by_end ON alipay_agreements (state, ends_at);
CREATE TABLE IF NOT EXISTS alipay_debits (
    out_trade_no TEXT PRIMARY KEY REFERENCES alipay_trades (out_trade_no),
    external_agreement_no TEXT NOT NULL REFERENCES alipay_agreements (external_agreement_no),
    settles_at TEXT, pays INTEGER NOT NULL, is_open INTEGER NOT NULL
);
"""
_PAGE_LIFE = timedelta(minutes=30)
# On the agreed day itself, and on so many before it.
_WINDOW = timedelta(days=5)


@dataclass(frozen=True, kw_only=True)
class Agreement:
    external_agreement_no: str
    agreement_no: str
    # The secret in the signing page's address.
    token: str
    sign_scene: str
    validity: str | None
    notify_url: str | None
    return_url: str | None
    period_type: Literal["DAY", "MONTH"]
    period: int
    first_on: str
    single_minor: int
    total_minor: int | None
    total_payments: int | None
    state: str
    created_at: str
    page_ends_at: str
    buyer_id: str | None
    signed_at: str | None
    # Until when it was signed for.
    invalid_at: str | None
    # The day that the next debit is agreed for.
    plan_on: str
    # Whether that day waits for a debit instead of passing.
    plan_stays: int
    paid_count: int
    paid_minor: int
    last_paid_at: str | None
    # When it will end, or has, and through whom.
    ends_at: str | None
    ended_by: str | None
    end_notify_url: str | None

    @property
    def path(self) -> str:
        """The page on which it is signed."""
        return f"/alipay/sign/{self.token}"

    @property
    def rule(self) -> Rule:
        """What the merchant asked for."""
        return Rule(
            period_type=self.period_type,
            period=self.period,
            first_on=date.fromisoformat(self.first_on),
            single_minor=self.single_minor,
            total_minor=self.total_minor,
            total_payments=self.total_payments,
        )

    @property
    def window(self) -> tuple[date, date]:
        """The first and the last day on which the next debit may be made."""
        last = date.fromisoformat(self.plan_on)
        return last - _WINDOW, last

    def next_plan_on(self) -> str:
        """The agreed day one period later."""
        day = date.fromisoformat(self.plan_on)
        if self.period_type == "DAY":
            return (day + timedelta(days=self.period)).isoformat()
        return in_months(day, self.period).isoformat()


def in_months(day: date, months: int) -> date:
    """The same day so many months later; an agreed one exists in all of them."""
    years, month = divmod(day.month - 1 + months, 12)
    return day.replace(year=day.year + years, month=month + 1)


@dataclass(frozen=True, kw_only=True)
class Debit:
    """A debit that was answered with: in progress."""

    out_trade_no: str
    external_agreement_no: str
    # None: never.
    settles_at: str | None
    pays: int
    is_open: int


def create(connection: Connection, order: SignOrder, *, now: datetime) -> Agreement:
    """The agreement, waiting on its page for somebody to sign it."""
    rule = {**vars(order.rule), "first_on": order.rule.first_on.isoformat()}
    agreement = Agreement(
        **rule,
        external_agreement_no=order.external_agreement_no,
        agreement_no=f"{now:%Y}{secrets.randbelow(10**16):016d}",
        token=secrets.token_urlsafe(24),
        sign_scene=order.sign_scene,
        validity=order.validity,
        notify_url=order.notify_url,
        return_url=order.return_url,
        state="TEMP",
        created_at=clock.to_wire(now),
        page_ends_at=clock.to_wire(now + _PAGE_LIFE),
        buyer_id=None,
        signed_at=None,
        invalid_at=None,
        plan_on=rule["first_on"],
        plan_stays=1,
        paid_count=0,
        paid_minor=0,
        last_paid_at=None,
        ends_at=None,
        ended_by=None,
        end_notify_url=None,
    )
    _insert(connection, "alipay_agreements", agreement)
    return agreement


def change(connection: Connection, agreement: Agreement, **columns: Any) -> Agreement:
    """The agreement with those columns changed, in the file as well."""
    assignments = ", ".join(f"{name} = ?" for name in columns)
    row = connection.execute(
        f"UPDATE alipay_agreements SET {assignments} WHERE external_agreement_no = ? RETURNING *",
        (*columns.values(), agreement.external_agreement_no),
    ).fetchone()
    return Agreement(**dict(row))


def find(connection: Connection, reference: AgreementReference) -> Agreement | None:
    """The agreement that fits all that was given."""
    found = _all(
        connection,
        "agreement_no = coalesce(?, agreement_no) AND external_agreement_no = coalesce(?, external_agreement_no)"
        " AND sign_scene = coalesce(?, sign_scene)",
        reference.agreement_no, reference.external_agreement_no, reference.sign_scene,
    )  # fmt: skip
    return found[0] if found else None


def by_key(connection: Connection, external_agreement_no: str) -> Agreement | None:
    found = _all(connection, "external_agreement_no = ?", external_agreement_no)
    return found[0] if found else None


def by_number(connection: Connection, agreement_no: str) -> Agreement | None:
    found = _all(connection, "agreement_no = ?", agreement_no)
    return found[0] if found else None


def by_token(connection: Connection, token: str) -> Agreement | None:
    found = _all(connection, "token = ?", token)
    return found[0] if found else None


def newest(connection: Connection, count: int) -> list[Agreement]:
    return _all(connection, "1 ORDER BY created_at DESC, rowid DESC LIMIT ?", count)


def ending(connection: Connection, now: datetime) -> list[Agreement]:
    """Those whose end has come."""
    return _all(connection, "state = 'NORMAL' AND ends_at <= ?", clock.to_wire(now))


def count_of(connection: Connection, buyer_id: str) -> int:
    """How many agreements of a payer's hold."""
    return len(_all(connection, "state = 'NORMAL' AND buyer_id = ?", buyer_id))


def _all(connection: Connection, condition: str, *values: object) -> list[Agreement]:
    rows = connection.execute(f"SELECT * FROM alipay_agreements WHERE {condition}", values).fetchall()
    return [Agreement(**dict(row)) for row in rows]


def add_debit(connection: Connection, debit: Debit) -> None:
    _insert(connection, "alipay_debits", debit)


def close_debit(connection: Connection, debit: Debit) -> None:
    connection.execute("UPDATE alipay_debits SET is_open = 0 WHERE out_trade_no = ?", (debit.out_trade_no,))


def settling(connection: Connection, now: datetime) -> list[Debit]:
    """The debits whose end has come."""
    rows = connection.execute(
        "SELECT * FROM alipay_debits WHERE is_open AND settles_at <= ?", (clock.to_wire(now),)
    ).fetchall()
    return [Debit(**dict(row)) for row in rows]


def is_being_debited(connection: Connection, agreement: Agreement) -> bool:
    """Whether a debit under it is in progress."""
    row = connection.execute(
        "SELECT 1 FROM alipay_debits JOIN alipay_trades USING (out_trade_no)"
        " WHERE external_agreement_no = ? AND is_open AND state = 'WAIT_BUYER_PAY'",
        (agreement.external_agreement_no,),
    ).fetchone()
    return row is not None


def _insert(connection: Connection, table: str, record: Agreement | Debit) -> None:
    names = [field.name for field in fields(record)]
    connection.execute(
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
        [getattr(record, name) for name in names],
    )
