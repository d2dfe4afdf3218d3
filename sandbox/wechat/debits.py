"""Debits under a contract: taken now, done or failed a moment later, and told in either case."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox import clock, faults
from sandbox.site import Site
from sandbox.store import Connection, Row
from sandbox.wechat import contracts, keys, papay_notices, payers, payments, periods, rows
from sandbox.wechat.catalogue import DEBIT_FAULTS, DEBIT_NOTIFY_FAULTS, REFUSING_FAULTS, TAKING_FAULTS
from sandbox.wechat.contracts import Contract
from sandbox.wechat.orders import Order
from sandbox.wechat.rows import Trade
from sandbox.wechat.v2 import Declined

SCHEMA = """
CREATE TABLE IF NOT EXISTS wechat_debits (
    out_trade_no TEXT PRIMARY KEY REFERENCES wechat_trades (out_trade_no),
    contract_code TEXT NOT NULL REFERENCES wechat_contracts (contract_code),
    period_id INTEGER REFERENCES wechat_periods (id), taken_on TEXT NOT NULL,
    fate TEXT, fail_code TEXT, seen_from REAL NOT NULL, settles_at REAL
);
CREATE INDEX IF NOT EXISTS wechat_debits_by_contract ON wechat_debits (contract_code);
"""
# A debit that was just taken is one that a query doesn't know yet; and the answer leaves first.
_SEEN_AFTER_SECONDS, _SETTLES_AFTER_SECONDS = 0.2, 0.5
_ASKED_ABOUT_FOR = timedelta(days=31)
TRADE_TYPE = "PAP"


@dataclass(frozen=True, kw_only=True)
class Debit:
    out_trade_no: str
    contract_code: str
    # None: in the first hours of a contract.
    period_id: int | None
    taken_on: str
    # The code with which it fails, where a fault says so.
    fate: str | None
    fail_code: str | None
    # Seconds since the epoch; no end: it waits for ever.
    seen_from: float
    settles_at: float | None


def take(connection: Connection, site: Site, fields: dict[str, str], *, now: datetime) -> None:
    """Take the debit, or decline it. The same number once more is the same debit."""
    # Also of a number that was taken before: nobody says what the real one looks at first.
    for strike in _strikes(connection, fields["out_trade_no"], REFUSING_FAULTS):
        raise Declined(strike.name.removeprefix("papay_refused_"), "扣款申请不受理")
    known = rows.find(connection, fields["out_trade_no"])
    contract = contracts.by_id(connection, fields["contract_id"], now=now)
    if known is not None:
        _check_repeat(connection, known, contract, fields)
        return
    if contract is None or contract.state != "SIGNED":
        raise Declined("CONTRACT_NOT_EXIST", "签约协议不存在或已解约")
    amount_minor = int(fields["total_fee"])
    _refuse_over_limit(connection, site, contract, amount_minor, now=now)
    period_id = periods.admit(connection, contract, amount_minor, now=now)
    order = Order(
        out_trade_no=fields["out_trade_no"], trade_type=TRADE_TYPE, description=fields["body"],
        total_minor=amount_minor, notify_url=fields["notify_url"], attach=None, time_expire=None,
        expires_at=now + _ASKED_ABOUT_FOR,
    )  # fmt: skip
    rows.create(connection, order, now=now)
    _begin(connection, site, contract, order.out_trade_no, period_id=period_id, now=now)


def _check_repeat(connection: Connection, known: Trade, contract: Contract | None, fields: dict[str, str]) -> None:
    debit = find(connection, known.out_trade_no)
    is_same = (known.total_minor, known.description) == (int(fields["total_fee"]), fields["body"])
    if debit is None or contract is None or debit.contract_code != contract.contract_code or not is_same:
        raise Declined("OUT_TRADE_NO_USED", "商户订单号重复")
    if known.paid_at:
        raise Declined("ORDERPAID", "订单已支付")
    if debit.fail_code:
        raise Declined("ORDERCLOSED", "订单已关闭")


def _refuse_over_limit(
    connection: Connection, site: Site, contract: Contract, amount_minor: int, *, now: datetime
) -> None:
    account = keys.prepare(site.home.folder).account
    (taken,) = connection.execute(
        "SELECT coalesce(sum(total_minor), 0) FROM wechat_debits JOIN wechat_trades USING (out_trade_no)"
        " WHERE contract_code = ? AND taken_on = ? AND fail_code IS NULL",
        (contract.contract_code, now.date().isoformat()),
    ).fetchone()
    if amount_minor > account.single_minor or taken + amount_minor > account.day_minor:
        raise Declined("RULELIMIT", "交易金额或次数超出限制，请检查后再试")


def _begin(
    connection: Connection, site: Site, contract: Contract, out_trade_no: str, *, period_id: int | None, now: datetime
) -> None:
    able = (*DEBIT_FAULTS, *TAKING_FAULTS, *DEBIT_NOTIFY_FAULTS)
    names = [strike.name for strike in _strikes(connection, out_trade_no, able)]
    fated = [name.removeprefix("papay_fails_") for name in names if name.startswith("papay_fails_")]
    if "accepted_then_failed" in names:
        fated.append("NOTENOUGH")
    taken_at = clock.real_seconds()
    debit = Debit(
        out_trade_no=out_trade_no,
        contract_code=contract.contract_code,
        period_id=period_id,
        taken_on=now.date().isoformat(),
        fate=fated[0] if fated else None,
        fail_code=None,
        seen_from=taken_at + _SEEN_AFTER_SECONDS,
        settles_at=None if "papay_forever" in names else taken_at + _SETTLES_AFTER_SECONDS,
    )
    rows.insert(connection, "wechat_debits", debit)
    if "papay_before_response" in names:
        settle(connection, site, debit, now=now, before_reply=True)


def _strikes(
    connection: Connection, out_trade_no: str, able: tuple[faults.Fault, ...], operation: str = "debit"
) -> list[faults.Strike]:
    return faults.strike(
        connection, channel="wechat", faults=able, order_no=out_trade_no, operation=operation
    )


def settle(
    connection: Connection, site: Site, debit: Debit, *, now: datetime, before_reply: bool = False
) -> None:
    """The debit at its end: the money moved or the reason kept, and its notice kept for sending."""
    trade = rows.find(connection, debit.out_trade_no)
    contract = contracts.find(connection, debit.contract_code, now=now)
    assert trade is not None and contract is not None
    failed = _failure(connection, contract, debit, trade)
    if failed:
        trade = payments.fail(connection, trade, now=now)
    else:
        assert contract.openid is not None
        trade = payments.take(connection, site, trade, openid=contract.openid, now=now, notifies=False)
    connection.execute(
        "UPDATE wechat_debits SET fail_code = ?, settles_at = NULL, seen_from = 0 WHERE out_trade_no = ?",
        (failed, debit.out_trade_no),
    )
    papay_notices.tell_debit(connection, site, trade, contract, failed=failed, now=now, before_reply=before_reply)


def _failure(connection: Connection, contract: Contract, debit: Debit, trade: Trade) -> str | None:
    if debit.fate:
        return debit.fate
    if contract.state != "SIGNED":
        return "CONTRACT_NOT_EXIST"
    payer = payers.find(connection, contract.openid or "")
    assert payer is not None, "whoever signed is known"
    if code := payer.fails(trade.total_minor):
        return code
    is_first = debit.period_id is None or periods.use(connection, debit.period_id, out_trade_no=debit.out_trade_no)
    return None if is_first else "RULELIMIT"


def sweep(site: Site) -> None:
    """Settle what is due."""
    now, seconds = clock.business_now(), clock.real_seconds()
    with site.store.begin() as connection:
        due = connection.execute("SELECT * FROM wechat_debits WHERE settles_at <= ?", (seconds,)).fetchall()
        for row in due:
            settle(connection, site, _debit(row), now=now)


def find(connection: Connection, out_trade_no: str) -> Debit | None:
    row = connection.execute("SELECT * FROM wechat_debits WHERE out_trade_no = ?", (out_trade_no,)).fetchone()
    return _debit(row) if row else None


def seen(connection: Connection, out_trade_no: str, *, now: datetime) -> tuple[Trade, Debit] | None:
    """What a query knows: not what was taken this moment, nor what is older than a month."""
    trade, debit = rows.find(connection, out_trade_no), find(connection, out_trade_no)
    if trade is None or debit is None or debit.seen_from > clock.real_seconds():
        return None
    return (trade, debit) if clock.to_wire(now - _ASKED_ABOUT_FOR) < trade.created_at else None


def _debit(row: Row) -> Debit:
    return Debit(**dict(row))
