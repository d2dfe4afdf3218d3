"""The private address of a borrower's calendar of due dates: it holds nothing that a stranger could read or guess."""

import base64
import binascii
from datetime import datetime
from uuid import UUID

from cryptography.exceptions import InvalidTag

from anqi.notices.models import CalendarFeed
from anqi.rows import keyring
from anqi.rows.ids import uuid7

_HEX = 32


def alive(borrower_id: UUID) -> CalendarFeed | None:
    """The borrower's address that is in use, if there is one."""
    return CalendarFeed.objects.filter(borrower_id=borrower_id, ended_at=None).first()


def put(borrower_id: UUID, *, shows_amounts: bool, language: str, now: datetime) -> CalendarFeed:
    """A new address. Lock the borrower first, and end the old one: one is alive."""
    feed = CalendarFeed(
        borrower_id=borrower_id, id=uuid7(), language=language, shows_amounts=shows_amounts, made_at=now
    )
    CalendarFeed.objects.bulk_create([feed])
    return feed


def end(borrower_id: UUID, *, now: datetime) -> None:
    """No address of the borrower's works any more."""
    CalendarFeed.objects.filter(borrower_id=borrower_id, ended_at=None).update(ended_at=now)


def token_of(feed: CalendarFeed) -> str:
    """What stands in the address: who and which, sealed by our key. Another text each time, all of them good."""
    sealed = keyring.encrypt(feed.borrower_id.hex + feed.id.hex)
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def find(token: str) -> CalendarFeed | None:
    """The feed of that address, an ended one too; None for what we never gave out."""
    try:
        stated = keyring.decrypt(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        borrower_id, feed_id = UUID(stated[:_HEX]), UUID(stated[_HEX:])
    except (InvalidTag, KeyError, ValueError, binascii.Error):
        return None
    return CalendarFeed.objects.filter(borrower_id=borrower_id, id=feed_id).first()
