"""The office's words for credit lines, and what was decided about them as it is read."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from anqi.web.office.words import Words
from anqi.web.shared.figures import write_yuan

LIMIT_ACTS: Words = {
    "grant": lazy("调整额度"),
    "acceptance": lazy("借款人接受提高"),
    "own_limit": lazy("借款人自己的上限"),
    "lock": lazy("冻结额度"),
    "unlock": lazy("解冻额度"),
    "expiry": lazy("设定额度有效期"),
}


def told(decision: Any) -> str:
    """What was decided, with its figure."""
    body = decision.body
    if decision.kind in ("grant", "own_limit"):
        return _("不限") if body["amount_minor"] is None else write_yuan(body["amount_minor"])
    return str({"expiry": body.get("until"), "lock": body.get("reason")}.get(decision.kind) or "")


def refusals() -> dict[str, str]:
    """Why an act on a line was declined, by its code."""
    return {
        "no_line": _("这家出借机构没有给这位借款人额度。"),
        "nothing_to_decide": _("没有可以这样处理的冻结，或金额不成立。借款人自己的冻结只有借款人能解。"),
    }
