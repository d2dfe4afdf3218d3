"""Products: what is sold on a day, the terms an amount would have, and what a lender may not sell.

Refused
├── PlanUnavailable
├── AmountOutOfRange   least_minor, most_minor
├── TermsUnsound       field
└── CostAboveCap       what, percent, cap_percent
"""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from anqi.engine import loan, refusals
from anqi.engine.calendar import Step
from anqi.engine.cost import AnnualCost, annual_cost_of
from anqi.engine.money import rounded, write_amount
from anqi.engine.products import Terms
from anqi.engine.schedule import Plan, plan
from anqi.lending import store
from anqi.lending.models import Product
from anqi.rows.refusals import Refused

KIND = "purchase"
# What a year may cost in per cent, simple, by the kind of lender; 金规〔2025〕9号 and the rules beside it.
CAPS: Mapping[str, Decimal] = {
    "bank": Decimal("24"),
    "consumer_finance": Decimal("24"),
    "microloan": Decimal("24"),
}
_OWN_KEYS = ("principal", "starts_on", "instalments", "currency", "first_due_on", "anchor_day")
_DAYS_A_YEAR = 365


class PlanUnavailable(Refused):
    """This plan is not on offer."""

    code = "plan_unavailable"


class AmountOutOfRange(Refused):
    """An order on instalments is at least {least_minor} fen and at most {most_minor} fen."""

    code = "amount_out_of_range"


class TermsUnsound(Refused):
    """No purchase can have these terms: {field}."""

    code = "terms_unsound"


class CostAboveCap(Refused):
    """The {what} would be {percent} % a year; a lender of this kind may take {cap_percent} %."""

    code = "cost_above_cap"


def offered(amount_minor: int, today: date) -> list[Product]:
    """The products that an order of so many fen may choose from today, the shortest first.

    Empty when nothing at all is sold; refuses with AmountOutOfRange when only the amount is in the way.
    """
    sold = on_sale(today)
    fitting = [each for each in sold if each.least_minor <= amount_minor <= each.most_minor]
    if sold and not fitting:
        raise AmountOutOfRange(
            least_minor=min(each.least_minor for each in sold), most_minor=max(each.most_minor for each in sold)
        )
    return fitting


def on_sale(today: date) -> list[Product]:
    """The newest version of each product, where it is sold today; the shortest first."""
    newest = (
        Product.objects.select_related("lender")
        .filter(kind=KIND, sold_from__lte=today)
        .order_by("code", "-version")
        .distinct("code")
    )
    sold = [each for each in newest if each.sold_until is None or today <= each.sold_until]
    return sorted(sold, key=lambda each: (each.instalments, each.code))


def find(code: str, today: date) -> Product:
    """The version of the product that is sold today. Refuses with PlanUnavailable."""
    for product in on_sale(today):
        if product.code == code:
            return product
    raise PlanUnavailable(plan=code)


def refuse_unfit(product: Product, amount_minor: int) -> None:
    """Refuses with AmountOutOfRange an amount for which this product isn't sold."""
    if not product.least_minor <= amount_minor <= product.most_minor:
        raise AmountOutOfRange(least_minor=product.least_minor, most_minor=product.most_minor)


def terms_of(product: Product, amount_minor: int) -> dict[str, Any]:
    """What is signed for an amount in fen: the product's terms with the amount, and without a date."""
    return {
        "version": 1,
        **product.terms,
        "principal": write_amount(amount_minor, currency=product.currency),
        "instalments": product.instalments,
        "currency": product.currency,
    }


def plan_of(terms: dict[str, Any], starts_on: date) -> Plan:
    """The plan of signed terms if the goods leave on that day. Only its dates depend on the day."""
    return plan(store.terms_from(terms, starts_on=starts_on))


def dated(planned: Plan) -> list[dict[str, Any]]:
    """The instalments of a plan as rows with their dates, in fen."""
    return [
        {
            "n": each.n,
            "due_on": each.due_on.isoformat(),
            "principal_minor": each.principal_minor,
            "interest_minor": each.interest_minor,
            "fee_minor": each.fee_minor,
            "total_minor": each.total_minor,
        }
        for each in planned.instalments
    ]


def annual_cost(terms: dict[str, Any], starts_on: date) -> AnnualCost:
    """What the plan costs a year, in per cent. The simple rate does not depend on the day, the compound does."""
    return annual_cost_of(store.terms_from(terms, starts_on=starts_on))


def refuse_unsound(product: Product) -> None:
    """Refuses with TermsUnsound or CostAboveCap what may not be sold.

    The cap holds for the plan as agreed, at both ends of its range; for the late charge; and for who settles
    after a single day.
    """
    for key in _OWN_KEYS:
        if key in product.terms:
            raise TermsUnsound(field=key)
    least, most = _read(product, product.least_minor), _read(product, product.most_minor)
    yearly = [
        ("annual cost", annual_cost_of(least).simple_percent),
        ("annual cost", annual_cost_of(most).simple_percent),
        ("late charge", _percent_a_year(most.penalty.daily_rate if most.penalty else Fraction(0))),
        # The most, because a rounded fen of the least is no price.
        ("settlement on the next day", _percent_a_year(_cost_of_a_day(most))),
    ]
    cap_percent = CAPS[product.lender.kind]
    for what, percent in yearly:
        if percent > cap_percent:
            raise CostAboveCap(what=what, percent=percent, cap_percent=cap_percent)


def _read(product: Product, amount_minor: int) -> Terms:
    try:
        terms = store.terms_from(terms_of(product, amount_minor), starts_on=product.sold_from)
    except refusals.BadTerms as bad:
        raise TermsUnsound(field=bad.field) from bad
    # Goods are shipped on a day nobody knows when signing: only whole periods keep the amounts that were signed.
    if terms.day_count != "period":
        raise TermsUnsound(field="day_count")
    if terms.every != Step(unit="months", count=1):
        raise TermsUnsound(field="every")
    return terms


def _cost_of_a_day(terms: Terms) -> Fraction:
    payoff_minor = loan.standing(terms, [], terms.starts_on + timedelta(days=1)).payoff_minor
    assert payoff_minor is not None, "a loan that has begun has a payoff"
    return Fraction(payoff_minor - terms.principal_minor, terms.principal_minor)


def _percent_a_year(rate_a_day: Fraction) -> Decimal:
    hundredths = rate_a_day * _DAYS_A_YEAR * 100 * 100
    return Decimal(rounded(hundredths.numerator, hundredths.denominator)).scaleb(-2)
