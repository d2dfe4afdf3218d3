"""What a statement tells: rows, and what they sum up to. Amounts in fen, above zero what came in, below what left."""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from anqi.payments.statements.refusals import StatementUnreadable

Kind = Literal["pay", "debit", "refund", "payout", "fee", "remittance", "other"]
State = Literal["done", "open", "failed", "returned", "unknown"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One movement. Where a file doesn't tell debits from payments, both are `pay`.

    `fee_minor` is what the channel keeps of it, below zero where it gives back; a fee that has a row of its own is
    that row's amount. A `remittance` goes to our bank account, or comes from it. `state` is `unknown` for words that
    this version hasn't learned, whatever the kind.
    """

    channel: str
    kind: Kind
    key: str
    """Our number, or nothing where the channel tells none."""
    ref: str
    amount_minor: int
    fee_minor: int
    at: datetime
    day: date
    state: State
    line: int
    """Where it stands in the file's text, from 1."""
    charge_key: str = ""
    """Of a refund or a fee: the number of the charge, where the channel tells it."""


@dataclass(frozen=True, kw_only=True)
class Totals:
    """What all rows of a statement sum up to."""

    in_count: int = 0
    in_minor: int = 0
    out_count: int = 0
    out_minor: int = 0
    """Below zero."""
    fee_minor: int = 0

    @property
    def count(self) -> int:
        return self.in_count + self.out_count

    @property
    def minor(self) -> int:
        """By how much the account has changed, fees aside that have no row."""
        return self.in_minor + self.out_minor


class Reading:
    """The rows of a statement, to be taken once, and their totals after the last."""

    def __init__(self, rows: Generator[Row, None, Totals]) -> None:
        self._rows = rows
        self._totals: Totals | None = None

    def __iter__(self) -> Iterator[Row]:
        self._totals = yield from self._rows

    @property
    def totals(self) -> Totals:
        """What the rows sum up to, and the file says so too."""
        assert self._totals, "there are totals after the last row"
        return self._totals


class Tally:
    """Counts rows as they pass."""

    def __init__(self) -> None:
        self._count, self._minor, self._fee_minor = [0, 0], [0, 0], 0

    def count(self, row: Row) -> Row:
        """The row itself, counted."""
        side = row.amount_minor < 0
        self._count[side] += 1
        self._minor[side] += row.amount_minor
        self._fee_minor += row.fee_minor
        return row

    def totals(self) -> Totals:
        """Of all that was counted until now."""
        return Totals(
            in_count=self._count[0], in_minor=self._minor[0], out_count=self._count[1], out_minor=self._minor[1],
            fee_minor=self._fee_minor,
        )  # fmt: skip


def must_agree(totals: Totals, stated: Mapping[str, int], *, line: int) -> None:
    """StatementUnreadable unless the totals, by their own names, are what a file states at that line."""
    for name, figure in stated.items():
        if getattr(totals, name) != figure:
            raise StatementUnreadable("count_differs" if name.endswith("count") else "sums_differ", line)
