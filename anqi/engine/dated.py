"""Rows that hold from a day on, for one lender or for all."""

from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar


class Dated(Protocol):
    """A row; without a lender it is for every lender that has none of its own."""

    @property
    def since(self) -> date: ...

    @property
    def lender(self) -> str | None: ...


Row = TypeVar("Row", bound=Dated)


def in_force(rows: Iterable[Row], *, lender: str, on: date) -> Row | None:
    """The lender's own newest row by the day, else the newest for all; None where there is none yet."""
    known = [row for row in rows if row.since <= on and row.lender in (None, lender)]
    return max(known, key=lambda row: (row.lender is not None, row.since), default=None)
