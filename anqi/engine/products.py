"""The terms of a loan: what they are and how they are read, nothing guessed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

from anqi.engine import prices, reading, shapes
from anqi.engine.calendar import YEAR_UNITS, DayCount, Step, falls_on, read_date, steps_after
from anqi.engine.money import DIGITS, Rounding, Tail, read_amount, rounded, rounded_half_even
from anqi.engine.prices import Early, LateFee, Penalty
from anqi.engine.refusals import BadTerms
from anqi.engine.shapes import Shape
from anqi.engine.working_days import due_dates

Method = Literal["equal_instalment", "equal_principal", "interest_only", "bullet", "flat_fee"]
Part = Literal["principal", "interest", "fee", "penalty"]
Excess = Literal["credit", "next", "shorten", "lower"]

METHODS = ("equal_instalment", "equal_principal", "interest_only", "bullet", "flat_fee")
ALLOCATION: tuple[Part, ...] = ("penalty", "fee", "interest", "principal")


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
    rounding: Rounding = "half_up"
    late_fee: LateFee | None = None
    charges: tuple[tuple[str, int], ...] = ()
    """What staff may charge: the code that was disclosed, and the most of it in all."""
    draws_up_to_minor: int | None = None
    """All that may be drawn on the loan, the first draw included; None where there is only that one."""
    subsidy_rate: Fraction = Fraction(0)
    """What a third party bears of the annual rate."""
    merchant_fee_rate: Fraction = Fraction(0)
    """What the shop pays of the principal for a plan that costs the borrower nothing."""
    free_return_days: int = 0
    """Up to so many days after the start a return gives back its interest and fees by itself."""
    # Terms that differ by it alone are rare, and every question looks its terms up by their hash.
    shape: Shape = field(default=shapes.PLAIN, hash=False)

    @property
    def financed_minor(self) -> int:
        """What the instalments repay: the principal less a down payment."""
        return self.principal_minor - self.shape.down_payment_minor

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        # A plan is looked up by its terms at every question; a rate's hash alone takes a microsecond.
        return hash(tuple(getattr(self, each.name) for each in fields(self)))

    def rounded(self, numerator: int, denominator: int) -> int:
        """The quotient in whole units, rounded as signed: every rounding of this loan. Half up, 5/2: 3."""
        return _ROUND[self.rounding](numerator, denominator)

    def rounded_product(self, rate: Fraction, base_minor: int) -> int:
        """Rate times base, rounded as signed. Half up, 1 % of 1250: 13."""
        return self.rounded(rate.numerator * base_minor, rate.denominator)


def read_terms(stated: Mapping[str, Any]) -> Terms:
    """The terms that a JSON object states; refuses with `BadTerms(field=…)` what is missing, unknown or senseless."""
    _refuse_unknown_keys(stated)
    values = {key: _read(stated, key) for key in _READERS if key in stated}
    _refuse_missing_keys(values)
    currency = values.get("currency", "CNY")
    principal_minor = _read_principal(stated["principal"], currency)
    values |= {key: _read_priced(stated, key, currency) for key in _PRICED_READERS if key in stated}
    day_count = values.get("day_count", "period" if values["every"].unit == "months" else "actual/365")
    _refuse_contradictions(values, day_count, principal_minor)
    values = {_NAMES.get(key, key): value for key, value in values.items()}
    return Terms(**values | _first_due(values) | {"principal_minor": principal_minor, "day_count": day_count})


def _refuse_unknown_keys(stated: Mapping[str, Any]) -> None:
    for key in stated:
        if key != "principal" and key not in _READERS and key not in _PRICED_READERS:
            raise BadTerms(field=key)
    if "principal" not in stated:
        raise BadTerms(field="principal")


def _read(stated: Mapping[str, Any], key: str) -> Any:
    try:
        return _READERS[key](stated[key])
    except ValueError:
        raise BadTerms(field=key) from None


def _read_priced(stated: Mapping[str, Any], key: str, currency: str) -> Any:
    try:
        return _PRICED_READERS[key](stated[key], currency)
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


def _refuse_contradictions(values: Mapping[str, Any], day_count: DayCount, principal_minor: int) -> None:
    flat = values["method"] == "flat_fee"
    contradicted = {
        "instalments": values["method"] == "bullet" and values["instalments"] != 1,
        "annual_rate": flat and values.get("annual_rate", 0) != 0,
        "fee_rate_per_instalment": not flat and values.get("fee_rate_per_instalment", 0) != 0,
        "day_count": day_count == "period" and values["every"].unit != "months",
        "first_due_on": "first_due_on" in values and values["first_due_on"] <= values["starts_on"],
        "subsidy_rate": values.get("subsidy_rate", 0) > values.get("annual_rate", 0),
        "draws_up_to": values.get("draws_up_to", principal_minor) < principal_minor,
        "anchor_day": "anchor_day" in values and not _anchor_fits(values),
        "shape": "shape" in values and not shapes.fits(values["shape"], values, principal_minor),
    }
    for key, is_contradicted in contradicted.items():
        if is_contradicted:
            raise BadTerms(field=key)


def _anchor_fits(values: Mapping[str, Any]) -> bool:
    if values["every"].unit != "months" or "first_due_on" not in values:
        return False
    return falls_on(values["first_due_on"], values["anchor_day"])


def _first_due(values: Mapping[str, Any]) -> dict[str, Any]:
    starts_on, every, shape = values["starts_on"], values["every"], values.get("shape", shapes.PLAIN)
    regular_due_on = _within_calendar("every", starts_on, every, 1, shape.anchor_of(starts_on))
    first_due_on = values.get("first_due_on") or _floating_due(shape, starts_on) or regular_due_on
    anchor_day = _anchor_day(values, shape, first_due_on) if every.unit == "months" else None
    _within_calendar("instalments", first_due_on, every, values["instalments"] - 1, anchor_day)
    if shape.working_days.move != "none":
        # Asked for once, they refuse themselves where moving leaves an instalment no day of its own.
        tuple(due_dates(
            starts_on, first_due_on, every,
            times=values["instalments"], anchor_day=anchor_day, working_days=shape.working_days,
        ))  # fmt: skip
    return {
        "first_due_on": first_due_on,
        "first_is_regular": first_due_on == regular_due_on,
        "anchor_day": anchor_day,
    }


def _floating_due(shape: Shape, starts_on: date) -> date | None:
    try:
        return shape.first_period.due_after(starts_on) if shape.first_period else None
    except (ValueError, OverflowError):
        raise BadTerms(field="shape") from None


def _anchor_day(values: Mapping[str, Any], shape: Shape, first_due_on: date) -> int:
    if shape.first_period:
        return shape.first_period.due_day
    # A default first due date may stand on the last day of a short month; the start has the day that is meant.
    natural_on = first_due_on if "first_due_on" in values else values["starts_on"]
    anchor_day: int = values.get("anchor_day", shape.anchor_of(natural_on))
    return anchor_day


def _within_calendar(key: str, day: date, every: Step, times: int, anchor_day: int | None) -> date:
    try:
        return steps_after(day, every, times=times, anchor_day=anchor_day)
    except (ValueError, OverflowError):
        raise BadTerms(field=key) from None


def read_every(stated: object) -> Step:
    """One unit with its count; ValueError otherwise. {"months": 1}: a month."""
    if not isinstance(stated, Mapping) or len(stated) != 1:
        raise ValueError("not one unit")
    ((unit, count),) = stated.items()
    return Step(unit=reading.one_of(("months", "weeks", "days"))(unit), count=reading.whole_from(1)(count))


def read_day_of_month(stated: object) -> int:
    """A whole number from 1 to 31; ValueError otherwise."""
    anchor_day = reading.whole_number(stated)
    if not 1 <= anchor_day <= 31:
        raise ValueError("no day of a month")
    return anchor_day


def _read_allocation(stated: object) -> tuple[Part, ...]:
    words = tuple(map(reading.one_of(ALLOCATION), stated)) if isinstance(stated, list) else ()
    if len(words) != len(ALLOCATION) or set(words) != set(ALLOCATION):
        raise ValueError("not an order of the four parts")
    return words


def _read_version(stated: object) -> int:
    if reading.whole_number(stated) != 1:
        raise ValueError("a version of the arithmetic that does not exist")
    return 1


_ROUND: dict[Rounding, Callable[[int, int], int]] = {"half_up": rounded, "half_even": rounded_half_even}
_READERS: dict[str, reading.Reader] = {
    "version": _read_version,
    "currency": reading.one_of(DIGITS),
    "method": reading.one_of(METHODS),
    "instalments": reading.number_of_times,
    "starts_on": read_date,
    "every": read_every,
    "first_due_on": read_date,
    "anchor_day": read_day_of_month,
    "annual_rate": reading.rate,
    "day_count": reading.one_of(YEAR_UNITS),
    "fee_rate_per_instalment": reading.rate,
    "tail": reading.one_of(("last", "first")),
    "grace_days": reading.whole_from(0),
    "penalty": prices.read_penalty,
    "early": prices.read_early,
    "allocation": _read_allocation,
    "excess": reading.one_of(("credit", "next", "shorten", "lower")),
    "rounding": reading.one_of(("half_up", "half_even")),
    "subsidy_rate": reading.rate,
    "merchant_fee_rate": reading.rate,
    "free_return_days": reading.whole_from(0),
}
_NAMES = {"draws_up_to": "draws_up_to_minor"}
_PRICED_READERS: dict[str, Callable[[Any, str], Any]] = {
    "late_fee": prices.read_late_fee,
    "charges": prices.read_charges,
    "draws_up_to": prices.read_amount_above_zero,
    "shape": shapes.read_shape,
}
