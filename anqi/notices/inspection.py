"""What staff ask of messages and webhooks; and a webhook sent once more because they say so."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max, Prefetch, Q, QuerySet

from anqi.notices import proofs
from anqi.notices.messages import UNDELIVERED
from anqi.notices.models import Message, Webhook, WebhookTry
from anqi.notices.proofs import Proof

LATE_AFTER = timedelta(minutes=30)
PAGE = 50


def messages(borrower_id: UUID) -> list[Message]:
    """What the borrower was sent lately, newest first; the texts stay sealed."""
    found = _sealed(Message.objects.filter(borrower_id=borrower_id))
    return list(found.order_by("-created_at")[:PAGE])


def proved(borrower_id: UUID, *, before: UUID | None = None) -> list[tuple[Message, list[Proof]]]:
    """The same with what the gateways said of each, from the one before that id on. Two statements."""
    found = _sealed(Message.objects.filter(borrower_id=borrower_id))
    if before:
        found = found.filter(id__lt=before)
    return [(row, proofs.of(row)) for row in found.prefetch_related("said").order_by("-id")[:PAGE]]


def last_written(borrower_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """When each of these borrowers was last reminded of something, by whatever medium. One statement."""
    told = Message.objects.filter(borrower_id__in=list(borrower_ids), template__startswith="reminder_")
    found = told.exclude(state=Message.State.WITHDRAWN).values("borrower_id").annotate(last=Max("created_at"))
    return {borrower_id: last for borrower_id, last in found.values_list("borrower_id", "last") if borrower_id}


def is_undelivered(message: Message) -> bool:
    """Whether it has reached nobody by any medium, and its gateways have said so."""
    return message.state == Message.State.FAILED and message.why == UNDELIVERED


def undelivered(*, but: Iterable[UUID] = ()) -> QuerySet[Message]:
    """Messages that reached nobody by any medium, the oldest first; without what they say."""
    found = Message.objects.filter(state=Message.State.FAILED, why=UNDELIVERED).exclude(id__in=but)
    return _sealed(found).order_by("created_at")


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
    return found.exclude(id__in=but).order_by("created_at")


def unsent_messages(now: datetime, *, but: Iterable[UUID] = ()) -> QuerySet[Message]:
    """Messages that failed, or still wait after so long, the oldest first; without what they say."""
    # One that waits for the morning, or for another try, is late only once its time has come.
    late = Q(state=Message.State.WAITING, created_at__lte=now - LATE_AFTER) & ~Q(tries=0, next_try_at__gt=now)
    found = Message.objects.filter(late | Q(state=Message.State.FAILED) & ~Q(why=UNDELIVERED))
    return _sealed(found.exclude(id__in=but)).order_by("created_at")


def _sealed(found: QuerySet[Message]) -> QuerySet[Message]:
    return found.defer("phone", "mail", "text")


def send_again(webhook_id: UUID, *, now: datetime) -> None:
    """The event is due now, whatever became of it before; the merchant knows a repeat by its id."""
    Webhook.objects.filter(id=webhook_id).update(state=Webhook.State.WAITING, next_try_at=now)


def _with_attempts(found: QuerySet[Webhook]) -> QuerySet[Webhook]:
    return found.prefetch_related(Prefetch("attempts", queryset=WebhookTry.objects.order_by("at")))
