"""Quotes: a price promised to a merchant for half an hour, carried by the merchant and kept nowhere.

Refused
├── QuoteExpired
└── QuoteForged
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core import signing

from anqi.lending import products
from anqi.lending.models import Product
from anqi.rows.days import day_of
from anqi.rows.refusals import Refused

LIFE = timedelta(minutes=30)
# No timestamping signer: it would read the wall clock.
_SIGNER = signing.Signer(salt="anqi.lending.quotes")


class QuoteExpired(Refused):
    """This quote is over. Ask for a new one."""

    code = "quote_expired"


class QuoteForged(Refused):
    """This quote was not given to this merchant for this plan and amount."""

    code = "quote_forged"


@dataclass(frozen=True, kw_only=True)
class Quote:
    """The token to send with the order, and until when it is taken."""

    token: str
    expires_at: datetime


def give(*, merchant_id: UUID, product: Product, amount_minor: int, now: datetime) -> Quote:
    """A promise that an order of so many fen has this version of the product, until it is over.

    Refuses with `products.CostAboveCap` or `CapUnknown` what may not be lent today.
    """
    products.refuse_dear(product, amount_minor, on=day_of(now))
    expires_at = now + LIFE
    promised = _promise(merchant_id, product.code, amount_minor)
    token = _SIGNER.sign_object([*promised, product.version, int(expires_at.timestamp())])
    return Quote(token=token, expires_at=expires_at)


def read(token: str, *, merchant_id: UUID, plan: str, amount_minor: int, now: datetime) -> Product:
    """The version of the product that was promised. Refuses with QuoteForged or QuoteExpired."""
    try:
        *promised, version, expires_at = _SIGNER.unsign_object(token)
    except (signing.BadSignature, ValueError) as forged:
        raise QuoteForged from forged
    if promised != _promise(merchant_id, plan, amount_minor):
        raise QuoteForged
    if now.timestamp() >= expires_at:
        raise QuoteExpired
    return Product.objects.select_related("lender").get(code=plan, version=version)


def _promise(merchant_id: UUID, plan: str, amount_minor: int) -> list[object]:
    return [str(merchant_id), plan, amount_minor]
