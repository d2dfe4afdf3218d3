"""The rows behind the queue's counts of messages."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from anqi.people.inspection import Identity
from anqi.web.office import wording
from anqi.web.office.exceptional import Exceptional
from anqi.web.office.wording import word


def unsent(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    """What was never sent, or waits for long."""
    return [
        Exceptional(
            id=row.id,
            title=word(wording.MESSAGES, row.template),
            note=f"{word(wording.SENT, row.state)} {row.why}",
            since_at=row.created_at,
            url=reverse("office:borrower", args=[row.borrower_id]) if row.borrower_id else "",
            who=who.get(row.borrower_id),
            may_be_dealt_with=row.state == "failed",
        )
        for row in found
    ]


def undelivered(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    """What was sent by every way there is and reached nobody."""
    return [
        Exceptional(
            id=row.id,
            title=word(wording.MESSAGES, row.template),
            note=_("哪条路都没有送达。联系借款人，请他检查手机。"),
            since_at=row.created_at,
            url=reverse("office:messages", args=[row.borrower_id]),
            who=who.get(row.borrower_id),
            may_be_dealt_with=True,
        )
        for row in found
    ]
