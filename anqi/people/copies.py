"""Copies of all that is kept of a borrower, as rows.

NoSuchCopy       refuses a copy that is nobody's, not made yet, or over
"""

import base64
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F

from anqi.people.models import DataCopy
from anqi.rows.ids import uuid7
from anqi.rows.refusals import Refused

# So long it can be taken; afterwards another one is made, which knows what has happened since.
LIFE = timedelta(days=1)
_SHOWN = 20


class NoSuchCopy(Refused):
    """There is no such copy of yours any more. Ask for another one."""

    code = "no_such_copy"


def latest(borrower_id: UUID) -> list[DataCopy]:
    """The copies that the borrower asked for, the latest first, without what is in them."""
    return list(DataCopy.objects.filter(borrower_id=borrower_id).defer("parcel").order_by("-id")[:_SHOWN])


def living(borrower_id: UUID, *, now: datetime) -> DataCopy | None:
    """The copy that is being made, or can be taken."""
    return next((row for row in latest(borrower_id) if row.expires_at is None or row.expires_at > now), None)


def put(borrower_id: UUID, *, now: datetime) -> DataCopy:
    """One that is to be made. Hold the borrower first."""
    row = DataCopy(borrower_id=borrower_id, id=uuid7(), asked_at=now)
    DataCopy.objects.bulk_create([row])
    return row


def waiting(*, limit: int) -> list[DataCopy]:
    """Copies that are to be made, the oldest first."""
    return list(DataCopy.objects.filter(made_at=None).order_by("asked_at")[:limit])


def keep(borrower_id: UUID, copy_id: UUID, parcel: bytes, *, now: datetime) -> None:
    """It can be taken from now on; a second maker changes nothing."""
    DataCopy.objects.filter(borrower_id=borrower_id, id=copy_id, made_at=None).update(
        made_at=now, expires_at=now + LIFE, size=len(parcel), parcel=base64.b64encode(parcel).decode()
    )


def take(borrower_id: UUID, copy_id: UUID, *, now: datetime) -> bytes:
    """What is in it, and that it was taken. Refuses NoSuchCopy."""
    mine = DataCopy.objects.filter(borrower_id=borrower_id, id=copy_id, expires_at__gt=now, parcel__isnull=False)
    found = mine.first()
    if found is None or found.parcel is None:
        raise NoSuchCopy
    mine.update(taken=F("taken") + 1, last_taken_at=now)
    return base64.b64decode(found.parcel)


def expire(*, now: datetime) -> int:
    """How many copies were blanked because their day is over."""
    return DataCopy.objects.filter(expires_at__lte=now, parcel__isnull=False).update(parcel=None)
