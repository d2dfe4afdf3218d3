"""Webhooks: events for merchants by the Standard Webhooks scheme, sent until taken or given up."""

import asyncio
import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from anqi.notices import destinations
from anqi.notices.destinations import NotCalled
from anqi.notices.models import Webhook, WebhookTry

LEASE = timedelta(seconds=60)
SCHEDULE = tuple(timedelta(seconds=seconds) for seconds in (5, 60, 300, 1800, 7200, 21600, 43200, 86400))
_PATIENCE_SECONDS = 10


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the merchant's server said; no status means that it said nothing."""

    status: int | None
    why: str = ""

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def enqueue(*, merchant_id: UUID, kind: str, subject_id: UUID, body: dict[str, Any], now: datetime) -> UUID:
    """An event to be sent as soon as this transaction stands; its id tells the merchant a repeat from news."""
    text = json.dumps({"type": kind, "timestamp": now.isoformat(), "data": body}, ensure_ascii=False)
    webhook = Webhook.objects.create(
        merchant_id=merchant_id, kind=kind, subject_id=subject_id, body=text, created_at=now, next_try_at=now
    )
    return webhook.id


def lease_due(*, now: datetime, limit: int) -> list[Webhook]:
    """Events that are due, put off by a lease so that another worker leaves them alone."""
    due = Webhook.objects.filter(state=Webhook.State.WAITING, next_try_at__lte=now).order_by("next_try_at")
    leased = list(due.select_for_update(skip_locked=True)[:limit])
    Webhook.objects.filter(id__in=[each.id for each in leased]).update(next_try_at=now + LEASE)
    return leased


def note(webhook: Webhook, answer: Answer, *, now: datetime) -> None:
    """Keeps what the merchant's server said, and when the event is sent again: after 5 s, 1 min, … 24 h, never."""
    tries = webhook.tries + 1
    if answer.is_taken:
        _end(webhook, answer, now=now, state=Webhook.State.DELIVERED, delivered_at=now)
    elif tries > len(SCHEDULE):
        give_up(webhook, answer, now=now)
    else:
        _keep(webhook, answer, now=now, next_try_at=now + SCHEDULE[tries - 1])


def give_up(webhook: Webhook, answer: Answer, *, now: datetime) -> None:
    """It isn't sent again by itself."""
    _end(webhook, answer, now=now, state=Webhook.State.GIVEN_UP)


def _end(webhook: Webhook, answer: Answer, *, now: datetime, **changes: Any) -> None:
    _keep(webhook, answer, now=now, next_try_at=None, **changes)


def _keep(webhook: Webhook, answer: Answer, *, now: datetime, **changes: Any) -> None:
    WebhookTry.objects.create(webhook_id=webhook.id, at=now, status=answer.status, why=answer.why[:200])
    # Only while it waits: a worker that slept through its lease must not undo what another has noted since.
    waiting = Webhook.objects.filter(id=webhook.id, state=Webhook.State.WAITING)
    waiting.update(tries=webhook.tries + 1, **changes)


async def send(
    webhook: Webhook, *, url: str, secret: str, now: datetime, is_strict: bool,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Answer:  # fmt: skip
    """What the merchant's server said, within 10 seconds. Strict: https only, and no address inside a network.

    Redirects are not followed: they would carry a signed event elsewhere.
    """
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            target = await destinations.find(url) if is_strict else destinations.trust(url)
            body = webhook.body.encode()
            headers = {**target.headers, **_headers(webhook, body=body, secret=secret, now=now)}
            # httpx's own limit holds for each read, so a server that drips would never reach it.
            async with httpx.AsyncClient(
                timeout=_PATIENCE_SECONDS, trust_env=False, transport=transport
            ) as client:
                # The status is all we want; a body without an end is not even read.
                async with client.stream(
                    "POST", target.url, content=body, headers=headers, extensions=target.extensions
                ) as answer:
                    return Answer(status=answer.status_code)
    except NotCalled as refusal:
        return Answer(status=None, why=str(refusal))
    # ValueError: a secret or a host name that isn't one. One merchant's mistake must not stop the others.
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as trouble:
        return Answer(status=None, why=type(trouble).__name__)


def _headers(webhook: Webhook, *, body: bytes, secret: str, now: datetime) -> dict[str, str]:
    stamp = str(int(now.timestamp()))
    return {
        "Content-Type": "application/json",
        "User-Agent": "anqi",
        "webhook-id": str(webhook.id),
        "webhook-timestamp": stamp,
        "webhook-signature": sign(secret, id=str(webhook.id), stamp=stamp, body=body),
    }


def sign(secret: str, *, id: str, stamp: str, body: bytes) -> str:
    """The signature that goes with the event: HMAC-SHA256 over id, time and body (Standard Webhooks, v1)."""
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    digest = hmac.new(key, f"{id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()
