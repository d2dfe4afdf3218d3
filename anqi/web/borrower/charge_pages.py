"""What is known of a payment, in words: never more than the channel has said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from anqi.engine.money import write_amount
from anqi.lending import queries as lending
from anqi.lending.queries import OrderView
from anqi.payments.queries import ChargeView
from anqi.web.borrower import debit_words, polling, together
from anqi.web.borrower.wording import ANSWERS, REASONS, channel_label, sentences
from anqi.web.shared.figures import write_moment, write_yuan

# A code is scanned when the phone is at hand: the page looks until the charge's own end.
_SCANNING_WAIT = 3000


@dataclass(frozen=True, kw_only=True)
class Said:
    """One state of the result page."""

    state: str
    title: str
    text: str
    wait: int = 0


def known(charge: ChargeView, *, today: date) -> list[dict[str, str]]:
    """What is known of a charge that is still open, and what we do about it, for the part `sum`."""
    channel = channel_label(charge.channel)
    lines = [{"label": _("开始"), "text": write_moment(charge.opened_at, this_year=today.year)}]
    if charge.asked_at:
        at = write_moment(charge.asked_at, this_year=today.year)
        answer = str(ANSWERS.get(charge.last_answer, ANSWERS["unknown"]))
        lines.append({"label": _("上次问%(channel)s") % {"channel": channel}, "text": f"{at} {answer}"})
    if charge.next_ask_at:
        at = write_moment(charge.next_ask_at, this_year=today.year)
        lines.append({"label": _("最晚下次再问"), "text": at})
    return lines


def transfer_lines(charge: ChargeView) -> list[dict[str, str]]:
    """What to fill in at one's bank, each as it is read and as it is copied."""
    to, amount = charge.transfer, write_amount(charge.amount_minor, currency="CNY")
    number = to["account_number"]
    return [
        {"label": _("收款户名"), "text": to["account_name"], "copies": to["account_name"]},
        {"label": _("收款账号"), "text": _in_fours(number), "copies": number},
        {"label": _("开户银行"), "text": to["bank"], "copies": to["bank"]},
        {"label": _("转账金额"), "note": _("一分不差才能自动入账"), "text": write_yuan(charge.amount_minor), "copies": amount},
        {"label": _("转账编号"), "note": _("填在附言、备注或用途里"), "text": to["reference"], "copies": to["reference"]},
    ]


def shares(borrower_id: UUID, charge: ChargeView, *, today: date) -> list[tuple[OrderView, int]]:
    """What each of several plans gets of the charge, in fen; nothing where it is for one."""
    if len(charge.shares) < 2:
        return []
    orders = lending.orders_of_loans(borrower_id, charge.shares, today=today)
    return [(orders[loan_id], minor) for loan_id, minor in charge.shares.items()]


def split(shared: Sequence[tuple[OrderView, int]]) -> list[dict[str, Any]]:
    """The shares and their sum, for the part `sum`."""
    rows: list[dict[str, Any]] = [
        {"label": order.title, "note": order.loan.number if order.loan else "", "amount_minor": minor}
        for order, minor in shared
    ]
    total = {"label": _("一共"), "amount_minor": sum(minor for _order, minor in shared), "total": True}
    return [*rows, total] if rows else []


def again(shared: Sequence[tuple[OrderView, int]], order_id: UUID | None) -> str:
    """Where to pay the same plans once more."""
    if shared:
        return together.address(order.id for order, _minor in shared)
    return reverse("borrower:pay", args=[order_id]) if order_id else ""


def _in_fours(number: str) -> str:
    return " ".join(number[place : place + 4] for place in range(0, len(number), 4))


def tell(charge: ChargeView, *, now: datetime, step: int) -> Said:
    """The state of the page for a charge that has been looked at `step` times before."""
    if charge.state == "succeeded":
        return _arrived(charge)
    wait = polling.wait_after(step)
    if not charge.is_open:
        return _ended(charge, wait if charge.is_watched else 0)
    if charge.is_by_other and not charge.is_closing:
        return _paid_by_other(wait)
    return tell_open(charge, now=now, step=step)


def tell_open(charge: ChargeView, *, now: datetime, step: int) -> Said:
    """The same of a charge that is open, as whoever pays it reads it."""
    wait = polling.wait_after(step)
    if charge.is_closing:
        return _closing(charge, wait)
    if charge.last_answer == "unknown" or charge.state == "unknown":
        return _unknown(charge, wait)
    if charge.code_text and charge.may_be_paid(now):
        return _to_scan(charge)
    if charge.transfer:
        return _to_transfer()
    return _unpaid(charge, now, wait) if charge.has_cashier and step else _processing(charge, wait)


def _arrived(charge: ChargeView) -> Said:
    waiting_minor = sum(payment.waiting_minor for payment in charge.payments)
    gone_minor = sum(payment.returning_minor + payment.returned_minor for payment in charge.payments)
    total_minor = sum(payment.amount_minor for payment in charge.payments)
    if charge.is_by_other:
        return _arrived_of_other(waiting_minor + gone_minor)
    if not waiting_minor and not gone_minor:
        return Said(state="succeeded", title=_("还款成功"), text=_("已经入账，剩余应还已更新。"))
    if not waiting_minor:
        return _going_back(charge)
    title = _("钱已收到，还没有用来还款") if waiting_minor == total_minor else _("钱已收到，一部分还没有用上")
    return Said(
        state="unknown",
        title=title,
        text=_("这笔钱没有丢，已记在你的名下，一天之内用于你的应还款或原路退回，结果会短信告诉你。不用再付一次。"),
    )


