"""Annual cost under four regimes: the rate that brings what was lent and what is paid back to one value."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from math import lcm

from anqi.engine.products import Terms
from anqi.engine.schedule import plan
from anqi.engine.solving import NoRate, Term, growth_of

__all__ = ["AnnualCost", "Flow", "NoRate", "annual_cost_of", "cn_compound", "cn_simple", "eu", "us_actuarial"]

_HUNDRED = Decimal(100)
# Times finer than this leave too few digits to the rate.
_MOST_PARTS = 10**12


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """Money at a time: whole periods from the start, and for the actuarial method a fraction of one more."""

    amount: Fraction
    at: Fraction
    fraction: Fraction = Fraction(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class AnnualCost:
    """The annual cost of a plan in per cent, two digits, both ways in which it is shown."""

    simple_percent: Decimal
    compound_percent: Decimal


@lru_cache(maxsize=4096)
def annual_cost_of(terms: Terms) -> AnnualCost:
    """The annual cost of the plan as signed, in per cent.

    Contract, requests and answers; 中国人民银行公告〔2021〕第3号 for the simple one. 6000.00 at 12 % over twelve
    regular months: 12.00 simple.
    """
    compound_flows, simple_flows = [], []
    for on, months, amount_minor in _dated_flows(terms):
        compound_flows.append((on, Fraction(amount_minor)))
        simple_flows.append(Flow(amount=Fraction(amount_minor), at=months))
    return AnnualCost(
        simple_percent=_simple(simple_flows, periods_per_year=Fraction(12), places=2),
        compound_percent=cn_compound(compound_flows, places=2),
    )


def _dated_flows(terms: Terms) -> Iterable[tuple[date, Fraction, int]]:
    counts_months = terms.every.unit == "months" and terms.first_is_regular
    rows_before = 1 if terms.shape.down_payment_minor else 0
    yield terms.starts_on, Fraction(0), -terms.principal_minor
    for each in plan(terms).instalments:
        days = (each.due_on - terms.starts_on).days
        steps = each.n - rows_before
        months = Fraction(steps * terms.every.count) if counts_months else Fraction(days * 12, 365)
        yield each.due_on, months, each.total_minor


def cn_simple(amounts: Sequence[Fraction], *, periods_per_year: Fraction, places: int) -> Decimal:
    """Internal rate of return a period × periods a year, in per cent; `NoRate` where there is none.

    −1000, then twelve of 88.85, 12 a year: 12.00.
    """
    flows = [Flow(amount=amount, at=Fraction(n)) for n, amount in enumerate(amounts)]
    return _simple(flows, periods_per_year=periods_per_year, places=places)


def cn_compound(flows: Sequence[tuple[date, Fraction]], *, places: int) -> Decimal:
    """The rate r with Σ amount/(1+r)^(days/365) = 0, in per cent; `NoRate` where there is none.

    −100, 365 days later 110: 10.00.
    """
    start = min(on for on, _ in flows)
    timed = [Flow(amount=amount, at=Fraction((on - start).days, 365)) for on, amount in flows]
    return _compound(timed, places=places)


def eu(
    drawdowns: Sequence[Flow], *, upfront_cost: Fraction, repayments: Sequence[Flow], places: int
) -> Decimal:
    """The annual percentage rate of charge, in per cent, times in years; `NoRate` where there is none.

    Directive 2008/48/EC, Annex I. 3000.00 less 60.00 of costs, 3132.09 after half a year: 13.49.
    """
    costs = [Flow(amount=upfront_cost, at=Fraction(0)), *repayments]
    return _compound([*_negated(drawdowns), *costs], places=places)


def us_actuarial(
    advances: Sequence[Flow], payments: Sequence[Flow], *, unit_periods_per_year: Fraction, places: int
) -> Decimal:
    """The annual percentage rate by the actuarial method, in per cent; `NoRate` where there is none.

    12 CFR 1026, Appendix J: simple interest on the fraction of a unit period. 5000.00, then 24 monthly payments
    of 230.00: 9.69.
    """
    flows = [*_negated(advances), *payments]
    return _simple(flows, periods_per_year=unit_periods_per_year, places=places)


def _negated(flows: Iterable[Flow]) -> list[Flow]:
    return [Flow(amount=-flow.amount, at=flow.at, fraction=flow.fraction) for flow in flows]


def _simple(flows: Sequence[Flow], *, periods_per_year: Fraction, places: int) -> Decimal:
    with localcontext(_context()):
        per_year = Decimal(periods_per_year.numerator) / Decimal(periods_per_year.denominator)
        return _percent((_growth(flows) - 1) * per_year, places)


def _compound(flows: Sequence[Flow], *, places: int) -> Decimal:
    with localcontext(_context()):
        return _percent(_growth(flows) - 1, places)


def _context() -> Context:
    return Context(prec=70, rounding=ROUND_HALF_EVEN)


def _percent(rate: Decimal, places: int) -> Decimal:
    # The root comes with some fifty digits; a rate that is exactly half a unit of the last place is met first
    # at thirty digits more than are shown, so that it is rounded up as it should.
    exact = (rate * _HUNDRED).quantize(Decimal(1).scaleb(-places - 20))
    shown = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return shown if shown else abs(shown)


def _growth(flows: Sequence[Flow]) -> Decimal:
    """What one becomes over one period, at the rate that is looked for."""
    parts = lcm(*(flow.at.denominator for flow in flows))
    if parts > _MOST_PARTS:
        raise NoRate
    amounts: dict[tuple[int, int, int], Fraction] = {}
    for flow in flows:
        at = flow.at.numerator * (parts // flow.at.denominator)
        key = at, flow.fraction.numerator, flow.fraction.denominator
        amounts[key] = amounts[key] + flow.amount if key in amounts else flow.amount
    terms = [
        Term(amount=amount, at=at, fraction=Fraction(numerator, denominator))
        for (at, numerator, denominator), amount in sorted(amounts.items())
    ]
    return growth_of(terms, parts=parts)
