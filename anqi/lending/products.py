"""Products: what is sold on a day, the terms an amount would have, and what a lender may not sell.

Refused
├── PlanUnavailable
├── AmountOutOfRange   least_minor, most_minor
├── TermsUnsound       field
├── TooLong            ends_on, latest_on, source
├── CostAboveCap       test, what, basis, percent, cap_percent, on, source
└── CapUnknown         kind, on
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from anqi.engine import caps, ceilings, loan, refusals
from anqi.engine.calendar import Step
from anqi.engine.cap_rules import LenderType
from anqi.engine.caps import Breach, Cap, Test
from anqi.engine.cost import AnnualCost, annual_cost_of
from anqi.engine.loan import StandingInstalment
from anqi.engine.money import write_amount
from anqi.engine.products import Terms
from anqi.engine.schedule import Plan, plan
from anqi.lending import store
from anqi.lending.models import Lender, Product
from anqi.rows.refusals import Refused

KIND, RESERVE = "purchase", "reserve"
# What the terms of a reserve can't name: all of it is about goods, or about money that leaves later.
_OF_GOODS = ("merchant_fee_rate", "free_return_days", "draws_up_to")
_OWN_KEYS = ("principal", "starts_on", "instalments", "currency", "first_due_on", "anchor_day")
_WHAT: dict[Test, str] = {
    "as_planned": "annual cost",
    "early_settlement": "annual cost of settling early",
    "lateness": "late charge",
    "together": "annual cost with the late charge",
}


class PlanUnavailable(Refused):
    """This plan is not on offer."""

    code = "plan_unavailable"


class AmountOutOfRange(Refused):
    """This is offered for {least_minor} fen at least and {most_minor} fen at most."""

    code = "amount_out_of_range"


class TermsUnsound(Refused):
    """Nothing can be sold on these terms: {field}."""

    code = "terms_unsound"


class TooLong(Refused):
    """It would end on {ends_on}, the latest is {latest_on}: {source}."""

    code = "too_long"


class CostAboveCap(Refused):
    """The {what} would be {percent} % a year ({basis}) on {on}; {source} allows {cap_percent} %."""

    code = "cost_above_cap"


class CapUnknown(Refused):
    """No rule is known on what a lender of this kind ({kind}) may take on {on}."""

    code = "cap_unknown"


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


def on_sale(today: date, *, kind: str = KIND) -> list[Product]:
    """The newest version of each product of that kind, where it is sold today; the shortest first."""
    newest = (
        Product.objects.select_related("lender")
        .filter(kind=kind, sold_from__lte=today)
        .order_by("code", "-version")
        .distinct("code")
    )
    sold = [each for each in newest if each.sold_until is None or today <= each.sold_until]
    return sorted(sold, key=lambda each: (each.instalments, each.code))


def find(code: str, today: date, *, kind: str = KIND) -> Product:
    """The version of the product that is sold today. Refuses with PlanUnavailable."""
    for product in on_sale(today, kind=kind):
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
    """Refuses what may not be sold, at both ends of its range: TermsUnsound, TooLong, CostAboveCap, CapUnknown."""
    for key in _OWN_KEYS:
        if key in product.terms:
            raise TermsUnsound(field=key)
    for amount_minor in (product.most_minor, product.least_minor):
        _refuse_unsound_terms(product, amount_minor)
        refuse_long(product, amount_minor, on=product.sold_from)
        refuse_dear(product, amount_minor, on=product.sold_from)


def refuse_dear(product: Product, amount_minor: int, *, on: date) -> None:
    """Refuses with CostAboveCap an amount in fen that, lent on that day, would cost more than the caps of the day.

    Paid as planned, settled early on its dearest day, or late. CapUnknown where no rule of that day is known.
    """
    terms = store.terms_from(terms_of(product, amount_minor), starts_on=on)
    holding = caps_of(product, on=on, until=plan(terms).instalments[-1].due_on)
    for breach in caps.breaches(terms, holding):
        raise above(breach)


def caps_of(product: Product, *, on: date, until: date) -> tuple[Cap, ...]:
    """The caps that hold for what is sold of it on that day and ends on the other. Refuses CapUnknown."""
    kind = cast(LenderType, product.lender.kind)
    try:
        return caps.caps_of(kind, "purchase" if product.kind == KIND else "cash", on=on, until=until)
    except refusals.CapUnknown as unknown:
        raise CapUnknown(kind=kind, on=on) from unknown


def refuse_long(product: Product, amount_minor: int, *, on: date) -> None:
    """Refuses with TooLong what, begun on that day, would end later than such a lender may lend."""
    refuse_late(store.terms_from(terms_of(product, amount_minor), starts_on=on), product.lender)


def refuse_late(terms: Terms, lender: Lender, instalments: Sequence[StandingInstalment] = ()) -> None:
    """The same of a plan as its terms have it, or as these instalments do, to which it is changed."""
    try:
        ceilings.refuse_too_long(terms, lender.kind, instalments)
    except ceilings.TooLong as late:
        raise TooLong(ends_on=late.ends_on, latest_on=late.latest_on, source=late.ceiling.source) from None


def above(breach: Breach) -> CostAboveCap:
    """The refusal that tells of a cost above a cap."""
    return CostAboveCap(
        test=breach.test, what=_WHAT[breach.test], basis=breach.basis, percent=breach.percent,
        cap_percent=breach.cap_percent, on=breach.on, source=breach.source,
    )  # fmt: skip


def _refuse_unsound_terms(product: Product, amount_minor: int) -> None:
    try:
        terms = store.terms_from(terms_of(product, amount_minor), starts_on=product.sold_from)
    except refusals.BadTerms as bad:
        raise TermsUnsound(field=bad.field) from bad
    if product.kind == RESERVE:
        _refuse_unsound_reserve(product, terms)
    else:
        _refuse_unsound_purchase(terms)


def _refuse_unsound_purchase(terms: Terms) -> None:
    # Goods are shipped on a day nobody knows when signing: only whole periods keep the amounts that were signed.
    if terms.day_count != "period":
        raise TermsUnsound(field="day_count")
    if terms.every != Step(unit="months", count=1):
        raise TermsUnsound(field="every")


def _refuse_unsound_reserve(product: Product, terms: Terms) -> None:
    for key in _OF_GOODS:
        if key in product.terms:
            raise TermsUnsound(field=key)
    # Civil Code 670: what is owed is what was got, so nothing is paid on the day on which it arrives.
    if terms.shape.down_payment_minor:
        raise TermsUnsound(field="shape")
    # Whoever thinks better of it on that day gives back what they got, and no fen more.
    if loan.standing(terms, (), terms.starts_on).payoff_minor != terms.principal_minor:
        raise TermsUnsound(field="early")
