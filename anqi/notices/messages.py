"""Messages to people: written in the transaction of what they tell, sent after it, and followed until they arrive.

One is seen among its borrower's messages from the first moment; by what else it goes, `medium` says. Codes go by one
medium only, are read by nobody afterwards, and nothing is asked about them.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from anqi.notices import texts
from anqi.notices.models import Message, MessageWord
from anqi.rows import sql
from anqi.rows.ids import uuid7

LEASE = timedelta(seconds=60)
# A gateway that has said nothing by then won't, and the message goes another way.
ANSWER_WITHIN = timedelta(hours=6)
_LATEST = timedelta(days=1)
_WAITS = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 60, 300, 1800, 3600))


def enqueue(
    *, borrower_id: UUID | None, phone: str | None = None, mail: str | None = None, template: str, text: str,
    now: datetime, expires_at: datetime | None = None,
) -> UUID:  # fmt: skip
    """A message to be sent as soon as this transaction stands; its id is the sender's key for it.

    It is not sent any more after `expires_at`, a day unless told otherwise: late news misleads.
    """
    message = Message.objects.create(
        borrower_id=borrower_id, phone=phone, mail=mail, medium="mail" if mail else "sms", template=template, text=text,
        created_at=now, next_try_at=now, expires_at=expires_at or now + _LATEST,
    )  # fmt: skip
    return message.id


def announce(*, borrower_id: UUID, template: str, words: Mapping[str, Any], now: datetime) -> UUID:
    """A message to the borrower, who is looked up and addressed when it is sent; a day later it is sent no more.

    A word that is a day has a name that ends in `_on`.
    """
    message_id, stated = uuid7(), json.dumps(words, default=date.isoformat)
    sql.write(_ANNOUNCE, [message_id, borrower_id, template, stated, now, now + _LATEST])
    return message_id


def composed(*, borrower_id: UUID, template: str, words: Mapping[str, object], medium: str, now: datetime) -> Message:
    """The same by that medium, to be kept by the caller; one that only stands among the messages has arrived."""
    message = Message(
        borrower_id=borrower_id, template=template, words=json.loads(json.dumps(words, default=date.isoformat)),
        medium=medium, created_at=now, next_try_at=now, expires_at=now + _LATEST,
    )  # fmt: skip
    if medium == Message.Medium.APP:
        message.state, message.next_try_at, message.delivered_at = Message.State.DELIVERED, None, now
    return message


def keep(message: Message) -> None:
    """Keeps what was composed."""
    Message.objects.bulk_create([message])


def mark_read(borrower_id: UUID, message_ids: Iterable[UUID], *, now: datetime) -> None:
    """The borrower has seen these of theirs; the first time counts."""
    Message.objects.filter(borrower_id=borrower_id, id__in=list(message_ids), read_at=None).update(read_at=now)


def words_of(message: Message) -> dict[str, Any]:
    """What was announced, days as days."""
    stated: dict[str, Any] = message.words
    return {name: date.fromisoformat(word) if name.endswith("_on") else word for name, word in stated.items()}


def lease_due(*, now: datetime, limit: int) -> list[Message]:
    """Messages that are due, put off by a lease so that another worker leaves them alone.

    Codes come first: somebody waits for them, whatever else is to be sent.
    """
    due = Message.objects.filter(state=Message.State.WAITING, next_try_at__lte=now).order_by("next_try_at")
    due = due.select_for_update(skip_locked=True)
    leased = list(due.filter(template__in=texts.CODES)[:limit])
    if len(leased) < limit:
        leased += due.exclude(template__in=texts.CODES)[: limit - len(leased)]
    Message.objects.filter(id__in=[each.id for each in leased]).update(next_try_at=now + LEASE)
    return leased


def mark_sent(message: Message, *, proof: str, now: datetime) -> None:
    """The gateway has it, under this number of its own."""
    is_followed = message.borrower_id is not None and message.template not in texts.CODES
    answer_by = now + ANSWER_WITHIN if is_followed else None
    _end(message, state=Message.State.SENT, sent_at=now, proof=proof, why="", answer_by=answer_by)
    note(message, MessageWord.Said.ACCEPTED, proof=proof, now=now)


def mark_failed(message: Message, *, why: str) -> None:
    """It will never be sent."""
    _end(message, state=Message.State.FAILED, why=why[:200])


def turn_to(message: Message, medium: str, *, now: datetime) -> None:
    """It goes by another medium now, unless it has arrived meanwhile or was taken back."""
    _row(message).filter(state__in=(Message.State.WAITING, Message.State.SENT)).update(
        medium=medium, state=Message.State.WAITING, next_try_at=now, tries=0, proof="", answer_by=None
    )


def mark_delivered(message: Message, *, medium: str, now: datetime) -> None:
    """It has arrived by that medium; nothing more is sent of it."""
    alive = _row(message).exclude(state__in=(Message.State.DELIVERED, Message.State.WITHDRAWN))
    alive.update(
        state=Message.State.DELIVERED, medium=medium, delivered_at=now, next_try_at=None, answer_by=None, why=""
    )


def mark_undelivered(message: Message) -> None:
    """It has not arrived by any medium there is: people have to see to it."""
    _row(message).filter(state__in=(Message.State.WAITING, Message.State.SENT)).update(
        state=Message.State.FAILED, why=UNDELIVERED, next_try_at=None, answer_by=None
    )


def note(message: Message, said: str, *, proof: str = "", why: str = "", now: datetime, medium: str = "") -> bool:
    """Keeps what a gateway said of it; whether that is new."""
    return bool(sql.fetch(_NOTE, [uuid7(), message.id, medium or message.medium, said, proof, why[:200], now]))


def tried(message: Message) -> set[str]:
    """The media by which it has gone, or was to go."""
    said = MessageWord.objects.filter(message_id=message.id)
    return {message.medium, *said.values_list("medium", flat=True)}


def hold(message_id: UUID) -> Message | None:
    """The message, locked until the transaction ends."""
    return Message.objects.select_for_update().filter(id=message_id).first()


def lease_unanswered(*, now: datetime, limit: int) -> list[Message]:
    """Messages of which their gateways have said nothing in time, locked until the transaction ends."""
    late = Message.objects.filter(state=Message.State.SENT, answer_by__lte=now).order_by("answer_by")
    return list(late.select_for_update(skip_locked=True)[:limit])


def stop_waiting(message: Message) -> None:
    """Nobody says any more what became of it."""
    _row(message).filter(state=Message.State.SENT).update(answer_by=None)


def put_off(message: Message, *, until: datetime) -> None:
    """It isn't sent before that instant: whoever it is for wants to sleep."""
    _row(message).filter(state=Message.State.WAITING).update(next_try_at=until)


