"""The SMS gateway: signed requests, and answers that leave nothing to guess."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

_PATIENCE_SECONDS = 8
_LONGEST_PROOF = 64
# What speaks about the message itself. The other 4xx speak about us (key, clock, address, pace) and can pass.
_FINAL = (400, 409, 413, 422)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """The gateway has accepted it, under its own number."""

    proof: str


@dataclass(frozen=True, kw_only=True)
class Declined:
    """The gateway will never take it."""

    why: str


@dataclass(frozen=True, kw_only=True)
class Unclear:
    """Nobody knows; the same message under the same key may go again."""

    why: str


Answer = Sent | Declined | Unclear


async def send(
    gateway: dict[str, str], *, phone: str, template: str, text: str, out_id: str, now: datetime,
    receipt_url: str = "", transport: httpx.AsyncBaseTransport | None = None,
) -> Answer:  # fmt: skip
    """What the gateway said, within 8 seconds. `out_id` is our key: the same one twice is one message.

    With a `receipt_url` it is to say there, later, what became of the message.
    """
    message: dict[str, Any] = {"phone": phone, "template": template, "params": {}, "text": text, "out_id": out_id}
    if receipt_url:
        message["receipt_url"] = receipt_url
    return await post(gateway, message, name="Sms", now=now, transport=transport)


async def post(
    gateway: dict[str, str], message: Mapping[str, Any], *, name: str, now: datetime,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Answer:  # fmt: skip
    """What a gateway of messages of that name said, within 8 seconds."""
    body = json.dumps(message, ensure_ascii=False).encode()
    try:
        headers = _sign(body, name=name, secret_file=Path(gateway["secret_file"]), now=now)
        async with asyncio.timeout(_PATIENCE_SECONDS):
            # httpx's own limit holds for each read, so a server that drips would never reach it.
            async with httpx.AsyncClient(
                timeout=_PATIENCE_SECONDS, trust_env=False, transport=transport
            ) as client:
                return _read(await client.post(gateway["url"], content=body, headers=headers))
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as trouble:
        return Unclear(why=type(trouble).__name__)


def _sign(body: bytes, *, name: str, secret_file: Path, now: datetime) -> dict[str, str]:
    stamp = str(int(now.timestamp()))
    signature = hmac.new(secret_file.read_bytes().strip(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"Content-Type": "application/json", f"X-{name}-Timestamp": stamp, f"X-{name}-Signature": signature}


def _read(answer: httpx.Response) -> Answer:
    if answer.status_code in _FINAL:
        return Declined(why=f"http_{answer.status_code}")
    proof = _proof(answer) if answer.is_success else ""
    return Sent(proof=proof) if proof else Unclear(why=f"http_{answer.status_code}")


def _proof(answer: httpx.Response) -> str:
    """The gateway's number of a message that it says it accepted; empty when it doesn't say so in plain words."""
    try:
        stated = answer.json()
        accepted = stated["status"] == "accepted"
        return str(stated["message_id"])[:_LONGEST_PROOF] if accepted else ""
    except (ValueError, KeyError, TypeError):
        return ""
