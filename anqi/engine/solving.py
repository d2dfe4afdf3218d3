"""Solving the equation of value: the growth at which flows of money come to nothing, by decimals, never floats."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

_ONE = Decimal(1)
_ENOUGH = Decimal(1).scaleb(-58)
_WIDEST = Decimal(1).scaleb(12)
_MOST_STEPS = 400


class NoRate(ArithmeticError):
    """No rate brings these flows to nothing, or none that seventy digits can tell."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """An amount so many parts of a period away, then a fraction of a period at simple interest."""

    amount: Fraction
    at: int
    fraction: Fraction


@dataclass(frozen=True, kw_only=True, slots=True)
class _Prepared:
    amount: Decimal
    gap: int
    fraction: Decimal | None


def growth_of(terms: Sequence[Term], *, parts: int) -> Decimal:
    """What one becomes over a period when Σ amount / (growth^at × (1 + fraction × rate)) = 0; needs 65 digits.

    Terms come in the order of their time, `at` counted in so many parts of a period. Without a rate between
    −100 % and 10¹² a period: `NoRate`. −100 now and 121 two periods later: 1.1.
    """
    prepared = _prepare(terms)
    low, high = _bracket(prepared, parts)
    return _narrow(prepared, parts, low, high) ** parts


def _prepare(terms: Sequence[Term]) -> list[_Prepared]:
    prepared, last_at = [], 0
    for term in terms:
        amount = Decimal(term.amount.numerator) / term.amount.denominator
        fraction = Decimal(term.fraction.numerator) / term.fraction.denominator if term.fraction else None
        prepared.append(_Prepared(amount=amount, gap=term.at - last_at, fraction=fraction))
        last_at = term.at
    return prepared


def _value(prepared: Sequence[_Prepared], parts: int, growth: Decimal) -> Decimal:
    """The present value at so much growth a part of a period, by Horner's rule from the last flow back."""
    discount, rate = _ONE / growth, growth**parts - 1
    discounts = {gap: discount**gap for gap in {term.gap for term in prepared} if gap}
    total = Decimal(0)
    for term in reversed(prepared):
        total += term.amount if term.fraction is None else term.amount / (1 + term.fraction * rate)
        if term.gap:
            total *= discounts[term.gap]
    return total


def _bracket(prepared: Sequence[_Prepared], parts: int) -> tuple[Decimal, Decimal]:
    at_zero = _value(prepared, parts, _ONE)
    distance = Decimal("0.01") / parts
    above, below = _ONE, _ONE
    while at_zero and (1 + distance) ** parts < _WIDEST:
        farther_above, farther_below = 1 + distance, 1 / (1 + distance)
        if _differ(_value(prepared, parts, farther_above), at_zero):
            return above, farther_above
        if _differ(_value(prepared, parts, farther_below), at_zero):
            return farther_below, below
        above, below, distance = farther_above, farther_below, distance * 2
    if at_zero or not any(term.gap for term in prepared):
        raise NoRate
    return _ONE, _ONE


def _differ(one: Decimal, other: Decimal) -> bool:
    return (one > 0) != (other > 0)


def _narrow(prepared: Sequence[_Prepared], parts: int, low: Decimal, high: Decimal) -> Decimal:
    """Regula falsi, Illinois variant (Dowell and Jarratt, 1971): keeps the bracket, closes in fast."""
    at_low, at_high = _value(prepared, parts, low), _value(prepared, parts, high)
    for _ in range(_MOST_STEPS):
        if not at_low or not at_high or abs(high - low) <= _ENOUGH:
            break
        guess = high - at_high * (high - low) / (at_high - at_low)
        at_guess = _value(prepared, parts, guess)
        if _differ(at_guess, at_high):
            low, at_low = high, at_high
        else:
            at_low /= 2
        high, at_high = guess, at_guess
    return low if not at_low else high
