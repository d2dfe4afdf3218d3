"""What a bureau is told, in the borrower's words: codes, why something waits, how an objection stands."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as lazy

from anqi.lending.models import Objection, ObjectionStep
from anqi.web.borrower.complaint_words import Progress
from anqi.web.borrower.wording import Label
from anqi.web.shared.states import Badge

WHY: dict[str, str | Promise] = {
    "no_notice": lazy("还没有先告知你，不报送"),
    "not_proven": lazy("告知还没有送达，不报送"),
    "notice_too_fresh": lazy("告知你还不到约定的天数"),
    "held": lazy("分期已冻结，不报送不良信息"),
    "waiting": lazy("有事情在办，办完以前不报送不良信息"),
    "rejected": lazy("征信机构没有收下，正在核对"),
}
WAITS: dict[str, str | Promise] = {
    "hold": lazy("这笔已冻结，解除以前不报送不良信息。"),
    "payment": lazy("有一笔付款还没有结果，有结果以前不报送不良信息。"),
    "help": lazy("你申请的协商还款在办，办完以前不报送不良信息。"),
    "objection": lazy("你的异议在处理，答复以前不报送新的不良信息，并且报明有异议。"),
    "complaint": lazy("你的投诉在处理，答复以前不报送不良信息。"),
}
_STATES = {
    "open": Badge(word=pgettext_lazy("objection", "处理中"), shape="clock", tone="brand"),
    "right": Badge(word=pgettext_lazy("objection", "你说得对，更正"), shape="check", tone="good"),
    "wrong": Badge(word=pgettext_lazy("objection", "已答复，没有更正"), shape="check", tone="calm"),
    "withdrawn": Badge(word=pgettext_lazy("objection", "已撤回"), shape="dash", tone="calm"),
}
# What colleagues note, and what they say of faults, stays between them.
_STEPS: dict[str, str | Promise] = {
    "take": lazy("有专人接手"), "answer": lazy("我们答复了"), "withdraw": lazy("你撤回了异议"),
    "state": lazy("你写下了声明"),
}  # fmt: skip
_READ = ("answer", "state")

# By their codes.
REFUSALS: dict[str, Callable[[dict[str, Any], datetime], str]] = {
    "already_objected": lambda facts, now: gettext("这笔已有一件异议在处理，答复以后可以再提。"),
    "nothing_objected": lambda facts, now: gettext("请写明哪里不对。"),
    "objection_not_open": lambda facts, now: gettext("这件异议现在不能这样办，请看下面的进展。"),
    "objection_not_answered": lambda facts, now: gettext("我们答复以后，才可以写声明。"),
    "statement_too_long": lambda facts, now: gettext("声明最多 %(most)d 字，请再短一些。") % facts,
    "statement_sent": lambda facts, now: gettext("这份声明已经报送，不能再改。"),
}


def badge_of(row: Objection) -> Label:
    """How the objection stands."""
    state = row.verdict or row.state
    badge = _STATES[state]
    return Label(state=state, word=badge.word, shape=badge.shape, tone=badge.tone)


def progress(row: Objection, steps: list[ObjectionStep]) -> list[Progress]:
    """What has happened so far, with the borrower's own words and the answer."""
    shown = [
        Progress(at=step.at, title=str(_STEPS[step.kind]), text=(step.text or "") if step.kind in _READ else "")
        for step in steps
        if step.kind in _STEPS
    ]
    return [Progress(at=row.opened_at, title=gettext("收到你的异议"), text=row.text), *shown]
