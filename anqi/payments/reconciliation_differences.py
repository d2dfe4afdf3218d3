"""Differences between a channel's files and us, as people decide about them."""

from datetime import datetime
from uuid import UUID

from anqi.payments.models import ReconciliationDay, ReconciliationDifference

State = ReconciliationDifference.State


def hold(difference_id: UUID) -> ReconciliationDifference | None:
    """The difference, locked until the transaction ends."""
    return ReconciliationDifference.objects.select_for_update().filter(id=difference_id).first()


def decide(row: ReconciliationDifference, *, state: str, reason: str, by: UUID, now: datetime) -> None:
    """Nobody looks after it any more, for that reason."""
    row.state, row.reason, row.decided_by, row.decided_at = state, reason[:400], by, now
    row.save(update_fields=["state", "reason", "decided_by", "decided_at"])


def ask(row: ReconciliationDifference, *, reason: str, by: UUID | None, now: datetime | None) -> None:
    """Somebody wants it written off, and another person is to say; nobody does, where `by` is None."""
    row.state = State.ASKED if by else State.OPEN
    row.reason, row.asked_by, row.asked_at = reason[:400], by, now
    row.save(update_fields=["state", "reason", "asked_by", "asked_at"])


def day_of(row: ReconciliationDifference) -> ReconciliationDay:
    """The day that it is of, locked until the transaction ends."""
    found = ReconciliationDay.objects.select_for_update()
    return found.get(channel=row.channel, day=row.day, kind=row.statement_kind)
