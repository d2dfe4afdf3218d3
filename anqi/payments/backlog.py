"""What waits between us and the channels."""

from datetime import datetime

from django.db.models import Min

from anqi.payments.models import Inbox, Outbox


def oldest_waiting_message() -> datetime | None:
    """Since when the oldest message of a channel has waited to be learned."""
    oldest: datetime | None = Inbox.objects.filter(state=Inbox.State.WAITING).aggregate(at=Min("received_at"))["at"]
    return oldest


def oldest_waiting_question() -> datetime | None:
    """Since when the oldest question to a channel has waited for a clear answer."""
    oldest: datetime | None = Outbox.objects.filter(done_at=None).aggregate(at=Min("created_at"))["at"]
    return oldest
