"""The cost statement (综合融资成本明示表) as data: all that a borrower may ever be charged on a loan, and nothing else.

What is charged when all is paid in time comes with its amount; what only those pay who are late, settle early or ask
for something stands apart. The books ask the same list: a charge of a part that no item names is refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from anqi.engine.cap_rules import Basis
from anqi.engine.cost import AnnualCost, annual_cost_of
from anqi.engine.prices import Early, Penalty
from anqi.engine.products import Method, Part, Terms
from anqi.engine.schedule import plan

How = Literal["by_year", "by_instalment", "by_day_late", "once_late", "once_early", "on_request"]

NOTHING_ELSE = "除以上各项和下面列明的情形外，不收取其他任何费用。"
"""What a statement says at its end, as the law has it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One thing that is charged, or may be."""

    code: str
    part: Part
    """The part of an instalment as which it is charged."""
    how: How
    rate: Fraction = Fraction(0)
    """A year of what is open, an instalment of what was financed, a day of what is late, or once of what is left."""
    amount_minor: int | None = None
    """What it comes to when all is paid in time, or each time it is charged; None where a rate says it."""
    most_minor: int | None = None
    """The most of it in all, where that is agreed."""
    payee: str

    @property
    def is_charged(self) -> bool:
        """Whether it costs anything: that settling early is free is said too."""
        return bool(self.rate or self.amount_minor or self.most_minor)


@dataclass(frozen=True, kw_only=True, slots=True)
class Disclosure:
    """The statement, in the currency's smallest unit."""

    currency: str
    principal_minor: int
    method: Method
    items: tuple[Item, ...]
    """What is charged when all is paid in time; empty where that costs nothing."""
    cost_minor: int
    total_minor: int
    annual_cost: AnnualCost
    basis: Basis
    """The basis of the yearly cost that is shown first."""
    contingent: tuple[Item, ...]
    """What only some are charged."""
    grace_days: int
    penalty: Penalty | None
    early: Early
    nothing_else: str


def disclose(terms: Terms, *, payee: str) -> Disclosure:
    """The statement of a loan on these terms, whose lender is the one who charges.

    `NoRate` where no yearly cost belongs to it. 6000.00 at 12 % in twelve months: interest 397.11, 12.00 % a year.
    """
    totals = plan(terms).totals
    return Disclosure(
        currency=terms.currency,
        principal_minor=terms.principal_minor,
        method=terms.method,
        items=tuple(_planned(terms, payee)),
        cost_minor=totals.interest_minor + totals.fee_minor,
        total_minor=totals.total_minor,
        annual_cost=annual_cost_of(terms),
        basis="simple",
        contingent=tuple(_contingent(terms, payee)),
        grace_days=terms.grace_days,
        penalty=terms.penalty,
        early=terms.early,
        nothing_else=NOTHING_ELSE,
    )


@lru_cache(maxsize=4096)
def parts_of(terms: Terms) -> frozenset[Part]:
    """The parts as which the statement of these terms lets something be charged. A free plan without penalty: none."""
    items = (*_planned(terms, ""), *_contingent(terms, ""))
    charged = frozenset(item.part for item in items if item.is_charged)
    # What a third party bears of the interest is the lender's income too.
    return charged | {"interest"} if terms.subsidy_rate else charged


def _planned(terms: Terms, payee: str) -> Iterator[Item]:
    totals, borne_rate = plan(terms).totals, terms.annual_rate - terms.subsidy_rate
    if borne_rate:
        yield Item(
            code="interest", part="interest", how="by_year", rate=borne_rate, amount_minor=totals.interest_minor,
            payee=payee,
        )  # fmt: skip
    if terms.fee_rate_per_instalment:
        yield Item(
            code="fee", part="fee", how="by_instalment", rate=terms.fee_rate_per_instalment,
            amount_minor=totals.fee_minor, payee=payee,
        )  # fmt: skip


def _contingent(terms: Terms, payee: str) -> Iterator[Item]:
    penalty, late_fee = terms.penalty, terms.late_fee
    if penalty and penalty.daily_rate:
        yield Item(code="penalty", part="penalty", how="by_day_late", rate=penalty.daily_rate, payee=payee)
    if late_fee:
        yield Item(
            code="late_fee", part="penalty", how="once_late", rate=late_fee.rate,
            amount_minor=late_fee.amount_minor or None, most_minor=late_fee.cap_minor, payee=payee,
        )  # fmt: skip
    yield Item(code="early_settlement", part="fee", how="once_early", rate=terms.early.fee_rate, payee=payee)
    for code, most_minor in terms.charges:
        yield Item(code=code, part="fee", how="on_request", most_minor=most_minor, payee=payee)
