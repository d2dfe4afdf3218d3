"""The lines of the queue about what a credit bureau is told, and the rows behind their counts."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from anqi.lending import objections, report_faults, report_records
from anqi.people import inspection as people
from anqi.people.inspection import Identity
from anqi.rows.days import day_of
from anqi.web.office.exceptional import Exceptional
from anqi.web.office.kinds import Kind
from anqi.web.shared.credit import CODES

# Whoever has so few days left is first.
_SOON = timedelta(days=3)


def objected(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    """Open objections, with who has them and by when they are answered."""
    owners = people.staff_names(row.owner_id for row in found)
    return [
        Exceptional(
            id=row.id, title=f"{row.loan.number} {row.number}",
            note=f"{owners.get(row.owner_id, '') if row.owner_id else _('等人接手')} {_('这一天前答复')}",
            since_on=row.answer_by, url=reverse("office:objection", args=[row.borrower_id, row.id]),
            who=who.get(row.borrower_id),
        )
        for row in found
    ]  # fmt: skip


def faults(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    """Faults of which a second person has to say whether they were ours."""
    return [
        Exceptional(
            id=row.id, title=f"{row.loan.number} {row.since_on} – {row.until_on}", note=row.why, since_at=row.asked_at,
            url=reverse("office:objection", args=[row.borrower_id, row.objection_id]), who=who.get(row.borrower_id),
        )
        for row in found
    ]  # fmt: skip


def rejected(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    """Records that the bureau did not take, with why."""
    return [
        Exceptional(
            id=row.id, title=f"{row.record.loan.number} {row.record.month:%Y-%m} {CODES[row.record.code]}",
            note=row.why, since_at=row.noted_at, url=reverse("office:report", args=[row.file_id]),
            who=who.get(row.borrower_id),
        )
        for row in found
    ]  # fmt: skip


KINDS = (
    Kind(
        slug="objections-urgent", title=lazy("征信异议 3 天内到期或已晚"), tone="bad", since="answer_by",
        rows=lambda now: objections.open_ones().filter(answer_by__lte=day_of(now) + _SOON),
    ),
    Kind(
        slug="objections", title=lazy("征信异议等答复"), tone="warn", since="answer_by",
        rows=lambda now: objections.open_ones(),
    ),
    Kind(
        slug="report-faults", title=lazy("征信过错等复核"), tone="warn", since="asked_at",
        rows=lambda now: report_faults.waiting(),
    ),
    Kind(
        slug="report-rejected", title=lazy("征信机构没收下的记录"), tone="bad", since="noted_at",
        rows=lambda now: report_records.rejected(),
    ),
)  # fmt: skip
READERS = {
    "objections-urgent": objected, "objections": objected, "report-faults": faults, "report-rejected": rejected,
}  # fmt: skip
