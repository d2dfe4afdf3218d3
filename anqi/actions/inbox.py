"""The inbox: messages from channels that wait to be learned."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from anqi.payments import inbox
from anqi.payments.models import Inbox


def lease(*, now: datetime, limit: int) -> list[Inbox]:
    """Messages that are due, for whoever asked first; the others come back by themselves if that one dies."""
    with transaction.atomic(durable=True):
        return inbox.lease_due(now=now, limit=limit)


def refuse(inbox_id: UUID, *, why: str, now: datetime) -> None:
    """The message can't be learned, and never will: a case for the office."""
    with transaction.atomic(durable=True):
        inbox.mark_refused(inbox_id, why=why, now=now)


def finish(inbox_id: UUID, *, now: datetime) -> None:
    """The message says nothing that anybody waits for."""
    with transaction.atomic(durable=True):
        inbox.mark_done(inbox_id, now=now)
