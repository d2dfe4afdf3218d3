"""Statements of account of the demonstration's book add up, for whole lives and month by month."""

from datetime import date, timedelta

import pytest

from anqi.lending import queries as lending
from anqi.lending.models import Loan
from anqi.web.borrower import statement_pages
from demo.seeding import writing
from demo.seeding.lives import Life
from demo.seeding.street import open_street
from demo.seeding.writing import Task
from tests.demo.test_seeded_as_lived import STARTED, TODAY, lived
from tests.planting import at
from tests.web.test_borrower_papers import adds_up

CODES = ("seed-f6", "seed-f3", "seed-l24", "seed-z6")


@pytest.mark.usefixtures("clone_database")
def test_they_add_up() -> None:
    """Paid on the day, early, late, and settled before the time or given up."""
    street = open_street(now=at(date(2026, 1, 1)))
    lives = [
        Life(seed=7, number=n, first=n, copies=1, purchases=(lived(code),)) for n, code in enumerate(CODES)
    ]
    writing.write(Task(lives=lives, street=street, today=TODAY, first_open_on=date.min))
    months = [(date(2026, month, 1), date(2026, month + 1, 1) - timedelta(days=1)) for month in range(6, 11)]
    told = [0] * len(months)
    for borrower_id in Loan.objects.values_list("borrower_id", flat=True):
        orders = lending.begun(borrower_id, today=TODAY)
        for n, (since, until) in enumerate([*months, (STARTED, TODAY)]):
            for account in statement_pages.accounts(orders, since=since, until=until):
                adds_up(account)
                if n < len(months):
                    told[n] += len(account.entries)
    assert Loan.objects.count() == len(CODES)
    assert all(told[1:]), told
