"""The plan: what falls due on which day if everything goes as signed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from math import prod

from anqi.engine.money import even_split, rounded
from anqi.engine.periods import Period, periods_of
from anqi.engine.products import Terms
from anqi.engine.refusals import BadTerms

__all__ = ["Period", "Plan", "Planned", "Totals", "level_payment", "plan", "shares"]


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
    the last 533.12. Refuses with `BadTerms(field="shape")` a level payment rounded so far down that it repays
    nothing at first.
    """
    periods = periods_of(terms)
    principals = _principals(terms, periods)
    fee_minor = terms.rounded_product(terms.fee_rate_per_instalment, terms.financed_minor)
    opening_minor = terms.principal_minor
    planned = []
    for period, principal_minor in zip(periods, principals, strict=True):
        interest_minor = terms.rounded_product(period.rate, opening_minor)
        planned.append(_planned(period, principal_minor, interest_minor, 0 if period.is_free else fee_minor))
        opening_minor -= principal_minor
    return Plan(instalments=tuple(planned), totals=_totals(planned), periods=periods)


def _principals(terms: Terms, periods: Sequence[Period]) -> list[int]:
    rows_before = len(periods) - terms.instalments
    principals = shares(terms, terms.financed_minor, periods[rows_before:])
    if terms.shape.round_to_minor > 1 and not principals[terms.shape.principal_free]:
        raise BadTerms(field="shape")
    return [terms.shape.down_payment_minor] * rows_before + principals


def shares(terms: Terms, amount_minor: int, periods: Sequence[Period]) -> list[int]:
    """The principal of each of these periods when so much is repaid over them by the method of the terms.

    Those that repay no principal come first. Where no others are left, the last one repays all: it must be repaid.
    """
    repaying = [period for period in periods if not period.is_principal_free] or periods[-1:]
    return [0] * (len(periods) - len(repaying)) + _shares_of_all(terms, amount_minor, repaying)


def _shares_of_all(terms: Terms, amount_minor: int, periods: Sequence[Period]) -> list[int]:
    # Planned afresh over less than the balloon, the last instalment repays what there is.
    balloon_minor = min(terms.shape.balloon_minor, amount_minor)
    if terms.method == "equal_instalment":
        return _level_shares(terms, amount_minor, balloon_minor, periods)
    if terms.method in ("equal_principal", "flat_fee"):
        parts = _equal_parts(terms, amount_minor - balloon_minor, len(periods))
        return [*parts[:-1], parts[-1] + balloon_minor]
    return [0] * (len(periods) - 1) + [amount_minor]


def _level_shares(terms: Terms, amount_minor: int, balloon_minor: int, periods: Sequence[Period]) -> list[int]:
    level_minor = level_payment(
        amount_minor, [period.rate for period in periods],
        round_to=terms.rounded, balloon_minor=balloon_minor, multiple_minor=terms.shape.round_to_minor,
    )  # fmt: skip
    left_minor = amount_minor - balloon_minor
    principals = []
    for period in periods[:-1]:
        principal_minor = level_minor - terms.rounded_product(period.rate, left_minor + balloon_minor)
        principals.append(min(max(principal_minor, 0), left_minor))
        left_minor -= principals[-1]
    return [*principals, left_minor + balloon_minor]


def _equal_parts(terms: Terms, amount_minor: int, count: int) -> list[int]:
    multiple_minor = terms.shape.round_to_minor
    multiples, rest_minor = divmod(amount_minor, multiple_minor)
    parts = [each * multiple_minor for each in even_split(multiples, parts=count, tail=terms.tail)]
    parts[0 if terms.tail == "first" else -1] += rest_minor
    return parts


def level_payment(
    amount_minor: int, rates: Sequence[Fraction], *, round_to: Callable[[int, int], int] = rounded,
    balloon_minor: int = 0, multiple_minor: int = 1,
) -> int:  # fmt: skip
    """The equal instalment over the exact period rates, rounded to a multiple of so many units.

    A = P ÷ Σₖ Πⱼ≤ₖ 1/(1+rⱼ): the present value of an annuity (Kellison, The Theory of Interest, chapter 3).
    600000 at 1 % twelve times: 53309.
    With a balloon B on top of the last one, A = (P − B × Πⱼ 1/(1+rⱼ)) ÷ Σₖ Πⱼ≤ₖ 1/(1+rⱼ): the price of a bond,
    P = A × a + B × vⁿ, solved for its coupon (the same, on bonds). 600000 with 200000 at last: 37540, which is the
    35540 of 400000 and the 2000 of interest on 200000; in multiples of 100: 37500.
    """
    numerator, denominator = 0, 1
    for rate in reversed(rates):
        numerator, denominator = (
            (numerator + denominator) * rate.denominator,
            denominator * (rate.denominator + rate.numerator),
        )
    discounted = amount_minor * denominator
    if balloon_minor:
        discounted -= balloon_minor * prod(rate.denominator for rate in rates)
    return round_to(discounted, numerator * multiple_minor) * multiple_minor


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
