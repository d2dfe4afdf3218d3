"""Requests for another phone number, or another name and identity number, as rows; and carrying one out.

Refused
├── SamePhone
├── PhoneTaken
├── NotMatching        nobody has that phone, name and identity number together
├── NoSuchRequest
└── RequestOver        state
Identities are refused by `people.identities`, codes by `people.codes`.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from anqi.people import phones, wishes
from anqi.people.identities import Identity, IdentityTaken
from anqi.people.models import AccountRequest, Borrower, IdentityEntry, PhoneEntry
from anqi.rows import keyring
from anqi.rows.ids import uuid7
from anqi.rows.refusals import Refused

# So long the old phone can say no after staff have said yes: a lost phone is found, a stolen identity is noticed.
WAIT = timedelta(hours=48)
_BLANK = {"phone": None, "name": None, "id_number": None, "text": None}


class SamePhone(Refused):
    """This is the number that the account has already."""

    code = "same_phone"


class PhoneTaken(Refused):
    """This number has an account of its own: sign in with it, and close that account first."""

    code = "phone_taken"


class NotMatching(Refused):
    """The phone, the name and the identity number don't belong to one account."""

    code = "not_matching"


class NoSuchRequest(Refused):
    """There is no such request."""

    code = "no_such_request"


class RequestOver(Refused):
    """This can't be done with a request that is {state}."""

    code = "request_over"


def code_hash(phone: str) -> str:
    """By which codes for a change are kept: none of them signs anybody in, and no login code changes a number."""
    return keyring.fingerprint(f"change:{phone}", purpose="phone")


def alive(borrower_id: UUID, kind: str) -> AccountRequest | None:
    """The request of that kind that is not over."""
    mine = AccountRequest.objects.filter(borrower_id=borrower_id, kind=kind, state__in=AccountRequest.ALIVE)
    return mine.first()


def find(borrower_id: UUID, request_id: UUID) -> AccountRequest | None:
    """The borrower's own request."""
    return AccountRequest.objects.filter(borrower_id=borrower_id, id=request_id).first()


def latest(borrower_id: UUID, kind: str) -> AccountRequest | None:
    """The last request of that kind, over or not."""
    return AccountRequest.objects.filter(borrower_id=borrower_id, kind=kind).order_by("-id").first()


def put(borrower_id: UUID, kind: str, *, state: str, now: datetime, **columns: object) -> AccountRequest:
    """A new request; one of its kind that is alive makes way. Hold the borrower first."""
    before = alive(borrower_id, kind)
    if before:
        end(before, AccountRequest.State.WITHDRAWN, now=now)
    row = AccountRequest(borrower_id=borrower_id, id=uuid7(), kind=kind, state=state, asked_at=now, **columns)
    AccountRequest.objects.bulk_create([row])
    return row


def change(row: AccountRequest, **columns: object) -> None:
    """Changes these columns of the row, and of what is in hand."""
    AccountRequest.objects.filter(borrower_id=row.borrower_id, id=row.id).update(**columns)
    for name, value in columns.items():
        setattr(row, name, value)


def end(row: AccountRequest, state: str, *, now: datetime) -> None:
    """It is over, and what was asked for is blanked: what became of it stands with the borrower, or nowhere."""
    change(row, state=state, ended_at=now, due_at=None, **_BLANK)


def in_review() -> QuerySet[AccountRequest]:
    """Requests that wait for a person, the oldest first."""
    return AccountRequest.objects.filter(state=AccountRequest.State.REVIEW).order_by("asked_at")


def due(*, now: datetime, limit: int) -> list[AccountRequest]:
    """Requests whose waiting time is over, the oldest first."""
    waiting = AccountRequest.objects.filter(state=AccountRequest.State.WAITING, due_at__lte=now)
    return list(waiting.order_by("due_at")[:limit])


def move_phone(borrower_id: UUID, phone: str) -> None:
    """The borrower is found by that phone from now on, and by the old one no more. Refuses PhoneTaken."""
    hashed = phones.fingerprint(phone)
    # Whoever registers this number at the same time waits here, or makes us wait.
    PhoneEntry.objects.filter(borrower_id=borrower_id).delete()
    PhoneEntry.objects.bulk_create([PhoneEntry(phone_hash=hashed, borrower_id=borrower_id)], ignore_conflicts=True)
    if not PhoneEntry.objects.filter(phone_hash=hashed, borrower_id=borrower_id).exists():
        raise PhoneTaken
    Borrower.objects.filter(id=borrower_id).update(phone=phone, phone_hash=hashed)
    wishes.trust_number(borrower_id)


def move_identity(borrower_id: UUID, identity: Identity) -> None:
    """The borrower is that person from now on. Refuses IdentityTaken."""
    hashed = keyring.fingerprint(identity.number, purpose="id_number")
    IdentityEntry.objects.filter(borrower_id=borrower_id).delete()
    IdentityEntry.objects.bulk_create(
        [IdentityEntry(id_number_hash=hashed, borrower_id=borrower_id)], ignore_conflicts=True
    )
    if not IdentityEntry.objects.filter(id_number_hash=hashed, borrower_id=borrower_id).exists():
        raise IdentityTaken
    Borrower.objects.filter(id=borrower_id).update(
        name=identity.name, id_number=identity.number, id_number_hash=hashed
    )


def matching(phone: str, identity: Identity) -> UUID:
    """The borrower whose phone, name and identity number these are. Refuses NotMatching."""
    hashed = keyring.fingerprint(identity.number, purpose="id_number")
    found = Borrower.objects.filter(phone_hash=phones.fingerprint(phone), id_number_hash=hashed).first()
    if found is None or found.name != identity.name:
        raise NotMatching
    return found.id
