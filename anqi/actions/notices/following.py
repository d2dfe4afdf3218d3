"""Messages followed until they arrive: what gateways say of them, and the next medium where one has not done."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from anqi.notices import messages, texts
from anqi.notices.models import Message, MessageWord
from anqi.notices.receipts import Receipt
from anqi.people import wishes
from anqi.people.wishes import Wishes
from anqi.rows.refusals import Refused


class Stranger(Refused):
    """The gateway speaks of a message that it was never given."""

    code = "stranger"


def media_of(template: str, wanted: Wishes) -> tuple[str, ...]:
    """By what a message may go, in this order. Reminders by what the borrower chose, what must be known by all.

    No reminder goes to a number at which somebody else answered: a debt is nobody else's business.
    """
    if template in texts.CODES:
        return ()
    is_free = texts.is_reminder(template)
    by_sms, by_mail = (wanted.by_sms and not wanted.doubted_at, wanted.by_mail) if is_free else (True, True)
    chosen = {"sms": by_sms, "mail": by_mail and bool(wanted.mail) and settings.ANQI_MAIL is not None}
    return tuple(medium for medium, is_chosen in chosen.items() if is_chosen)


def decline(message: Message, *, why: str, is_late: bool, now: datetime) -> None:
    """Its gateway will never take it: it goes another way, if there is one and it is not too late."""
    following = "" if is_late else _next(message)
    messages.note(message, MessageWord.Said.DECLINED, why=why, now=now)
    if following:
        messages.turn_to(message, following, now=now)
    else:
        messages.mark_failed(message, why=why)


def learn(receipt: Receipt, *, medium: str, now: datetime) -> None:
    """What a gateway says of a message. Twice, late or in another order changes nothing more. Refuses a Stranger.

    What has arrived once has arrived, whatever is said after it; and nothing more is sent of it.
    """
    with transaction.atomic(durable=True):
        message = messages.hold(receipt.message_id)
        if message is None or medium not in messages.tried(message):
            raise Stranger
        if message.template in texts.CODES:
            return
        said = MessageWord.Said.DELIVERED if receipt.is_delivered else MessageWord.Said.UNDELIVERED
        if not messages.note(message, said, proof=receipt.proof, now=now, medium=medium):
            return
        if receipt.is_delivered:
            messages.mark_delivered(message, medium=medium, now=now)
        elif message.medium == medium:
            _go_on(message, now)


def _go_on(message: Message, now: datetime) -> None:
    following = _next(message)
    if following:
        messages.turn_to(message, following, now=now)
    else:
        messages.mark_undelivered(message)


def follow_up(*, now: datetime, limit: int) -> int:
    """How many messages their gateways have said nothing of in time: each goes another way, or stays as it is."""
    with transaction.atomic(durable=True):
        late = messages.lease_unanswered(now=now, limit=limit)
        for message in late:
            messages.note(message, MessageWord.Said.SILENT, now=now)
            following = _next(message)
            if following:
                messages.turn_to(message, following, now=now)
            else:
                messages.stop_waiting(message)
    return len(late)


def _next(message: Message) -> str:
    """The next medium by which nobody has tried; empty where there is none."""
    if message.borrower_id is None:
        return ""
    tried = messages.tried(message)
    left = (each for each in media_of(message.template, wishes.read(message.borrower_id)) if each not in tried)
    return next(left, "")


def see(*, borrower_id: UUID, message_ids: Iterable[UUID], now: datetime) -> None:
    """The borrower has seen these messages of theirs."""
    with transaction.atomic(durable=True):
        messages.mark_read(borrower_id, message_ids, now=now)
