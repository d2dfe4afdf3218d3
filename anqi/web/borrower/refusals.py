"""Refusals of actions in the borrower's words, with the numbers and times they carry."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anqi.rows.refusals import Refused
from anqi.web.borrower import credit_words, hardship_words
from anqi.web.borrower.wording import channel_label
from anqi.web.shared.figures import write_day, write_moment, write_yuan

_A_MINUTE = 60
Words = Callable[[dict[str, Any], datetime], str]


def told(refused: Refused, *, now: datetime) -> str:
    """What the borrower is told, with when to try again where that helps."""
    words = _WORDS.get(refused.code)
    return words(refused.facts, now) if words else _("这一步没有办成，什么都没有改变。请稍后再试。")


def _again(facts: dict[str, Any], now: datetime) -> str:
    again_at = facts["again_at"]
    seconds = max(int((again_at - now).total_seconds()), 1)
    if seconds <= _A_MINUTE:
        told = ngettext("验证码刚发过，%(seconds)d 秒后可以重发。", "验证码刚发过，%(seconds)d 秒后可以重发。", seconds)
        return told % {"seconds": seconds}
    return _("验证码要得太多了。为了你的安全，%(at)s 以后可以再要。") % {"at": write_moment(again_at, this_year=now.year)}


def _limit(facts: dict[str, Any], now: datetime) -> str:
    return _("需要额度 %(needed)s，你现在可用额度是 %(left)s，没有签约。") % {
        "needed": write_yuan(facts["needed_minor"]),
        "left": write_yuan(facts["available_minor"]),
    }


def _hurry(facts: dict[str, Any], now: datetime) -> str:
    seconds = facts["seconds_left"]
    told = ngettext(
        "请先看完费用和合同，还要 %(seconds)d 秒才能确认。", "请先看完费用和合同，还要 %(seconds)d 秒才能确认。", seconds
    )
    return told % {"seconds": seconds}


def _above_limit(facts: dict[str, Any], now: datetime) -> str:
    return _("一期最多要还 %(largest)s，从那里一次最多只能扣 %(limit)s，不能用它自动还款。") % {
        "largest": write_yuan(facts["largest_minor"]),
        "limit": write_yuan(facts["limit_minor"]),
    }


def _days_do_not_fit(facts: dict[str, Any], now: datetime) -> str:
    told = _("还款日还没有定下来，或%(channel)s不能约定这样的日子。请换一个账户，或定下来以后再开通。")
    return told % {"channel": channel_label(facts["channel"])}


def _cannot_debit(facts: dict[str, Any], now: datetime) -> str:
    told = _("现在不能用%(channel)s开通自动还款，没有任何变动。请换一个账户，或稍后再试。")
    return told % {"channel": channel_label(facts["channel"])}


_WORDS: dict[str, Words] = {
    **credit_words.REFUSALS,
    "not_a_phone": lambda facts, now: _("请填写 11 位手机号，以 1 开头。"),
    "too_many_codes": _again,
    "wrong_code": lambda facts, now: _("验证码不对，或已经失效。请核对最新一条短信，或重新获取。"),
    "hour_is_quiet": lambda facts, now: _("提醒的时间在你的安静时段里，请选 %(quiet_until)d 点到 %(quiet_from)d 点之间。") % facts,
    "not_a_mail": lambda facts, now: _("请填写一个邮箱地址，例如 name@example.com。"),
    "no_mail_asked": lambda facts, now: _("没有等待验证的邮箱，请先填写邮箱。"),
    "not_a_name": lambda facts, now: _("请填写身份证上的姓名。"),
    "not_an_id_number": lambda facts, now: _("身份证号不对：应为 18 位，请逐位核对。"),
    "too_young": lambda facts, now: _("年满 %(years)d 周岁才能签约。") % {"years": facts["years"]},
    "identity_taken": lambda facts, now: _("这张身份证已在另一个手机号下实名。请用那个手机号登录。"),
    "already_verified": lambda facts, now: _("这个账号已经实名为另一个人，不能更改。"),
    "limit_exceeded": _limit,
    "limit_locked": lambda facts, now: _("你的额度冻结了，没有签约。已有的照常还款。"),
    "limit_expired": lambda facts, now: _("你的额度过了有效期，没有签约。已有的照常还款。"),
    "reading_too_short": _hurry,
    "consent_missing": lambda facts, now: _("每一项都勾选同意以后，才能签约。"),
    "plan_not_running": lambda facts, now: _("这笔分期没有在还款中，没有可以改的。"),
    "still_due": lambda facts, now: _("有 %(amount)s 已经到期，先还清，马上就可以来办。")
    % {"amount": write_yuan(facts["due_minor"])},
    "plan_on_hold": lambda facts, now: _("这笔分期现在冻结着，什么都不用还；解除冻结以后再来办。"),
    "moved_before": lambda facts, now: _("第 %(n)d 期的还款日已经改过一次，先还掉这一期再来办。") % {"n": facts["n"]},
    "too_few_to_come": lambda facts, now: _("这笔分期不能改每月的还款日；下一期来不及还，可以延期。"),
    "changed_lately": lambda facts, now: _("不久前刚改过，%(day)s起可以再办。")
    % {"day": write_day(facts["again_on"], this_year=now.year)},
    "day_not_offered": lambda facts, now: _("还款日请选每月 1–28 日，和现在的不同。"),
    "deferral_too_long": lambda facts, now: _("请选 %(first)s到 %(last)s之间、每月 1–28 日的一天。")
    % {
        "first": write_day(facts["first_on"], this_year=now.year),
        "last": write_day(facts["last_on"], this_year=now.year),
    },
    "payment_under_way": lambda facts, now: _("有一笔付款还没有结果，等它有了结果再来办。"),
    "debit_announced": lambda facts, now: _("%(day)s的自动扣款已经通知出去，这一期不能再改；扣款以后再来办。")
    % {"day": write_day(facts["due_on"], this_year=now.year)},
    "not_meant": lambda facts, now: _("请先勾选同意，再确认。"),
    "cannot_change": lambda facts, now: _("这笔分期不能这样改，没有任何变动。"),
    "amendment_changed": lambda facts, now: _("内容有了变化，没有签署。请再看一遍下面新的内容。"),
    "cost_above_cap": lambda facts, now: _("按今天的规定，这笔的年化成本超过了上限 %(cap)s%%，没有签约。")
    % {"cap": facts["cap_percent"]},
    "amount_above_limit": _above_limit,
    "days_do_not_fit": _days_do_not_fit,
    "cannot_debit": _cannot_debit,
    "nothing_to_debit": lambda facts, now: _("这笔没有要还的了，不用自动还款。"),
    "no_such_card": lambda facts, now: _("没有找到这张银行卡，请换一张已绑定的卡。"),
    "already_applied": lambda facts, now: _("你还有一笔申请没有结束，请先签约或撤回。"),
    "other_request": lambda facts, now: _("这张申请已经提交过，内容不能再改。请重新申请。"),
    "application_not_open": lambda facts, now: _("这笔申请现在不能这样办，请刷新查看它的状态。"),
    "offer_lapsed": lambda facts, now: _("这笔申请 %(at)s 已失效，没有签约。请重新申请。")
    % {"at": write_moment(facts["expired_at"], this_year=now.year)},
    "credit_card": lambda facts, now: _("备用金只能打到储蓄卡，不能打到信用卡。"),
    "cannot_pay_there": lambda facts, now: _("现在不能打款到这个账户，请换一种收款方式。"),
    "already_on_its_way": lambda facts, now: _("这笔借款已经在放款，没有再打一笔。"),
    "nothing_to_pay_out": lambda facts, now: _("这笔借款现在不用放款，没有任何变动。"),
    "may_be_paid": lambda facts, now: _("上一笔打款渠道前后说法不一，工作人员正在核对。核对清楚以前不会再打款。"),
    "too_late_to_name": lambda facts, now: _("%(at)s 以前可以换收款账户，现在已经过了，合同自动失效，不收任何费用。")
    % {"at": write_moment(facts["until"], this_year=now.year)},
    "too_late_to_undo": lambda facts, now: _("钱已经打出去，或者可能已经打出去，不能取消了。到账当天全部归还，不收任何费用。"),
    "not_a_wallet": lambda facts, now: _("请填写支付宝账号：手机号或邮箱。"),
    "purpose_unknown": lambda facts, now: _("请选择借款用途。"),
    "not_refused": lambda facts, now: _("只有没有通过的申请才能要求人工复核。"),
    "too_late_to_question": lambda facts, now: _("这笔申请没有通过已超过 30 天，请重新申请。"),
    "plan_unavailable": lambda facts, now: _("这个方案现在没有提供，请换一个。"),
    "amount_out_of_range": lambda facts, now: _("金额应在 %(least)s 到 %(most)s 之间。")
    % {"least": write_yuan(facts["least_minor"]), "most": write_yuan(facts["most_minor"])},
    "too_long": lambda facts, now: _("按今天的规定，这个方案的期限太长，没有办理。"),
    "cap_unknown": lambda facts, now: _("今天不能办理这个方案。"),
    "not_verified": lambda facts, now: _("请先完成实名认证，再来签约。"),
    **hardship_words.REFUSALS,
    "account_closed": lambda facts, now: _("这个账号 %(at)s 已注销，不能登录。要保存的资料到期删除，90 天后这个手机号可以注册新账号。")
    % {"at": write_moment(facts["closed_at"], this_year=now.year)},
    "same_phone": lambda facts, now: _("这就是现在的手机号，不用换。"),
    "phone_taken": lambda facts, now: _("这个手机号已经有自己的账号，没有更换。请换一个手机号，或先用它登录并注销那个账号。"),
    "not_matching": lambda facts, now: _("手机号、姓名和身份证号对不上同一个账号，没有提交。请核对后再试。"),
    "no_such_request": lambda facts, now: _("没有在办的更换，请重新开始。"),
    "complaint_not_open": lambda facts, now: _("这件投诉现在不能这样办，请看下面的进展。"),
    "complaint_questioned_before": lambda facts, now: _("你已经说过一次没有解决。对结果不满意，可以打下面的热线。"),
    "agreement_changed": lambda facts, now: _("合同内容已更新，没有签约。请再看一遍新的内容。"),
}
