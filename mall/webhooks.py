"""Webhooks of the lender, after the Standard Webhooks convention: verified, stored once, then believed."""

import base64
import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mall import merchant_api, orders, purchases
from mall.refusals import ApiContradicts, WebhookRefused
from mall.store import Rows, Store

TOLERANCE = dt.timedelta(minutes=5)
REFUSED_KEPT = 100


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """A webhook as the back office shows it."""

    webhook_id: str
    verified: int
    verdict: str
    event: str
    order_number: str
    outcome: str
    deliveries: int
    received_at: str
    last_received_at: str


def receive(
    store: Store, *, headers: Mapping[str, str], body: bytes, secret: str, now: dt.datetime
) -> None:
    """Store a webhook and take its news, in one transaction; a second delivery is only counted.

    A webhook that fails a check is stored as refused, and refused.
    """
    try:
        verify(headers=headers, body=body, secret=secret, now=now)
    except WebhookRefused as refusal:
        with store.transaction() as rows:
            _keep_refused(rows, webhook_id=headers.get("webhook-id", "")[:128], verdict=str(refusal), now=now)
        raise
    with store.transaction() as rows:
        if not _count_again(rows, webhook_id=headers["webhook-id"], now=now):
            _take(rows, webhook_id=headers["webhook-id"], stated=_stated(body), now=now)


def verify(*, headers: Mapping[str, str], body: bytes, secret: str, now: dt.datetime) -> None:
    """Refuses one without all three headers, out of time by five minutes, or with no fitting signature."""
    webhook_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    signatures = headers.get("webhook-signature", "").split()
    if not webhook_id or len(webhook_id) > 128 or not timestamp or not signatures:
        raise WebhookRefused("缺少签名头")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise WebhookRefused("时间戳格式不对")
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        raise WebhookRefused("时间戳超出 5 分钟")
    expected = sign(webhook_id=webhook_id, timestamp=timestamp, body=body, secret=secret)
    # Several signatures stand in the header while a secret is being changed: one that fits is enough.
    fits = [hmac.compare_digest(signature.encode(), expected.encode()) for signature in signatures]
    if not any(fits):
        raise WebhookRefused("签名不对")


def sign(*, webhook_id: str, timestamp: str, body: bytes, secret: str) -> str:
    """`v1,` and base64 of HMAC-SHA256 over id.timestamp.body, keyed by what follows `whsec_`, from base64."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = webhook_id.encode() + b"." + timestamp.encode() + b"." + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def newest(rows: Rows, *, limit: int = 100) -> list[Webhook]:
    """The webhooks received, newest first."""
    found = rows.execute(
        "SELECT webhook_id, verified, verdict, event, order_number, outcome, deliveries, received_at,"
        " last_received_at FROM webhooks ORDER BY last_received_at DESC, id DESC LIMIT ?",
        (limit,),
    )
    return [Webhook(**dict(row)) for row in found]


def _keep_refused(rows: Rows, *, webhook_id: str, verdict: str, now: dt.datetime) -> None:
    rows.execute(
        "INSERT INTO webhooks (webhook_id, verified, verdict, received_at, last_received_at)"
        " VALUES (?, 0, ?, ?, ?)",
        (webhook_id, verdict, now.isoformat(), now.isoformat()),
    )
    # Anybody can send these, so only the newest are kept.
    rows.execute(
        "DELETE FROM webhooks WHERE verified = 0 AND id NOT IN"
        " (SELECT id FROM webhooks WHERE verified = 0 ORDER BY id DESC LIMIT ?)",
        (REFUSED_KEPT,),
    )


def _count_again(rows: Rows, *, webhook_id: str, now: dt.datetime) -> bool:
    counted = rows.execute(
        "UPDATE webhooks SET deliveries = deliveries + 1, last_received_at = ?"
        " WHERE webhook_id = ? AND verified = 1",
        (now.isoformat(), webhook_id),
    )
    return bool(counted.rowcount)


def _stated(body: bytes) -> dict[str, Any]:
    """The body, or nothing: a signed body that cannot be read now never becomes readable."""
    try:
        stated = json.loads(body)
    except ValueError:
        return {}
    return stated if isinstance(stated, dict) else {}


def _take(rows: Rows, *, webhook_id: str, stated: dict[str, Any], now: dt.datetime) -> None:
    told = stated.get("data")
    told = told if isinstance(told, dict) else {}
    number, event = str(told.get("order_number") or ""), str(stated.get("type") or "")
    rows.execute(
        "INSERT INTO webhooks (webhook_id, verified, verdict, event, order_number, outcome, received_at,"
        " last_received_at) VALUES (?, 1, '通过', ?, ?, ?, ?, ?)",
        (
            webhook_id, event[:64], number[:64],
            _take_news(rows, number=number, event=event, told=told, now=now), now.isoformat(), now.isoformat(),
        ),
    )


def _take_news(rows: Rows, *, number: str, event: str, told: dict[str, Any], now: dt.datetime) -> str:
    """What came of it, in words. News that does not fit is answered with 2xx all the same: it never will."""
    if not number:
        return "不是订单的消息"
    if not orders.exists(rows, number=number):
        return "不是本店订单"
    if event.startswith("return."):
        return "退货的消息，已记下"
    try:
        outcome = purchases.take_news(
            rows, number=number, remote=merchant_api.read_order(told), told_by="webhook", now=now
        )
    except ApiContradicts:
        return "与订单对不上，未采用"
    return {"moved": "订单已更新", "known": "状态已知", "old": "晚到的旧消息，未采用"}[outcome]
