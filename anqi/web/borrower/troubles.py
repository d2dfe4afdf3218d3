"""Refusals of this site as pages: what happened, what we did, what you can do."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from anqi import clock
from anqi.lending.applications import OfferLapsed
from anqi.lending.merchant_orders import OrderLapsed
from anqi.lending.queries import OrderView
from anqi.payments.queries import ChargeView
from anqi.rows.refusals import Refused
from anqi.web.borrower.wording import channel_label
from anqi.web.shared.errors import Act, Trouble, tell
from anqi.web.shared.figures import write_moment, write_yuan


def nothing_to_pay(request: HttpRequest, order: OrderView) -> HttpResponse:
    """There is nothing to pay on this order now."""
    happened = {
        "created": _("这笔订单还没有签约，没有要还的钱。"),
        "confirmed": _("商品还没有发货，分期还没有开始。"),
        "settled": _("这笔已经全部结清。"),
        "void": _("这笔已经作废，没有要还的钱。"),
    }.get(order.condition, _("这笔订单没有在还款中。"))
    return tell(request, status=409, trouble=Trouble(
        title=_("现在不用还款"),
        happened=happened,
        done=_("我们没有发起付款，也没有扣款。"),
        can_do=_("可以看看这笔订单，或回到首页看其他要还的。"),
        acts=(_to_order(order), _to_home()),
    ))  # fmt: skip


def debit_on_its_way(request: HttpRequest, order: OrderView, claim: ChargeView) -> HttpResponse:
    """While a debit is on its way nobody pays beside it."""
    at = write_moment(claim.opened_at, this_year=clock.today().year)
    told = {"at": at, "channel": channel_label(claim.channel), "amount": write_yuan(claim.amount_minor)}
    return tell(request, status=409, trouble=Trouble(
        title=_("自动扣款处理中"),
        happened=_("%(at)s 从%(channel)s扣 %(amount)s，还没有结果。") % told,
        done=_("为了不付重，我们没有发起新的付款。"),
        can_do=_("一般几分钟就有结果，会短信告诉你。没有扣成的话，钱还在你的账户里，马上就能手动还。"),
        acts=(Act(label=_("看扣款的结果"), url=reverse("borrower:charge", args=[claim.id])), _to_order(order)),
    ))  # fmt: skip


def too_late_today(request: HttpRequest, order: OrderView) -> HttpResponse:
    """The amount to settle changes at midnight, and midnight is too near."""
    return tell(request, status=409, trouble=Trouble(
        title=_("快到零点了，结清金额马上会变"),
        happened=_("提前结清的金额按天算，今天剩下的时间不够付完。"),
        done=_("我们没有发起付款，也没有扣款。"),
        can_do=_("请零点以后再来，按新的金额结清；也可以先还本期。"),
        acts=(Act(label=_("重新选择"), url=reverse("borrower:pay", args=[order.id])), _to_order(order)),
    ))  # fmt: skip


def too_slow_to_settle(request: HttpRequest, order: OrderView) -> HttpResponse:
    """The amount to settle changes before anybody could know of a transfer."""
    return tell(request, status=409, trouble=Trouble(
        title=_("银行转账赶不上今天的结清金额"),
        happened=_("提前结清的金额按天算，银行转账一般下一个工作日才知道到账，到那时金额已经变了。"),
        done=_("我们没有发起付款，也没有扣款。"),
        can_do=_("请换一种付款方式结清，也可以用银行转账先还本期。"),
        acts=(Act(label=_("重新选择"), url=reverse("borrower:pay", args=[order.id])), _to_order(order)),
    ))  # fmt: skip


def order_over(request: HttpRequest, refused: Refused, *, back_url: str = "") -> HttpResponse:
    """The order can no longer be signed: it lapsed, or it was cancelled."""
    is_lapsed = isinstance(refused, OrderLapsed)
    acts = (Act(label=_("回到商城"), url=back_url),) if back_url else ()
    return tell(request, status=409, trouble=Trouble(
        title=_("这笔订单已失效") if is_lapsed else _("这笔订单已取消"),
        happened=_("15 天内没有签约，订单自动失效了。") if is_lapsed else _("订单已经取消，不能再签约。"),
        done=_("没有签约，没有产生任何费用。"),
        can_do=_("还想买的话，请在商城重新下单。"),
        acts=(*acts, _to_home()),
    ))  # fmt: skip


def offer_over(request: HttpRequest, application_id: UUID, refused: OfferLapsed) -> HttpResponse:
    """What was approved can no longer be signed: its day is over."""
    expired_at = refused.facts["expired_at"]
    assert isinstance(expired_at, datetime)
    at = write_moment(expired_at, this_year=clock.today().year)
    return tell(request, status=409, trouble=Trouble(
        title=_("这笔申请已过期"),
        happened=_("通过的申请只能在 24 小时内签约，这笔到 %(at)s 为止。") % {"at": at},
        done=_("没有签约，没有产生任何费用，也没有占用额度。"),
        can_do=_("还想用的话，可以重新申请，很快就有结果。"),
        acts=(Act(label=_("看这笔申请"), url=reverse("borrower:reserve", args=[application_id])), _to_home()),
    ))  # fmt: skip


def _to_order(order: OrderView) -> Act:
    return Act(label=_("看这笔订单"), url=reverse("borrower:order", args=[order.id]))


def _to_home() -> Act:
    return Act(label=_("回到首页"), url=reverse("borrower:home"))
