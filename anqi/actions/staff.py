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
    """Nobody decides about themselves, so that a supervisor is always left, and a stolen session changes nothing."""

    code = "oneself"


def admit(*, email: str, name: str, role: str, password: str, actor: User | str, now: datetime) -> User:
    """The new member of staff. The actor is a supervisor, or in words whoever has the server: "command line".

    Refuses NotASupervisor, NotAnEmail, EmailTaken, NoSuchRole, WeakPassword. They set up their second factor
    when they first come in.
    """
    with transaction.atomic(durable=True):
        _must_supervise(actor)
        admitted = staff.admit(email=email, name=name, role=role, password=password, now=now)
        _note("admit_staff", admitted.id, actor, now, role=role)
    return admitted


def readmit(*, email: str, password: str, actor: User | str, now: datetime) -> None:
    """Whoever lost password or phone, or was suspended, starts again with this password and a new second factor.

    Their sessions end. Refuses NotASupervisor, Oneself, NoSuchStaff, WeakPassword.
    """
    with transaction.atomic(durable=True):
        _must_supervise(actor)
        found = staff.find(email)
        if isinstance(actor, User) and found.id == actor.id:
            raise Oneself
        staff.readmit(found, password=password)
        _note("readmit_staff", found.id, actor, now)


def suspend(*, staff_id: UUID, reason: str, actor: User | str, now: datetime) -> None:
    """They can't come in any more, and are out at their next click. Repeating it changes nothing.

    Refuses NotASupervisor, Oneself, NoSuchStaff.
    """
    if isinstance(actor, User) and staff_id == actor.id:
        raise Oneself
    with transaction.atomic(durable=True):
        # Both are held: two supervisors who suspend each other at once must not both succeed.
        held = staff.hold(*([actor.id] if isinstance(actor, User) else []), staff_id)
        _must_supervise(held[0] if isinstance(actor, User) else actor)
        if held[-1].is_active:
            staff.suspend(held[-1])
            _note("suspend_staff", staff_id, actor, now, reason=reason)


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


def _must_supervise(actor: User | str) -> None:
    if isinstance(actor, User) and not (actor.is_active and actor.role == User.Role.SUPERVISOR):
        raise NotASupervisor


def _note(
    verb: str, staff_id: UUID, actor: User | str, now: datetime, *, reason: str = "", **detail: str
) -> None:
    """Somebody at the server has no account: their act stands under the one they act on, and says who it was."""
    if isinstance(actor, User):
        staff.note(actor_id=actor.id, verb=verb, object_id=staff_id, reason=reason, detail=detail, now=now)
    else:
        told = {**detail, "by": actor}
        staff.note(actor_id=staff_id, verb=verb, object_id=staff_id, reason=reason, detail=told, now=now)
