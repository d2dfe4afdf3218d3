"""The nights before a book's morning: its days are over, and none of them is left for a close to walk."""

from datetime import date, datetime, time, timedelta

from django.db import connection, transaction

from anqi.actions import accruing, closing
from anqi.ledger import days, payables
from anqi.ledger.accruals import accrue
from anqi.ledger.models import ClosedDay
from anqi.lending import inspection, set_aside, settlements
from anqi.lending.models import Loan
from anqi.rows.days import SHANGHAI

_DAY = timedelta(days=1)


def finish(today: date) -> None:
    """Shuts, sums up and closes every day before today that has no finished run.

    None, where loans that were not seeded still wait for such a day: then bringing them to it is the close's.
    """
    now = _night_before(today)
    due = closing.days_due(now=now)
    if not due or Loan.objects.filter(next_wake_on__lt=today).exists():
        return
    closing.shut(due[-1], now=now)
    accrued = accruing.on(due[-1])
    with transaction.atomic(durable=True):
        # Years at once take longer than anything a payer waits for.
        connection.cursor().execute("set local statement_timeout = 0")
        _note(due)
        days.sum_up(due[0], until=due[-1], loans=inspection.PRODUCTS_OF_LOANS)
        accrue(due[-1], accrued)
        settlements.make(due[0], due[-1], moved=payables.MOVED, now=now)
        days.close_before(set_aside.since(), now=now)


def _note(due: list[date]) -> None:
    nights = [(day, _night_before(day + _DAY)) for day in due]
    ClosedDay.objects.bulk_create(
        [ClosedDay(day=day, shut_at=night, finished_at=night) for day, night in nights],
        update_conflicts=True, unique_fields=["day"], update_fields=["finished_at"],
    )  # fmt: skip


def _night_before(day: date) -> datetime:
    return datetime.combine(day, time(1), SHANGHAI)
