"""The way into a shop's own pages: a link that its API client asks for, good once and for five minutes."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from anqi.lending import shop_accounts


def mint(*, merchant_id: UUID, now: datetime) -> tuple[str, datetime]:
    """A new token for the shop, shown this once, and until when it opens."""
    with transaction.atomic(durable=True):
        return shop_accounts.mint_link(merchant_id, now=now)


def enter(*, token: str, now: datetime) -> UUID:
    """The shop whose token this is; it opens nothing from now on. Refuses LinkUsed."""
    with transaction.atomic(durable=True):
        return shop_accounts.use_link(token, now=now)
