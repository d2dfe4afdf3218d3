"""What somebody who pays for a borrower reads: of this payment only, and nothing of whom it is for."""

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from anqi.payments.queries import ChargeView, PaymentView
from anqi.web.borrower import charge_pages, polling
from anqi.web.borrower.charge_pages import Said
from anqi.web.borrower.wording import channel_label
from anqi.web.shared.figures import write_moment, write_yuan

Row = dict[str, Any]


def over(why: str) -> Said:
    """Why nothing can be paid by a link any more."""
    if why == "paid":
        return Said(state="succeeded", title=_("已经付好了"), text=_("这笔钱已经有人付了，不用再付。谢谢你。"))
    text = {
        "revoked": _("请你付款的人已经撤回了这个链接。没有扣款。"),
        "expired": _("这个链接过期了。没有扣款。还想付的话，请对方再发一个。"),
    }.get(why, _("这笔钱现在不用付这么多了。没有扣款。还想付的话，请对方再发一个链接。"))
    return Said(state="closed", title=_("这个链接不能再付款"), text=text)


def tell(charge: ChargeView, *, now: datetime, step: int) -> Said:
    """The state of the payer's page for a charge that has been looked at `step` times before."""
    if charge.state == "succeeded":
        return _arrived(charge)
    if charge.is_open:
        return charge_pages.tell_open(charge, now=now, step=step)
    if charge.state == "failed":
        channel = channel_label(charge.channel)
        text = _("%(channel)s没有收下这笔付款。没有扣款，也没有手续费。") % {"channel": channel}
        return Said(state="failed", title=_("这次没有付成"), text=text)
    return Said(
        state="closed",
        title=_("这笔付款已关闭"),
        text=_("没有扣款。还想付的话，请重新打开对方发来的链接。如果你其实付过，到账后会自动处理。"),
        wait=polling.wait_after(step) if charge.is_watched else 0,
    )


def _arrived(charge: ChargeView) -> Said:
    back_minor = sum(
        payment.waiting_minor + payment.returning_minor + payment.returned_minor for payment in charge.payments
    )
    if not back_minor:
        return Said(state="succeeded", title=_("付款成功"), text=_("钱已收到，已用于对方的还款。下面是你的收据。"))
    text = _("%(amount)s 没有用上，原路退回你付款时用的账户，进度见下面的收据。不用再付一次。")
    title = _("钱已收到，没有用上的退回给你")
    return Said(state="processing", title=title, text=text % {"amount": write_yuan(back_minor)})


def receipt(charge: ChargeView, payment: PaymentView, *, key: str, today: date) -> list[Row]:
    """The payer's own receipt: the amount and its numbers, and what of it goes back."""
    rows: list[Row] = [
        {"label": _("付款金额"), "amount_minor": payment.amount_minor},
        {"label": _("支付方式"), "text": channel_label(charge.channel)},
        {"label": _("支付时间"), "text": write_moment(payment.paid_at, this_year=today.year)},
        {"label": _("渠道流水号"), "text": payment.ref},
        {"label": _("我们的单号"), "text": key},
    ]
    back = [
        (_("等待退回"), payment.waiting_minor), (_("正在退回"), payment.returning_minor),
        (_("已退回"), payment.returned_minor),
    ]  # fmt: skip
    return [*rows, *({"label": label, "amount_minor": minor} for label, minor in back if minor)]
