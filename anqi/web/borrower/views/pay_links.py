"""Links by which a borrower asks somebody else to pay: made, shown once, listed and revoked."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anqi import clock
from anqi.actions.charges import TooLateToday, links
from anqi.actions.charges.links import Made, NoSuchLink
from anqi.lending import queries as lending
from anqi.lending import repaying
from anqi.lending.queries import OrderView
from anqi.lending.repaying import AmountOutOfRange, NothingToPay, QuoteOver
from anqi.payments import channels, pay_links
from anqi.payments import queries as payments
from anqi.payments.pay_links import TooManyLinks
from anqi.web.borrower import asking, quotes
from anqi.web.borrower.access import borrower_id, borrower_required
from anqi.web.borrower.forms import AmountForm, LinkForm
from anqi.web.borrower.pacing import paced
from anqi.web.borrower.troubles import nothing_to_pay
from anqi.web.borrower.views import paying
from anqi.web.borrower.views.orders import own_order
from anqi.web.borrower.wording import LINK_STATES


@borrower_required
@require_http_methods(["GET", "HEAD", "POST"])
@paced("pay_links")
def make(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """What somebody else is asked to pay; once it is sent, the link, which is shown this once."""
    found = own_order(request, order_id)
    try:
        picks = _picks(found)
    except NothingToPay:
        return nothing_to_pay(request, found)
    return _make(request, found, picks) if request.method == "POST" else _show(request, found, picks)


def _picks(order: OrderView) -> list[dict[str, Any]]:
    if not order.loan:
        raise NothingToPay
    offered = quotes.picks(order.loan, repaying.choose(order.loan.held, today=order.loan.today))
    return [pick for pick in offered if pick["value"] != "next"]


def _show(
    request: HttpRequest, order: OrderView, picks: list[dict[str, Any]], *, note: str = "", status: int = 200
) -> HttpResponse:
    asked = request.POST
    context = {
        "today": clock.today(),
        "order": order,
        "picks": picks,
        "what": asked.get("what", quotes.first_choice(picks)),
        "amount_form": AmountForm({"amount": asked.get("amount", "")}),
        "attempt": paying.attempt_of(asked.get("attempt", "")),
        "note": note,
        "days": pay_links.LIFE.days,
        "is_open": bool(channels.at_a_cashier()),
    }
    return render(request, "borrower/pay_link.html", context, status=status)


def _make(request: HttpRequest, order: OrderView, picks: list[dict[str, Any]]) -> HttpResponse:
    form = LinkForm(request.POST)
    if not form.is_valid():
        return _show(request, order, picks, note=_("请选择请别人付多少。"), status=422)
    assert order.loan
    quote, refusal = quotes.attempt(
        order.loan, what=form.cleaned_data["what"], amount=form.cleaned_data["amount"]
    )
    if not quote:
        return _show(request, order, picks, note=refusal, status=422)
    try:
        made = links.make(
            borrower_id=borrower_id(request), loan_id=order.loan.id, what=quote.what, amount_minor=quote.amount_minor,
            attempt=form.cleaned_data["attempt"], now=clock.now(),
        )  # fmt: skip
    except TooManyLinks as refused:
        told = _("同时最多有 %(most)d 个有效的代付链接。请先撤回一个，再做新的。") % refused.facts
        return _show(request, order, picks, note=told, status=409)
    except TooLateToday:
        note = _("快到零点了，结清金额马上会变。请零点以后再做这个链接。")
        return _show(request, order, picks, note=note, status=409)
    except (QuoteOver, AmountOutOfRange, NothingToPay):
        return _show(request, own_order(request, order.id), picks, note=_("金额刚刚有变化，请重新选择。"), status=409)
    return _made(request, order, made)


def _made(request: HttpRequest, order: OrderView, made: Made) -> HttpResponse:
    path = reverse("borrower:pay-for", args=[made.token])
    context = {
        "today": clock.today(),
        "order": order,
        "link": made.link,
        "url": settings.ANQI_URLS["borrower"].rstrip("/") + path,
        "state": pay_links.state(made.link, now=clock.now()),
    }
    return render(request, "borrower/pay_link_made.html", context)


@borrower_required
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """The borrower's last links, and what has become of each."""
    who, now = borrower_id(request), clock.now()
    made = pay_links.of(who)
    orders = lending.orders_of_loans(who, {each.loan_id for each in made}, today=clock.today()) if made else {}
    states = pay_links.states(made, now=now)
    rows = [(each, orders.get(each.loan_id), states[each.id], LINK_STATES[states[each.id]]) for each in made]
    return render(request, "borrower/pay_links.html", {"today": clock.today(), "rows": rows})


@borrower_required
@require_POST
def revoke(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """Nothing can be paid by it any more; who is paying at this moment is stopped where the channel still can."""
    who, now = borrower_id(request), clock.now()
    try:
        being_paid = links.revoke(borrower_id=who, link_id=link_id, now=now)
    except NoSuchLink:
        raise Http404 from None
    found = payments.charge(who, being_paid.id) if being_paid else None
    if found:
        asking.close(who, found, now=now)
    messages.success(request, _("链接已撤回，不能再付。撤回以后才付的钱会原路退回给付款人。"))
    return HttpResponseRedirect(reverse("borrower:pay-links"))
