"""The office's words for reconciliation."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from anqi.web.office.words import Words

RECONCILED: Words = {
    "open": lazy("账对不上"), "explained": lazy("差异待处理"), "reconciled": lazy("已对平"),
}  # fmt: skip
STATEMENT_KINDS: Words = {
    "trade": lazy("交易账单"), "funds": lazy("资金账单"), "clearing": lazy("清算文件"),
}  # fmt: skip
DIFFERENCE_KINDS: Words = {
    "missing_with_us": lazy("渠道有，我方没有"),
    "missing_with_them": lazy("我方有，渠道没有"),
    "amount": lazy("金额不同"),
    "fee": lazy("手续费不同"),
    "other_day": lazy("日期不同"),
    "duplicate": lazy("渠道重复"),
    "unknown_state": lazy("渠道的说法看不懂"),
}
MOVED: Words = {
    "charge": lazy("收款"), "refund": lazy("退款"), "payout": lazy("放款"), "returned": lazy("放款退回"),
    "fee": lazy("手续费"), "other": lazy("其他"),
}  # fmt: skip
DIFFERENCE_STATES: Words = {
    "open": lazy("待处理"), "settled": lazy("已自动解决"), "explained": lazy("已说明"), "asked": lazy("等待复核"),
    "written_off": lazy("已核销"),
}  # fmt: skip
DIFFERENCE_DONE: Words = {
    "explained": lazy("已说明。谁、什么时候、为什么，都已留痕。"),
    "asked": lazy("已提交，等另一位复核同意。"),
    "written_off": lazy("已核销，不再追。"),
    "open": lazy("已驳回，可以重新处理。"),
}


def refusals() -> dict[str, str]:
    """Why an act on a difference was declined, by its code."""
    return {"difference_ended": _("这条差异已经有人处理，或已经自动解决。")}
