"""Reading single values of a JSON text: each reader returns the value or raises ValueError."""

import re
from collections.abc import Callable, Collection, Mapping
from fractions import Fraction
from typing import Any

Reader = Callable[[Any], Any]

# Long enough for any rate that people write; short enough that no line of text can stall the reader.
_DECIMAL = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,40})?")
_QUOTIENT = re.compile(r"[0-9]{1,18}/[0-9]{1,18}")


def whole_number(stated: object) -> int:
    """A JSON integer; true, false, 1.0 and "1" are none."""
    if type(stated) is not int:
        raise ValueError("not a whole number")
    return stated


def whole_from(least: int) -> Reader:
    """A reader of whole numbers that are at least so much."""

    def read(stated: object) -> int:
        number = whole_number(stated)
        return number if number >= least else _decline("too small")

    return read


def number_of_times(stated: object) -> int:
    """How often something comes, 1 to 10 000: daily for 27 years, and no line of text can stall the engine."""
    times = whole_number(stated)
    return times if 1 <= times <= 10_000 else _decline("never, or more often than any loan")


def decimal(stated: object) -> Fraction:
    """A decimal string, exactly; a JSON number is refused, as it may already have lost digits."""
    if not isinstance(stated, str) or not _DECIMAL.fullmatch(stated):
        raise ValueError("not a decimal string")
    return Fraction(stated)


def rate(stated: object) -> Fraction:
    """A decimal string of zero or more."""
    number = decimal(stated)
    return number if number >= 0 else _decline("a rate below zero")


def quotient(stated: object) -> Fraction:
    """A decimal string or two whole numbers with a stroke between, zero or more. "1/12"."""
    if isinstance(stated, str) and _QUOTIENT.fullmatch(stated):
        numerator, denominator = map(int, stated.split("/"))
        return Fraction(numerator, denominator) if denominator else _decline("over zero")
    return rate(stated)


def one_of(words: Collection[str]) -> Reader:
    """A reader of one of these words."""

    def read(stated: object) -> str:
        return stated if isinstance(stated, str) and stated in words else _decline("not one of the words")

    return read


def some_of(words: Collection[str]) -> Reader:
    """A reader of a list of some of these words, none of them twice; a tuple in the order of the words."""

    def read(stated: object) -> tuple[str, ...]:
        if not isinstance(stated, list) or not all(isinstance(each, str) and each in words for each in stated):
            raise ValueError("not a list of the words")
        return tuple(word for word in words if word in stated) if len(set(stated)) == len(stated) else _decline("twice")

    return read


def yes_or_no(stated: object) -> bool:
    """A JSON true or false."""
    return stated if isinstance(stated, bool) else _decline("neither true nor false")


def members(stated: object, *, needed: Collection[str], optional: Collection[str] = ()) -> Mapping[str, Any]:
    """An object that has all the needed keys and no others than the optional ones."""
    keys = set(stated) if isinstance(stated, Mapping) else set()
    if not isinstance(stated, Mapping) or set(needed) - keys or keys - set(needed) - set(optional):
        raise ValueError("not an object, or keys missing or unknown")
    return stated


def _decline(reason: str) -> Any:
    raise ValueError(reason)
