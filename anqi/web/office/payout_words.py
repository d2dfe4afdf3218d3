"""The office's words for payouts."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from anqi.web.office.words import Words

PAYOUTS: Words = {
    "waiting": lazy("等待放行"),
    "released": lazy("等待发出"),
    "processing": lazy("放款中"),
    "unknown": lazy("结果不明，继续询问"),
    "succeeded": lazy("已到账"),
    "failed": lazy("没有放成"),
    "stopped": lazy("已停止"),
    "returned": lazy("已被退回"),
}
WHY_NOT_PAID_OUT: Words = {
    "balance_short": lazy("渠道备付金不足，先充值"),
    "balance_unknown": lazy("问不到渠道余额"),
    "channel_unavailable": lazy("渠道停用"),
    "daily_cap": lazy("到了当天放款上限，次日再放"),
    "other_amount": lazy("渠道说的金额与放款单不同"),
    "failed_after_all": lazy("已到账，渠道又说失败"),
    "paid_after_all": lazy("已作罢，渠道又说到账：核对后追回"),
    "not_found": lazy("渠道查无此单，还不能当作失败"),
    "returned": lazy("收款行退票"),
    "name_mismatch": lazy("收款方户名不符"),
    "cardholder": lazy("收款方户名不符"),
    "no_such_account": lazy("没有这个收款账户"),
    "account_unfit": lazy("收款账户不能收款"),
    "over_limit": lazy("超过单笔限额"),
    "refused": lazy("渠道拒绝"),
    "earlier_paid": lazy("上一笔可能已到账：先核对，不要放行"),
    "earlier_unknown": lazy("上一笔的结果渠道又说不清，问清楚再放"),
    "stopped_by_borrower": lazy("借款人取消"),
    "stopped_by_staff": lazy("人工停止"),
    "by_statement": lazy("按对账单认定"),
}
PAYOUT_OUTCOMES: Words = {
    "accepted": lazy("渠道已受理"),
    "succeeded": lazy("渠道称已到账"),
    "failed": lazy("渠道称失败"),
    "notfound": lazy("渠道查无此单"),
    "unknown": lazy("渠道答复不明"),
}
VERDICTS: Words = {
    "succeeded": lazy("已到账"),
    "failed": lazy("没有放成"),
    "returned": lazy("已被退回"),
}


def refusals() -> dict[str, str]:
    """Why an act on a payout was declined, by its code."""
    return {
        "not_waiting": _("这一笔现在不能这样处理，页面可能放得太久了。"),
        "own_verdict": _("不能复核自己提交的认定。"),
        "bad_verdict": _("认定不完整：已到账要有流水号和时间，退回要有时间，时间不能晚于现在。"),
    }
