"""What the borrower is told of money that is to be paid out."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from anqi.payments.models import Payout
from anqi.web.shared.figures import write_yuan


@dataclass(frozen=True, kw_only=True)
class PayoutNotice:
    """How the payout stands, in one notice, and where the money goes."""

    tone: str
    title: str
    text: str
    account: str = ""


def payout_notice(payout: Payout | None) -> PayoutNotice:
    """The notice for the last payout of a loan that has not begun; before there is one, it is about to be asked for."""
    state = payout.state if payout else Payout.State.RELEASED
    words = {"amount": write_yuan(payout.amount_minor), "account": payout.label} if payout else {}
    tone, title, text = _told(state)
    return PayoutNotice(tone=tone, title=title, text=text % words, account=payout.label if payout else "")


def _told(state: str) -> tuple[str, str, str]:
    if state == Payout.State.WAITING:
        return "warn", _("等待放款审核"), _("这笔借款要由工作人员复核后放款，通常当天完成。到账以前不计息。")
    if state in Payout.SENT:
        return (
            "warn", _("放款处理中"),
            _("%(amount)s 正在打到你的%(account)s，到账后我们会马上告诉你。到账以前不计息；没有结果以前不会再打第二笔。"),
        )  # fmt: skip
    if state == Payout.State.FAILED:
        return (
            "bad", _("没能到账"),
            _("%(amount)s 没能打到你的%(account)s，借款没有开始，不计息。3 天内没有换收款账户，合同自动失效。"),
        )  # fmt: skip
    return "warn", _("已签约，等待放款"), _("到账以前不用还款，也不计利息和手续费。")
