"""The terms of a loan: what they are and how they are read, nothing guessed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, Literal

from anqi.engine import reading
from anqi.engine.calendar import YEAR_UNITS, DayCount, Step, falls_on, read_date, steps_after
from anqi.engine.money import DIGITS, Tail, read_amount
from anqi.engine.refusals import BadTerms

Method = Literal["equal_instalment", "equal_principal", "interest_only", "bullet", "flat_fee"]
Part = Literal["principal", "interest", "fee", "penalty"]
Excess = Literal["credit", "next", "shorten", "lower"]

METHODS = ("equal_instalment", "equal_principal", "interest_only", "bullet", "flat_fee")
ALLOCATION: tuple[Part, ...] = ("penalty", "fee", "interest", "principal")


@dataclass(frozen=True, kw_only=True)
class Penalty:
    """The late charge: a daily rate and what it is counted on."""

    daily_rate: Fraction
    on: Literal["principal", "instalment"] = "principal"


@dataclass(frozen=True, kw_only=True)
class Early:
    """What early settlement costs."""

    interest: Literal["by_day", "whole_period"] = "by_day"
    fee: Literal["by_day", "whole_period", "all"] = "by_day"
    fee_rate: Fraction = Fraction(0)


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What was signed, defaults filled in; one value of this is one plan."""

    currency: str = "CNY"
    principal_minor: int
    method: Method
    instalments: int
    starts_on: date
    every: Step
    first_due_on: date
    first_is_regular: bool = True
    anchor_day: int | None = None
    annual_rate: Fraction = Fraction(0)
    day_count: DayCount
    fee_rate_per_instalment: Fraction = Fraction(0)
    tail: Tail = "last"
    grace_days: int = 0
    penalty: Penalty | None = None
    early: Early = field(default_factory=Early)
    allocation: tuple[Part, ...] = ALLOCATION
    excess: Excess = "credit"
    version: int = 1


def read_terms(stated: Mapping[str, Any]) -> Terms:
    """The terms that a JSON object states; refuses with `BadTerms(field=…)` what is missing, unknown or senseless."""
    _refuse_unknown_keys(stated)
    values = {key: _read(stated, key) for key in _READERS if key in stated}
    _refuse_missing_keys(values)
    currency = values.get("currency", "CNY")
    principal_minor = _read_principal(stated["principal"], currency)
    day_count = values.get("day_count", "period" if values["every"].unit == "months" else "actual/365")
    _refuse_contradictions(values, day_count)
    return Terms(**values | _first_due(values) | {"principal_minor": principal_minor, "day_count": day_count})


def _refuse_unknown_keys(stated: Mapping[str, Any]) -> None:
    for key in stated:
        if key != "principal" and key not in _READERS:
            raise BadTerms(field=key)
    if "principal" not in stated:
        raise BadTerms(field="principal")


def _read(stated: Mapping[str, Any], key: str) -> Any:
    try:
        return _READERS[key](stated[key])
    except ValueError:
        raise BadTerms(field=key) from None


def _refuse_missing_keys(values: Mapping[str, Any]) -> None:
    for key in ("method", "instalments", "starts_on", "every"):
        if key not in values:
            raise BadTerms(field=key)


def _read_principal(stated: object, currency: str) -> int:
    try:
        principal_minor = read_amount(stated, currency=currency)
    except ValueError:
        raise BadTerms(field="principal") from None
    if principal_minor <= 0:
        raise BadTerms(field="principal")
    return principal_minor


def _refuse_contradictions(values: Mapping[str, Any], day_count: DayCount) -> None:
    flat = values["method"] == "flat_fee"
    contradicted = {
        "instalments": values["method"] == "bullet" and values["instalments"] != 1,
        "annual_rate": flat and values.get("annual_rate", 0) != 0,
        "fee_rate_per_instalment": not flat and values.get("fee_rate_per_instalment", 0) != 0,
        "day_count": day_count == "period" and values["every"].unit != "months",
        "first_due_on": "first_due_on" in values and values["first_due_on"] <= values["starts_on"],
        "anchor_day": "anchor_day" in values and not _anchor_fits(values),
    }
    for key, is_contradicted in contradicted.items():
        if is_contradicted:
            raise BadTerms(field=key)


