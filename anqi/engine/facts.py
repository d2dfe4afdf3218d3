"""What has happened to a loan since it was signed: the facts the engine knows and how they are read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from anqi.engine import reading
from anqi.engine.calendar import read_date
from anqi.engine.money import read_amount
from anqi.engine.refusals import BadFact, UnknownFact

Goal = Literal["due", "next", "all"]
Waivable = Literal["penalty", "interest", "fee"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Payment:
    """The borrower's money, and what it is for."""

    id: str
    on: date
    amount_minor: int
    goal: Goal = "due"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reversal:
    """From this day that payment is as though it had never been."""

    id: str
    on: date
    of: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiver:
    """So much is taken off what is owed of one part."""

    id: str
    on: date
    what: Waivable
    amount_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Return:
    """The merchant takes goods back; so much of the principal is no longer lent."""

    id: str
    on: date
    amount_minor: int


Fact = Payment | Reversal | Waiver | Return


def read_facts(stated: Iterable[Mapping[str, Any]], *, currency: str) -> tuple[Fact, ...]:
    """The facts that JSON objects state, in the same order, amounts in the currency's smallest unit.

    Refuses with `UnknownFact` a type the engine doesn't know and with `BadFact(field=…)` what is missing,
    unknown or unreadable, or an id that comes twice. Amounts of zero or less pass: `standing` refuses them.
    """
    facts = tuple(_read_fact(each, currency) for each in stated)
    if len({fact.id for fact in facts}) != len(facts):
        raise BadFact(field="id")
    return facts


def _read_fact(stated: Mapping[str, Any], currency: str) -> Fact:
    if not isinstance(stated, Mapping):
        raise BadFact()
    kind = _KINDS.get(_read(stated, "type", _text))
    if kind is None:
        raise UnknownFact()
    _refuse_unknown_keys(stated, kind)
    readers = _READERS | {"amount": lambda text: read_amount(text, currency=currency)}
    keys = [key for key in kind[1] if key in stated or key not in _OPTIONAL]
    fact: Fact = kind[0](**{_NAMES.get(key, key): _read(stated, key, readers[key]) for key in keys})
    return fact


def _refuse_unknown_keys(stated: Mapping[str, Any], kind: tuple[type, tuple[str, ...]]) -> None:
    for key in stated:
        if key != "type" and key not in kind[1]:
            raise BadFact(field=key)


def _read(stated: Mapping[str, Any], key: str, reader: reading.Reader) -> Any:
    try:
        return reader(stated[key])
    except (KeyError, ValueError):
        raise BadFact(field=key) from None


def _text(stated: object) -> str:
    if not isinstance(stated, str) or not stated:
        raise ValueError("not a text")
    return stated


_KINDS: dict[str, tuple[type[Any], tuple[str, ...]]] = {
    "payment": (Payment, ("id", "on", "amount", "for")),
    "reversal": (Reversal, ("id", "on", "of")),
    "waiver": (Waiver, ("id", "on", "what", "amount")),
    "return": (Return, ("id", "on", "amount")),
}
_OPTIONAL = ("for",)
_NAMES = {"for": "goal", "amount": "amount_minor"}
_READERS: dict[str, reading.Reader] = {
    "id": _text,
    "on": read_date,
    "of": _text,
    "for": reading.one_of(("due", "next", "all")),
    "what": reading.one_of(("penalty", "interest", "fee")),
}
