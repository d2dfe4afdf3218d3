"""Paying: what, how, what it would do, and on to the cashier."""

import hashlib
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anqi import clock
from anqi.actions import charges
from anqi.actions.charges import (
    ChannelUnavailable,
    DebitOnItsWay,
    OtherChargeOpen,
    TooLateToday,
    TooSlowToSettle,
    Wish,
)
from anqi.lending import holding, repaying
from anqi.lending import queries as lending
from anqi.lending.queries import LoanView, OrderView
from anqi.lending.repaying import AmountOutOfRange, NothingToPay, QuoteOver
from anqi.payments import channels, latest
from anqi.payments import queries as payments
from anqi.payments.latest import JustPaid
from anqi.payments.queries import ChargeView
from anqi.rows.refusals import Refused
from anqi.web.borrower import any_day, quotes
from anqi.web.borrower.access import borrower_id, borrower_required, network_address
from anqi.web.borrower.explaining import Explanation
from anqi.web.borrower.forms import AmountForm, PayForm
from anqi.web.borrower.quotes import Quote
from anqi.web.borrower.troubles import debit_on_its_way, nothing_to_pay, too_late_today, too_slow_to_settle
from anqi.web.borrower.views.orders import own_order
from anqi.web.borrower.wording import CHANNELS, hold_text, hold_title
from anqi.web.shared import pages
from anqi.web.shared.amounts import Amount

_A_MOMENT = timedelta(minutes=10)
_PHONES = re.compile(r"Mobi|Android|iPhone|iPad|HarmonyOS|MicroMessenger|AlipayClient")


@pages.keeps("what", "amount", "channel", "attempt")
@borrower_required
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, order_id: UUID) -> HttpResponse:
    found = own_order(request, order_id)
    try:
        picks = _picks(found.loan)
    except NothingToPay:
        return nothing_to_pay(request, found)
    return _send(request, found, picks) if request.method == "POST" else _show(request, found, picks)


