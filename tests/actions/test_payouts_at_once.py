"""Two people, two workers, two notices: one payout leaves, and begins one loan."""

import threading
from typing import Any

import pytest
from django.db import connection

from anqi.actions import payouts
from anqi.lending.models import Fact, Loan
from anqi.payments.channels.protocol import NotFound
from anqi.payments.models import Payout
from anqi.rows.days import day_of
from tests.actions.test_payouts import NOON, Bank, ask, bank, learn, paid, work
from tests.planting import plant_cash

__all__ = ["bank"]
pytestmark = pytest.mark.usefixtures("clone_database")


def test_of_two_workers_and_two_requests_one_pays(bank: Bank) -> None:
    loan = plant_cash(now=NOON)
    refused: list[Exception] = []

    def twice(act: Any) -> None:
        def run() -> None:
            try:
                act()
            except payouts.AlreadyOnItsWay as refusal:
                refused.append(refusal)
            finally:
                connection.close()

        threads = [threading.Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    twice(lambda: ask(loan))
    assert (len(refused), Payout.objects.count()) == (1, 1)
    twice(lambda: work(NOON))
    assert len(bank.asked) == 1
    bank.found = paid(Payout.objects.get())
    twice(lambda: learn(Payout.objects.get(), bank.found or NotFound()))
    assert Fact.objects.count() == 1
    assert day_of(NOON) == Loan.objects.get().starts_on
