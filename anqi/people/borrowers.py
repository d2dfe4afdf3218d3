"""Borrowers: found by phone, registered by their first log-in."""

from datetime import datetime
from uuid import UUID

from anqi.people import phones
from anqi.people.models import Borrower, PhoneEntry, User
from anqi.rows.ids import uuid7
from anqi.rows.refusals import Refused


class AccountClosed(Refused):
    """This account was closed on {closed_at}."""

    code = "account_closed"


def find_or_register(phone: str, *, language: str, now: datetime) -> UUID:
    """The borrower whose phone this is; a new one when it is nobody's. Two at once end in one."""
    hashed = phones.fingerprint(phone)
    candidate = uuid7()
    # Whoever comes second waits here until the first one's transaction has ended, and then finds that entry.
    PhoneEntry.objects.bulk_create(
        [PhoneEntry(phone_hash=hashed, borrower_id=candidate)], ignore_conflicts=True
    )
    borrower_id: UUID = PhoneEntry.objects.values_list("borrower_id", flat=True).get(phone_hash=hashed)
    if borrower_id == candidate:
        # "!" is no hash of any password: a borrower can't log in by one.
        User.objects.create(id=borrower_id, kind=User.Kind.BORROWER, created_at=now, password="!")
        Borrower.objects.create(
            id=borrower_id, phone=phone, phone_hash=hashed, language=language, created_at=now
        )
    return borrower_id


def refuse_closed(borrower_id: UUID) -> None:
    """Refuses AccountClosed an account that its borrower has closed."""
    closed_at = Borrower.objects.values_list("closed_at", flat=True).get(id=borrower_id)
    if closed_at:
        raise AccountClosed(closed_at=closed_at)


def by_phone(phone: str) -> UUID | None:
    """Whose phone this is; None when it is nobody's."""
    found = PhoneEntry.objects.filter(phone_hash=phones.fingerprint(phone))
    return found.values_list("borrower_id", flat=True).first()
