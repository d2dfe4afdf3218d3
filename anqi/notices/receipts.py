"""Receipts: what a gateway says by itself of a message it took, signed as what we send to it is."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

# Beyond this somebody may be saying again what was said once.
_SKEW_SECONDS = 300
_LONGEST_PROOF = 64


class NotBelieved(Exception):
    """This is no receipt of the gateway's."""


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What became of a message, under our key and the gateway's number."""

    message_id: UUID
    proof: str
    is_delivered: bool


def read(
    name: str, gateway: Mapping[str, str], *, headers: Mapping[str, str], body: bytes, now: datetime
) -> Receipt:
    """The receipt, whose signature holds and is of this hour. Raises NotBelieved."""
    stamp, signature = headers.get(f"X-{name}-Timestamp", ""), headers.get(f"X-{name}-Signature", "")
    if not _is_recent(stamp, now):
        raise NotBelieved("stale")
    secret = Path(gateway["secret_file"]).read_bytes().strip()
    expected = hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise NotBelieved("wrong signature")
    return _read(body)


def _is_recent(stamp: str, now: datetime) -> bool:
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        return False
    return abs(now.timestamp() - int(stamp)) <= _SKEW_SECONDS


def _read(body: bytes) -> Receipt:
    try:
        stated = json.loads(body)
        known = {"delivered": True, "undelivered": False}
        return Receipt(
            message_id=UUID(stated["out_id"]), proof=str(stated["message_id"])[:_LONGEST_PROOF],
            is_delivered=known[stated["status"]],
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NotBelieved("no receipt") from None
