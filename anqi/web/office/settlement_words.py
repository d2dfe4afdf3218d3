"""The words of settlements with shops: states, lines and doubts as staff read them, and refusals."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from anqi.web.office.words import Words

STATES: Words = {
    "waiting": lazy("未到结算日"), "ready": lazy("可付"), "proposed": lazy("等复核"), "released": lazy("已放行"),
    "paid": lazy("已付"), "returned": lazy("已退回"), "withdrawn": lazy("已撤回"), "refused": lazy("已驳回"),
}  # fmt: skip
LINES: Words = {"shipped": lazy("发货"), "returned": lazy("退货"), "fee": lazy("商户手续费")}
CYCLES: Words = {"daily": lazy("每天结算，次日付"), "weekly": lazy("每周结算，下周一付")}
ACCOUNTS: Words = {"proposed": lazy("等复核"), "released": lazy("已放行"), "refused": lazy("已驳回")}
DOUBTS: Words = {
    "other_amount": lazy("银行说的金额不同，没有入账"),
    "paid_twice": lazy("银行说又付了一次"),
    "paid_after_return": lazy("已记退回，银行又说付出了"),
    "unasked": lazy("没有放行，银行却有这笔付款的消息"),
}
TONES = {"paid": "good", "ready": "warn", "proposed": "warn", "released": "warn", "returned": "bad"}


def refusals() -> dict[str, str]:
    """Why an act on settlements was declined, by its code."""
    late = _("这一步已经不能做了，可能别人刚处理过。下面是现在的状态。")
    return {
        "no_account": _("这家商户现在没有可用的收款账户：要两个人放行，再过一天；提交之后换过账户的，撤回重新提交。"),
        "account_asked": _("这家商户还有一个收款账户等着复核，先处理它。"),
        "account_decided": late,
        "own_account": _("自己提交的账户要由另一位复核放行。"),
        "bad_account": _("户名、开户行都要填，账号是 8 到 32 位数字。"),
        "nothing_due": _("现在没有可付的。"),
        "below_least": _("可付 %(due_minor)s，不到与这家商户约定的起付金额 %(least_minor)s。"),
        "payout_decided": late,
        "own_payout": _("两步要由两个人做。"),
        "not_reported": _("还没有人登记银行的结果。"),
        "bad_day": _("日期要在放行那天和今天之间。"),
    }
