"""What has happened to a loan since it was signed: the facts the engine knows and how they are read."""

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date
from typing import Any, Literal

from anqi.engine import reading
from anqi.engine.calendar import read_date
from anqi.engine.events import (
    Charge,
    Chargeback,
    Deferral,
    Draw,
    DueDayChange,
    Event,
    Goodwill,
    Hold,
    Pause,
    RateChange,
    ReAge,
    ReAmortise,
    Recovery,
    Refund,
    Release,
    Reschedule,
    Subsidy,
    Void,
    WriteOff,
)
from anqi.engine.money import read_amount
from anqi.engine.products import METHODS, read_day_of_month, read_every
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
    gives_back: bool = False
    """Whether the interest and fees that it bore are given back too."""


Fact = Payment | Reversal | Waiver | Return | Event


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
    if not isinstance(stated, dict):
        raise BadFact()
    kind = _KINDS.get(_read(stated, "type", currency))
    if kind is None:
        raise UnknownFact()
    members = _MEMBERS[kind]
    for key in stated:
        if key != "type" and key not in members:
            raise BadFact(field=key)
    fact: Fact = kind(**{
        name: _read(stated, key, currency)
        for key, (name, is_needed) in members.items()
        if is_needed or key in stated
    })  # fmt: skip
    return fact


def _read(stated: Mapping[str, Any], key: str, currency: str) -> Any:
    try:
        value = stated[key]
        return read_amount(value, currency=currency) if key == "amount" else _READERS[key](value)
    except (KeyError, ValueError):
        raise BadFact(field=key) from None


def _text(stated: object) -> str:
    if not isinstance(stated, str) or not stated:
        raise ValueError("not a text")
    return stated


_KINDS: dict[str, type[Any]] = {
    "payment": Payment,
    "reversal": Reversal,
    "waiver": Waiver,
    "return": Return,
    "deferral": Deferral,
    "due_day_change": DueDayChange,
    "re_amortise": ReAmortise,
    "re_age": ReAge,
    "reschedule": Reschedule,
    "pause": Pause,
    "hold": Hold,
    "release": Release,
    "rate_change": RateChange,
    "subsidy": Subsidy,
    "charge": Charge,
    "goodwill": Goodwill,
    "draw": Draw,
    "refund": Refund,
    "chargeback": Chargeback,
    "write_off": WriteOff,
    "recovery": Recovery,
    "void": Void,
}
KINDS = tuple(_KINDS)
_KEYS = {"goal": "for", "amount_minor": "amount"}
# By its key in JSON: the name of the field, and whether it must be stated.
_MEMBERS: dict[type[Any], dict[str, tuple[str, bool]]] = {
    kind: {_KEYS.get(each.name, each.name): (each.name, each.default is MISSING) for each in fields(kind)}
    for kind in _KINDS.values()
}
_READERS: dict[str, reading.Reader] = {
    "type": _text,
    "id": _text,
    "on": read_date,
    "of": _text,
    "for": reading.one_of(("due", "next", "all")),
    "what": reading.one_of(("penalty", "interest", "fee")),
    "gives_back": reading.yes_or_no,
    "n": reading.whole_from(1),
    "to": read_date,
    "day": read_day_of_month,
    "first_due_on": read_date,
    "instalments": reading.number_of_times,
    "every": read_every,
    "method": reading.one_of(METHODS),
    "annual_rate": reading.rate,
    "carries": reading.some_of(("interest", "fee", "penalty")),
    "until": read_date,
    "code": _text,
    "reason": _text,
}
