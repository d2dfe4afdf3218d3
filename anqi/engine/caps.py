"""Caps: the most that a loan may cost a year by the rules of a day, and what of a loan is above them.

Four tests, each on the basis that its rule names: the loan paid as planned; the dearest early settlement, over every
day on which it could be settled; lateness, on the first day that bears it; and, where a rule counts them together, the
sum of what was planned and of lateness. A cost is tested as it is told, in per cent with two digits.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from anqi.engine.calendar import Step, steps_after
from anqi.engine.cap_rules import LPR_1Y, RULES, Basis, LenderType, ProductKind, Rule
from anqi.engine.cost import NoRate, annual_cost_of
from anqi.engine.dearest import ENDLESS, Way, way_of
from anqi.engine.facts import Fact
from anqi.engine.money import rounded
from anqi.engine.products import Terms
from anqi.engine.refusals import CapUnknown
from anqi.engine.schedule import Planned, plan

Test = Literal["as_planned", "early_settlement", "lateness", "together", "average"]

_A_YEAR = 365
# As far as any rate is solved for.
_WIDEST = Decimal(10) ** 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Cap:
    """The most per cent a year that a rule allows on a day."""

    percent: Decimal
    basis: Basis
    counts_together: bool
    since: date
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """What a loan costs a year by one test, in per cent, and the day on which it does."""

    test: Test
    percent: Decimal
    on: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Breach:
    """A cost above a cap."""

    test: Test
    basis: Basis
    percent: Decimal
    cap_percent: Decimal
    on: date | None
    """The day of the settlement, or the first that bears what lateness costs; the first of the loan otherwise."""
    source: str


def caps_of(lender: LenderType, product: ProductKind, *, on: date, until: date) -> tuple[Cap, ...]:
    """The caps that hold for a loan of that day whose last instalment is due on the other: all of them hold at once.

    Refuses with `CapUnknown` a day for which no rule is known. A microloan of a year, 31 December 2027, LPR 3.00:
    24 and 12.
    """
    found = [_cap(rule, on) for rule in _holding(lender, product, on) if not _is_left_out(rule, on, until)]
    if not found:
        raise CapUnknown()
    return tuple(found)


def caps_of_average(lender: LenderType, product: ProductKind, *, on: date) -> tuple[Cap, ...]:
    """The caps that hold for the average of a lender's new loans on that day; none where only each is capped."""
    return tuple(_cap(rule, on) for rule in _holding(lender, product, on, is_average=True))


def lpr_on(day: date) -> Decimal:
    """一年期LPR in force on the day, in per cent. Refuses with `CapUnknown` before the first one. 1 May 2026: 3.00."""
    known = [percent for since, percent in LPR_1Y if since <= day]
    if not known:
        raise CapUnknown()
    return known[-1]


def _holding(lender: LenderType, product: ProductKind, on: date, *, is_average: bool = False) -> Iterator[Rule]:
    for rule in RULES:
        is_theirs = rule.is_average == is_average and lender in rule.lenders and product in rule.products
        if is_theirs and rule.since <= on <= rule.until:
            yield rule


def _is_left_out(rule: Rule, on: date, until: date) -> bool:
    months = rule.longer_than_months
    return bool(months) and until <= steps_after(on, Step(unit="months", count=1), times=months)


def _cap(rule: Rule, on: date) -> Cap:
    percent = lpr_on(on) * rule.times_lpr if rule.times_lpr else rule.percent
    assert percent is not None, "a rule names per cent, or how many times the LPR"
    return Cap(
        percent=percent, basis=rule.basis, counts_together=rule.counts_together, since=rule.since, source=rule.source
    )


def breaches(terms: Terms, caps: Iterable[Cap]) -> tuple[Breach, ...]:
    """All that is above a cap if the loan is signed on these terms, with its numbers; empty where it may be lent."""
    return tuple(each for cap in caps for each in _above(cap, costs_of(terms, cap.basis)))


def breaches_after(
    terms: Terms, facts: Iterable[Fact], changes: Sequence[Fact], caps: Iterable[Cap], *, on: date
) -> tuple[Breach, ...]:
    """The same of a running loan from the day of its changes on, against what was owed on it before.

    For every change of a plan, and several of one day together: another due day, a deferral, a new plan, another rate,
    a charge. Refuses as `standing` does.
    """
    known = tuple(facts)
    return tuple(each for cap in caps for each in _above(cap, costs_after(terms, known, changes, cap.basis, on=on)))


def breaches_of_average(loans: Iterable[tuple[int, Decimal]], caps: Iterable[Cap]) -> tuple[Breach, ...]:
    """The same of a portfolio of new loans, each with its principal and its yearly cost in per cent."""
    known = list(loans)
    costs = [Cost(test="average", percent=average_percent(known), on=None)] if known else []
    return tuple(each for cap in caps for each in _above(cap, costs))


