"""The office's words for applications for a reserve, and for why they are not approved at once."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from anqi.web.office.words import Words

RESERVE_STATES: Words = {
    "review": lazy("等人工审核"),
    "approved": lazy("已通过，等签约"),
    "refused": lazy("没有通过"),
    "signed": lazy("已签约"),
    "withdrawn": lazy("借款人已撤回"),
    "lapsed": lazy("过期未签约"),
}
RESERVE_OUTCOMES: Words = {"approved": lazy("通过"), "refused": lazy("不通过"), "review": lazy("转人工")}
RESERVE_PURPOSES: Words = {
    "daily": lazy("日常消费"),
    "education": lazy("教育培训"),
    "medical": lazy("医疗健康"),
    "renting": lazy("租房"),
    "travel": lazy("旅行"),
    "furnishing": lazy("装修家居"),
}
EARLIER: Words = {
    "open": lazy("没有结束"), "approved": lazy("签约"), "refused": lazy("没有通过"), "withdrawn": lazy("撤回或过期"),
}  # fmt: skip
RESERVE_REASONS: Words = {
    "identity_not_verified": lazy("没有实名。"),
    "age_unknown": lazy("没有出生日期。"),
    "too_young": lazy("%(years)s 周岁，至少要 %(least)s 周岁。"),
    "above_age": lazy("%(years)s 周岁，超过 %(most)s 周岁。"),
    "purpose_not_allowed": lazy("用途“%(purpose)s”不在允许的范围内。"),
    "amount_too_small": lazy("申请 %(asked)s，最低 %(least)s。"),
    "amount_too_big": lazy("申请 %(asked)s，最高 %(most)s。"),
    "more_than_free": lazy("申请 %(asked)s，可用额度只有 %(free)s。"),
    "term_too_long": lazy("期限 %(months)s 个月，最长 %(most)s 个月。"),
    "overdue_here": lazy("在同一家出借机构逾期 %(days)s 天。"),
    "too_many_running": lazy("有 %(count)s 笔备用金没有结清，最多 %(most)s 笔。"),
    "elsewhere_unknown": lazy("没有其他机构的信息。"),
    "elsewhere_too_old": lazy("其他机构的信息是 %(days)s 天前的，最多 %(most)s 天。"),
    "overdue_elsewhere": lazy("在其他机构逾期 %(days)s 天，规则从 %(least)s 天起算。"),
    "another_is_open": lazy("还有 %(count)s 笔申请没有结束。"),
    "too_soon_after_refusal": lazy("%(refused)s没有通过，%(again)s起才可以再申请。"),
    "too_many_applications": lazy("%(days)s 天里已申请 %(count)s 次，最多 %(most)s 次，%(again)s起才可以再申请。"),
    "many_today": lazy("同一天第 %(count)s 次申请。"),
    "account_shared": lazy("收款账户有 %(borrowers)s 位借款人用过，最多 %(most)s 位。"),
    "device_shared": lazy("同一台设备有 %(borrowers)s 位借款人申请过，最多 %(most)s 位。"),
    "not_scored": lazy("没有评分。"),
    "score_too_low": lazy("评分 %(points)s，低于 %(least)s，不通过。"),
    "score_low": lazy("评分 %(points)s，低于 %(least)s，转人工。"),
    "no_policy": lazy("申请那天没有规则。"),
}


def refusals() -> dict[str, str]:
    """Why an act on an application was declined, by its code."""
    return {
        "looked_before": _("看过这笔申请的人不能再看一次，要由另一位同事处理。"),
        "cannot_be_approved": _("有不能由人工越过的原因，不能通过。"),
    }
