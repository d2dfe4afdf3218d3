"""Announcements (预扣费通知) and the periods they open: told by day, debited from the second day after, once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sandbox import clock
from sandbox.store import Connection
from sandbox.wechat import refusals
from sandbox.wechat.contracts import Contract
from sandbox.wechat.keys import Account
from sandbox.wechat.v2 import Declined

SCHEMA = """
CREATE TABLE IF NOT EXISTS wechat_periods (
    id INTEGER PRIMARY KEY, contract_code TEXT NOT NULL REFERENCES wechat_contracts (contract_code),
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0), announced_at TEXT NOT NULL,
    first_on TEXT NOT NULL, last_on TEXT NOT NULL, debited_by TEXT
);
CREATE INDEX IF NOT EXISTS wechat_periods_by_contract ON wechat_periods (contract_code);
"""
_OPENS, _SHUTS = 7, 22
_WAITING_DAYS = 2
_MOST_DAYS = 7
# For so long after its signature a contract is debited without an announcement, at any hour.
_GRACE = timedelta(hours=12)


@dataclass(frozen=True, kw_only=True)
class Period:
    id: int
    contract_code: str
    amount_minor: int
    announced_at: str
    first_on: str
    last_on: str
    # The debit that succeeded in it.
    debited_by: str | None


def announce(
    connection: Connection, contract: Contract | None, fields: Mapping[str, Any], account: Account, *, now: datetime
) -> None:
    """Tell the payer, and open a period. Refused when it is not the hour, or one is open."""
    amount_minor, days = _read(fields, account)
    if contract is None or contract.state != "SIGNED":
        raise refusals.Refused(400, "CONTRACT_NOT_EXIST", "签约协议不存在或已解约")
    if not is_open(now):
        raise refusals.request("预扣费通知只能在每天7:00至22:00下发")
    if amount_minor > account.single_minor:
        raise refusals.Refused(400, "RULE_LIMIT", "预计扣费金额超出模板限额")
    current = running(connection, contract, now=now)
    if current and current.amount_minor == amount_minor:
        raise refusals.Refused(400, "ALREADY_EXISTS", "本扣费周期已下发过扣费前通知")
    if current:
        raise refusals.request("本扣费周期已下发过扣费前通知，金额不能更改")
    first_on = now.date() + timedelta(days=_WAITING_DAYS)
    connection.execute(
        "INSERT INTO wechat_periods (contract_code, amount_minor, announced_at, first_on, last_on)"
        " VALUES (?, ?, ?, ?, ?)",
        (contract.contract_code, amount_minor, clock.to_wire(now), first_on.isoformat(),
         (first_on + timedelta(days=days - 1)).isoformat()),
    )  # fmt: skip


def _read(fields: Mapping[str, Any], account: Account) -> tuple[int, int]:
    if unknown := set(fields) - {"mchid", "appid", "deduct_duration", "estimated_amount"}:
        raise refusals.parameter(f"/{sorted(unknown)[0]}", "不认识的字段")
    if (fields.get("mchid"), fields.get("appid")) != (account.mchid, account.appid):
        raise refusals.other_merchant()
    duration, amount = fields.get("deduct_duration"), fields.get("estimated_amount")
    if not isinstance(duration, dict) or duration.keys() != {"count", "unit"} or duration["unit"] != "DAY":
        raise refusals.parameter("/deduct_duration", "应为 count 与 unit=DAY")
    if type(duration["count"]) is not int or not 1 <= duration["count"] <= _MOST_DAYS:
        raise refusals.parameter("/deduct_duration/count", f"应为1到{_MOST_DAYS}")
    if not isinstance(amount, dict) or amount.keys() != {"amount", "currency"} or amount["currency"] != "CNY":
        raise refusals.parameter("/estimated_amount", "应为 amount 与 currency=CNY")
    if type(amount["amount"]) is not int or amount["amount"] < 1:
        raise refusals.parameter("/estimated_amount/amount", "应为整数，单位分，至少为1")
    return amount["amount"], duration["count"]


def is_open(now: datetime) -> bool:
    return _OPENS <= now.hour < _SHUTS


def running(connection: Connection, contract: Contract, *, now: datetime) -> Period | None:
    """The period that a success or its last day has not ended yet."""
    row = connection.execute(
        "SELECT * FROM wechat_periods WHERE contract_code = ? AND debited_by IS NULL AND last_on >= ?"
        " ORDER BY id DESC LIMIT 1",
        (contract.contract_code, now.date().isoformat()),
    ).fetchone()
    return Period(**dict(row)) if row else None


def admit(connection: Connection, contract: Contract, amount_minor: int, *, now: datetime) -> int | None:
    """The period in which so much may be debited now; None in the first hours of a contract. Declined otherwise."""
    assert contract.signed_at is not None
    period = running(connection, contract, now=now)
    if period is None and clock.to_wire(now - _GRACE) < contract.signed_at:
        return None
    if period is None:
        raise Declined("INVALID_REQUEST", "扣费前未下发通知，或扣费周期已结束")
    if not date.fromisoformat(period.first_on) <= now.date():
        raise Declined("INVALID_REQUEST", "扣费等待期内不能扣费")
    if not is_open(now):
        raise Declined("INVALID_REQUEST", "只能在每天7:00至22:00扣费")
    if amount_minor > period.amount_minor:
        raise Declined("INVALID_REQUEST", "扣费金额大于预计扣费金额")
    return period.id


def use(connection: Connection, period_id: int, *, out_trade_no: str) -> bool:
    """Whether this debit is the first success of its period, which ends with it."""
    used = connection.execute(
        "UPDATE wechat_periods SET debited_by = ? WHERE id = ? AND debited_by IS NULL", (out_trade_no, period_id)
    )
    return bool(used.rowcount)


def of(connection: Connection, contract: Contract) -> list[Period]:
    found = connection.execute(
        "SELECT * FROM wechat_periods WHERE contract_code = ? ORDER BY id", (contract.contract_code,)
    ).fetchall()
    return [Period(**dict(row)) for row in found]
