"""The inbox: what channels told us, stored before it is understood."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from anqi.payments import news
from anqi.payments.channels.protocol import Notification, Result
from anqi.payments.models import Inbox
from anqi.rows.ids import uuid7

# How long a message is left to the worker that has taken it, the first time and each time after that.
# Whoever could not learn it, or died over it, need do nothing: it comes due again.
_WAITS = tuple(timedelta(seconds=seconds) for seconds in (60, 60, 120, 300, 900, 1800, 3600))


def store(*, channel: str, notification: Notification, raw: bytes, now: datetime) -> bool:
    """Keeps the message; True when it is new. The same key with other bytes is kept as well: it is news."""
    sha256 = hashlib.sha256(raw).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(
            _STORE,
            {
                "id": uuid7(),
                "channel": channel,
                # Always with its hash: of two messages at once, neither can know that it is the changed one.
                "message_key": f"{notification.message_key}:{sha256[:16]}",
                "kind": notification.kind,
                "key": notification.key,
                "news": json.dumps(news.to_json(notification.result)),
                "raw": b"" if notification.is_secret else raw,
                "sha256": sha256,
                "now": now,
                "waiting": Inbox.State.WAITING,
            },
        )
        return bool(cursor.rowcount)


_STORE = """
    insert into payments_inbox
        (id, channel, message_key, kind, key, news, raw, sha256, received_at, state, next_try_at, tries, why)
    values (%(id)s, %(channel)s, %(message_key)s, %(kind)s, %(key)s, %(news)s, %(raw)s, %(sha256)s, %(now)s,
        %(waiting)s, %(now)s, 0, '')
    on conflict (channel, message_key) do nothing
"""


def store_told(
    *, channel: str, told: Sequence[tuple[str, str, str, Result]], now: datetime, by_statement: bool = False
) -> None:
    """Keeps many messages in one statement: (what tells a repeat, kind, our key, result) of each. Nothing of it raw.

    They are learned in this order: a refund has left before its payee's bank sends it back. What a channel that also
    sends messages tells by its statement is marked so: nothing more is to be asked of it.
    """
    mark = _BY_STATEMENT if by_statement else ""
    rows = []
    for left, (once, kind, key, result) in zip(range(len(told), 0, -1), told, strict=True):
        sha256 = hashlib.sha256(once.encode()).hexdigest()
        rows.append(Inbox(
            id=uuid7(), channel=channel, message_key=mark + sha256, kind=kind, key=key, news=news.to_json(result),
            raw=b"", sha256=sha256, received_at=now, next_try_at=now - timedelta(microseconds=left),
        ))  # fmt: skip
    Inbox.objects.bulk_create(rows, ignore_conflicts=True)


def learned_by(message: Inbox) -> str:
    """How what it says became known: by a `statement`, or by a `notice`, which may have to be asked about."""
    is_of_statement = message.channel in _ONLY_BY_STATEMENT or message.message_key.startswith(_BY_STATEMENT)
    return "statement" if is_of_statement else "notice"


# A bank's messages are lines of its statement, and final.
_ONLY_BY_STATEMENT = ("bank",)
_BY_STATEMENT = "statement:"


def lease_due(*, now: datetime, limit: int) -> list[Inbox]:
    """Messages that wait and are due, each left to the caller for a while; those of another worker are skipped."""
    due = Inbox.objects.filter(state=Inbox.State.WAITING, next_try_at__lte=now).order_by("next_try_at", "id")
    leased = list(due.select_for_update(skip_locked=True)[:limit])
    for message in leased:
        message.next_try_at = now + _WAITS[min(message.tries, len(_WAITS) - 1)]
        message.tries += 1
    Inbox.objects.bulk_update(leased, ["tries", "next_try_at"])
    return leased


def mark_done(inbox_id: UUID, *, now: datetime) -> None:
    """What the message says has been learned."""
    _end(inbox_id, Inbox.State.DONE, why="", now=now)


def mark_refused(inbox_id: UUID, *, why: str, now: datetime) -> None:
    """What the message says can't be learned, now or ever; `why` is a word, not a text of the channel's."""
    _end(inbox_id, Inbox.State.REFUSED, why=why, now=now)


def _end(inbox_id: UUID, state: Inbox.State, *, why: str, now: datetime) -> None:
    # Of two workers whose leases overlapped the first has said what became of it.
    Inbox.objects.filter(id=inbox_id, state=Inbox.State.WAITING).update(state=state, why=why, done_at=now)
