"""Differences: what a channel says that contradicts what we know. Nothing is put right by itself; a person looks."""

from datetime import datetime
from uuid import UUID

from anqi.payments import news
from anqi.payments.channels.protocol import Result
from anqi.payments.models import Difference
from anqi.rows.ids import uuid7

# The channel itself has taken its contradiction back.
CONFIRMED = "confirmed_by_channel"


def open_case(
    *, borrower_id: UUID, charge_id: UUID, kind: str, result: Result, learned_by: str, now: datetime
) -> None:
    """A case about it, unless one waits already, or somebody has decided about these very words."""
    told = news.to_json(result)
    known = Difference.objects.filter(borrower_id=borrower_id, charge_id=charge_id, kind=kind)
    if any(each.closed_at is None or each.told == told for each in known):
        return
    Difference.objects.create(
        borrower_id=borrower_id, id=uuid7(), charge_id=charge_id, kind=kind, told=told, learned_by=learned_by,
        opened_at=now,
    )  # fmt: skip


def confirm(borrower_id: UUID, charge_id: UUID, *, now: datetime) -> None:
    """Asked again, the channel says what we have booked: what it said in between is no case any more."""
    waiting = Difference.objects.filter(borrower_id=borrower_id, charge_id=charge_id, closed_at=None)
    waiting.update(closed_at=now, decision=CONFIRMED)


def read(borrower_id: UUID, difference_id: UUID) -> Difference:
    """The case with its charge. Lock the borrower first. Raises Difference.DoesNotExist."""
    return Difference.objects.select_related("charge").get(borrower_id=borrower_id, id=difference_id)


def close(difference: Difference, *, decision: str, actor_id: UUID, now: datetime) -> None:
    """Somebody has looked, and says what came of it."""
    Difference.objects.filter(borrower_id=difference.borrower_id, id=difference.id).update(
        closed_at=now, closed_by=actor_id, decision=decision
    )
