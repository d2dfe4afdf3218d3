"""What holds at the end of every cell, and sums over rows."""

from typing import Any

from django.db.models import QuerySet, Sum

from anqi import clock
from anqi.config.verification import verify
from anqi.lending.models import Loan


def assert_sound() -> None:
    """Books equal the engine, chains and hashes are whole, and no loan sleeps past its day."""
    assert not Loan.objects.filter(next_wake_on__lte=clock.today()).exists()
    # A planted loan's agreement was never signed, and has no hash.
    wrong = [each.told() for each in verify(today=clock.today()).wrong if each.what != "agreement"]
    assert not wrong, wrong


def sum_of(rows: QuerySet[Any], name: str) -> int:
    """The sum of a column; 0 of no rows."""
    return int(rows.aggregate(sum=Sum(name))["sum"] or 0)
