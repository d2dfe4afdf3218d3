"""The outbox: what we mean to ask channels, written with its key before anything is sent."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from anqi.payments.models import Outbox
from anqi.rows import records

LEASE = timedelta(seconds=60)
# When a channel that gave no clear answer is asked again, with the same key.
_WAITS = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 60, 300))


def put(
    *, borrower_id: UUID, charge_id: UUID, kind: str, now: datetime, lease: timedelta, channel: str = ""
) -> Outbox:
    """An entry that its writer will see to first, for as long as the lease."""
    entry = Outbox(
        borrower_id=borrower_id,
        charge_id=charge_id,
        kind=kind,
        channel=channel,
        created_at=now,
        leased_until=now + lease,
        next_try_at=now + lease,
    )
    records.insert(entry)
    return entry


def lease_due(*, now: datetime, limit: int) -> list[Outbox]:
    """Entries that are due but debits, each left to the caller for a while; of two callers one gets an entry."""
    return _lease_all("", now=now, limit=limit)


def lease_debits(channel: str, *, now: datetime, limit: int) -> list[Outbox]:
    """Debits of that channel that are due: each channel's by themselves, so that a slow one holds up no other."""
    return _lease_all(channel, now=now, limit=limit)


def _lease_all(channel: str, *, now: datetime, limit: int) -> list[Outbox]:
    due = Outbox.objects.filter(channel=channel, done_at=None, next_try_at__lte=now)
    return [entry for entry in due.order_by("next_try_at", "id")[:limit] if _lease(entry, now)]


def _lease(entry: Outbox, now: datetime) -> bool:
    # Not by a lock over all borrowers' rows, which a cluster doesn't have: who finds the entry unmoved, moves it.
    seen = Outbox.objects.filter(
        borrower_id=entry.borrower_id, id=entry.id, done_at=None, next_try_at=entry.next_try_at
    )
    entry.tries, entry.leased_until, entry.next_try_at = entry.tries + 1, now + LEASE, now + LEASE
    moved = seen.update(tries=entry.tries, leased_until=entry.leased_until, next_try_at=entry.next_try_at)
    return moved == 1


def done(*, borrower_id: UUID, charge_id: UUID, kind: str, now: datetime) -> None:
    """The channel has been asked, and has answered."""
    _waiting(borrower_id, charge_id, kind).update(done_at=now, next_try_at=None)


def postpone(*, borrower_id: UUID, charge_id: UUID, kind: str, now: datetime) -> None:
    """Nobody knows whether the channel has heard it: it is asked again, with the same key."""
    waiting = _waiting(borrower_id, charge_id, kind)
    for tries in waiting.values_list("tries", flat=True):
        wait = _WAITS[min(tries, len(_WAITS) - 1)]
        waiting.filter(tries=tries).update(leased_until=None, next_try_at=now + wait)


def _waiting(borrower_id: UUID, charge_id: UUID, kind: str) -> QuerySet[Outbox]:
    return Outbox.objects.filter(borrower_id=borrower_id, charge_id=charge_id, kind=kind, done_at=None)