def withdraw(message_ids: Iterable[UUID]) -> None:
    """They are not true any more and leave no more; nobody sees them among the messages."""
    waiting = Message.objects.filter(id__in=list(message_ids), state=Message.State.WAITING)
    waiting.update(state=Message.State.WITHDRAWN, next_try_at=None)


def postpone(message: Message, *, why: str, now: datetime) -> None:
    """Nobody knows whether the gateway has it: it is sent again under the same key, in the same words."""
    wait = _WAITS[min(message.tries, len(_WAITS) - 1)]
    _change(message, why=why[:200], text=message.text, next_try_at=now + wait)


def _end(message: Message, **changes: object) -> None:
    # A code's text has done its work, or never will: nobody needs to be able to read it.
    text = "" if message.template in texts.CODES else message.text
    _change(message, next_try_at=None, text=text, **changes)


def _change(message: Message, **changes: object) -> None:
    # Only while it waits: a worker that slept through its lease must not undo what another has noted since.
    _row(message).filter(state=Message.State.WAITING).update(tries=message.tries + 1, **changes)


def _row(message: Message) -> QuerySet[Message]:
    return Message.objects.filter(id=message.id)


UNDELIVERED = "undelivered"
_ANNOUNCE = """
    insert into notices_message
        (id, borrower_id, template, words, created_at, next_try_at, expires_at, medium, state, tries, proof, why)
    values ($1, $2, $3, $4, $5, $5, $6, 'sms', 'waiting', 0, '', '')
"""
_NOTE = """
    insert into notices_message_word (id, message_id, medium, said, proof, why, at) values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (message_id, medium, said) do nothing returning id
"""
