"""Complaints in the borrower's words: what they are about, and how far one has come."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from anqi.people.models import Complaint, ComplaintStep
from anqi.web.borrower.wording import Label
from anqi.web.shared.states import Badge

ABOUT: dict[str, str | Promise] = {
    "order": lazy("这笔分期"),
    "charge": lazy("这笔付款"),
    "receipt": lazy("这张收据"),
    "mandate": lazy("这个自动还款授权"),
    "call": lazy("这次电话"),
}
_STATES = {
    "open": Badge(word=pgettext_lazy("complaint", "处理中"), shape="clock", tone="brand"),
    "answered": Badge(word=pgettext_lazy("complaint", "已答复"), shape="check", tone="good"),
    "withdrawn": Badge(word=pgettext_lazy("complaint", "已撤回"), shape="dash", tone="calm"),
}
# Notes are between colleagues.
_STEPS: dict[str, str | Promise] = {
    "take": lazy("有专人接手，从头负责到底"),
    "escalate": lazy("转给主管处理"),
    "answer": lazy("我们答复了"),
    "question": lazy("你说没有解决，转给主管处理"),
    "withdraw": lazy("你撤回了投诉"),
}


@dataclass(frozen=True, kw_only=True)
class Progress:
    """One step as its borrower reads it."""

    at: datetime
    title: str
    text: str


def badge_of(row: Complaint) -> Label:
    """How the complaint stands."""
    badge = _STATES[row.state]
    return Label(state=row.state, word=badge.word, shape=badge.shape, tone=badge.tone)


def about_of(about: str, about_id: object) -> dict[str, str]:
    """What it is about, with its page; nothing for what is about nothing in particular."""
    if not about:
        return {}
    return {"word": str(ABOUT[about]), "url": reverse(f"borrower:{about}", args=[about_id])}


def progress(row: Complaint, steps: list[ComplaintStep]) -> list[Progress]:
    """What has happened so far, with the borrower's own words and the answers."""
    shown = [
        Progress(at=step.at, title=str(_STEPS[step.kind]), text=(step.text or "") if step.kind in _READ else "")
        for step in steps
        if step.kind in _STEPS
    ]
    return [Progress(at=row.opened_at, title=_("收到你的投诉"), text=row.text), *shown]


_READ = ("answer", "question")
