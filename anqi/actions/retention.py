"""Retention: what the law or the habit no longer wants kept is deleted or blanked, class by class."""

from datetime import datetime

from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction

from anqi.people.retention_classes import CLASSES, Kept
from anqi.rows import keyring


def carry_out(*, now: datetime) -> dict[str, int]:
    """How many rows of each class were deleted or blanked; again, none. Each class is a transaction of its own.

    A session says itself, by the wall clock, when it is over.
    """
    SessionStore.clear_expired()
    return {kept.name: _carry_out(kept, now) for kept in CLASSES}


def _carry_out(kept: Kept, now: datetime) -> int:
    values: dict[str, datetime | bytes] = {"before": kept.before(now), "now": now, "blank": keyring.encrypt("")}
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        count = 0
        for statement in kept.statements:
            cursor.execute(statement, values)
            count += 0 if statement.startswith("select") else cursor.rowcount
        return count
