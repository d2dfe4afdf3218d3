"""Webhooks that are due."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from anqi.actions.notices import at_once
from anqi.lending.models import Merchant
from anqi.notices import webhooks
from anqi.notices.models import Webhook

_NO_ADDRESS = webhooks.Answer(status=None, why="no address")


def deliver_webhooks(*, now: datetime, limit: int = 100) -> int:
    """How many webhooks were due. A merchant may get one twice, with the same id, and never none."""
    count = 0
    while count < limit:
        with transaction.atomic(durable=True):
            leased = webhooks.lease_due(now=now, limit=min(at_once.MOST, limit - count))
        if not leased:
            break
        merchants = Merchant.objects.in_bulk({webhook.merchant_id for webhook in leased})
        sent = at_once.wait_for([_deliver(webhook, merchants.get(webhook.merchant_id), now) for webhook in leased])
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
