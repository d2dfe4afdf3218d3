"""What borrowers read of their messages. Codes are shown to nobody, nor is what was withdrawn. Nothing here writes."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from anqi.notices import messages, proofs, texts
from anqi.notices.models import Message
from anqi.notices.proofs import Proof

PAGE = 20


@dataclass(frozen=True, kw_only=True)
class MessageView:
    """A message as it was sent, in its own language."""

    id: UUID
    template: str
    text: str
    at: datetime
    is_read: bool
    proofs: tuple[Proof, ...]
    """None of one that stands here only."""


def listed(borrower_id: UUID, *, language: str, before: UUID | None = None, limit: int = PAGE) -> list[MessageView]:
    """The borrower's messages, newest first, narrowed to those before one (its id). Two statements."""
    found = _shown(borrower_id)
    if before:
        found = found.filter(id__lt=before)
    return [_view(row, language) for row in found.prefetch_related("said").order_by("-id")[:limit]]


def unread(borrower_id: UUID) -> int:
    """How many of them the borrower has not seen. One statement."""
    return _shown(borrower_id).filter(read_at=None).count()


def _shown(borrower_id: UUID) -> QuerySet[Message]:
    found = Message.objects.filter(borrower_id=borrower_id).exclude(template__in=texts.CODES)
    return found.exclude(state=Message.State.WITHDRAWN)


def _view(row: Message, language: str) -> MessageView:
    # What was not written for a gateway yet, or never is, is written for whoever reads it.
    text = row.text or texts.write(row.template, language=language, **messages.words_of(row))
    return MessageView(
        id=row.id, template=row.template, text=text, at=row.created_at, is_read=row.read_at is not None,
        proofs=tuple(proofs.of(row)),
    )  # fmt: skip
