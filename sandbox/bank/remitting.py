"""What channels pay out to the lender's account: told in their statements at once, on the account when it arrives."""

from datetime import datetime, timedelta

from sandbox import clock, faults
from sandbox.bank import account
from sandbox.bank.account import Other
from sandbox.faults import Fault
from sandbox.store import Connection, Row

OPERATION = "remit"
FAULTS = (
    Fault(name="remit_late", kind="state", title="渠道划款晚五天到账", english="a remittance arrives five days late"),
    Fault(name="remit_twice", kind="state", title="渠道划款到账两次", english="a remittance arrives twice"),
    Fault(name="remit_amount", kind="state", title="渠道划款少到一元", english="one yuan less of a remittance arrives"),
    Fault(name="remit_missing", kind="state", title="渠道划款不到账", english="a remittance never arrives"),
)
SCHEMA = """
CREATE TABLE IF NOT EXISTS bank_remittances (
    channel TEXT NOT NULL, ref TEXT NOT NULL, at TEXT NOT NULL, amount_minor INTEGER NOT NULL,
    PRIMARY KEY (channel, ref)
);
CREATE TABLE IF NOT EXISTS bank_arrivals (
    id INTEGER PRIMARY KEY, channel TEXT NOT NULL, ref TEXT NOT NULL, arrives_at TEXT NOT NULL,
    amount_minor INTEGER NOT NULL, arrived INTEGER NOT NULL DEFAULT 0
);
"""
CHANNELS = {
    "alipay": ("支付宝（中国）网络技术有限公司", "支付宝提现"),
    "wechat": ("财付通支付科技有限公司", "微信支付提现"),
    "unionpay": ("中国银联股份有限公司", "银联清算款"),
}
_LATE = timedelta(days=5)
_OWN_ACCOUNT = "243300133"


def remit(connection: Connection, channel: str, amount_minor: int, *, ref: str = "", now: datetime) -> Row:
    """So much leaves the channel for the account, or with a minus is taken from there. The same number once only."""
    count = connection.execute("SELECT count(*) FROM bank_remittances").fetchone()[0]
    at, ref = clock.to_wire(now), ref or f"{now:%Y%m%d}{count + 1:010}"
    added = connection.execute(
        "INSERT OR IGNORE INTO bank_remittances VALUES (?, ?, ?, ?)", (channel, ref, at, amount_minor)
    )
    if added.rowcount:
        _send(connection, channel, ref, amount_minor, now)
    row: Row = connection.execute(
        "SELECT * FROM bank_remittances WHERE channel = ? AND ref = ?", (channel, ref)
    ).fetchone()
    return row


def _send(connection: Connection, channel: str, ref: str, amount_minor: int, now: datetime) -> None:
    struck = faults.strike(
        connection, channel="bank", faults=FAULTS, order_no=channel, operation=OPERATION, named_only=False
    )
    names = {strike.name for strike in struck}
    amount_minor -= 100 * ("remit_amount" in names)
    arrives_at = clock.to_wire(now + _LATE * ("remit_late" in names))
    for _ in range(0 if "remit_missing" in names else 2 if "remit_twice" in names else 1):
        connection.execute(
            "INSERT INTO bank_arrivals (channel, ref, arrives_at, amount_minor) VALUES (?, ?, ?, ?)",
            (channel, ref, arrives_at, amount_minor),
        )
    arrive(connection, now=now)


def arrive(connection: Connection, *, now: datetime) -> None:
    """What has come by now stands on the account."""
    due = connection.execute(
        "SELECT * FROM bank_arrivals WHERE NOT arrived AND arrives_at <= ? ORDER BY id", (clock.to_wire(now),)
    ).fetchall()
    for row in due:
        name, word = CHANNELS[row["channel"]]
        other = Other(name=name, account=_OWN_ACCOUNT, memo=f"{word} {row['ref']}")
        account.move(connection, row["amount_minor"], other)
        connection.execute("UPDATE bank_arrivals SET arrived = 1 WHERE id = ?", (row["id"],))


def told(connection: Connection, channel: str, day: str) -> list[Row]:
    """What the channel's statement of that day tells of it."""
    return connection.execute(
        "SELECT * FROM bank_remittances WHERE channel = ? AND at LIKE ? ORDER BY at, ref", (channel, f"{day}%")
    ).fetchall()