@borrower_required
@require_GET
def preview(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """What the choice would do, as a fragment for the form; the whole page without htmx."""
    return pay(request, order_id)


def _picks(loan: LoanView | None) -> list[dict[str, Any]]:
    if not loan:
        raise NothingToPay
    return quotes.picks(loan, repaying.choose(loan.held, today=loan.today))


def _show(
    request: HttpRequest, order: OrderView, picks: list[dict[str, Any]], *, note: str = "", status: int = 200
) -> HttpResponse:
    claim = _claim(request, order.loan)
    if claim and claim.is_debit:
        return debit_on_its_way(request, order, claim)
    asked = request.POST if request.method == "POST" else request.GET
    what = asked.get("what", "")
    what = what if what in quotes.WHATS else quotes.first_choice(picks)
    amount = asked.get("amount", "")
    assert order.loan
    quote, refusal = quotes.attempt(order.loan, what=what, amount=amount)
    context = {
        "today": clock.today(),
        "now": clock.now(),
        "order": order,
        "loan": order.loan,
        "picks": picks,
        "what": what,
        "amount": amount,
        "amount_form": AmountForm({"amount": amount}),
        "quote": quote,
        "refusal": refusal,
        "note": note,
        "channels": [CHANNELS[code] for code in channels.offered()],
        "channel": _channel(asked.get("channel", "")),
        "attempt": attempt_of(asked.get("attempt", "")),
        "held": _held(request, order.loan),
        "claim": claim,
        "just_paid": _just_paid(request, order.loan),
        "amounts": _amounts(order.loan) if not _is_part(request) else [],
        "day_form": any_day.form(order.loan) if order.loan else None,
        "has_others": not _is_part(request) and lending.counts(borrower_id(request)).get("shipped", 0) > 1,
    }
    response = pages.render_part(
        request, "borrower/pay.html", "preview", context, status=422 if refusal and _is_part(request) else status
    )
    return allow_cashier(response)


def _amounts(loan: LoanView | None) -> list[Amount]:
    assert loan and loan.standing
    explained = Explanation(loan)
    both = loan.standing.due_now_minor and loan.standing.next_due_on
    return [*explained.all(), *([explained.with_next()] if both else [])]


def _channel(stated: str) -> str:
    """The way of paying that was chosen before, else the first one; empty when there is none."""
    offered = channels.offered()
    return stated if stated in offered else next(iter(offered), "")


def _is_part(request: HttpRequest) -> bool:
    return pages.wants_part(request)


def _claim(request: HttpRequest, loan: LoanView | None) -> ChargeView | None:
    assert loan
    return None if _is_part(request) else payments.claims(borrower_id(request), [loan.id]).get(loan.id)


def _just_paid(request: HttpRequest, loan: LoanView | None) -> JustPaid | None:
    """Whoever comes back here from the result must not pay a second time without knowing."""
    assert loan
    since = clock.now() - _A_MOMENT
    return None if _is_part(request) else latest.payment(borrower_id(request), loan.id, since=since)


def _held(request: HttpRequest, loan: LoanView | None) -> dict[str, str]:
    assert loan and loan.standing
    still = holding.standstills(borrower_id(request), [loan.held], today=loan.today).get(loan.id)
    if not still or _is_part(request):
        return {}
    return {"title": hold_title(still), "text": hold_text(still, due_minor=loan.standing.due_now_minor)}


def attempt_of(stated: str) -> UUID:
    """The attempt that a form is part of: a page that is shown again goes on with it."""
    try:
        return UUID(stated)
    except ValueError:
        return uuid4()


def allow_cashier(response: HttpResponse) -> HttpResponse:
    """Lets the page's form lead on to the offered channels."""
    for code in channels.offered():
        gateway = getattr(settings, f"ANQI_{code.upper()}").get("gateway")
        if gateway:
            pages.allow_form_to(response, gateway)
    return response


def _send(request: HttpRequest, order: OrderView, picks: list[dict[str, Any]]) -> HttpResponse:
    form = PayForm(request.POST)
    if not form.is_valid():
        return _show(request, order, picks, note=_("请选择还多少、怎么付，再确认。"), status=422)
    assert order.loan
    quote, refusal = _quote(order.loan, form)
    if not quote:
        return _show(request, order, picks, note=refusal, status=422)
    if quote.mark != form.cleaned_data["quote"]:
        return _show(request, order, picks, note=_("这是最新的结果，请核对金额，没有问题再确认还款。"), status=409)
    try:
        return _collect(request, order.loan, quote, form)
    except DebitOnItsWay as refused:
        return debit_on_its_way(request, order, refused_for(request, refused))
    except OtherChargeOpen as refused:
        return other(request, refused, back=reverse("borrower:order", args=[order.id]))
    except TooLateToday:
        return too_late_today(request, order)
    except TooSlowToSettle:
        return too_slow_to_settle(request, order)
    except NothingToPay:
        return nothing_to_pay(request, own_order(request, order.id))
    except (ChannelUnavailable, QuoteOver, AmountOutOfRange) as refused:
        return _show(request, order, picks, note=changed(refused), status=409)


def _quote(loan: LoanView, form: PayForm) -> tuple[Quote | None, str]:
    return quotes.attempt(loan, what=form.cleaned_data["what"], amount=form.cleaned_data["amount"])


def changed(refused: Refused) -> str:
    """Why nothing was taken, where looking again is all there is to do."""
    if isinstance(refused, ChannelUnavailable):
        return _("这种付款方式现在用不了，没有扣款。请换一种，或稍后再试。")
    return _("金额刚刚有变化，没有扣款。这是最新的结果，请核对后再确认。")


def _collect(request: HttpRequest, loan: LoanView, quote: Quote, form: PayForm) -> HttpResponse:
    channel = form.cleaned_data["channel"]
    return collect(
        request,
        [Wish(loan_id=loan.id, purpose=quote.purpose, amount_minor=quote.amount_minor)],
        channel=channel,
        attempt=attempt_for(form.cleaned_data["attempt"], f"{quote.what}:{quote.amount_minor}", channel),
    )


def collect(request: HttpRequest, wishes: Sequence[Wish], *, channel: str, attempt: str) -> HttpResponse:
    """On to the cashier of the charge that collects these wishes. Refuses as `charges.open` does."""
    who, now = borrower_id(request), clock.now()
    charge = charges.open(
        borrower_id=who,
        wishes=wishes,
        channel=channel,
        how="wap" if is_phone(request) else "page",
        attempt=attempt,
        payer_ip=network_address(request),
        now=now,
    )
    charges.deliver(borrower_id=who, charge_id=charge.id, now=now)
    loan_id = wishes[0].loan_id
    claim = payments.claims(who, [loan_id]).get(loan_id)
    # A form sent again may lead to a charge that has ended, while another one claims the loan.
    if claim and claim.id == charge.id and claim.has_cashier and claim.may_be_paid(now):
        # A channel that wants a form gets it from a page of ours.
        url = claim.cashier_url or reverse("borrower:cashier", args=[charge.id])
        return allow_cashier(pages.name_us(HttpResponseRedirect(url)))
    return HttpResponseRedirect(reverse("borrower:charge", args=[charge.id]))


def attempt_for(attempt: UUID, choice: str, channel: str) -> str:
    """The attempt's name, and the choice's: the same form with another choice is another attempt."""
    # Else a page brought back from the cashier, changed and sent again would lead to the charge of the first choice.
    return hashlib.sha256(f"{attempt}:{choice}:{channel}".encode()).hexdigest()


def is_phone(request: HttpRequest) -> bool:
    """Whether the cashier's page for phones fits, by the browser's own word."""
    hint = request.headers.get("Sec-CH-UA-Mobile")
    if hint in ("?0", "?1"):
        return hint == "?1"
    return bool(_PHONES.search(request.headers.get("User-Agent", "")))


def other(request: HttpRequest, refused: OtherChargeOpen, *, back: str) -> HttpResponse:
    """A payment is open already: go on with it, or give it up."""
    claim, now = refused_for(request, refused), clock.now()
    may_be_paid = claim.may_be_paid(now) and not claim.is_by_other
    context = {"today": clock.today(), "back": back, "claim": claim, "may_be_paid": may_be_paid}
    return render(request, "borrower/other_charge.html", context, status=409)


def refused_for(request: HttpRequest, refused: Refused) -> ChargeView:
    """The charge that is in the way."""
    charge_id = refused.facts["charge_id"]
    assert isinstance(charge_id, UUID)
    claim = payments.charge(borrower_id(request), charge_id)
    assert claim
    return claim
