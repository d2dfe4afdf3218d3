"""A bank account as its statement files tell it: movements one after the other, written as banks write them."""

import csv
import io
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from anqi.rows.days import SHANGHAI

STATED = {
    "account_name": "青禾消费金融有限公司", "account_number": "110060149012345678901", "bank_name": "交通银行北京分行",
}  # fmt: skip
HEADINGS = ("交易时间", "收入金额", "支出金额", "余额", "对方户名", "对方账号", "摘要/附言", "交易流水号")
MORNING = datetime(2026, 9, 30, 9, 0, tzinfo=SHANGHAI)


@dataclass
class Account:
    """The account, with what it stood at before its first movement."""

    balance_minor: int = 1_000_000
    at: datetime = MORNING
    rows: list[dict[str, str]] = field(default_factory=list)

    def move(
        self, amount_minor: int, memo: str = "", *, name: str = "林小满", account: str = "6222020200112233445",
        at: datetime | None = None,
    ) -> str:  # fmt: skip
        """So much comes in, or with a minus goes out; the bank's number of it."""
        self.at = at or self.at + timedelta(minutes=1)
        self.balance_minor += amount_minor
        serial = f"B{self.at:%Y%m%d}{len(self.rows):08}"
        self.rows.append({
            "交易时间": f"{self.at:%Y-%m-%d %H:%M:%S}", "收入金额": yuan(amount_minor) if amount_minor > 0 else "",
            "支出金额": yuan(-amount_minor) if amount_minor < 0 else "", "余额": yuan(self.balance_minor),
            "对方户名": name, "对方账号": account, "摘要/附言": memo, "交易流水号": serial,
        })  # fmt: skip
        return serial

    def file(self, rows: slice = slice(None), *, encoding: str = "utf-8-sig") -> bytes:
        return written(self.rows[rows], encoding=encoding)


def yuan(minor: int) -> str:
    return f"{minor // 100:,}.{minor % 100:02}"


def written(rows: list[dict[str, str]], *, encoding: str = "utf-8-sig", headings: Any = HEADINGS) -> bytes:
    told = io.StringIO()
    file = csv.DictWriter(told, headings, extrasaction="ignore")
    file.writeheader()
    file.writerows(rows)
    return told.getvalue().encode(encoding)


def day(on: date, hour: int = 9) -> datetime:
    return datetime(on.year, on.month, on.day, hour, tzinfo=SHANGHAI)
