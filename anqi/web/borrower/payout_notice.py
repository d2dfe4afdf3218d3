"""What the borrower is told of money that is to be paid out: how it stands, since when, and what can be done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anqi.payments import payouts
from anqi.payments.models import Payout
from anqi.web.borrower.wording import sentences
from anqi.web.shared.figures import write_moment, write_yuan

# Why it could not be paid to that account; of other reasons only that it could not.
_WHY_NOT: Mapping[str, str | Promise] = {
    "name_mismatch": gettext_lazy("收款账户的户名和你的姓名不一致。"),
    "cardholder": gettext_lazy("收款账户的户名和你的姓名不一致。"),
    "no_such_account": gettext_lazy("没有找到这个收款账户。"),
    "card_number": gettext_lazy("没有找到这个收款账户。"),
    "account_unfit": gettext_lazy("这个账户现在不能收款。"),
    "card_state": gettext_lazy("这张卡的状态不正常，不能收款。"),
    "card_expired": gettext_lazy("这张卡已经过期。"),
    "card_not_supported": gettext_lazy("这张卡不支持收款。"),
    "over_limit": gettext_lazy("超过了这个账户一次能收的金额。"),
    "amount_limit": gettext_lazy("超过了这个账户一次能收的金额。"),
    "day_limit": gettext_lazy("超过了这个账户一天能收的金额。"),
}


@dataclass(frozen=True, kw_only=True)
class PayoutNotice:
    """How the payout stands, in one notice, and where the money goes."""

    state: str
    title: str
    text: str
    account: str = ""
    may_change: bool = False
    """Whether another account may be named."""
    may_undo: bool = False
    """Whether the whole loan may be undone at no cost."""

    @property
    def is_open(self) -> bool:
        """Whether it may become something else by itself, soon."""
        return self.state == "processing"

    @property
    def tone(self) -> str:
        return {"succeeded": "good", "failed": "bad", "closed": ""}.get(self.state, "warn")


def payout_notice(payout: Payout | None, *, now: datetime) -> PayoutNotice:
    """The notice for the last payout of a loan; before there is one, it is about to be asked for."""
    if payout is None:
        text = _("到账以前不用还款，也不计利息和手续费。")
        return PayoutNotice(state="processing", title=_("已签约，等待放款"), text=text)
    return _NOTICES.get(payout.state, _sent)(payout, now)


def _waiting(payout: Payout, now: datetime) -> PayoutNotice:
    if payout.reason == payouts.EARLIER_PAID:
        return _looked_into(payout, _free())
    told = _("工作人员从 %(at)s 开始复核，通常当天完成，复核以后才放款。") % {"at": _at(payout.requested_at, now)}
    return _notice(payout, "processing", _("等待放款审核"), told, _free(), may_undo=True)


def _released(payout: Payout, now: datetime) -> PayoutNotice:
    if payout.reason == "daily_cap" and payout.next_try_at:
        told = _("今天的放款额度已经用完，%(at)s 以后继续放款，不用重新申请。") % {"at": _at(payout.next_try_at, now)}
    elif payout.reason:
        told = _("放款渠道现在付不了款，我们会自动再试，不用重新申请。")
    else:
        told = _("%(amount)s 马上打到你的%(account)s。") % _words(payout)
    return _notice(payout, "processing", _("已签约，等待放款"), told, _free(), may_undo=True)


def _sent(payout: Payout, now: datetime) -> PayoutNotice:
    assert payout.sent_at
    told = _("%(amount)s 正在打到你的%(account)s，到账后我们会马上告诉你。") % _words(payout)
    since = _("%(at)s 发出。") % {"at": _at(payout.sent_at, now)}
    never_twice = _("到账以前不计息；没有结果以前不会再打第二笔。")
    return _notice(payout, "processing", _("放款处理中"), told, since, never_twice)


def _failed(payout: Payout, now: datetime) -> PayoutNotice:
    if payout.lapsed_at:
        over = _("款没有到账，合同已经结束，没有产生任何费用，额度已经放开。")
        return _notice(payout, "closed", _("合同已失效"), over)
    until = payouts.nameable_until(payout)
    told = _("%(amount)s 没能打到你的%(account)s，借款没有开始，不计息。") % _words(payout)
    if payout.reason == payouts.PAID_AFTER_ALL:
        return _looked_into(payout, told)
    why = str(_WHY_NOT.get(payout.reason, ""))
    lapses = _("%(at)s 以前没有换收款账户，合同自动失效，不收任何费用。") % {"at": _at(until, now)}
    may = now <= until
    return _notice(payout, "failed", _("没能到账"), told, why, lapses, may_change=may, may_undo=may)


def _looked_into(payout: Payout, told: str) -> PayoutNotice:
    looks = _("渠道对打款前后说法不一，工作人员正在核对，核对清楚以前不会再打款。")
    return _notice(payout, "unknown", _("正在核对"), told, looks)


def _arrived(payout: Payout, now: datetime) -> PayoutNotice:
    assert payout.paid_at
    told = _("%(amount)s 已到账你的%(account)s。") % _words(payout)
    return _notice(payout, "succeeded", _("已到账"), told, _("%(at)s 到账，从当天开始计息。") % {"at": _at(payout.paid_at, now)})


def _stopped(payout: Payout, now: datetime) -> PayoutNotice:
    return _notice(payout, "closed", _("没有放款，合同已取消"), _("没有产生任何费用，额度已经放开。"))


def _returned(payout: Payout, now: datetime) -> PayoutNotice:
    told = _("%(amount)s 被你的%(account)s的银行退回，这笔借款视为没有发生，你不需要还款。") % _words(payout)
    return _notice(payout, "failed", _("钱被退回，借款已作废"), told, _("还想用的话，可以换一个收款账户重新申请。"))


_NOTICES: Mapping[str, Callable[[Payout, datetime], PayoutNotice]] = {
    Payout.State.WAITING: _waiting,
    Payout.State.RELEASED: _released,
    Payout.State.FAILED: _failed,
    Payout.State.SUCCEEDED: _arrived,
    Payout.State.STOPPED: _stopped,
    Payout.State.RETURNED: _returned,
}


def _notice(
    payout: Payout, state: str, title: str, *told: str, may_change: bool = False, may_undo: bool = False
) -> PayoutNotice:
    return PayoutNotice(
        state=state, title=title, text=sentences(*told), account=payout.label, may_change=may_change, may_undo=may_undo
    )


def _free() -> str:
    return _("到账以前不用还款，也不计利息和手续费。")


def _words(payout: Payout) -> dict[str, str]:
    return {"amount": write_yuan(payout.amount_minor), "account": payout.label}


def _at(when: datetime, now: datetime) -> str:
    return write_moment(when, this_year=now.year)
