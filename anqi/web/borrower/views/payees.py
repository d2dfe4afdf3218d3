"""Where a reserve is paid to, after it could not be paid: another account, or no loan at all."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anqi import clock
from anqi.actions import payouts
from anqi.lending.queries import LoanView, OrderView
from anqi.payments import channels
from anqi.payments import queries as payments
from anqi.payments.queries import CardView
from anqi.web.borrower.access import borrower_id, borrower_required
from anqi.web.borrower.payout_notice import PayoutNotice, payout_notice
from anqi.web.borrower.refusals import told
from anqi.web.borrower.views.orders import own_order
from anqi.web.borrower.wording import CHANNELS, card_name

_CARDS, _WALLET = "unionpay", "alipay"
_CHOOSE_AGAIN = (payouts.NoSuchCard, payouts.CreditCard, payouts.NotAWallet, payouts.CannotPayThere)
_OVER = (payouts.AlreadyOnItsWay, payouts.NothingToPayOut, payouts.MayBePaid, payouts.TooLateToName)


@borrower_required
@require_http_methods(["GET", "HEAD", "POST"])
def payee(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Another account, for as long as one may be named."""
    order, loan, notice = _waiting(request, order_id)
    if request.method == "POST":
        return _redirect(request, order, loan, notice)
    return _show(request, order, loan, notice) if notice.may_change else _to_order(order)


def _waiting(request: HttpRequest, order_id: UUID) -> tuple[OrderView, LoanView, PayoutNotice]:
    order = own_order(request, order_id)
    if not order.is_cash or not order.loan:
        raise Http404
    latest = payments.latest_payout(borrower_id(request), order.loan.id)
    return order, order.loan, payout_notice(latest, now=clock.now())


def _to_order(order: OrderView) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("borrower:order", args=[order.id]))


def _redirect(request: HttpRequest, order: OrderView, loan: LoanView, notice: PayoutNotice) -> HttpResponse:
    chosen, wallet = request.POST.get("to", ""), request.POST.get("wallet", "")
    try:
        payout = payouts.redirect(
            borrower_id=borrower_id(request), loan_id=loan.id, card_id=_card_id(chosen), wallet=wallet, now=clock.now()
        )
    except _CHOOSE_AGAIN as refused:
        note = told(refused, now=clock.now())
        return _show(request, order, loan, notice, chosen=chosen, wallet=wallet, note=note, status=422)
    except _OVER as refused:
        messages.error(request, told(refused, now=clock.now()))
    else:
        messages.success(request, _("收款账户已换成%(account)s。") % {"account": payout.label})
    return _to_order(order)


def _card_id(chosen: str) -> UUID | None:
    """The card that was chosen; None where a wallet was, or nothing."""
    try:
        return UUID(chosen)
    except ValueError:
        return None


def _show(
    request: HttpRequest, order: OrderView, loan: LoanView, notice: PayoutNotice, *, chosen: str = "",
    wallet: str = "", note: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    paying_out, who = channels.paying_out(), borrower_id(request)
    cards = payments.cards(who) if _CARDS in paying_out else []
    refused = payments.refusing_cards(who, loan.id) if cards else set()
    context = {
        "order": order,
        "notice": notice,
        "accounts": [*(_card(each, refused) for each in cards), *([_wallet()] if _WALLET in paying_out else [])],
        "takes_wallets": _WALLET in paying_out,
        "can_bind": bool(channels.with_cards()),
        "chosen": chosen,
        "wallet": wallet,
        "note": note,
    }
    return render(request, "borrower/payee.html", context, status=status)


def _card(card: CardView, refused: set[UUID]) -> dict[str, Any]:
    why_not = _("信用卡不能收款") if card.kind == "credit" else ""
    # It stays a choice: a card can be mended at its bank within the hour.
    note = _("这笔借款没能打到这张卡") if card.id in refused else ""
    return vars(CHANNELS[_CARDS]) | {"code": str(card.id), "label": card_name(card), "note": note, "why_not": why_not}


def _wallet() -> dict[str, Any]:
    return vars(CHANNELS[_WALLET]) | {"note": _("在下面填写你本人的支付宝账号")}


@borrower_required
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Asks once more, then the loan is void at no cost, as long as its money has not left."""
    order, loan, notice = _waiting(request, order_id)
    if request.method != "POST":
        if not notice.may_undo:
            return _to_order(order)
        return render(request, "borrower/payout_undo.html", {"order": order, "loan": loan, "notice": notice})
    try:
        payouts.undo(borrower_id=borrower_id(request), loan_id=loan.id, now=clock.now())
    except (payouts.TooLateToUndo, payouts.NothingToPayOut) as refused:
        messages.error(request, told(refused, now=clock.now()))
    else:
        messages.success(request, _("借款已取消，没有产生任何费用，额度已经放开。"))
    return _to_order(order)
