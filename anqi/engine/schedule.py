"""The plan: what falls due on which day if everything goes as signed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache

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
    subsidy_minor: int
    """The interest that a third party pays beside it; not in the total."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """The sums of all instalments."""

    principal_minor: int
    interest_minor: int
    fee_minor: int
    total_minor: int
    subsidy_minor: int


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
        whole_minor = terms.rounded_product(period.rate, opening_minor)
        subsidy_minor = _subsidy(terms, period, opening_minor, whole_minor)
        its_fee_minor = 0 if period.is_free else fee_minor
        planned.append(
            Planned(
                n=period.n,
                due_on=period.due_on,
                principal_minor=principal_minor,
                interest_minor=whole_minor - subsidy_minor,
                fee_minor=its_fee_minor,
                total_minor=principal_minor + whole_minor - subsidy_minor + its_fee_minor,
                subsidy_minor=subsidy_minor,
            )
        )
        opening_minor -= principal_minor
    return Plan(instalments=tuple(planned), totals=_totals(planned), periods=periods)


def _subsidy(terms: Terms, period: Period, opening_minor: int, whole_minor: int) -> int:
    if not terms.subsidy_rate or period.is_free:
        return 0
    borne_rate = (terms.annual_rate - terms.subsidy_rate) * period.fraction
    return whole_minor - terms.rounded_product(borne_rate, opening_minor)


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
    worth, unit, discounted_one = _annuity(rates)
    discounted = amount_minor * unit - balloon_minor * discounted_one
    return round_to(discounted, worth * multiple_minor) * multiple_minor


def _annuity(rates: Sequence[Fraction]) -> tuple[int, int, int]:
    """What one unit at the end of each period is worth today, that unit itself, and one at the end of them all.

    Three whole numbers of one scale. A run of m equal rates in one step, as Kellison's chapter 3 has it:
    (1 − vᵐ) ÷ r. At 1 % twice 20100, 10201 and 10000: worth 1.9704, and the last unit 0.9803.
    """
    worth, unit, last = 0, 1, 1
    for rate, times in _runs_from_the_end(rates):
        growth, base = rate.numerator + rate.denominator, rate.denominator
        if rate:
            grown, flat = growth**times, base**times
            worth = base * (grown - flat) * unit + rate.numerator * flat * worth
            unit *= rate.numerator * grown
            last *= rate.numerator * flat
        else:
            worth += times * unit
    return worth, unit, last


def _runs_from_the_end(rates: Sequence[Fraction]) -> Iterator[tuple[Fraction, int]]:
    place = len(rates)
    while place:
        rate, end = rates[place - 1], place
        while place and (rates[place - 1] is rate or rates[place - 1] == rate):
            place -= 1
        yield rate, end - place


def _totals(planned: Sequence[Planned]) -> Totals:
    return Totals(
        principal_minor=sum(each.principal_minor for each in planned),
        interest_minor=sum(each.interest_minor for each in planned),
        fee_minor=sum(each.fee_minor for each in planned),
        total_minor=sum(each.total_minor for each in planned),
        subsidy_minor=sum(each.subsidy_minor for each in planned),
    )
