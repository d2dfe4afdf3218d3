"""Amounts in fen: their sum in a cart and their look on a page."""

from collections.abc import Iterable
from typing import Protocol


class Priced(Protocol):
    """Anything with a price of one piece and a number of pieces."""

    @property
    def price_minor(self) -> int: ...
    @property
    def quantity(self) -> int: ...


def total_minor(lines: Iterable[Priced]) -> int:
    """What the lines cost together, in fen."""
    return sum(line.price_minor * line.quantity for line in lines)


def yuan(amount_minor: int) -> str:
    """Fen as a person reads them, always with two decimals: 429900 is ¥4,299.00, −5 is −¥0.05."""
    sign = "−" if amount_minor < 0 else ""
    whole, fen = divmod(abs(amount_minor), 100)
    return f"{sign}¥{whole:,}.{fen:02d}"


def read_minor(typed: str) -> int:
    """Yuan and perhaps fen as digits, in fen. "1999.00" and "1999" are 199900."""
    whole, _, fen = typed.partition(".")
    return int(whole) * 100 + int(fen or 0)
