"""What borrowers read of their messages. Codes are shown to nobody, nor is what was withdrawn. Nothing here writes."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from anqi.notices import messages, texts
from anqi.notices.models import Message, MessageWord

PAGE = 20
# The media that a gateway serves, in the order in which they are tried.
_MEDIA = ("sms", "mail")
# Of all that a gateway said of a message, what tells how it stands.
_RANK = ("delivered", "undelivered", "declined", "silent", "accepted")


@dataclass(frozen=True, kw_only=True)
class Proof:
    """How a message stands with one medium: waiting, or the word of its gateway that counts, and since when."""

    medium: str
    word: str
    at: datetime
    number: str = ""
    """The gateway's own, by which it finds the message."""


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
    state: str = ""
    why: str = ""


def listed(borrower_id: UUID, *, language: str, before: UUID | None = None, limit: int = PAGE) -> list[MessageView]:
    """The borrower's messages, newest first, narrowed to those before one (its id). Two statements."""
    found = _shown(borrower_id)
    if before:
        found = found.filter(id__lt=before)
    said = Prefetch("said", queryset=MessageWord.objects.order_by("at", "id"))
    return [_view(row, language) for row in found.prefetch_related(said).order_by("-id")[:limit]]


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
        proofs=tuple(_proofs(row)), state=row.state, why=row.why,
    )  # fmt: skip


def _proofs(row: Message) -> list[Proof]:
    said = list(row.said.all())
    found = []
    for medium in _MEDIA:
        words = {each.said: each for each in said if each.medium == medium}
        counts = next((words[word] for word in _RANK if word in words), None)
        if counts:
            found.append(Proof(medium=medium, word=counts.said, at=counts.at, number=counts.proof))
        elif row.medium == medium:
            found.append(_of_row(row))
    return found


def _of_row(row: Message) -> Proof:
    """Of one of whose gateway nothing is on record: it waits, or is older than the record."""
    word = {Message.State.WAITING: "waiting", Message.State.FAILED: "declined"}.get(Message.State(row.state), "accepted")
    return Proof(medium=row.medium, word=word, at=row.sent_at or row.created_at, number=row.proof)
