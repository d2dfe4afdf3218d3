"""Messages to people: written in the transaction of what they tell, sent after it."""

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from anqi.notices.models import Message
from anqi.rows import sql
from anqi.rows.ids import uuid7

LEASE = timedelta(seconds=60)
_LATEST = timedelta(days=1)
_WAITS = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 60, 300, 1800, 3600))


def enqueue(
    *, borrower_id: UUID | None, phone: str, template: str, text: str, now: datetime,
    expires_at: datetime | None = None,
) -> UUID:  # fmt: skip
    """A message to be sent as soon as this transaction stands; its id is the sender's key for it.

    It is not sent any more after `expires_at`, a day unless told otherwise: late news misleads.
    """
    message = Message.objects.create(
        borrower_id=borrower_id, phone=phone, template=template, text=text, created_at=now, next_try_at=now,
        expires_at=expires_at or now + _LATEST,
    )  # fmt: skip
    return message.id


def announce(*, borrower_id: UUID, template: str, words: Mapping[str, str | date], now: datetime) -> None:
    """A message to the borrower, who is looked up and addressed when it is sent; a day later it is sent no more.

    A word that is a day has a name that ends in `_on`.
    """
    stated = json.dumps(words, default=date.isoformat)
    sql.write(_ANNOUNCE, [uuid7(), borrower_id, template, stated, now, now + _LATEST])


def words_of(message: Message) -> dict[str, str | date]:
    """What was announced, days as days."""
    stated: dict[str, str] = message.words
    return {name: date.fromisoformat(word) if name.endswith("_on") else word for name, word in stated.items()}


def lease_due(*, now: datetime, limit: int) -> list[Message]:
    """Messages that are due, put off by a lease so that another worker leaves them alone."""
    due = Message.objects.filter(state=Message.State.WAITING, next_try_at__lte=now).order_by("next_try_at")
    leased = list(due.select_for_update(skip_locked=True)[:limit])
    Message.objects.filter(id__in=[each.id for each in leased]).update(next_try_at=now + LEASE)
    return leased


def mark_sent(message: Message, *, proof: str, now: datetime) -> None:
    """The gateway has it, under this number of its own."""
    _end(message, state=Message.State.SENT, sent_at=now, proof=proof, why="")


def mark_failed(message: Message, *, why: str) -> None:
    """It will never be sent."""
    _end(message, state=Message.State.FAILED, why=why[:200])


def postpone(message: Message, *, why: str, now: datetime) -> None:
    """Nobody knows whether the gateway has it: it is sent again under the same key."""
    wait = _WAITS[min(message.tries, len(_WAITS) - 1)]
    _change(message, why=why[:200], next_try_at=now + wait)


def _end(message: Message, **changes: object) -> None:
    # A login code's text has done its work, or never will: nobody needs to be able to read it.
    text = "" if message.template == "login_code" else message.text
    _change(message, next_try_at=None, text=text, **changes)


def _change(message: Message, **changes: object) -> None:
    # Only while it waits: a worker that slept through its lease must not undo what another has noted since.
    waiting = Message.objects.filter(id=message.id, state=Message.State.WAITING)
    waiting.update(tries=message.tries + 1, **changes)


_ANNOUNCE = """
    insert into notices_message
        (id, borrower_id, template, words, created_at, next_try_at, expires_at, medium, state, tries, proof, why)
    values ($1, $2, $3, $4, $5, $5, $6, 'sms', 'waiting', 0, '', '')
"""
