"""The borrower's words for auto-debits: where money is taken from, why it was not, how agreements and plans ended."""

from collections.abc import Sequence
from datetime import time

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from anqi.payments.debit_queries import Agreement, Planned, Try
from anqi.web.borrower.wording import channel_label
from anqi.web.shared.states import Badge

Words = dict[str, str | Promise]

_OURS = gettext_lazy("我们这边没有处理成功")
# For every word that `payments.reasons` knows; all that is our own matter is told as that.
REASONS: Words = {
    "balance": gettext_lazy("余额不足"),
    "declined": gettext_lazy("银行拒绝了这笔扣款"),
    "risk": gettext_lazy("支付渠道的风险控制没有放行"),
    "not_passed": gettext_lazy("银行没有通过这笔扣款"),
    "day_limit": gettext_lazy("超过当日限额"),
    "amount_limit": pgettext_lazy("debit", "超过单笔限额"),
    "too_many_tries": gettext_lazy("今天扣款次数太多"),
    "mandate_ended": gettext_lazy("扣款授权已经解除"),
    "account_state": gettext_lazy("账户状态不正常"),
    "card_number": gettext_lazy("卡已失效"),
    "card_not_supported": gettext_lazy("这张卡不支持自动扣款"),
    "card_state": gettext_lazy("卡状态不正常"),
    "card_expired": gettext_lazy("卡已过期"),
    "cardholder": gettext_lazy("持卡人信息不符"),
    "not_open": gettext_lazy("这张卡没有开通线上支付"),
    "password": gettext_lazy("密码错误次数太多"),
    "bank_closed": gettext_lazy("银行正在维护"),
    "system": gettext_lazy("支付渠道没有处理成功"),
    "merchant_limit": _OURS,
    "merchant_state": _OURS,
    "no_rights": _OURS,
    "wrong_message": _OURS,
    "wrong_signature": _OURS,
    "not_announced": _OURS,
    "outside_hours": _OURS,
    "over_announced": _OURS,
    "too_often": _OURS,
}
_ENDED_BY: Words = {
    "borrower": gettext_lazy("你关闭了"),
    "settled": gettext_lazy("已结清，自动结束"),
    "card_removed": gettext_lazy("银行卡已移除"),
    "replaced": gettext_lazy("已由新的授权代替"),
}
_PLAN_ENDED: Words = {
    "paid": gettext_lazy("这一期已还清，不再扣款"),
    "given_up": gettext_lazy("没有扣成，不再自动扣这一期"),
    "no_source": gettext_lazy("没有可扣款的账户，这一期不自动扣"),
    "stopped": gettext_lazy("工作人员停止了这一期的自动扣款"),
    "moved": gettext_lazy("还款计划有变动，按新的计划扣款"),
}
AGREEMENTS = {
    "pending": Badge(word=pgettext_lazy("debit", "待签约"), shape="ring", tone="warn"),
    "active": Badge(word=pgettext_lazy("debit", "已开通"), shape="check", tone="good"),
    "ended": Badge(word=pgettext_lazy("debit", "已结束"), shape="dash", tone="calm"),
}
PLANS = {
    "open": Badge(word=pgettext_lazy("debit", "待扣款"), shape="ring", tone="brand"),
    "trying": Badge(word=pgettext_lazy("debit", "处理中"), shape="clock", tone="brand"),
    "failing": Badge(word=pgettext_lazy("debit", "还会再扣"), shape="alert", tone="warn"),
    "paid": Badge(word=pgettext_lazy("debit", "已还清"), shape="check", tone="good"),
    "given_up": Badge(word=pgettext_lazy("debit", "没有扣成"), shape="cross", tone="bad"),
    "stopped": Badge(word=pgettext_lazy("debit", "已停止"), shape="dash", tone="calm"),
}


def reason(code: str) -> str:
    """Why a debit failed; of a word that stands nowhere, that the channel could not do it."""
    return str(REASONS.get(code, REASONS["system"]))


def source_name(of: Agreement) -> str:
    """Where it takes money from, as its owner knows it: 支付宝 138****6021; 中国工商银行（尾号 0017）."""
    if of.card_id:
        bank, last4 = of.account.rsplit(" ", 1)
        return _("%(bank)s（尾号 %(last4)s）") % {"bank": bank, "last4": last4}
    return f"{channel_label(of.channel)} {of.account}".strip()


def ended_by(of: Agreement) -> str:
    """By whom, or by what, an agreement ended."""
    if of.ended_by == "ended_by_payer":
        return _("你在%(channel)s解除了") % {"channel": channel_label(of.channel)}
    return str(_ENDED_BY.get(of.ended_by) or reason(of.ended_by))


def plan_state(plan: Planned) -> Badge:
    """How the debits of one instalment stand."""
    if not plan.is_open:
        return PLANS[plan.state]
    last = plan.last
    return PLANS["open" if last is None else "failing" if last.has_failed else "trying"]


def plan_ended(plan: Planned) -> str:
    """Why nothing more is tried for an instalment."""
    return str(_PLAN_ENDED.get(plan.why, _PLAN_ENDED["stopped"]))


def try_state(of: Try) -> str:
    """What became of one debit."""
    if of.has_failed:
        return _("没有扣成：%(reason)s") % {"reason": reason(of.why)}
    if of.is_open:
        return _("还没有结果，等%(channel)s答复") % {"channel": channel_label(of.channel)}
    return _("已扣成")


def hours(listed: Sequence[time]) -> str:
    """Hours of Shanghai one after the other: 09:30、15:30."""
    return pgettext("between numbers", "、").join(f"{each:%H:%M}" for each in listed)
