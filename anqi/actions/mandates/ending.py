"""The borrower ends an agreement, or puts the sources of a loan in order."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from anqi.actions.mandates import keeping
from anqi.actions.mandates.refusing import NoSuchMandate
from anqi.payments import mandates
from anqi.payments.models import Mandate
from anqi.people import holds


def end(*, borrower_id: UUID, mandate_id: UUID, now: datetime) -> Mandate:
    """Nothing is debited by it from now on, and its channel is told. Twice is once. Refuses NoSuchMandate.

    A debit that is on its way already goes on, and its page says so.
    """
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        mandate = keeping.own(borrower_id, mandate_id)
        if mandate.state in Mandate.LIVING:
            keeping.stop(mandate, by="borrower", tells_channel=True, now=now)
        mandate.refresh_from_db()
        return mandate


def arrange(*, borrower_id: UUID, loan_id: UUID, mandate_ids: Sequence[UUID], now: datetime) -> None:
    """The borrower's order of the sources of a loan, the first one tried first. Refuses NoSuchMandate."""
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        known = [mandate.id for mandate in mandates.living(borrower_id, loan_id)]
        if not set(mandate_ids) <= set(known):
            raise NoSuchMandate
        mandates.arrange(borrower_id, [*mandate_ids, *(each for each in known if each not in mandate_ids)])
        keeping.wake_plan(borrower_id, loan_id, now)
