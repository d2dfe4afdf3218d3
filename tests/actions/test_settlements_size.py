"""Settlements of a day are made and paid by as much work for each order, however many orders and shops there are."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from anqi.actions import settlements
from anqi.actions.settlements import booking
from anqi.ledger import payables
from anqi.ledger.models import ClosedDay
from anqi.lending import payouts_to_shops
from anqi.lending import settlements as kept
from anqi.lending.models import Merchant, Order, SettlementLine
from anqi.payments.channels.protocol import Succeeded
from anqi.rows import sql
from tests.planting import at, days
from tests.settling import DAY, buyer, give_account, released, sell, shut

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("orders", [10, 200])
def test_the_statements_do_not_grow_with_the_orders(orders: int) -> None:
    for n in range(orders):
        sell(who=buyer(n))
    now = at(DAY + days(1), 1)
    ClosedDay.objects.create(day=DAY, shut_at=now, finished_at=now, closed_at=now)
    with CaptureQueriesContext(connection) as captured:
        settlements.make(DAY, now=now)
    asked = [each["sql"] for each in captured.captured_queries if "SAVEPOINT" not in each["sql"]]
    assert len(asked) == 3, "the first open day, the settlements, their lines"
    assert SettlementLine.objects.count() == orders


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


def test_what_waits_is_looked_for_once_and_not_for_every_few_borrowers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(booking, "TOGETHER", 2)
    for n in range(7):
        sell(who=buyer(n))
    shut(DAY)
    give_account()
    payout = released(DAY + days(1))
    said = Succeeded(ref="B1", amount_minor=payout.amount_minor, paid_at=at(DAY + days(1), 14))
    settlements.learn(key=payout.number, result=said, now=at(DAY + days(1), 15))
    asked: list[Any] = []
    look = payouts_to_shops.waiting_lines
    monkeypatch.setattr(payouts_to_shops, "waiting_lines", lambda payout: asked.append(payout) or look(payout))
    assert booking.book(payout.id, now=at(DAY + days(1), 16)) == 7
    assert len(asked) == 2, "and once more when all is booked"
    assert not payouts_to_shops.lock(payout.id).is_booking
