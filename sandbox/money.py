"""Amounts: whole fen inside, yuan with two digits on the wire."""

import re

_YUAN = re.compile(r"(0|[1-9][0-9]{0,8})\.([0-9]{2})")
LARGEST_MINOR = 10_000_000_000


def to_minor(text: object) -> int:
    """Fen of a wire amount: "12.30" is 1230. ValueError unless text with two digits, 0.01 to 100000000.00."""
    match = _YUAN.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError("an amount is a text such as 12.30")
    amount_minor = int(match[1]) * 100 + int(match[2])
    if not 1 <= amount_minor <= LARGEST_MINOR:
        raise ValueError("an amount is between 0.01 and 100000000.00")
    return amount_minor


def to_yuan(amount_minor: int) -> str:
    """Wire text of whole fen: 1230 is "12.30"."""
    return f"{amount_minor // 100}.{amount_minor % 100:02d}"


def to_page(amount_minor: int) -> str:
    """Page text of whole fen: 123456 is "¥1,234.56"."""
    return f"¥{amount_minor // 100:,}.{amount_minor % 100:02d}"
