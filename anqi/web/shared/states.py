"""The words, shapes and tones of every state a page can show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

Tone = Literal["good", "brand", "warn", "bad", "calm"]


@dataclass(frozen=True, kw_only=True)
class Badge:
    """A state is told three times: by its word, by its shape and by its tone."""

    word: str | Promise
    shape: str
    tone: Tone


BADGES: dict[str, Badge] = {
    "created": Badge(word=pgettext_lazy("state", "待签约"), shape="ring", tone="brand"),
    "confirmed": Badge(word=pgettext_lazy("state", "已签约"), shape="half", tone="brand"),
    "shipped": Badge(word=pgettext_lazy("state", "已发货"), shape="half", tone="brand"),
    "paid_out": Badge(word=pgettext_lazy("state", "已放款"), shape="half", tone="brand"),
    "cancelled": Badge(word=pgettext_lazy("state", "已取消"), shape="dash", tone="calm"),
    "lapsed": Badge(word=pgettext_lazy("state", "已失效"), shape="dash", tone="calm"),
    "pending": Badge(word=pgettext_lazy("state", "待生效"), shape="ring", tone="calm"),
    "active": Badge(word=pgettext_lazy("state", "还款中"), shape="half", tone="brand"),
    "settled": Badge(word=pgettext_lazy("state", "已结清"), shape="check", tone="good"),
    "written_off": Badge(word=pgettext_lazy("state", "已核销"), shape="cross", tone="warn"),
    "void": Badge(word=pgettext_lazy("state", "已作废"), shape="dash", tone="calm"),
    "upcoming": Badge(word=pgettext_lazy("state", "未到期"), shape="ring", tone="calm"),
    "due": Badge(word=pgettext_lazy("state", "待还"), shape="dot", tone="warn"),
    "grace": Badge(word=pgettext_lazy("state", "宽限期"), shape="clock", tone="warn"),
    "overdue": Badge(word=pgettext_lazy("state", "逾期"), shape="alert", tone="bad"),
    "held": Badge(word=pgettext_lazy("state", "暂停中"), shape="clock", tone="brand"),
    "paid": Badge(word=pgettext_lazy("state", "已还"), shape="check", tone="good"),
    "moved": Badge(word=pgettext_lazy("state", "已转入新计划"), shape="dash", tone="calm"),
    "processing": Badge(word=pgettext_lazy("state", "处理中"), shape="clock", tone="brand"),
    "succeeded": Badge(word=pgettext_lazy("state", "已成功"), shape="check", tone="good"),
    "failed": Badge(word=pgettext_lazy("state", "未完成"), shape="cross", tone="bad"),
    "closed": Badge(word=pgettext_lazy("state", "已关闭"), shape="dash", tone="calm"),
    "unknown": Badge(word=pgettext_lazy("state", "确认中"), shape="question", tone="warn"),
}
