"""Debits behind the counts of the queue."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from anqi.people.inspection import Identity
from anqi.web.office import wording
from anqi.web.office.exceptional import Exceptional
from anqi.web.office.wording import word
from anqi.web.shared.figures import write_day


def hanging(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    """Debits of which nobody knows the end."""
    return [
        Exceptional(
            id=row.id,
            title=row.key,
            note=_("%(channel)s，问过 %(tries)d 次") % {
                "channel": word(wording.CHANNELS, row.channel), "tries": row.tries,
            },
            since_at=row.opened_at,
            url=_url(row.borrower_id, row.plan_id),
            amount_minor=row.amount_minor,
            who=who.get(row.borrower_id),
        )
        for row in found
    ]  # fmt: skip


def failed_by_others(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    """Plans that were given up by no doing of the borrower's."""
    return [
        Exceptional(
            id=row.id,
            title=_("%(on)s 的一期") % {"on": write_day(row.due_on, this_year=None)},
            note=word(wording.WHY_PLAN_ENDED, row.why),
            since_at=row.ended_at,
            url=_url(row.borrower_id, row.id),
            amount_minor=row.expected_minor,
            who=who.get(row.borrower_id),
            may_be_dealt_with=True,
        )
        for row in found
    ]


def refused_notices(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    """Announcements that a channel will not make."""
    return [
        Exceptional(
            id=row.id,
            title=f"{word(wording.CHANNELS, row.mandate.channel)} {row.key}",
            note=word(wording.DEBIT_REASONS, row.reason),
            since_at=row.created_at,
            url=_url(row.borrower_id, row.plan_id),
            amount_minor=row.amount_minor,
            who=who.get(row.borrower_id),
            may_be_dealt_with=True,
        )
        for row in found
    ]


def _url(borrower_id: UUID, plan_id: UUID) -> str:
    return reverse("office:debit_plan", args=[borrower_id, plan_id])