def _anchor_fits(values: Mapping[str, Any]) -> bool:
    if values["every"].unit != "months" or "first_due_on" not in values:
        return False
    return falls_on(values["first_due_on"], values["anchor_day"])


def _first_due(values: Mapping[str, Any]) -> dict[str, Any]:
    starts_on, every = values["starts_on"], values["every"]
    regular_due_on = _within_calendar("every", starts_on, every, 1, starts_on.day)
    first_due_on = values.get("first_due_on", regular_due_on)
    natural_day = first_due_on.day if "first_due_on" in values else starts_on.day
    anchor_day = values.get("anchor_day", natural_day) if every.unit == "months" else None
    _within_calendar("instalments", first_due_on, every, values["instalments"] - 1, anchor_day)
    return {
        "first_due_on": first_due_on,
        "first_is_regular": first_due_on == regular_due_on,
        "anchor_day": anchor_day,
    }


def _within_calendar(key: str, day: date, every: Step, times: int, anchor_day: int | None) -> date:
    try:
        return steps_after(day, every, times=times, anchor_day=anchor_day)
    except (ValueError, OverflowError):
        raise BadTerms(field=key) from None


def _read_every(stated: object) -> Step:
    if not isinstance(stated, Mapping) or len(stated) != 1:
        raise ValueError("not one unit")
    ((unit, count),) = stated.items()
    return Step(unit=reading.one_of(("months", "weeks", "days"))(unit), count=reading.whole_from(1)(count))


def _read_anchor_day(stated: object) -> int:
    anchor_day = reading.whole_number(stated)
    if not 1 <= anchor_day <= 31:
        raise ValueError("no day of a month")
    return anchor_day


def _read_penalty(stated: object) -> Penalty | None:
    if stated is None:
        return None
    penalty = reading.members(stated, needed=("daily_rate",), optional=("on",))
    on = reading.one_of(("principal", "instalment"))(penalty.get("on", "principal"))
    return Penalty(daily_rate=reading.rate(penalty["daily_rate"]), on=on)


def _read_early(stated: object) -> Early:
    early = reading.members(stated, needed=(), optional=("interest", "fee", "fee_rate"))
    return Early(
        interest=reading.one_of(("by_day", "whole_period"))(early.get("interest", "by_day")),
        fee=reading.one_of(("by_day", "whole_period", "all"))(early.get("fee", "by_day")),
        fee_rate=reading.rate(early.get("fee_rate", "0")),
    )


def _read_allocation(stated: object) -> tuple[Part, ...]:
    words = tuple(map(reading.one_of(ALLOCATION), stated)) if isinstance(stated, list) else ()
    if len(words) != len(ALLOCATION) or set(words) != set(ALLOCATION):
        raise ValueError("not an order of the four parts")
    return words


def _read_version(stated: object) -> int:
    if reading.whole_number(stated) != 1:
        raise ValueError("a version of the arithmetic that does not exist")
    return 1


_READERS: dict[str, reading.Reader] = {
    "version": _read_version,
    "currency": reading.one_of(DIGITS),
    "method": reading.one_of(METHODS),
    "instalments": reading.number_of_times,
    "starts_on": read_date,
    "every": _read_every,
    "first_due_on": read_date,
    "anchor_day": _read_anchor_day,
    "annual_rate": reading.rate,
    "day_count": reading.one_of(YEAR_UNITS),
    "fee_rate_per_instalment": reading.rate,
    "tail": reading.one_of(("last", "first")),
    "grace_days": reading.whole_from(0),
    "penalty": _read_penalty,
    "early": _read_early,
    "allocation": _read_allocation,
    "excess": reading.one_of(("credit", "next", "shorten", "lower")),
}
