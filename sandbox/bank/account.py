"""The lender's account: what came in and went out, each line with the balance after it."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sandbox import clock, faults, home
from sandbox.faults import Fault
from sandbox.store import Connection, Row

OPERATIONS = ("transfer", "statement")
TRANSFER_FAULTS = (
    Fault(name="amount_differs", kind="state", title="到账少一分（中间行扣费）", english="one fen less arrives"),
    Fault(name="wrong_reference", kind="state", title="附言打错一个字", english="one letter of the remark is another"),
)
STATEMENT_FAULTS = (
    Fault(name="line_missing", kind="state", title="流水少一行", english="a line is missing from the file"),
    Fault(name="line_repeated", kind="state", title="流水重复一行", english="a line stands in the file twice"),
    Fault(name="balance_gap", kind="state", title="流水余额差一分", english="a balance is one fen off"),
    Fault(name="line_extra", kind="state", title="流水多一行（账户里没有）", english="a line that the account never had"),
    Fault(name="line_not_yet", kind="state", title="流水还没有最新一行", english="the newest line is not in the file yet"),
    Fault(name="statement_cut", kind="state", title="流水文件缺最后一行的后半", english="the last line's second half is missing"),
    Fault(name="statement_encoding", kind="state", title="流水文件编码不对", english="the file is in another encoding"),
)
FAULTS = (*TRANSFER_FAULTS, *STATEMENT_FAULTS)
SCHEMA = """
CREATE TABLE IF NOT EXISTS bank_lines (
    id INTEGER PRIMARY KEY, serial TEXT NOT NULL UNIQUE, at TEXT NOT NULL, amount_minor INTEGER NOT NULL,
    balance_minor INTEGER NOT NULL, name TEXT NOT NULL, account TEXT NOT NULL, memo TEXT NOT NULL
);
"""
_OPENED_WITH_MINOR = 100_000_000
_NEWEST = 20
ACCOUNT_FILE = "bank.json"
# A letter that a hurried finger types instead, as different as any.
_SLIPS = str.maketrans("0123456789ABCDEFGHJKMNPQRSTUVWXYZ", "123456789ABCDEFGHJKMNPQRSTUVWXYZ0")


@dataclass(frozen=True, kw_only=True)
class Account:
    """The lender's account; it may be changed in `bank.json`."""

    name: str = "青禾消费金融有限公司"
    number: str = "110060149012345678901"
    bank: str = "沙箱银行北京分行营业部"


@dataclass(frozen=True, kw_only=True)
class Other:
    """Who pays, or is paid, and what they state."""

    name: str
    account: str
    memo: str


def prepare(folder: Path) -> Account:
    """The account in `folder`, made first where it is missing."""
    first = json.dumps(asdict(Account()), ensure_ascii=False, indent=2).encode() + b"\n"
    return Account(**json.loads(home.create_once(folder / ACCOUNT_FILE, first)))


def move(connection: Connection, amount_minor: int, other: Other) -> Row:
    """The new line: so much comes in, or with a minus goes out."""
    strikes = {
        strike.name
        for strike in faults.strike(
            connection, channel="bank", faults=TRANSFER_FAULTS, order_no=other.memo, operation="transfer"
        )
    }
    if "amount_differs" in strikes:
        amount_minor -= 1
    memo = _mistyped(other.memo) if "wrong_reference" in strikes else other.memo
    number, balance_minor = _last(connection)
    at = clock.business_now()
    row: Row = connection.execute(
        "INSERT INTO bank_lines (serial, at, amount_minor, balance_minor, name, account, memo)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING *",
        (f"SB{at:%Y%m%d}{number + 1:08}", clock.to_wire(at), amount_minor, balance_minor + amount_minor, other.name,
         other.account, memo),
    ).fetchone()  # fmt: skip
    return row


def balance_minor(connection: Connection) -> int:
    """What the account holds, in fen."""
    return _last(connection)[1]


def _last(connection: Connection) -> tuple[int, int]:
    last = connection.execute("SELECT id, balance_minor FROM bank_lines ORDER BY id DESC LIMIT 1").fetchone()
    return (last["id"], last["balance_minor"]) if last else (0, _OPENED_WITH_MINOR)


def _mistyped(memo: str) -> str:
    return memo[:-1] + memo[-1:].upper().translate(_SLIPS)


def find(connection: Connection, serial: str) -> Row | None:
    """The line of that number."""
    row: Row | None = connection.execute("SELECT * FROM bank_lines WHERE serial = ?", (serial,)).fetchone()
    return row


def lines(connection: Connection, *, since: str = "", until: str = "") -> list[Row]:
    """The lines of these days (2026-11-27), both ends included, the earliest first."""
    return connection.execute(
        "SELECT * FROM bank_lines WHERE substr(at, 1, 10) >= ? AND (? = '' OR substr(at, 1, 10) <= ?) ORDER BY id",
        (since, until, until),
    ).fetchall()


def recent(connection: Connection) -> dict[str, Any]:
    return {"lines": connection.execute("SELECT * FROM bank_lines ORDER BY id DESC LIMIT ?", (_NEWEST,)).fetchall()}
