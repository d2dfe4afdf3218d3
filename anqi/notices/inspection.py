"""What staff ask of messages and webhooks; and a webhook sent once more because they say so."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from anqi.notices.models import Message, Webhook, WebhookTry

LATE_AFTER = timedelta(minutes=30)
PAGE = 50


def messages(borrower_id: UUID) -> list[Message]:
    """What the borrower was sent lately, newest first; the texts stay sealed."""
    found = Message.objects.filter(borrower_id=borrower_id).defer("phone", "text")
    return list(found.order_by("-created_at")[:PAGE])


def webhooks_about(subject_id: UUID) -> list[Webhook]:
    """What a merchant was told about one of its orders, oldest first, with the attempts."""
    return list(_with_attempts(Webhook.objects.filter(subject_id=subject_id)).order_by("created_at"))


def webhooks(merchant_id: UUID, *, before: datetime | None = None) -> list[Webhook]:
    """A merchant's events with their attempts, newest first; `before` is when the last one seen was made."""
    found = Webhook.objects.filter(merchant_id=merchant_id)
    if before:
        found = found.filter(created_at__lt=before)
    return list(_with_attempts(found).order_by("-created_at")[:PAGE])


def webhook(merchant_id: UUID, webhook_id: UUID) -> Webhook | None:
    """The merchant's event of that id."""
    return Webhook.objects.filter(merchant_id=merchant_id, id=webhook_id).first()


def stuck_webhooks(now: datetime, *, but: Iterable[UUID] = ()) -> QuerySet[Webhook]:
    """Events that were given up or that nobody has taken after so long, the oldest first."""
    late = Q(state=Webhook.State.WAITING, created_at__lte=now - LATE_AFTER)
    found = Webhook.objects.filter(late | Q(state=Webhook.State.GIVEN_UP))
    return found.exclude(id__in=list(but)).order_by("created_at")


def unsent_messages(now: datetime, *, but: Iterable[UUID] = ()) -> QuerySet[Message]:
    """Messages that failed, or still wait after so long, the oldest first; without what they say."""
    late = Q(state=Message.State.WAITING, created_at__lte=now - LATE_AFTER)
    found = Message.objects.filter(late | Q(state=Message.State.FAILED))
    return found.exclude(id__in=list(but)).defer("phone", "text").order_by("created_at")


def send_again(webhook_id: UUID, *, now: datetime) -> None:
    """The event is due now, whatever became of it before; the merchant knows a repeat by its id."""
    Webhook.objects.filter(id=webhook_id).update(state=Webhook.State.WAITING, next_try_at=now)


def _with_attempts(found: QuerySet[Webhook]) -> QuerySet[Webhook]:
    return found.prefetch_related(Prefetch("attempts", queryset=WebhookTry.objects.order_by("at")))
