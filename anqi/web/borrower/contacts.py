"""Who looked at a borrower's data, wrote to them or called them, in plain words and in one order of time."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from anqi.notices import queries as notices
from anqi.notices.queries import MessageView
from anqi.people import calls
from anqi.people import queries as people
from anqi.people.models import Call, StaffAct
from anqi.web.borrower import call_words
from anqi.web.shared.figures import in_english

PAGE = 20
# What staff do besides is told as what it is: work on the borrower's business.
_ACTS: dict[str, str | Promise] = {
    "view_borrower": lazy("工作人员打开了你的资料页"),
    "view_loan": lazy("工作人员看了你的一笔分期"),
    "view_paper": lazy("工作人员看了你签的文件"),
    "view_application": lazy("工作人员看了你的备用金申请"),
    "view_limit": lazy("工作人员看了你的额度"),
    "view_complaint": lazy("工作人员看了你的投诉"),
    "view_objection": lazy("工作人员看了你的征信异议"),
    "search": lazy("工作人员搜到了你"),
    "unmask": lazy("工作人员看了你完整的姓名、手机号和身份证号"),
    "complaint_evidence": lazy("工作人员下载了你投诉的证据"),
}


_TOLD_BY_CALLS = ("begin_call", "end_call")


@dataclass(frozen=True, kw_only=True)
class Contact:
    """One look, one act, one message or one call."""

    id: UUID
    icon: str
    title: str
    text: str
    at: datetime
    is_call: bool = False


def latest(borrower_id: UUID, *, before: UUID | None) -> list[Contact]:
    """The latest ones, one more than a page has. Their ids sort by when they were made."""
    language, limit = "en" if in_english() else "zh-hans", PAGE + 1
    acts = people.acts_on(borrower_id, before=before, limit=limit, but=_TOLD_BY_CALLS)
    sent = notices.listed(borrower_id, language=language, before=before, limit=limit)
    made = calls.of_borrower(borrower_id, before=before, limit=limit)
    found = [*map(_looked, acts), *map(_wrote, sent), *map(_called, made)]
    return sorted(found, key=lambda each: each.id, reverse=True)[:limit]


def _looked(act: StaffAct) -> Contact:
    is_look = act.verb.startswith("view_")
    other = _("工作人员查看了你的业务记录") if is_look else _("工作人员处理了你的一项业务")
    return Contact(id=act.id, icon="person", title=str(_ACTS.get(act.verb, other)), text="", at=act.at)


def _wrote(sent: MessageView) -> Contact:
    return Contact(id=sent.id, icon="info", title=_("给你发了消息"), text=sent.text, at=sent.at)


def _called(row: Call) -> Contact:
    text = f"{call_words.outcome(row)} · {call_words.caller(row)}"
    return Contact(id=row.id, icon="phone", title=_("给你打了电话"), text=text, at=row.begun_at, is_call=True)