def average_percent(loans: Sequence[tuple[int, Decimal]]) -> Decimal:
    """The average yearly cost, weighted by principal, in per cent, two digits.

    1000.00 at 24 % and 3000.00 at 16 %: 18.00. Needs some principal.
    """
    weighed = sum((principal_minor * Fraction(percent) for principal_minor, percent in loans), start=Fraction(0))
    return _shown(Fraction(weighed, sum(principal_minor for principal_minor, _ in loans)))


@lru_cache(maxsize=4096)
def costs_of(terms: Terms, basis: Basis) -> tuple[Cost, ...]:
    """What a loan on these terms costs a year by each test.

    6000.00 at 12 % in twelve months, simple: 12.00 as planned, and 12.17 settled on a day on which by `period` a
    360th part of the year was earned in its 365th.
    """
    way = way_of(terms)
    late = _lateness(terms, basis)
    planned = Cost(test="as_planned", percent=_as_signed(terms, basis), on=terms.starts_on)
    with_charges = max(planned.percent, _with_charges(terms, way, basis))
    return planned, *_early(way, basis), *_late_and_together(late, with_charges, terms.starts_on)


def costs_after(
    terms: Terms, facts: Sequence[Fact], changes: Sequence[Fact], basis: Basis, *, on: date
) -> tuple[Cost, ...]:
    """What a running loan costs a year by each test from the day on, with its changes of that day or without any.

    Nothing where nothing is owed.
    """
    way = way_of(terms, facts, changes, since=on)
    if way.owed_minor <= 0:
        return ()
    planned = Cost(test="as_planned", percent=way.percent_as_planned(basis), on=on)
    late = _lateness(terms, basis)
    return planned, *_early(way, basis), *_late_and_together(late, planned.percent, on)


def _above(cap: Cap, costs: Iterable[Cost]) -> Iterator[Breach]:
    for cost in costs:
        if cost.percent > cap.percent and (cap.counts_together or cost.test != "together"):
            yield Breach(
                test=cost.test, basis=cap.basis, percent=cost.percent, cap_percent=cap.percent, on=cost.on,
                source=cap.source,
            )  # fmt: skip


def _as_signed(terms: Terms, basis: Basis) -> Decimal:
    try:
        cost = annual_cost_of(terms)
    except NoRate:
        return ENDLESS
    return cost.compound_percent if basis == "compound" else cost.simple_percent


def _with_charges(terms: Terms, way: Way, basis: Basis) -> Decimal:
    """As planned, and all that staff may charge is charged on the first instalment."""
    charged_minor = sum(most_minor for _, most_minor in terms.charges)
    if not charged_minor:
        return Decimal(0)
    (first, amount_minor), *later = way.payments
    charged = Way(
        since=way.since, owed_minor=way.owed_minor, payments=((first, amount_minor + charged_minor), *later),
        settlements=(),
    )  # fmt: skip
    return charged.percent_as_planned(basis)


def _early(way: Way, basis: Basis) -> Iterator[Cost]:
    if dearest := way.dearest(basis):
        percent, on = dearest
        yield Cost(test="early_settlement", percent=percent, on=on)


def _late_and_together(late: Cost | None, planned: Decimal, on: date) -> Iterator[Cost]:
    if late:
        yield late
    yield Cost(test="together", percent=planned + (late.percent if late else 0), on=on)


def _lateness(terms: Terms, basis: Basis) -> Cost | None:
    """What being late costs a year of what is late, on the first day that bears it: a fee for once weighs most then."""
    daily_rate = terms.penalty.daily_rate if terms.penalty else Fraction(0)
    if not daily_rate and not terms.late_fee:
        return None
    days = terms.grace_days + 1
    missed = [each for each in plan(terms).instalments if each.total_minor]
    dearest = max(missed, key=lambda each: _late_fee(terms, each))
    cost = daily_rate * days + _late_fee(terms, dearest)
    return Cost(
        test="lateness", percent=_a_year(cost, days, basis), on=dearest.due_on + timedelta(days=days)
    )


def _late_fee(terms: Terms, missed: Planned) -> Fraction:
    """What missing an instalment costs once, of what is then unpaid of it."""
    if not terms.late_fee:
        return Fraction(0)
    fee_minor = terms.late_fee.amount_minor + terms.rounded_product(terms.late_fee.rate, missed.total_minor)
    return Fraction(min(fee_minor, terms.late_fee.cap_minor or fee_minor), missed.total_minor)


def _a_year(cost: Fraction, days: int, basis: Basis) -> Decimal:
    if basis == "simple":
        return _shown(cost * _A_YEAR * 100 * Fraction(1, days))
    with localcontext(Context(prec=40, rounding=ROUND_HALF_UP)):
        one = 1 + Decimal(cost.numerator) * Decimal(cost.denominator) ** -1
        grown = one ** (Decimal(_A_YEAR) * Decimal(days) ** -1)
        return ENDLESS if grown > _WIDEST else ((grown - 1) * 100).quantize(Decimal("0.01"))


def _shown(percent: Fraction) -> Decimal:
    return Decimal(rounded(percent.numerator * 100, percent.denominator)).scaleb(-2)
