"""The cost statement (综合融资成本明示表) and the plan beside it, as everybody is shown them before signing."""

from datetime import date
from decimal import Decimal
from typing import Any

from anqi.engine.schedule import Plan
from anqi.lending import products
from anqi.lending.models import Product

Stated = dict[str, Any]

_METHODS = {
    "equal_instalment": "等额本息",
    "equal_principal": "等额本金",
    "interest_only": "先息后本",
    "bullet": "到期一次还本付息",
    "flat_fee": "等本等费",
}
_LATE_BASES = {"principal": "逾期本金", "instalment": "当期逾期未还的全部金额"}
_DAYS_A_YEAR = 365


def plan(product: Product, amount_minor: int, *, on: date) -> Stated:
    """One way to pay an amount in fen, with its cost statement; on that day, as if the goods left on it."""
    terms = products.terms_of(product, amount_minor)
    planned = products.plan_of(terms, on)
    first, later = planned.instalments[0], planned.instalments[1:] or planned.instalments
    statement = cost_statement(product, amount_minor, on=on)
    return {
        "code": product.code,
        "title": product.title,
        "instalments": product.instalments,
        "first_instalment_minor": first.total_minor,
        "instalment_minor": later[0].total_minor,
        "total_minor": planned.totals.total_minor,
        "cost_minor": statement["cost_minor"],
        "annual_cost": statement["annual_cost"],
        "interest_free": statement["cost_minor"] == 0,
        "cost_statement": statement,
    }


def cost_statement(product: Product, amount_minor: int, *, on: date) -> Stated:
    """What every item costs, how it is charged and by whom; what only some pay, apart; and that this is all.

    `annual_cost` is in per cent: simple (年化利率, 单利) is what people are shown first.
    """
    terms = products.terms_of(product, amount_minor)
    planned = products.plan_of(terms, on)
    cost = products.annual_cost(terms, on)
    return {
        "principal_minor": amount_minor,
        "items": _items(product, planned),
        "cost_minor": planned.totals.total_minor - amount_minor,
        "total_minor": planned.totals.total_minor,
        "annual_cost": {
            "simple_percent": str(cost.simple_percent),
            "compound_percent": str(cost.compound_percent),
        },
        "contingent": contingent(terms),
        "nothing_else": True,
    }


def contingent(terms: Stated) -> list[Stated]:
    """What only those pay who are late or who settle early, in words."""
    stated = [{"code": "early_settlement", "name": "提前结清", "how": _early(terms.get("early") or {})}]
    if terms.get("penalty"):
        stated.insert(0, {"code": "penalty", "name": "罚息", "how": _late(terms)})
    return stated


def percent(rate: str) -> str:
    """A rate as people read it. "0.0005": 0.05%."""
    written = f"{Decimal(rate) * 100:f}"
    return f"{written.rstrip('0').rstrip('.') if '.' in written else written}%"


def _items(product: Product, planned: Plan) -> list[Stated]:
    method = _METHODS[product.terms["method"]]
    rate, fee_rate = product.terms.get("annual_rate", "0"), product.terms.get("fee_rate_per_instalment", "0")
    interest = f"{method}，年利率 {percent(rate)}（单利），随每期本金一起收取"
    fee = f"{method}，每期按分期本金的 {percent(fee_rate)} 收取"
    stated = (
        ("interest", "利息", interest, planned.totals.interest_minor),
        ("fee", "分期手续费", fee, planned.totals.fee_minor),
    )
    return [
        {"code": code, "name": name, "how": how, "payee": product.lender.name, "amount_minor": amount_minor}
        for code, name, how, amount_minor in stated
        if amount_minor
    ]


def _late(terms: Stated) -> str:
    penalty, grace_days = terms["penalty"], terms.get("grace_days", 0)
    base = _LATE_BASES[penalty.get("on", "principal")]
    a_year = percent(str(Decimal(penalty["daily_rate"]) * _DAYS_A_YEAR))
    charged = f"从还款日起按{base}每天收取 {percent(penalty['daily_rate'])}（折合年化 {a_year}，单利）"
    if not grace_days:
        return f"还款日过后仍未还清的，{charged}"
    return f"还款日后 {grace_days} 天内还清的不收；超过 {grace_days} 天仍未还清的，{charged}"


def _early(early: Stated) -> str:
    by_day = "随时可以提前结清，利息和手续费只计算到结清前一天"
    whole = "随时可以提前结清，当期的利息和手续费按整期计算"
    is_by_day = {early.get("interest", "by_day"), early.get("fee", "by_day")} == {"by_day"}
    rate = early.get("fee_rate", "0")
    fee = f"另按剩余本金收取 {percent(rate)}" if Decimal(rate) else "不另收提前结清的费用"
    return f"{by_day if is_by_day else whole}，{fee}"


