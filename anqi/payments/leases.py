"""Leases: rows of which it is time to ask a channel, each left to one worker for a while."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import QuerySet

from anqi.payments.models import Card, Charge, DebitNotice, DebitPlan, Mandate, Payout, Refund

# Should the worker that took a row die over it, the row comes due again.
LEASE = timedelta(seconds=60)
Row = TypeVar("Row", Card, Charge, DebitNotice, DebitPlan, Mandate, Payout, Refund)


def take(
    rows: QuerySet[Row], *, now: datetime, limit: int, until: Callable[[Row], datetime] | None = None
) -> list[Row]:
    """Those of the rows whose time has come, the earliest first; of two callers one gets a row.

    Each comes due again when `until` says, as the row was before; after a lease where it isn't told.
    """
    due = rows.filter(next_try_at__lte=now).order_by("next_try_at")[:limit]
    return [row for row in due if _put_off(rows, row, until(row) if until else now + LEASE)]


def _put_off(rows: QuerySet[Row], row: Row, until: datetime) -> bool:
    # Not by a lock over all borrowers' rows, which a cluster doesn't have: who finds the row unmoved, moves it.
    seen = rows.filter(borrower_id=row.borrower_id, id=row.id, next_try_at=row.next_try_at)
    row.tries, row.next_try_at = row.tries + 1, until
    return seen.update(tries=row.tries, next_try_at=until) == 1
