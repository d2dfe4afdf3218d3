"""The office's words for calls, why one may not be made, and the rows behind the count of the queue."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from anqi.engine.contact import Answer
from anqi.people import inspection as people
from anqi.people.inspection import Identity
from anqi.web.office.exceptional import Exceptional
from anqi.web.office.words import Words, word

CALL_OUTCOMES: Words = {
    "reached": lazy("接通了"),
    "not_reached": lazy("没有接通"),
    "wrong_person": lazy("不是本人"),
    "promise": lazy("答应还款"),
    "no_calls": lazy("不让再打"),
    "complaint": lazy("要投诉"),
    "": lazy("还没记结果"),
}
_WHY_NOT: Words = {
    "no_rules": lazy("还没有联系规则"),
    "not_overdue": lazy("没有逾期的分期"),
    "nothing_owed": lazy("没有欠款"),
    "quiet_hours": lazy("现在是不打扰的时间"),
    "reached_today": lazy("今天已经和借款人通过话"),
    "often_enough": lazy("今天或这一周联系的次数够了，短信也算"),
}
_STILLS: Words = {
    "hardship": lazy("在协商还款，答复以前不催收"),
    "hold": lazy("分期在冻结"),
    "payment_open": lazy("正在付款"),
    "dispute": lazy("有投诉还没答复"),
    "promise": lazy("借款人答应了还款，到那天为止不再问"),
    "no_calls": lazy("借款人不让打电话，请发消息"),
    "wrong_number": lazy("上次接电话的不是本人，号码要先核对"),
}
CALL_ACTS: Words = {
    "view_calls": lazy("查看电话"), "begin_call": lazy("打电话"), "end_call": lazy("记下电话结果"),
}  # fmt: skip


def why_not(answer: Answer) -> str:
    """Why nobody may call, as far as one sentence says it; empty where one may."""
    if answer.still:
        return word(_STILLS, answer.still.why)
    return word(_WHY_NOT, answer.why_not) if answer.why_not else ""


def refusals() -> dict[str, str]:
    """Why an act on a call was declined, by its code."""
    return {
        "may_not_call": _("现在不能打电话，原因见上面。什么都没有改变。"),
        "somebody_calls": _("这位借款人上一次电话的结果还没有记下来，先记下再打。"),
        "no_such_call": _("这位借款人没有这次电话，可能页面放得太久了。"),
        "call_ended": _("这次电话的结果已经记下了，不能改。"),
        "somebody_elses_call": _("谁打的电话谁来记；不在的话请复核来记。"),
        "unknown_outcome": _("请选择电话的结果。"),
    }


def unended(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    """Calls that nobody has written down."""
    names = people.staff_names(row.by for row in found)
    return [
        Exceptional(
            id=row.id, title=word(CALL_OUTCOMES, ""), note=names.get(row.by, ""), since_at=row.begun_at,
            url=reverse("office:borrower_calls", args=[row.borrower_id]), who=who.get(row.borrower_id),
        )
        for row in found
    ]  # fmt: skip
