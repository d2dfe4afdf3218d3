"""A channel's day, file by file: what we have is held against what it tells. Again, it finds the same."""

from datetime import date, datetime

from django.db import transaction

from anqi.ledger import chart, transits
from anqi.payments import channels, kept_statements, reconciled_days, reconciliation
from anqi.payments.models import ReconciliationDay
from anqi.payments.reconciliation import Fees


def due(*, now: datetime) -> list[tuple[str, date]]:
    """(channel, day) of what is to be fetched or matched now, the oldest first of each channel."""
    return [
        (code, day)
        for code in channels.stating()
        for day in reconciled_days.due(code, kinds=channels.find_stating(code).statement_kinds(), now=now)
    ]


def match(*, channel: str, day: date, now: datetime) -> list[ReconciliationDay]:
    """Each file of the day that is here as it stands against ours, in one durable transaction a file.

    One stands for itself: what another that is late would tell is not waited for. StatementUnreadable where one can't
    be read any more.
    """
    kinds = channels.find_stating(channel).statement_kinds()
    kept = [file for kind in kinds if (file := kept_statements.latest(channel, day, kind=kind))]
    stated = channels.fees(channel)
    fees = Fees(rate=stated[0], payout_minor=stated[1]) if stated else None
    moved = transits.moved(chart.arrives_in(channel))
    matched = []
    for file in kept:
        with transaction.atomic(durable=True):
            rows = kept_statements.open_again(file).rows()
            matched.append(reconciliation.compare(file, rows, moved=moved, fees=fees, now=now))
    return matched
