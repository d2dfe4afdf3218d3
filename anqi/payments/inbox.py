"""The inbox: what channels told us, stored before it is understood."""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from anqi.payments import news
from anqi.payments.channels.protocol import Notification
from anqi.payments.models import Inbox

LEASE = timedelta(seconds=60)


def store(*, channel: str, notification: Notification, raw: bytes, now: datetime) -> bool:
    """Keeps the message; True when it is new. The same key with other bytes is kept as well: it is news."""
    sha256 = hashlib.sha256(raw).hexdigest()
    row = Inbox(
        channel=channel,
        message_key=f"{notification.message_key}:{sha256[:16]}",
        kind=notification.kind,
        key=notification.key,
        news=news.to_json(notification.result),
        raw=raw,
        sha256=sha256,
        received_at=now,
        next_try_at=now,
    )
    before = Inbox.objects.filter(channel=channel, message_key=row.message_key).exists()
    Inbox.objects.bulk_create([row], ignore_conflicts=True)
    return not before


def lease_due(*, now: datetime, limit: int) -> list[Inbox]:
    """Messages that wait and are due, put off by a lease so that another worker leaves them alone."""
    due = Inbox.objects.filter(state=Inbox.State.WAITING, next_try_at__lte=now).order_by("next_try_at")
    leased = list(due.select_for_update(skip_locked=True)[:limit])
    for row in leased:
        row.tries += 1
        row.next_try_at = now + LEASE * min(row.tries, 30)
    Inbox.objects.bulk_update(leased, ["tries", "next_try_at"])
    return leased


def mark_done(inbox_id: UUID, *, now: datetime) -> None:
    Inbox.objects.filter(id=inbox_id).update(state=Inbox.State.DONE, done_at=now)


def mark_refused(inbox_id: UUID, *, why: str, now: datetime) -> None:
    Inbox.objects.filter(id=inbox_id).update(state=Inbox.State.REFUSED, why=why, done_at=now)
