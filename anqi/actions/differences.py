"""Differences between a channel's word and our books: decided by staff, on record.

Who may act, and on what, is refused by `people.authority`.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from anqi.payments import charges, differences
from anqi.payments.models import Charge, Difference
from anqi.people import authority, holds, staff
from anqi.people.authority import NotTheirs
from anqi.people.models import User


def close(*, borrower_id: UUID, difference_id: UUID, reason: str, actor: User, now: datetime) -> Difference:
    """The difference, closed with what came of it. Closing it again changes nothing.

    Money that came and was given back at the channel before we knew of it pays nothing here: its charge ends
    with the case, and its loan can be paid again. Refuses MayNotAct, ReasonMissing, NotTheirs.
    """
    authority.must_act(actor)
    authority.must_say_why(reason)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        difference = _find(borrower_id, difference_id)
        if difference.closed_at:
            return difference
        if difference.kind == Difference.Kind.GIVEN_BACK:
            charges.end(
                borrower_id, difference.charge_id, state=Charge.State.CLOSED, reason="given_back",
                keeps_watch=False, now=now,
            )  # fmt: skip
        differences.close(difference, decision=reason, actor_id=actor.id, now=now)
        _note(difference, actor, reason, now)
        difference.refresh_from_db()
        return difference


def _find(borrower_id: UUID, difference_id: UUID) -> Difference:
    try:
        return differences.read(borrower_id, difference_id)
    except Difference.DoesNotExist:
        raise NotTheirs(what="difference") from None


def _note(difference: Difference, actor: User, reason: str, now: datetime) -> None:
    staff.note(
        actor_id=actor.id, verb="close_difference", borrower_id=difference.borrower_id,
        object_id=difference.id, reason=reason, detail={"kind": difference.kind}, now=now,
    )  # fmt: skip
