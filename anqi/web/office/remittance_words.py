"""The office's words for what channels remit to the bank."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from anqi.web.office.words import Words

REMITTANCES: Words = {
    "told": lazy("渠道已划，等银行到账"),
    "late": lazy("渠道已划，银行没有到账"),
    "differing": lazy("渠道和银行说的不同"),
    "asked": lazy("等待复核"),
    "arrived": lazy("已到账"),
    "dismissed": lazy("不会到账"),
}
REMITTANCE_DONE: Words = {
    "arrived": lazy("已对上，已入账。"),
    "asked": lazy("已提交，等另一位复核同意。"),
    "dismissed": lazy("已记为不会到账，没有动账。"),
    "told": lazy("已驳回，可以重新处理。"),
    "differing": lazy("已驳回，可以重新处理。"),
}


def refusals() -> dict[str, str]:
    """Why an act on a remittance was declined, by its code."""
    return {
        "remittance_ended": _("这笔划款已经到账，或已经有人处理，请看现在的状态。"),
        "no_such_line": _("这一行流水不能是它：方向不同，或已经认作别的。"),
    }
