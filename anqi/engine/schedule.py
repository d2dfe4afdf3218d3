"""The plan: what falls due on which day if everything goes as signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache

from anqi.engine.calendar import YEAR_UNITS, steps_after, year_position
from anqi.engine.money import even_split, rounded
from anqi.engine.products import Terms


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """One stretch from due date to due date, with the exact rate that it bears."""

    n: int
    begins_on: date
    due_on: date
    days: int
    rate: Fraction


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """One instalment as planned."""

    n: int
    due_on: date
    principal_minor: int
    interest_minor: int
    fee_minor: int
    total_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """The sums of all instalments."""

    principal_minor: int
    interest_minor: int
    fee_minor: int
    total_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """All instalments as planned, their sums and their periods."""

    instalments: tuple[Planned, ...]
    totals: Totals
    periods: tuple[Period, ...]


@lru_cache(maxsize=4096)
def plan(terms: Terms) -> Plan:
    """The plan as signed, in the currency's smallest unit.

    Contract, period rate and plan. 6000.00 at 12 %, 12 months, `period`, equal instalments: eleven of 533.09,
    the last 533.12.
    """
    periods = _periods(terms)
    principals = shares(terms, terms.principal_minor, periods)
    fee_minor = rounded_product(terms.fee_rate_per_instalment, terms.principal_minor)
    opening_minor = terms.principal_minor
    planned = []
    for period, principal_minor in zip(periods, principals, strict=True):
        interest_minor = rounded_product(period.rate, opening_minor)
        planned.append(_planned(period, principal_minor, interest_minor, fee_minor))
        opening_minor -= principal_minor
    return Plan(instalments=tuple(planned), totals=_totals(planned), periods=periods)


def shares(terms: Terms, amount_minor: int, periods: Sequence[Period]) -> list[int]:
    """The principal of each of these periods when so much is repaid over them by the method of the terms."""
    if terms.method == "equal_instalment":
        return _level_shares(amount_minor, periods)
    if terms.method in ("equal_principal", "flat_fee"):
        return even_split(amount_minor, parts=len(periods), tail=terms.tail)
    return [0] * (len(periods) - 1) + [amount_minor]


def rounded_product(rate: Fraction, base_minor: int) -> int:
    """Rate times base, rounded. 1 % of 1250: 13."""
    return rounded(rate.numerator * base_minor, rate.denominator)


def _level_shares(amount_minor: int, periods: Sequence[Period]) -> list[int]:
    level_minor = level_payment(amount_minor, [period.rate for period in periods])
    left_minor = amount_minor
    principals = []
    for period in periods[:-1]:
        principal_minor = level_minor - rounded_product(period.rate, left_minor)
        principals.append(min(max(principal_minor, 0), left_minor))
        left_minor -= principals[-1]
    return [*principals, left_minor]


def level_payment(amount_minor: int, rates: Sequence[Fraction]) -> int:
    """The equal instalment over the exact period rates, rounded.

    A = P ÷ Σₖ Πⱼ≤ₖ 1/(1+rⱼ): the present value of an annuity (Kellison, The Theory of Interest, chapter 3).
    600000 at 1 % twelve times: 53309.
    """
    numerator, denominator = 0, 1
    for rate in reversed(rates):
        numerator, denominator = (
            (numerator + denominator) * rate.denominator,
            denominator * (rate.denominator + rate.numerator),
        )
    return rounded(amount_minor * denominator, numerator)


def _periods(terms: Terms) -> tuple[Period, ...]:
    begins_on = terms.starts_on
    periods = []
    for n in range(1, terms.instalments + 1):
        due_on = steps_after(terms.first_due_on, terms.every, times=n - 1, anchor_day=terms.anchor_day)
        rate = _period_rate(terms, n, begins_on, due_on)
        days = (due_on - begins_on).days
        periods.append(Period(n=n, begins_on=begins_on, due_on=due_on, days=days, rate=rate))
        begins_on = due_on
    return tuple(periods)


def _period_rate(terms: Terms, n: int, begins_on: date, due_on: date) -> Fraction:
    if terms.day_count == "period" and (n > 1 or terms.first_is_regular):
        return terms.annual_rate * Fraction(terms.every.count, 12)
    units = year_position(due_on, terms.day_count) - year_position(begins_on, terms.day_count)
    return terms.annual_rate * Fraction(units, YEAR_UNITS[terms.day_count])


def _planned(period: Period, principal_minor: int, interest_minor: int, fee_minor: int) -> Planned:
    return Planned(
        n=period.n,
        due_on=period.due_on,
        principal_minor=principal_minor,
        interest_minor=interest_minor,
        fee_minor=fee_minor,
        total_minor=principal_minor + interest_minor + fee_minor,
    )


def _totals(planned: Sequence[Planned]) -> Totals:
    return Totals(
        principal_minor=sum(each.principal_minor for each in planned),
        interest_minor=sum(each.interest_minor for each in planned),
        fee_minor=sum(each.fee_minor for each in planned),
        total_minor=sum(each.total_minor for each in planned),
    )
