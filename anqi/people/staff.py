"""Staff: who works in the office, and what each of them did.

Refused
├── NotAnEmail
├── EmailTaken
├── NoSuchRole
├── WeakPassword
└── NoSuchStaff
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from anqi.people.models import StaffAct, User
from anqi.rows.ids import uuid7
from anqi.rows.refusals import Refused

ROLES = (User.Role.CLERK, User.Role.SUPERVISOR, User.Role.AUDITOR)
_LONGEST_NAME = 64


class NotAnEmail(Refused):
    """This is not an e-mail address."""

    code = "not_an_email"


class EmailTaken(Refused):
    """Somebody has this e-mail address already."""

    code = "email_taken"


class NoSuchRole(Refused):
    """There is no role {role}: clerk, supervisor or auditor."""

    code = "no_such_role"


class WeakPassword(Refused):
    """This password is too easy to guess: {reasons}"""

    code = "weak_password"


class NoSuchStaff(Refused):
    """There is no such member of staff."""

    code = "no_such_staff"


def admit(*, email: str, name: str, role: str, password: str, now: datetime) -> User:
    """The new member of staff. Refuses NotAnEmail, EmailTaken, NoSuchRole, WeakPassword."""
    if role not in ROLES:
        raise NoSuchRole(role=role)
    user = User(
        id=uuid7(), kind=User.Kind.STAFF, email=_read_email(email), name=name.strip()[:_LONGEST_NAME],
        role=role, created_at=now,
    )  # fmt: skip
    user.password = _hash(password, user)
    User.objects.bulk_create([user], ignore_conflicts=True)
    if not User.objects.filter(id=user.id).exists():
        raise EmailTaken
    return user


def readmit(user: User, *, password: str) -> None:
    """They may come in by this password and set up a new second factor. Refuses WeakPassword."""
    User.objects.filter(id=user.id).update(is_active=True, password=_hash(password, user))
    Authenticator.objects.filter(user_id=user.id).delete()


def suspend(user: User) -> None:
    """They can't come in any more, and are out at their next click."""
    User.objects.filter(id=user.id).update(is_active=False)


def find(email: str) -> User:
    """The member of staff, suspended or not. Refuses NoSuchStaff."""
    found = User.objects.filter(email=email.strip().lower(), kind=User.Kind.STAFF).first()
    if found is None:
        raise NoSuchStaff
    return found


def hold(*staff_ids: UUID) -> list[User]:
    """These members of staff in this order, locked until the transaction ends. Refuses NoSuchStaff."""
    locked = User.objects.select_for_update().filter(id__in=staff_ids, kind=User.Kind.STAFF).order_by("id")
    found = {user.id: user for user in locked}
    if not all(staff_id in found for staff_id in staff_ids):
        raise NoSuchStaff
    return [found[staff_id] for staff_id in staff_ids]


def note(
    *, actor_id: UUID, verb: str, now: datetime, borrower_id: UUID | None = None, object_id: UUID | None = None,
    reason: str = "", detail: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """Keeps what a member of staff did or looked at."""
    StaffAct.objects.create(
        actor_id=actor_id, verb=verb, borrower_id=borrower_id, object_id=object_id, reason=reason,
        detail=detail or {}, at=now,
    )  # fmt: skip


def _hash(password: str, user: User) -> str:
    try:
        validate_password(password, user=user)
    except ValidationError as weakness:
        raise WeakPassword(reasons=" ".join(weakness.messages)) from None
    return make_password(password)


def _read_email(text: str) -> str:
    email = text.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise NotAnEmail from None
    return email
