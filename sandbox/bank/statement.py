"""The statement as a file to download: CSV, in UTF-8 with a mark at its beginning or in GBK."""

import csv
import io
from typing import Any

from sandbox import faults
from sandbox.bank import account
from sandbox.bank.account import STATEMENT_FAULTS, Account
from sandbox.store import Connection

ENCODINGS = {"utf-8": "utf-8-sig", "gbk": "gb18030"}
_HEADINGS = ("交易时间", "收入金额", "支出金额", "余额", "对方户名", "对方账号", "摘要/附言", "交易流水号")


def file(connection: Connection, ours: Account, *, encoding: str, since: str, until: str) -> bytes:
    """The file of these days, spoiled by whatever fault strikes."""
    rows = [dict(row) for row in account.lines(connection, since=since, until=until)]
    strikes = faults.strike(
        connection, channel="bank", faults=STATEMENT_FAULTS, order_no=None, operation="statement"
    )
    names = {strike.name for strike in strikes}
    for name in names:
        rows = _spoiled(rows, name)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([f"户名：{ours.name}", f"账号：{ours.number}"])
    writer.writerow(_HEADINGS)
    writer.writerows(_cells(row) for row in rows)
    told = text.getvalue()
    if rows and "statement_cut" in names:
        told = told[: -len(told.splitlines()[-1]) // 2]
    return told.encode("utf-16" if "statement_encoding" in names else ENCODINGS[encoding])


def _spoiled(rows: list[dict[str, Any]], fault: str) -> list[dict[str, Any]]:
    middle = len(rows) // 2
    if not rows:
        return rows
    if fault == "line_missing":
        return rows[:middle] + rows[middle + 1 :]
    if fault == "line_repeated":
        return rows[: middle + 1] + rows[middle:]
    if fault == "line_not_yet":
        return rows[:-1]
    if fault == "line_extra":
        return [*rows[:middle], {**rows[middle], "serial": f"{rows[middle]['serial']}9"}, *rows[middle:]]
    if fault == "balance_gap":
        changed = {**rows[middle], "balance_minor": rows[middle]["balance_minor"] + 1}
        return [*rows[:middle], changed, *rows[middle + 1 :]]
    return rows


def _cells(row: dict[str, Any]) -> list[str]:
    amount_minor = row["amount_minor"]
    # The tab keeps a spreadsheet from rounding a long number.
    return [
        row["at"], _yuan(amount_minor) if amount_minor > 0 else "", _yuan(-amount_minor) if amount_minor < 0 else "",
        _yuan(row["balance_minor"]), row["name"], f"{row['account']}\t", row["memo"], f"{row['serial']}\t",
    ]  # fmt: skip


def _yuan(minor: int) -> str:
    sign, minor = ("-", -minor) if minor < 0 else ("", minor)
    return f"{sign}{minor // 100:,}.{minor % 100:02}"
