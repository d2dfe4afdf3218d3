"""The outbox: what we mean to ask channels, written with its key before anything is sent."""

from datetime import datetime, timedelta
from uuid import UUID

from anqi.payments.models import Outbox

LEASE = timedelta(seconds=60)
_WAITS = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 60, 300))


def put(*, borrower_id: UUID, charge_id: UUID, kind: str, now: datetime, lease: timedelta) -> Outbox:
    """An entry that its writer will see to first, for as long as the lease."""
    return Outbox.objects.create(
        borrower_id=borrower_id,
        charge_id=charge_id,
        kind=kind,
        created_at=now,
        leased_until=now + lease,
        next_try_at=now + lease,
    )


def lease_due(*, now: datetime, limit: int) -> list[Outbox]:
    """Entries that are due, put off by a lease so that another worker leaves them alone."""
    due = Outbox.objects.filter(done_at=None, next_try_at__lte=now).order_by("next_try_at")
    leased = list(due.select_for_update(skip_locked=True)[:limit])
    for entry in leased:
        Outbox.objects.filter(borrower_id=entry.borrower_id, id=entry.id).update(
            tries=entry.tries + 1, leased_until=now + LEASE, next_try_at=now + LEASE
        )
    return leased


def done(*, borrower_id: UUID, charge_id: UUID, kind: str, now: datetime) -> None:
    """The channel has been asked, and has answered."""
    Outbox.objects.filter(borrower_id=borrower_id, charge_id=charge_id, kind=kind, done_at=None).update(
        done_at=now, next_try_at=None
    )


def postpone(*, borrower_id: UUID, charge_id: UUID, kind: str, now: datetime) -> None:
    """Nobody knows whether the channel has heard it: it is asked again, with the same key."""
    for entry in Outbox.objects.filter(borrower_id=borrower_id, charge_id=charge_id, kind=kind, done_at=None):
        wait = _WAITS[min(entry.tries, len(_WAITS) - 1)]
        Outbox.objects.filter(borrower_id=borrower_id, id=entry.id).update(
            leased_until=None, next_try_at=now + wait
        )
