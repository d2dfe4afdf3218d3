"""Settlements of a day are made from a day that the planner knows nothing of, in a database of which it knows nothing."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from anqi.ledger import payables
from anqi.lending import settlements as kept
from anqi.lending.models import Merchant, Order, SettlementLine
from anqi.rows import sql
from tests.planting import at, days
from tests.settling import DAY, buyer, sell

pytestmark = pytest.mark.usefixtures("clone_database")


def test_an_order_meets_its_own_shops_settlement_alone() -> None:
    """Whatever the planner believes of a day that it hasn't seen yet."""
    orders = 30
    for n in range(orders):
        sold = sell(who=buyer(n))
        shop = Merchant.objects.create(code=f"shop{n}", name=f"店{n}", created_at=at(DAY))
        Order.objects.filter(borrower_id=sold.borrower_id, id=sold.order_id).update(merchant=shop)
    told = kept._TOLD.format(moved=payables.MOVED)
    stated = kept._LINES.format(told=told).replace("$1", "%s").replace("$2", "%s")
    sql.fetch(kept._MAKE.format(told=told), [DAY, DAY, at(DAY + days(1))])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"explain (analyze, format json) {stated}", [DAY, DAY])
        [(plan,)] = cursor.fetchall()
    assert SettlementLine.objects.count() == orders
    assert max(met(json.loads(plan) if isinstance(plan, str) else plan)) <= 2 * orders


def met(plan: Any) -> Iterator[float]:
    """How many rows each step of it looked at in all."""
    if isinstance(plan, list):
        for each in plan:
            yield from met(each)
    elif isinstance(plan, dict):
        seen = plan.get("Actual Rows", 0) + plan.get("Rows Removed by Join Filter", 0)
        yield seen * plan.get("Actual Loops", 1)
        yield from met([each for each in plan.values() if isinstance(each, dict | list)])
