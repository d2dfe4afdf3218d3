"""The cost statement (综合融资成本明示表) and the plan beside it, as everybody is shown them before signing.

What it lists is the engine's; the words are ours.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from anqi.engine import disclosure
from anqi.engine.disclosure import Disclosure, Item
from anqi.engine.money import write_amount
from anqi.engine.prices import Early
from anqi.lending import products, store
from anqi.lending.models import Product

Stated = dict[str, Any]

_NAMES: Mapping[str, str] = {
    "interest": "利息",
    "fee": "分期手续费",
    "penalty": "罚息",
    "late_fee": "逾期费",
    "early_settlement": "提前结清",
}
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
    terms = store.terms_from(products.terms_of(product, amount_minor), starts_on=on)
    stated = disclosure.disclose(terms, payee=product.lender.name)
    cost = stated.annual_cost
    return {
        "principal_minor": stated.principal_minor,
        "items": [_written(item, stated) | {"amount_minor": item.amount_minor} for item in _costing(stated)],
        "cost_minor": stated.cost_minor,
        "total_minor": stated.total_minor,
        "annual_cost": {
            "simple_percent": str(cost.simple_percent),
            "compound_percent": str(cost.compound_percent),
        },
        "contingent": [_written(item, stated) for item in stated.contingent],
        "nothing_else": bool(stated.nothing_else),
    }


def percent(rate: str) -> str:
    """A rate as people read it. "0.0005": 0.05%."""
    written = f"{Decimal(rate) * 100:f}"
    return f"{written.rstrip('0').rstrip('.') if '.' in written else written}%"


def _costing(stated: Disclosure) -> list[Item]:
    # Of a small sum a fee may come to nothing.
    return [item for item in stated.items if item.amount_minor]


def _written(item: Item, stated: Disclosure) -> Stated:
    # A charge by staff is named in the terms as people read it.
    name = _NAMES.get(item.code, item.code)
    return {"code": item.code, "name": name, "how": _WORDS[item.how](item, stated), "payee": item.payee}


def _interest(item: Item, stated: Disclosure) -> str:
    return f"{_METHODS[stated.method]}，年利率 {_percent(item.rate)}（单利），随每期本金一起收取"


def _fee(item: Item, stated: Disclosure) -> str:
    return f"{_METHODS[stated.method]}，每期按分期本金的 {_percent(item.rate)} 收取"


def _late(item: Item, stated: Disclosure) -> str:
    assert stated.penalty, "an item of it was made"
    base = _LATE_BASES[stated.penalty.on]
    a_year = _percent(item.rate * _DAYS_A_YEAR)
    charged = f"从还款日起按{base}每天收取 {_percent(item.rate)}（折合年化 {a_year}，单利）"
    return f"{_grace(stated)}，{charged}"


def _late_once(item: Item, stated: Disclosure) -> str:
    if item.rate:
        charged = f"当期未还金额的 {_percent(item.rate)}"
    else:
        charged = _yuan(item.amount_minor or 0, stated)
    most = f"，每笔分期合计不超过 {_yuan(item.most_minor, stated)}" if item.most_minor else ""
    return f"{_grace(stated)}，每期收取一次，为{charged}{most}"


def _grace(stated: Disclosure) -> str:
    if not stated.grace_days:
        return "还款日过后仍未还清的"
    days = stated.grace_days
    return f"还款日后 {days} 天内还清的不收；超过 {days} 天仍未还清的"


def _early(item: Item, stated: Disclosure) -> str:
    fee = f"另按剩余本金收取 {_percent(item.rate)}" if item.rate else "不另收提前结清的费用"
    return f"随时可以提前结清，{_earned(stated.early)}，{fee}"


def _earned(early: Early) -> str:
    if early.fee == "all":
        return "利息计算到结清前一天，未到期的手续费一并收取" if early.interest == "by_day" else _ALL_AT_ONCE
    if (early.interest, early.fee) == ("by_day", "by_day"):
        return "利息和手续费只计算到结清前一天"
    return "当期的利息和手续费按整期计算"


def _on_request(item: Item, stated: Disclosure) -> str:
    return f"仅在你要求这项服务时收取，合计不超过 {_yuan(item.most_minor or 0, stated)}"


def _percent(rate: Fraction) -> str:
    # Rates were read from decimals, so that nothing is cut off here.
    return percent(str(Decimal(rate.numerator) * Decimal(rate.denominator) ** -1))


def _yuan(amount_minor: int, stated: Disclosure) -> str:
    return f"{write_amount(amount_minor, currency=stated.currency)} 元"


_ALL_AT_ONCE = "当期的利息按整期计算，未到期的手续费一并收取"
_WORDS: Mapping[str, Callable[[Item, Disclosure], str]] = {
    "by_year": _interest,
    "by_instalment": _fee,
    "by_day_late": _late,
    "once_late": _late_once,
    "once_early": _early,
    "on_request": _on_request,
}
