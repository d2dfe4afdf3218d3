"""The office's words for complaints, and the rows behind the count of the queue."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from anqi.people import inspection as people
from anqi.people.inspection import Identity
from anqi.web.office.exceptional import Exceptional
from anqi.web.office.words import Words
from anqi.web.shared.complaints import COMPLAINTS

COMPLAINT_STATES: Words = {"open": lazy("处理中"), "answered": lazy("已答复"), "withdrawn": lazy("借款人已撤回")}
COMPLAINT_STEPS: Words = {
    "take": lazy("接手"), "note": lazy("记录"), "answer": lazy("答复"), "escalate": lazy("转给主管"),
    "question": lazy("借款人：没有解决"), "withdraw": lazy("借款人撤回"),
}  # fmt: skip
COMPLAINT_ACTS: Words = {
    "view_complaint": lazy("查看投诉"),
    "complaint_take": lazy("接手投诉"),
    "complaint_note": lazy("记录投诉"),
    "complaint_answer": lazy("答复投诉"),
    "complaint_escalate": lazy("转交投诉"),
    "complaint_evidence": lazy("下载投诉证据"),
}


def refusals() -> dict[str, str]:
    """Why an act on a complaint was declined, by its code."""
    return {
        "complaint_not_open": _("这件投诉已经结束，什么都没有改变。"),
        "complaint_somebody_elses": _("这件投诉不在你手里，先接手再处理。"),
    }


def exceptional(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    """Open complaints, with who has them and by when they are answered."""
    owners = people.staff_names(row.owner_id for row in found)
    return [
        Exceptional(
            id=row.id, title=f"{COMPLAINTS[row.kind]} {row.number}", note=_note(row, owners),
            since_on=row.answer_by, url=reverse("office:complaint", args=[row.borrower_id, row.id]),
            who=who.get(row.borrower_id),
        )
        for row in found
    ]  # fmt: skip


def _note(row: Any, owners: dict[UUID, str]) -> str:
    whose = owners.get(row.owner_id, "") if row.owner_id else _("等人接手")
    return " ".join(filter(None, (_("要主管处理") if row.is_escalated else "", whose, _("这一天前答复"))))
