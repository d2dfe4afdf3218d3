"""Merchants and the keys of their API clients. A key is seen once, by the merchant; we keep its hash.

Refused
├── KeyUnknown
└── NoSuchMerchant
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from anqi.lending.models import Merchant, MerchantKey
from anqi.rows.refusals import Refused

_KEY = re.compile(r"(aqk_[a-z2-7]{8})_[A-Za-z0-9_-]{43}")
_PREFIX_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


class KeyUnknown(Refused):
    """This key opens nothing: it is mistyped, or it was revoked."""

    code = "unauthorized"


class NoSuchMerchant(Refused):
    """There is no merchant {merchant}."""

    code = "no_such_merchant"


@dataclass(frozen=True, kw_only=True)
class IssuedKey:
    """A key as it is shown once, and the prefix by which it is spoken of afterwards."""

    prefix: str
    key: str


def known_by(key: str) -> Merchant:
    """The merchant whose key this is. Refuses with KeyUnknown."""
    shape = _KEY.fullmatch(key)
    kept = _find_key(shape[1]) if shape else None
    # Hashed and compared whether or not there is one, so that the time taken tells nothing.
    fits = hmac.compare_digest(_hash(key), kept.key_hash if kept else "")
    if kept is None or not fits or kept.revoked_at:
        raise KeyUnknown
    return kept.merchant


def get(id: UUID) -> Merchant:
    """The merchant by its id, which is known."""
    return Merchant.objects.get(id=id)


def find(code: str) -> Merchant:
    """The merchant of that code. Refuses with NoSuchMerchant."""
    merchant = Merchant.objects.filter(code=code).first()
    if merchant is None:
        raise NoSuchMerchant(merchant=code)
    return merchant


def may_return_to(merchant: Merchant, url: str) -> bool:
    """Whether a borrower may be sent back to this address: its origin is one that the merchant has told us of."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" in merchant.return_origins


def put_key(merchant_id: UUID, *, now: datetime) -> IssuedKey:
    """A new key for the merchant. 256 random bits, so that a plain hash is enough to keep it safe."""
    prefix = "aqk_" + "".join(secrets.choice(_PREFIX_LETTERS) for _ in range(8))
    key = f"{prefix}_{secrets.token_urlsafe(32)}"
    MerchantKey.objects.create(merchant_id=merchant_id, prefix=prefix, key_hash=_hash(key), created_at=now)
    return IssuedKey(prefix=prefix, key=key)


def revoke(prefix: str, *, now: datetime) -> bool:
    """Whether there was such a key; from now on it opens nothing."""
    MerchantKey.objects.filter(prefix=prefix, revoked_at=None).update(revoked_at=now)
    return MerchantKey.objects.filter(prefix=prefix).exists()


def _find_key(prefix: str) -> MerchantKey | None:
    return MerchantKey.objects.select_related("merchant").filter(prefix=prefix).first()


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()
