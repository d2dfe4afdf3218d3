"""Credit lines: the borrower wants less, accepts more or locks; the lender grants, locks or ends.

What is owed and what was signed stay as they are, whatever is decided here, and so does repaying.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from anqi.lending import credit
from anqi.people import authority, holds, staff
from anqi.people.models import User


def want(*, borrower_id: UUID, lender_id: UUID, amount_minor: int | None, now: datetime) -> None:
    """The borrower wants no more than so much from now on; None: all that is granted.

    Refuses NoLine, NothingToDecide.
    """
    _decide(borrower_id, lender_id, "own_limit", {"amount_minor": amount_minor}, now=now)


def accept(*, borrower_id: UUID, lender_id: UUID, grant_id: UUID, now: datetime) -> None:
    """The borrower agrees to the raise that waits. Refuses NoLine, NothingToDecide."""
    _decide(borrower_id, lender_id, "acceptance", {"of": str(grant_id)}, now=now)


def lock(
    *, borrower_id: UUID, lender_id: UUID, reason: str, actor: User | None = None, now: datetime
) -> UUID:
    """The lock: the borrower's own, or that of staff. Refuses NoLine, and staff MayNotAct and ReasonMissing."""
    if actor:
        authority.must_act(actor)
        authority.must_say_why(reason)
    body = {"by": _party(actor), "reason": reason}
    return _decide(borrower_id, lender_id, "lock", body, actor=actor, reason=reason, now=now)


def unlock(
    *, borrower_id: UUID, lender_id: UUID, lock_id: UUID, reason: str = "", actor: User | None = None, now: datetime
) -> None:  # fmt: skip
    """That lock ends: borrowers end their own, staff the lender's. Refuses as `lock` does, and NothingToDecide."""
    if actor:
        authority.must_act(actor)
        authority.must_say_why(reason)
    body = {"by": _party(actor), "of": str(lock_id)}
    _decide(borrower_id, lender_id, "unlock", body, actor=actor, reason=reason, now=now)


def grant(
    *, borrower_id: UUID, lender_id: UUID, amount_minor: int, reason: str, actor: User, now: datetime
) -> UUID:
    """What the lender grants in all from now on; more than before waits for the borrower's yes.

    Refuses MayNotAct, NeedsSupervisor, ReasonMissing, NoLine, NothingToDecide.
    """
    authority.must_decide(actor)
    authority.must_say_why(reason)
    body = {"amount_minor": amount_minor}
    return _decide(borrower_id, lender_id, "grant", body, actor=actor, reason=reason, now=now)


def end(
    *, borrower_id: UUID, lender_id: UUID, until: date, reason: str, actor: User, now: datetime
) -> None:
    """Nothing new is lent after that day; a later one renews the line. Refuses as `grant` does."""
    authority.must_decide(actor)
    authority.must_say_why(reason)
    body = {"until": until.isoformat()}
    _decide(borrower_id, lender_id, "expiry", body, actor=actor, reason=reason, now=now)


def _decide(
    borrower_id: UUID, lender_id: UUID, kind: credit.Kind, body: dict[str, Any], *, actor: User | None = None,
    reason: str = "", now: datetime,
) -> UUID:  # fmt: skip
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        by = f"staff:{actor.id}" if actor else "borrower"
        decision_id = credit.decide(borrower_id, lender_id, kind, body, actor=by, now=now)
        if actor:
            staff.note(
                actor_id=actor.id, verb=f"limit_{kind}", borrower_id=borrower_id, object_id=decision_id,
                reason=reason, detail={"lender_id": str(lender_id)} | body, now=now,
            )  # fmt: skip
        return decision_id


def _party(actor: User | None) -> str:
    return "lender" if actor else "borrower"
