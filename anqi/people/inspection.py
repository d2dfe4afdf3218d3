"""What staff see of people: masked, unless they have said why they must read more. Nothing here writes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from anqi.people import phones
from anqi.people.models import DEALT_WITH, Borrower, Consent, Device, PhoneEntry, StaffAct, User

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who a borrower is, masked: 林**, 138****6021, 110***********002X."""

    borrower_id: UUID
    name: str
    phone: str
    id_number: str
    verified_at: datetime | None
    created_at: datetime
    language: str


@dataclass(frozen=True, kw_only=True)
class ClearIdentity:
    """Who a borrower is, in clear: only after a reason was written down, and never kept."""

    name: str
    phone: str
    id_number: str


@dataclass(frozen=True, kw_only=True)
class ActShown:
    """What a member of staff did or looked at."""

    name: str
    verb: str
    reason: str
    at: datetime


def identity(borrower_id: UUID) -> Identity | None:
    """The borrower, masked."""
    return identities([borrower_id]).get(borrower_id)


def identities(borrower_ids: Iterable[UUID]) -> dict[UUID, Identity]:
    """These borrowers, masked. One statement."""
    return {row.id: _masked(row) for row in Borrower.objects.filter(id__in=set(borrower_ids))}


def identity_in_clear(borrower_id: UUID) -> ClearIdentity:
    """The borrower in clear. Note who reads it, and why, first."""
    row = Borrower.objects.get(id=borrower_id)
    return ClearIdentity(name=row.name or "", phone=row.phone, id_number=row.id_number or "")


def find_by_phone(phone: str) -> UUID | None:
    """Whose phone this is, in its one form."""
    entry = PhoneEntry.objects.filter(phone_hash=phones.fingerprint(phone))
    return entry.values_list("borrower_id", flat=True).first()


def named(borrower_ids: Iterable[UUID], *, name: str) -> set[UUID]:
    """Those of these borrowers who have that name."""
    found = Borrower.objects.filter(id__in=set(borrower_ids)).only("id", "name")
    return {row.id for row in found if name and row.name == name}


def consents(borrower_id: UUID) -> list[Consent]:
    """What the borrower agreed to, newest first."""
    return list(Consent.objects.filter(borrower_id=borrower_id).order_by("-given_at")[:PAGE])


def devices(borrower_id: UUID) -> list[Device]:
    """The borrower's devices, the last used one first."""
    return list(Device.objects.filter(borrower_id=borrower_id).order_by("-last_seen_at")[:PAGE])


def staff_names(user_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """The names of these members of staff."""
    found = User.objects.filter(id__in={each for each in user_ids if each}, kind=User.Kind.STAFF)
    return {row.id: row.name or str(row.id)[:8] for row in found}


def acts(borrower_id: UUID) -> list[ActShown]:
    """Who of the staff looked at the borrower's pages or acted there lately, newest first."""
    rows = list(StaffAct.objects.filter(borrower_id=borrower_id).order_by("-at")[:PAGE])
    names = staff_names(row.actor_id for row in rows)
    return [
        ActShown(name=names.get(row.actor_id, str(row.actor_id)[:8]), verb=row.verb, reason=row.reason, at=row.at)
        for row in rows
    ]


def dealt_with(kind: str) -> QuerySet[Any, Any]:
    """The ids of the exceptions of a kind that somebody has seen to, with a reason; to be asked within, for they only
    grow in number.
    """
    done = StaffAct.objects.filter(verb=DEALT_WITH, borrower_id=None, object_id__isnull=False, detail__kind=kind)
    return done.values_list("object_id", flat=True)


def _masked(row: Borrower) -> Identity:
    return Identity(
        borrower_id=row.id,
        name=mask_name(row.name or ""),
        phone=phones.mask(row.phone),
        id_number=mask_id_number(row.id_number or ""),
        verified_at=row.verified_at,
        created_at=row.created_at,
        language=row.language,
    )


def mask_name(name: str) -> str:
    """The family name stays. 林小满: 林**."""
    return name[:1] + "*" * len(name[1:])


def mask_id_number(id_number: str) -> str:
    """The province and the last four stay. 11010519491231002X: 110***********002X."""
    return f"{id_number[:3]}{'*' * len(id_number[3:-4])}{id_number[-4:]}" if id_number else ""
