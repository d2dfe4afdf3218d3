"""UnionPay's fields: whole fen, Beijing's time, numbers, and its two ways to write them down."""

import re
from collections.abc import Mapping
from datetime import datetime

from anqi.payments.channels.protocol import Unreadable
from anqi.rows.days import SHANGHAI

YUAN = "156"
_TIME = "%Y%m%d%H%M%S"
_LONGEST_DESCRIPTION = 32
_FEN = re.compile(r"[0-9]{1,12}")
_NUMBER = re.compile(r"[A-Za-z0-9]{1,40}")


def to_time(instant: datetime) -> str:
    """An order is known by its number and this time together."""
    return instant.astimezone(SHANGHAI).strftime(_TIME)


def to_minor(fields: Mapping[str, str], name: str = "txnAmt") -> int:
    """An amount of the fields, in fen."""
    text = fields.get(name, "")
    if fields.get("currencyCode") != YUAN or not _FEN.fullmatch(text) or not int(text):
        raise Unreadable
    return int(text)


def number(fields: Mapping[str, str], name: str) -> str:
    """An order number, ours or theirs."""
    value = fields.get(name, "")
    if not _NUMBER.fullmatch(value):
        raise Unreadable
    return value


def paid_at(fields: Mapping[str, str]) -> datetime:
    """When the transaction was made. UnionPay tells no year: it is that of the order, or its neighbour."""
    try:
        ordered_at = datetime.strptime(fields.get("txnTime", ""), _TIME).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise Unreadable from None
    return nearest(fields.get("traceTime", ""), to=ordered_at)


def nearest(stated: str, *, to: datetime) -> datetime:
    """MMDDhhmmss in the year that brings it nearest to that instant."""
    near = [each for years in (-1, 0, 1) if (each := _in_year(to.year + years, stated))]
    if not near:
        raise Unreadable
    return min(near, key=lambda each: abs(each - to))


def _in_year(year: int, stated: str) -> datetime | None:
    try:
        return datetime.strptime(f"{year}{stated}", _TIME).replace(tzinfo=SHANGHAI)
    except ValueError:
        return None


def description(text: str) -> str:
    """What the payer reads at UnionPay."""
    return plain(text)[:_LONGEST_DESCRIPTION]


def plain(text: str) -> str:
    """The text, which may hold nothing that would divide UnionPay's answers elsewhere."""
    assert not set(text) & set("{}&="), "a character that divides fields"
    return text


def answer(text: str) -> dict[str, str]:
    """The fields of an answer: name=value&name=value, nothing escaped, and an & inside braces divides nothing."""
    fields: dict[str, str] = {}
    for pair in _pairs(text):
        name, is_pair, value = pair.partition("=")
        if not is_pair or name in fields:
            raise Unreadable
        fields[name] = value
    return fields


def inner(text: str) -> dict[str, str]:
    """The fields of a value in braces, like that of a token."""
    if not (text.startswith("{") and text.endswith("}")):
        raise Unreadable
    return answer(text[1:-1])


def braced(fields: Mapping[str, str]) -> str:
    """The same the other way round."""
    return "{" + "&".join(f"{name}={value}" for name, value in fields.items()) + "}"


def _pairs(text: str) -> list[str]:
    pairs, depth, begin = [], 0, 0
    for place, letter in enumerate(text):
        depth += (letter == "{") - (letter == "}")
        if letter == "&" and not depth:
            pairs.append(text[begin:place])
            begin = place + 1
    if depth:
        raise Unreadable
    return [*pairs, text[begin:]]
