"""Payouts behind the counts of the queue."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse

from anqi.people.inspection import Identity
from anqi.web.office import wording
from anqi.web.office.exceptional import Exceptional
from anqi.web.office.wording import word


def exceptional(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    """Payouts that wait for somebody, or that something is wrong with."""
    return [
        Exceptional(
            id=row.id,
            title=f"{word(wording.PAYOUTS, row.state)} {row.label}",
            note=word(wording.WHY_NOT_PAID_OUT, row.reason) if row.reason else row.key,
            since_at=row.requested_at,
            url=reverse("office:payout", args=[row.borrower_id, row.id]),
            amount_minor=row.amount_minor,
            who=who.get(row.borrower_id),
        )
        for row in found
    ]
