"""Instalment plans as the lender states them; the shop computes nothing about credit, it only checks sums."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from mall.refusals import ApiContradicts


@dataclass(frozen=True, kw_only=True)
class CostItem:
    """One line of the cost statement; without an amount it is contingent."""

    code: str
    name: str
    how: str
    payee: str = ""
    amount_minor: int = 0


@dataclass(frozen=True, kw_only=True)
class CostStatement:
    """What every item costs, as the lender discloses it."""

    principal_minor: int
    cost_minor: int
    total_minor: int
    items: tuple[CostItem, ...]
    contingent: tuple[CostItem, ...]
    nothing_else: bool


@dataclass(frozen=True, kw_only=True)
class Instalment:
    """One line of the quoted schedule."""

    n: int
    due_on: str
    total_minor: int


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A way to pay an amount in instalments; amounts in fen, annual cost in percent."""

    code: str
    instalments: int
    first_instalment_minor: int
    instalment_minor: int
    total_minor: int
    cost_minor: int
    simple_percent: str
    compound_percent: str
    interest_free: bool
    cost_statement: CostStatement
    schedule: tuple[Instalment, ...]
    stated: str

    @property
    def even(self) -> bool:
        """True when the first instalment is like the others."""
        return self.first_instalment_minor == self.instalment_minor


def read(stated: Mapping[str, Any], *, amount_minor: int) -> Plan:
    """A plan of the merchant API; refuses one whose sums do not fit the amount it is for."""
    try:
        plan = _read(stated)
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise ApiContradicts from error
    if not _sums_fit(plan, amount_minor=amount_minor):
        raise ApiContradicts
    return plan


def restore(stated: str, *, amount_minor: int) -> Plan:
    """The plan an order was placed with, from its stored text."""
    return read(json.loads(stated), amount_minor=amount_minor)


def _read(stated: Mapping[str, Any]) -> Plan:
    annual_cost = stated["annual_cost"]
    return Plan(
        code=_text(stated["code"]),
        instalments=_count(stated["instalments"]),
        first_instalment_minor=_count(stated["first_instalment_minor"]),
        instalment_minor=_count(stated["instalment_minor"]),
        total_minor=_count(stated["total_minor"]),
        cost_minor=_fen(stated["cost_minor"]),
        simple_percent=_percent(annual_cost["simple_percent"]),
        compound_percent=_percent(annual_cost["compound_percent"]),
        interest_free=stated["interest_free"] is True,
        cost_statement=_cost_statement(stated["cost_statement"]),
        schedule=tuple(
            Instalment(n=_count(row["n"]), due_on=_text(row["due_on"]), total_minor=_fen(row["total_minor"]))
            for row in stated.get("schedule") or ()
        ),
        stated=json.dumps(stated, ensure_ascii=False),
    )


def _cost_statement(stated: Mapping[str, Any]) -> CostStatement:
    return CostStatement(
        principal_minor=_count(stated["principal_minor"]),
        cost_minor=_fen(stated["cost_minor"]),
        total_minor=_count(stated["total_minor"]),
        items=tuple(
            CostItem(
                code=_text(item["code"]), name=_text(item["name"]), how=str(item.get("how") or ""),
                payee=str(item.get("payee") or ""), amount_minor=_fen(item["amount_minor"]),
            )
            for item in stated["items"]
        ),
        contingent=tuple(
            CostItem(code=_text(item["code"]), name=_text(item["name"]), how=str(item.get("how") or ""))
            for item in stated["contingent"]
        ),
        nothing_else=stated["nothing_else"] is True,
    )


def _sums_fit(plan: Plan, *, amount_minor: int) -> bool:
    statement = plan.cost_statement
    return (
        plan.total_minor == amount_minor + plan.cost_minor
        and statement.principal_minor == amount_minor
        and statement.cost_minor == plan.cost_minor == sum(item.amount_minor for item in statement.items)
        and statement.total_minor == plan.total_minor
        and (not plan.schedule or sum(row.total_minor for row in plan.schedule) == plan.total_minor)
    )


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError
    return value


def _fen(value: Any) -> int:
    # A bool is an int in Python, and a JSON number with a point is a float: neither is an amount.
    if type(value) is not int or value < 0:
        raise ValueError
    return value


def _count(value: Any) -> int:
    if _fen(value) == 0:
        raise ValueError
    return int(value)


def _percent(value: Any) -> str:
    """Shown as it was stated: rounding a disclosed rate again would be a second opinion."""
    if not Decimal(_text(value)).is_finite() or Decimal(value) < 0:
        raise ValueError
    return str(value)
