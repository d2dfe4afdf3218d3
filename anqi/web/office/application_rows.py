"""Applications that wait for a person, behind the count of the queue."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from anqi.people.inspection import Identity
from anqi.web.office.exceptional import Exceptional


def exceptional(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    """Who asked for a person: the rules, or a borrower who questions a refusal."""
    return [
        Exceptional(
            id=row.id,
            title=row.product.title,
            note=_("借款人要求复核") if row.questioned_at else _("规则转人工"),
            since_at=row.since,
            url=reverse("office:application", args=[row.borrower_id, row.id]),
            amount_minor=row.amount_minor,
            who=who.get(row.borrower_id),
        )
        for row in found
    ]
