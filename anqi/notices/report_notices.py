"""Notices before something bad is reported: which were given of which debt, and what proves that they arrived.

A notice is given on the day on which it arrived, or was seen among the messages; without either nobody was told.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from anqi.engine.reporting import Notice
from anqi.notices import proofs
from anqi.notices.models import Message, ReportNotice
from anqi.rows.days import day_of
from anqi.rows.pairs import Pair, among

TEMPLATES = ("report_notice", "report_notice_late", "report_notice_still")


@dataclass(frozen=True, kw_only=True)
class Given:
    """One notice, and the proof that it arrived: by what, under which number, and when; empty while there is none."""

    row: ReportNotice
    state: str
    medium: str
    proof: str
    proven_at: datetime | None

    @property
    def as_engine(self) -> Notice:
        """The same as the engine reads it."""
        given_on = day_of(self.proven_at or self.row.said_at)
        return Notice(id=str(self.row.id), given_on=given_on, proof=self.proof)

    @property
    def has_failed(self) -> bool:
        """Whether it has reached nobody and will not."""
        return self.state == Message.State.FAILED and not self.proof


def read(pairs: Collection[Pair]) -> dict[Pair, tuple[Given, ...]]:
    """Those of each of these loans, (borrower id, loan id), the oldest first. Three statements."""
    rows = list(ReportNotice.objects.filter(among(pairs)).order_by("said_at", "id"))
    sent = Message.objects.filter(id__in=[row.message_id for row in rows]).defer("text", "phone", "mail")
    messages = {each.id: each for each in sent.prefetch_related("said")}
    found: dict[Pair, list[Given]] = {}
    for row in rows:
        if row.message_id in messages:
            found.setdefault((row.borrower_id, row.loan_id), []).append(_given(row, messages[row.message_id]))
    return {pair: tuple(given) for pair, given in found.items()}


def _given(row: ReportNotice, message: Message) -> Given:
    arrived = [(each.at, each.medium, each.number) for each in proofs.of(message) if each.word == "delivered"]
    if message.read_at:
        # Whoever has it open before them has been told, whatever became of the text.
        arrived.append((message.read_at, "app", str(message.id)))
    at, medium, number = min(arrived, default=(None, message.medium, ""))
    proof = f"{medium} {number}".strip() if at else ""
    return Given(row=row, state=message.state, medium=medium, proof=proof, proven_at=at)


def keep(messages: Sequence[Message], rows: Iterable[ReportNotice]) -> None:
    """The messages, to be sent, and of which debt each tells. A debt that was told of before ends the transaction."""
    Message.objects.bulk_create(messages)
    ReportNotice.objects.bulk_create(rows)


def of_messages(message_ids: Iterable[UUID]) -> list[ReportNotice]:
    """What these messages tell. One statement."""
    return list(ReportNotice.objects.filter(message_id__in=list(message_ids)))


def take_back(message_ids: Iterable[UUID]) -> None:
    """These messages have told nothing: their debts may be told of again."""
    ReportNotice.objects.filter(message_id__in=list(message_ids)).delete()


def last_of(given: Iterable[Given]) -> Mapping[date, Given]:
    """The latest of each debt, by its due day."""
    return {each.row.due_on: each for each in given}
