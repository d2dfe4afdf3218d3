"""How far a day has come: its figures, and what is open of it."""

from datetime import datetime
from uuid import UUID

from anqi.payments.models import ChannelStatement, ReconciliationDay
from anqi.rows import sql


def sum_up(kept: ChannelStatement, run: UUID, now: datetime) -> ReconciliationDay:
    """The day with this run's figures."""
    [row] = sql.fetch(_SUMS, [kept.channel, kept.day, kept.kind, run])
    sums = dict(zip(_SUM_NAMES, map(int, row), strict=True))
    day, _ = ReconciliationDay.objects.update_or_create(
        channel=kept.channel, day=kept.day, kind=kept.kind, defaults={"statement_id": kept.id, "matched_at": now} | sums
    )
    settle(day, by=None, now=now)
    return day


_SUM_NAMES = (
    "theirs_count", "theirs_minor", "other_minor", "fee_minor", "ours_count", "ours_minor", "booked_minor", "matched",
    "named_minor",
)  # fmt: skip
_SUMS = """
    select
        (select count(*) from told where part not in ('other', 'cost')),
        (select coalesce(sum(amount), 0) from told where part not in ('other', 'cost')),
        (select coalesce(sum(amount), 0) from told where part = 'other'),
        (select coalesce(sum(fee), 0) - coalesce(sum(amount) filter (where part in ('fee', 'cost')), 0) from told),
        (select count(*) from ours where is_today),
        (select coalesce(sum(amount), 0) from ours where is_today),
        (select coalesce(sum(case part when 'fee' then amount else booked end), 0) from ours where is_today),
        (select count(*) from paired),
        (select coalesce(sum(off_minor), 0) from payments_reconciliation_difference
            where channel = $1 and day = $2 and statement_kind = $3 and seen_in = $4)
"""


def settle(day: ReconciliationDay, *, by: UUID | None, now: datetime) -> None:
    """The day's state by its figures and by what is open of it; `by` is who decided the last of it."""
    [(waiting,)] = sql.fetch(_OPEN, [day.channel, day.day, day.kind])
    is_explained = (
        day.theirs_minor - day.ours_minor == day.named_minor and day.ours_minor == day.booked_minor
    )
    state = ReconciliationDay.State
    day.open_differences = int(waiting)
    day.state = state.OPEN if not is_explained else state.EXPLAINED if waiting else state.RECONCILED
    is_done = day.state == state.RECONCILED
    if is_done != bool(day.reconciled_at):
        day.reconciled_at, day.reconciled_by = (now, by) if is_done else (None, None)
    day.save(update_fields=["open_differences", "state", "reconciled_at", "reconciled_by"])


_OPEN = """
    select count(*) from payments_reconciliation_difference
    where channel = $1 and day = $2 and statement_kind = $3 and state in ('open', 'asked')
"""
