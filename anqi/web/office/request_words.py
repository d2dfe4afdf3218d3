"""The office's words for requests about an account, and the rows behind the count of the queue."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from anqi.people.inspection import Identity
from anqi.web.office.exceptional import Exceptional
from anqi.web.office.words import Words, word

REQUESTS: Words = {"phone": lazy("原手机号丢了，要换手机号"), "identity": lazy("更正姓名和身份证号")}
REQUEST_STATES: Words = {
    "proving": lazy("等借款人填验证码"), "review": lazy("等审核"), "waiting": lazy("已通过，等生效"), "done": lazy("已办成"),
    "refused": lazy("没有通过"), "withdrawn": lazy("借款人已撤销"),
}  # fmt: skip
REQUEST_ACTS: Words = {
    "view_request": lazy("查看账户申请"),
    "change_phone_approve": lazy("同意换手机号"),
    "change_phone_refuse": lazy("驳回换手机号"),
    "change_identity_approve": lazy("同意更正身份"),
    "change_identity_refuse": lazy("驳回更正身份"),
}


def refusals() -> dict[str, str]:
    """Why an act on a request was declined, by its code."""
    return {
        "request_over": _("这条申请已经有结果，什么都没有改变。"),
        "identity_taken": _("这张身份证已在另一个账号下实名，不能更正成它。"),
    }


def exceptional(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    """Requests that wait for a person."""
    return [
        Exceptional(
            id=row.id, title=word(REQUESTS, row.kind), note=_("复核审核"), since_at=row.asked_at,
            url=reverse("office:request", args=[row.borrower_id, row.id]), who=who.get(row.borrower_id),
        )
        for row in found
    ]  # fmt: skip