def _arrived_of_other(unused_minor: int) -> Said:
    if not unused_minor:
        return Said(state="succeeded", title=_("有人替你还了"), text=_("由他人代付，已经入账，剩余应还已更新。"))
    text = _("其中 %(amount)s 没有可以冲抵的应还款，会原路退回给付款人，不会用在别处。")
    return Said(state="unknown", title=_("别人付的钱有一部分退回"), text=text % {"amount": write_yuan(unused_minor)})


def _paid_by_other(wait: int) -> Said:
    text = _("对方打开了你发的代付链接，还没有结果。付成会自动入账；不想让对方付了，可以撤回链接。")
    return Said(state="processing", title=_("有人正在替你付"), text=text, wait=wait)


def _going_back(charge: ChargeView) -> Said:
    channel = channel_label(charge.channel)
    returning_minor = sum(payment.returning_minor for payment in charge.payments)
    if returning_minor:
        text = _("%(amount)s 没有可以冲抵的应还款，正在退回你的%(channel)s，通常几分钟到 3 天到账。不用再付一次。")
        said = text % {"amount": write_yuan(returning_minor), "channel": channel}
        return Said(state="processing", title=_("正在原路退回"), text=said)
    returned_minor = sum(payment.returned_minor for payment in charge.payments)
    text = _("%(amount)s 没有可以冲抵的应还款，已退回你的%(channel)s。")
    said = text % {"amount": write_yuan(returned_minor), "channel": channel}
    return Said(state="closed", title=_("已原路退回"), text=said)


def _ended(charge: ChargeView, wait: int) -> Said:
    if charge.is_debit:
        return _not_debited(charge)
    if charge.state == "failed":
        channel = channel_label(charge.channel)
        text = _("%(channel)s没有收下这笔付款。没有扣款，也没有手续费。") % {"channel": channel}
        return Said(state="failed", title=_("这次没有付成"), text=text)
    why = "" if charge.is_by_other else str(REASONS.get(charge.reason, ""))
    return Said(
        state="closed",
        title=_("这笔付款已关闭"),
        text=sentences(why, _("没有扣款。如果你其实付过，到账后会自动处理。")),
        wait=wait,
    )


def _not_debited(charge: ChargeView) -> Said:
    why = debit_words.reason("system" if charge.state == "closed" else charge.reason)
    text = sentences(_("原因：%(reason)s。") % {"reason": why}, _("钱没有扣走，也没有手续费。"))
    return Said(state="failed", title=_("自动扣款没有成功"), text=text)


def _to_scan(charge: ChargeView) -> Said:
    channel = channel_label(charge.channel)
    text = _("用手机上的%(channel)s扫下面的码付款，付成后这个页面会自己更新。") % {"channel": channel}
    return Said(state="processing", title=_("等你扫码付款"), text=text, wait=_SCANNING_WAIT)


def _to_transfer() -> Said:
    return Said(
        state="processing",
        title=_("等你转账"),
        text=_(
            "请用自己的网上银行或手机银行，把这笔钱转到下面的账户，附言填写转账编号。到账后自动入账，"
            "一般下一个工作日能看到，按银行入账的时间算。已经转了就不用再付，可以离开这个页面。"
        ),
    )


def _closing(charge: ChargeView, wait: int) -> Said:
    channel = channel_label(charge.channel)
    text = _("我们已请%(channel)s关闭这笔付款，等它确认后就能换一种方式还。如果其实已经付了，会照常入账。")
    return Said(state="processing", title=_("正在关闭这笔付款"), text=text % {"channel": channel}, wait=wait)


def _unknown(charge: ChargeView, wait: int) -> Said:
    channel = channel_label(charge.channel)
    return Said(
        state="unknown",
        title=_("还没有收到%(channel)s的结果") % {"channel": channel},
        text=_("付成了会自动入账，没付成不会扣款。请不要重复付款，可以离开这个页面，我们会继续查。"),
        wait=wait,
    )


def _unpaid(charge: ChargeView, now: datetime, wait: int) -> Said:
    if now >= charge.expires_at:
        return _closing(charge, wait)
    return Said(
        state="closed",
        title=_("还没有收到付款"),
        text=_("如果你没有付完，可以继续支付，或换一种方式。如果已经付了，可以离开，到账后会自动入账。"),
        wait=wait,
    )


def _processing(charge: ChargeView, wait: int) -> Said:
    if charge.is_debit:
        return _debiting(charge, wait)
    text = _("正在向%(channel)s核对，通常几秒钟。可以离开这个页面，结果不会丢。")
    channel = channel_label(charge.channel)
    return Said(state="processing", title=_("正在确认付款"), text=text % {"channel": channel}, wait=wait)


def _debiting(charge: ChargeView, wait: int) -> Said:
    text = _("已请%(channel)s扣款，在等结果。不用再付，可以离开这个页面，有了结果会短信告诉你。")
    channel = channel_label(charge.channel)
    return Said(state="processing", title=_("自动扣款处理中"), text=text % {"channel": channel}, wait=wait)
