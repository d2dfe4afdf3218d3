"""Calendars: the private address at which a borrower's own calendar finds the due dates."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from anqi.notices import calendars
from anqi.notices.models import CalendarFeed
from anqi.people import holds


def share(*, borrower_id: UUID, shows_amounts: bool, language: str, now: datetime) -> CalendarFeed:
    """The borrower's address: the one in use, or a new one where there is none or it tells other things."""
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        feed = calendars.alive(borrower_id)
        if feed and (feed.shows_amounts, feed.language) == (shows_amounts, language):
            return feed
        calendars.end(borrower_id, now=now)
        return calendars.put(borrower_id, shows_amounts=shows_amounts, language=language, now=now)


def end(*, borrower_id: UUID, now: datetime) -> None:
    """The address works no longer, wherever it was noted down."""
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        calendars.end(borrower_id, now=now)
