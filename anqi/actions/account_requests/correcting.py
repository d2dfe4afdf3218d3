"""Another name or identity number: what the borrower says is right, for a person to look at."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from anqi.people import account_requests, holds, identities
from anqi.people.account_requests import NotMatching
from anqi.people.identities import VERIFIERS
from anqi.people.models import AccountRequest, Borrower
from anqi.rows.days import day_of

_IDENTITY = AccountRequest.Kind.IDENTITY


def correct(*, borrower_id: UUID, name: str, number: str, text: str, now: datetime) -> AccountRequest:
    """A supervisor looks at it. What is asked for already stays as it is.

    Refuses NotAName, NotAnIdNumber, and NotMatching an account that has no identity yet.
    """
    identity = identities.read(name=name, number=number, today=day_of(now))
    VERIFIERS["checksum"].verify(identity)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        if not Borrower.objects.filter(id=borrower_id, verified_at__isnull=False).exists():
            raise NotMatching
        before = account_requests.alive(borrower_id, _IDENTITY)
        if before and (before.name, before.id_number) == (identity.name, identity.number):
            return before
        return account_requests.put(
            borrower_id, _IDENTITY, state=AccountRequest.State.REVIEW, name=identity.name, id_number=identity.number,
            text=text.strip()[:400] or None, now=now,
        )  # fmt: skip
