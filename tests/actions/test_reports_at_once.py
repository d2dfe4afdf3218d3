"""Two who make one month's file at once, and one who pays meanwhile."""

from datetime import date

from anqi.lending.models import ReportFile, ReportRecord
from tests import reporting
from tests.actions.test_purchases_at_once import at_once
from tests.planting import at
from tests.reporting import DAY, DUE, OCTOBER

FIRST = at(date(2026, 11, 1))


def test_two_at_once_make_one(clone_database: str) -> None:
    lin = reporting.buy()
    made = at_once(*[lambda: [each.id for each in reporting.make(OCTOBER, FIRST)]] * 2)
    assert made[0] == made[1] and len(made[0]) == ReportFile.objects.count() == 1
    assert len(lin.codes()) == ReportRecord.objects.count() == 1


def test_who_pays_meanwhile_is_told_of_as_paid_or_as_it_was_before(clone_database: str) -> None:
    lin = reporting.buy()
    reporting.live(DUE, DUE + DAY)
    at_once(lambda: lin.open_charge(FIRST).id, lambda: [each.id for each in reporting.make(OCTOBER, FIRST)])
    # Who comes to the cashier first is not spoken of; who comes after it finds a record that was true.
    assert lin.codes() in ([("09", "*"), ("10", "1")], [("09", "*")], [("09", "*"), ("10", "#")])
