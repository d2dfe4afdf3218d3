"""Settlements of a day are made by as many statements for many orders as for few."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anqi.actions import settlements
from anqi.ledger.models import ClosedDay
from anqi.lending.models import SettlementLine
from tests.planting import at, days
from tests.settling import DAY, buyer, sell

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
