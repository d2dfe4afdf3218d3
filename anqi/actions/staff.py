"""Staff: let into the office, kept out of it, and on record with what they do.

Refused
├── NotASupervisor
└── Oneself
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from anqi.people import staff
from anqi.people.models import User
from anqi.rows.refusals import Refused


class NotASupervisor(Refused):
    """Only a supervisor decides who works here."""

    code = "not_a_supervisor"


class Oneself(Refused):
    """Nobody suspends themselves, so that a supervisor is always left."""

    code = "oneself"


def admit(*, email: str, name: str, role: str, password: str, actor: User | str, now: datetime) -> User:
    """The new member of staff. The actor is a supervisor, or in words whoever has the server: "command line".

    Refuses NotASupervisor, NotAnEmail, EmailTaken, NoSuchRole, WeakPassword. They set up their second factor
    when they first come in.
    """
    if isinstance(actor, User):
        _must_supervise(actor)
    with transaction.atomic(durable=True):
        admitted = staff.admit(email=email, name=name, role=role, password=password, now=now)
        # Somebody at the server has no account: the act then stands under the new one, and says who it was.
        staff.note(
            actor_id=actor.id if isinstance(actor, User) else admitted.id,
            verb="admit_staff",
            object_id=admitted.id,
            detail={"role": role, **({"by": actor} if isinstance(actor, str) else {})},
            now=now,
        )
    return admitted


def suspend(*, staff_id: UUID, reason: str, actor: User, now: datetime) -> None:
    """They can't come in any more, and are out at their next click. Repeating it changes nothing.

    Refuses NotASupervisor, Oneself, NoSuchStaff.
    """
    if staff_id == actor.id:
        raise Oneself
    with transaction.atomic(durable=True):
        # Both are held: two supervisors who suspend each other at once must not both succeed.
        deciding, suspended = staff.hold(actor.id, staff_id)
        _must_supervise(deciding)
        if suspended.is_active:
            User.objects.filter(id=staff_id).update(is_active=False)
            staff.note(actor_id=actor.id, verb="suspend_staff", object_id=staff_id, reason=reason, now=now)


def note(
    *, actor: User, verb: str, now: datetime, borrower_id: UUID | None = None, object_id: UUID | None = None,
    reason: str = "", detail: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """Keeps what a member of staff looked at or did, before they see it. `detail` holds no personal data."""
    with transaction.atomic(durable=True):
        staff.note(
            actor_id=actor.id, verb=verb, borrower_id=borrower_id, object_id=object_id, reason=reason,
            detail=detail, now=now,
        )  # fmt: skip


def _must_supervise(actor: User) -> None:
    if not actor.is_active or actor.role != User.Role.SUPERVISOR:
        raise NotASupervisor
