"""How amounts, dates, rates and phone numbers are written for people, in Chinese and in English."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from django.utils.translation import get_language, pgettext

SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUS = "\N{MINUS SIGN}"
ENGLISH_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def write_yuan(amount_minor: int, *, signed: bool = False) -> str:
    """Fen as yuan with thousands and two decimals. 123456 fen: ¥1,234.56; −5 fen: −¥0.05.

    `signed` writes a plus before amounts above nothing.
    """
    sign, whole, fraction = split_yuan(amount_minor, signed=signed)
    return f"{sign}¥{whole}{fraction}"


def split_yuan(amount_minor: int, *, signed: bool = False) -> tuple[str, str, str]:
    """Sign, whole yuan with thousands, fraction with its point. −123456 fen: −, 1,234, .56."""
    # A missing amount must stop the page: an empty string where money should be is a false statement.
    assert type(amount_minor) is int, f"an amount is whole fen, not {amount_minor!r}"
    yuan, fen = divmod(abs(amount_minor), 100)
    sign = MINUS if amount_minor < 0 else "+" if signed and amount_minor > 0 else ""
    return sign, f"{yuan:,}", f".{fen:02d}"


def write_about(exact_minor: Fraction) -> str:
    """Fen with a part of one, as yuan: exact with up to six decimals, else four and a mark. 11823/100 fen: ¥1.1823."""
    for places in range(2, 7):
        if (scaled := exact_minor * 10 ** (places - 2)).denominator == 1:
            return _write_decimal(int(scaled), places)
    return f"≈ {_write_decimal(round(exact_minor * 100), 4)}"


def write_exact(exact_minor: Fraction, *, signed: bool = False) -> str:
    """Fen with a part of one, as yuan to the last digit; what has no last digit keeps a fraction of a fen.

    11823/100 fen: ¥1.1823. 407/4 fen: ¥1.0175. 100/3 fen: ¥0.33 + 1/3 分.
    """
    for places in range(2, 13):
        if (scaled := exact_minor * 10 ** (places - 2)).denominator == 1:
            return _write_decimal(int(scaled), places, signed=signed)
    whole, rest = divmod(abs(exact_minor), 1)
    fen = pgettext("money", "%(fraction)s 分") % {"fraction": rest}
    sign = MINUS if exact_minor < 0 else "+"
    if not whole:
        return f"{sign}{fen}" if signed or exact_minor < 0 else fen
    return f"{write_yuan(-whole if exact_minor < 0 else whole, signed=signed)} {sign} {fen}"


def _write_decimal(scaled: int, places: int, *, signed: bool = False) -> str:
    sign = MINUS if scaled < 0 else "+" if signed and scaled > 0 else ""
    yuan, rest = divmod(abs(scaled), 10**places)
    return f"{sign}¥{yuan:,}.{rest:0{places}d}"


def write_product(product: str) -> str:
    """A product as it may break over lines: before × and ÷ only."""
    return re.sub(r" (?![×÷])", "\N{NO-BREAK SPACE}", product)


def write_day(on: date, *, this_year: int | None) -> str:
    """12月9日 in this year, 2027年1月9日 in another (or when this year isn't known); English 9 Dec 2026."""
    if in_english():
        return f"{on.day} {ENGLISH_MONTHS[on.month - 1]} {on.year}"
    if on.year == this_year:
        return f"{on.month}月{on.day}日"
    return f"{on.year}年{on.month}月{on.day}日"


def write_moment(at: datetime, *, this_year: int | None) -> str:
    """The day and the minute in Shanghai: 11月24日 14:05, English 24 Nov 2026, 14:05."""
    there = shanghai_time(at)
    day = write_day(there.date(), this_year=this_year)
    return f"{day}{',' if in_english() else ''} {there:%H:%M}"


def shanghai_time(at: datetime) -> datetime:
    """The same instant on the contract's clock; a time without its zone is refused."""
    assert at.tzinfo is not None, "an instant carries its time zone"
    return at.astimezone(SHANGHAI)


def write_percent(rate: Decimal | str) -> str:
    """A rate as a percentage with two decimals, half up. 0.1303: 13.03%."""
    assert isinstance(rate, (Decimal, str)), f"a rate is exact, not {rate!r}"
    percent = (Decimal(rate) * 100).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    return f"{MINUS if percent < 0 else ''}{abs(percent)}%"


def mask_phone(phone: str) -> str:
    """Three digits, four stars and the last four: 138****6021; a short number keeps its last two only."""
    digits = "".join(character for character in phone if character.isdigit())
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 11 else f"****{digits[-2:]}"


def in_english() -> bool:
    return (get_language() or "").startswith("en")
