"""Settlements of a day are made and paid by as much work for each order, however many orders and shops there are."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anqi.actions import settlements
from anqi.actions.settlements import booking
from anqi.ledger.models import ClosedDay
from anqi.lending import payouts_to_shops
from anqi.lending.models import SettlementLine
from anqi.payments.channels.protocol import Succeeded
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
