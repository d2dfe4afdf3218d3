"""Identities: who a borrower is, checked before the first signature, with the credit that goes with it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from anqi.lending import credit
from anqi.people import holds, identities
from anqi.people.models import Consent
from anqi.rows.days import day_of

PURPOSE = "identity"
TEXT_VERSION = "identity-2026-11"


def verify(
    *, borrower_id: UUID, name: str, id_number: str, now: datetime, verifier: str = "checksum"
) -> None:
    """The borrower is this person, and has a credit line with every lender. Repeating it changes nothing.

    Refuses NotAName, NotAnIdNumber, TooYoung, IdentityTaken, AlreadyVerified, and what the verifier refuses.
    """
    today = day_of(now)
    identity = identities.read(name=name, number=id_number, today=today)
    # Outside the transaction: a verifier may ask somebody who takes their time.
    identities.VERIFIERS[verifier].verify(identity)
    identities.must_be_of_age(identity, today=today)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        if identities.keep(borrower_id, identity, now=now):
            Consent.objects.create(
                borrower_id=borrower_id, purpose=PURPOSE, version=TEXT_VERSION, given_at=now
            )
            credit.grant(borrower_id, now=now)
