"""A channel's file of a day held against what we have: by rows, in the database, however many there are.

Two temporary tables, theirs and ours, are paired from the surest likeness to the least; what is left of either, and
what differs within a pair, is a difference. `moved` is a query of what the books moved on the channel's account in
transit (`ledger/transits`). Amounts in fen, above zero what came in.
"""

from collections.abc import Iterable
from datetime import datetime

from anqi.payments.models import ChannelStatement, ReconciliationDay
from anqi.payments.reconciliation import findings, pairs, sides, standings
from anqi.payments.reconciliation.sides import Fees
from anqi.payments.reconciliation.standings import settle
from anqi.payments.statements import Row
from anqi.rows import sql
from anqi.rows.ids import uuid7

__all__ = ["Fees", "compare", "settle"]


def compare(
    kept: ChannelStatement, rows: Iterable[Row], *, moved: str, fees: Fees | None, now: datetime
) -> ReconciliationDay:
    """The day as this file tells it, its differences found anew. Within a transaction, which holds the day.

    What people have decided about a difference stays while it is told alike. StatementUnreadable at the line that is
    wrong: then nothing is to be kept.
    """
    _hold(kept)
    sides.tell(rows, fees)
    sides.gather(kept, fees)
    pairs.pair()
    sides.book(moved, kept)
    run = uuid7()
    findings.find(kept, run, now)
    findings.settle_others(kept, run, now)
    return standings.sum_up(kept, run, now)


def _hold(kept: ChannelStatement) -> None:
    name = f"reconcile:{kept.channel}:{kept.day}:{kept.kind}"
    sql.fetch("select pg_advisory_xact_lock(hashtextextended($1, 0))", [name])
