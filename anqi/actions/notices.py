"""Notices: messages and webhooks that are due, sent outside any transaction, and what came of them."""

import asyncio
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction

from anqi.lending.models import Merchant
from anqi.notices import messages, sms, texts, webhooks
from anqi.notices.models import Message, Webhook
from anqi.people.models import Borrower

# So few that all of them have been answered, or not, long before their lease ends.
_AT_ONCE = 16
_NO_GATEWAY = sms.Unclear(why="no gateway is configured")
_NO_ADDRESS = webhooks.Answer(status=None, why="no address")

A = TypeVar("A")


def send_due(*, now: datetime, limit: int = 100) -> int:
    """How many messages were due. One killed between sending and noting is sent again under the same key."""
    count = 0
    while count < limit:
        with transaction.atomic(durable=True):
            leased = messages.lease_due(now=now, limit=min(_AT_ONCE, limit - count))
        if not leased:
            break
        _address([message for message in leased if message.text is None])
        timely = [message for message in leased if not _is_late(message, now)]
        for message in leased:
            if _is_late(message, now):
                _note_message(message, sms.Declined(why="expired"), now)
        for message, answer in zip(timely, _send_all(timely, now), strict=True):
            _note_message(message, answer, now)
        count += len(leased)
    return count


def _address(unwritten: Sequence[Message]) -> None:
    who = Borrower.objects.in_bulk({message.borrower_id for message in unwritten})
    for message in unwritten:
        borrower = who[message.borrower_id]
        message.phone = borrower.phone
        message.text = texts.write(message.template, language=borrower.language, **messages.words_of(message))


def _is_late(message: Message, now: datetime) -> bool:
    return message.expires_at is not None and message.expires_at <= now


def _send_all(timely: Sequence[Message], now: datetime) -> Sequence[sms.Answer]:
    if settings.ANQI_SMS is None:
        return [_NO_GATEWAY] * len(timely)
    return _wait_for([_send(settings.ANQI_SMS, message, now) for message in timely])


async def _send(gateway: dict[str, str], message: Message, now: datetime) -> sms.Answer:
    assert message.phone, f"message {message.id} has no phone"
    assert message.text, f"message {message.id} has no text"
    return await sms.send(
        gateway, phone=message.phone, template=message.template, text=message.text, out_id=message.id.hex, now=now
    )


def _note_message(message: Message, answer: sms.Answer, now: datetime) -> None:
    with transaction.atomic(durable=True):
        if isinstance(answer, sms.Sent):
            messages.mark_sent(message, proof=answer.proof, now=now)
        elif isinstance(answer, sms.Declined):
            messages.mark_failed(message, why=answer.why)
        else:
            messages.postpone(message, why=answer.why, now=now)


def deliver_webhooks(*, now: datetime, limit: int = 100) -> int:
    """How many webhooks were due. A merchant may get one twice, with the same id, and never none."""
    count = 0
    while count < limit:
        with transaction.atomic(durable=True):
            leased = webhooks.lease_due(now=now, limit=min(_AT_ONCE, limit - count))
        if not leased:
            break
        merchants = Merchant.objects.in_bulk({webhook.merchant_id for webhook in leased})
        sent = _wait_for([_deliver(webhook, merchants.get(webhook.merchant_id), now) for webhook in leased])
        for webhook, answer in zip(leased, sent, strict=True):
            _note_webhook(webhook, answer, now)
        count += len(leased)
    return count


async def _deliver(webhook: Webhook, merchant: Merchant | None, now: datetime) -> webhooks.Answer:
    if not (merchant and merchant.webhook_url and merchant.webhook_secret):
        return _NO_ADDRESS
    return await webhooks.send(
        webhook,
        url=merchant.webhook_url,
        secret=merchant.webhook_secret,
        now=now,
        is_strict=settings.ANQI_MODE == "production",
    )


def _note_webhook(webhook: Webhook, answer: webhooks.Answer, now: datetime) -> None:
    with transaction.atomic(durable=True):
        if answer is _NO_ADDRESS:
            webhooks.give_up(webhook, answer, now=now)
        else:
            webhooks.note(webhook, answer, now=now)


def _wait_for(sends: Sequence[Coroutine[Any, Any, A]]) -> list[A]:
    """All answers, in order. All are asked at the same time, so that one slow server holds up nobody's news."""

    async def everything() -> list[A]:
        return await asyncio.gather(*sends)

    # In a thread of its own, because the caller's may be running a loop already.
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, everything()).result()
