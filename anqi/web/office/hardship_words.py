"""The office's words for hardship cases, and for why acts on them were declined."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from anqi.web.office.words import Words

HARDSHIP_STATES: Words = {
    "choosing": lazy("借款人在选方案"),
    "waiting": lazy("等答复"),
    "proposed": lazy("方案等复核"),
    "offered": lazy("方案等借款人签"),
    "accepted": lazy("已签约，跟进中"),
    "kept": lazy("做到了"),
    "declined": lazy("没有同意"),
    "withdrawn": lazy("借款人已撤回"),
    "lapsed": lazy("过期未签约"),
}
HARDSHIP_REASONS: Words = {
    "income": lazy("收入减少"),
    "job": lazy("失业或停工"),
    "illness": lazy("自己或家人生病"),
    "disaster": lazy("遇到灾害或意外"),
    "short": lazy("这个月周转不开"),
    "other": lazy("其他原因"),
}
HARDSHIP_KINDS: Words = {
    "catch_up": lazy("缓几天，还清逾期"),
    "later": lazy("下一期晚点还"),
    "spread": lazy("逾期的摊到后面各期"),
    "longer": lazy("重新分期，分得更久"),
}
HARDSHIP_OFFERS: Words = {
    "proposed": lazy("等复核"),
    "open": lazy("等借款人签"),
    "refused": lazy("已驳回"),
    "accepted": lazy("借款人已签"),
    "over": lazy("已作废"),
}
WHY_ANOTHER: Words = {
    "rules": lazy("超出规则自己给的范围，要另一位复核同意"),
    "costs": lazy("减免超过一个人可以决定的金额，要另一位复核同意"),
}

# Kinds of holds, why they ended, and messages, by their names in the lists of them all.
HOLDS: Words = {
    "hardship": lazy("协商还款，缓几天"),
    "late_answer": lazy("协商申请没有按时答复"),
}
HOLD_ENDS: Words = {
    "days to catch up are over": lazy("缓的日子到了"),
    "answered": lazy("协商申请已答复"),
    "declined": lazy("协商申请没有同意"),
    "accepted": lazy("协商方案已签约"),
    "lapsed": lazy("协商申请已失效"),
    "over": lazy("分期已结束"),
}
MESSAGES: Words = {
    "hardship_choosing": lazy("协商申请收到通知"),
    "hardship_received": lazy("协商申请收到通知"),
    "hardship_offered": lazy("协商方案通知"),
    "hardship_declined": lazy("协商没有同意通知"),
    "hardship_accepted": lazy("协商签约通知"),
    "hardship_late": lazy("协商答复晚了通知"),
    "hardship_lapsed": lazy("协商失效通知"),
    "hardship_broken": lazy("协商没有做到通知"),
}


def refusals() -> dict[str, str]:
    """Why an act on a case was declined, by its code."""
    return {
        "hardship_nothing_to_help": _("这笔分期现在没有要还的。"),
        "hardship_on_hold": _("这笔分期因退货或争议冻结着，先等它有结果。"),
        "hardship_not_open": _("这件申请现在不能这样办，可能页面放得太久了。"),
        "hardship_lapsed": _("过了签约时间，这件申请已经失效。"),
        "hardship_does_not_fit": _("按今天的情况，这个方案办不了，请换日期或期数。"),
        "hardship_another_must_look": _("你没有同意过这件申请，要由另一位同事处理。"),
        "hardship_days_out_of_range": _("签约时间是 1 到 %(most)s 天。"),
        "hardship_nothing_proposed": _("没有等着复核的方案，可能已经处理了。"),
        "cost_above_cap": _("这样改，年化成本会到 %(percent)s%%，超过上限 %(cap_percent)s%%。"),
        "too_long": _("这样改，最后一期在 %(ends_on)s，最晚只能到 %(latest_on)s。"),
        "cap_unknown": _("今天没有可用的成本上限规则，不能改。"),
    }
