"""Messages that are due, sent by the medium that each goes by now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from anqi.actions.notices import at_once, following, reminding, warning
from anqi.notices import mail, messages, sms, texts
from anqi.notices.models import Message
from anqi.people import wishes
from anqi.people.models import Borrower
from anqi.people.wishes import Wishes

_NO_GATEWAY = sms.Unclear(why="no gateway is configured")
_EXPIRED = sms.Declined(why="expired")
_NO_ADDRESS = sms.Declined(why="no address")


@dataclass(frozen=True, kw_only=True)
class _Parcel:
    """A message with whom it is for; nobody known where it is for a phone only."""

    message: Message
    language: str
    wanted: Wishes


def send_due(*, now: datetime, limit: int = 100) -> int:
    """How many messages were due. One killed between sending and noting is sent again under the same key.

    What a reminder says is held against the loan once more; what has been paid meanwhile is not said.
    """
    count = 0
    while count < limit:
        with transaction.atomic(durable=True):
            leased = messages.lease_due(now=now, limit=min(at_once.MOST, limit - count))
        if not leased:
            break
        _send(leased, now)
        count += len(leased)
    return count


def _send(leased: Sequence[Message], now: datetime) -> None:
    late = [message for message in leased if message.expires_at is not None and message.expires_at <= now]
    for message in late:
        _note(message, _EXPIRED, now)
    timely = [message for message in leased if message not in late]
    timely = warning.still_true(reminding.still_true(timely, now=now), now=now)
    parcels = _awake(_address(timely), now)
    answers = at_once.wait_for([_ask(parcel, now) for parcel in parcels])
    for parcel, answer in zip(parcels, answers, strict=True):
        _note(parcel.message, answer, now)


def _address(timely: Sequence[Message]) -> list[_Parcel]:
    ids = {message.borrower_id for message in timely if message.borrower_id and message.template not in texts.CODES}
    who, wanted = (Borrower.objects.in_bulk(ids), wishes.read_all(ids)) if ids else ({}, {})
    return [_parcel(message, who, wanted) for message in timely]


def _parcel(message: Message, who: Mapping[UUID, Borrower], wanted: Mapping[UUID, Wishes]) -> _Parcel:
    borrower = who.get(message.borrower_id) if message.borrower_id else None
    theirs = wanted.get(borrower.id, Wishes()) if borrower else Wishes()
    language = texts.known(borrower.language if borrower else "")
    if borrower:
        message.phone = message.phone or borrower.phone
        message.mail = message.mail or theirs.mail
    if message.text is None:
        message.text = texts.write(message.template, language=language, **messages.words_of(message))
    return _Parcel(message=message, language=language, wanted=theirs)


def _awake(parcels: Sequence[_Parcel], now: datetime) -> list[_Parcel]:
    """Those that may be sent at this hour; the others wait until their borrowers' quiet hours end."""
    going = []
    for parcel in parcels:
        waits = texts.waits_for_morning(parcel.message.template)
        until = parcel.wanted.quiet_end(now) if waits else None
        if until:
            messages.put_off(parcel.message, until=until)
        else:
            going.append(parcel)
    return going


async def _ask(parcel: _Parcel, now: datetime) -> sms.Answer:
    message = parcel.message
    gateway = settings.ANQI_MAIL if message.medium == Message.Medium.MAIL else settings.ANQI_SMS
    if gateway is None:
        return _NO_GATEWAY
    assert message.text, f"message {message.id} has no text"
    text, out_id, receipt_url = message.text, message.id.hex, _receipt_url(message)
    if message.medium == Message.Medium.MAIL:
        if not message.mail:
            return _NO_ADDRESS
        subject = texts.subject(message.template, language=parcel.language)
        return await mail.send(
            gateway, to=message.mail, subject=subject, text=text, language=parcel.language, out_id=out_id, now=now,
            receipt_url=receipt_url,
        )  # fmt: skip
    assert message.phone, f"message {message.id} has no phone"
    return await sms.send(
        gateway, phone=message.phone, template=message.template, text=text, out_id=out_id, now=now,
        receipt_url=receipt_url,
    )  # fmt: skip


def _receipt_url(message: Message) -> str:
    """Where the gateway is to say what became of it. Of codes nobody asks: they have arrived or are asked for anew."""
    if message.template in texts.CODES or message.borrower_id is None:
        return ""
    return f"{settings.ANQI_URLS['borrower']}/hooks/receipts/{message.medium}"


def _note(message: Message, answer: sms.Answer, now: datetime) -> None:
    with transaction.atomic(durable=True):
        if isinstance(answer, sms.Sent):
            messages.mark_sent(message, proof=answer.proof, now=now)
        elif isinstance(answer, sms.Declined):
            following.decline(message, why=answer.why, is_late=answer is _EXPIRED, now=now)
        else:
            messages.postpone(message, why=answer.why, now=now)
