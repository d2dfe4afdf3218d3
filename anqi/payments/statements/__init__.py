"""The channels' statements (对账单), read row by row: pure, and in the same memory however long a file is."""

import io
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import BinaryIO

from anqi.payments.statements import alipay, unionpay, wechat
from anqi.payments.statements.refusals import StatementUnreadable
from anqi.payments.statements.rows import Reading, Row, Totals

_READERS: dict[tuple[str, str], Callable[..., Generator[Row, None, Totals]]] = {
    ("alipay", "trade"): alipay.trades,
    ("alipay", "funds"): alipay.funds,
    ("wechat", "trade"): wechat.trades,
    ("wechat", "funds"): wechat.funds,
    ("unionpay", "clearing"): unionpay.clearing,
}


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One file of a channel's, as it was handed out for that day; the account is ours there."""

    channel: str
    kind: str
    day: date
    account: str
    file: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        """What tells this file from another one of the same day."""
        return sha256(self.file).hexdigest()

    def rows(self) -> Reading:
        """What it tells. StatementUnreadable at the line that is wrong, which may be the last."""
        return read(
            io.BytesIO(self.file), channel=self.channel, kind=self.kind, day=self.day, account=self.account
        )


def read(file: BinaryIO, *, channel: str, kind: str, day: date, account: str) -> Reading:
    """The rows of a file, which can be sought in; it is read while they are taken.

    StatementUnreadable where it isn't what it should be: trust no row before the last one has come.
    """
    return Reading(_READERS[channel, kind](file, day=day, account=account))


__all__ = ["Reading", "Row", "Statement", "StatementUnreadable", "Totals", "read"]
