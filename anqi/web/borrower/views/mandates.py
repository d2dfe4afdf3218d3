"""An agreement to be debited: signed at its channel, learned of, ended by the borrower."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anqi import clock
from anqi.actions import mandates
from anqi.lending import queries as lending
from anqi.lending.queries import OrderView
from anqi.payments import debit_queries
from anqi.payments import queries as payments
from anqi.payments.channels.protocol import Form, Redirect
from anqi.payments.debit_queries import Agreement
from anqi.web.borrower import debit_pages, debit_words, polling
from anqi.web.borrower.access import borrower_id, borrower_required, network_address, takes_return
from anqi.web.borrower.views.auto_pays import REFUSALS, loan_of, refuse
from anqi.web.borrower.views.orders import own_order
from anqi.web.borrower.wording import channel_label
from anqi.web.shared import pages


@borrower_required
@require_GET
def sign(request: HttpRequest, mandate_id: UUID) -> HttpResponse:
    """On to the channel's page, where the payer signs; back to ours where there is nothing to sign any more."""
    who, now, back = borrower_id(request), clock.now(), reverse("borrower:mandate", args=[mandate_id])
    try:
        action = mandates.lead(
            borrower_id=who, mandate_id=mandate_id, payer_ip=network_address(request) or "", now=now
        )
    except mandates.NoSuchMandate:
        raise Http404 from None
    except REFUSALS as refused:
        return refuse(request, _order_of(request, _own(who, mandate_id)), refused)
    if isinstance(action, Form):
        context = {"form": action, "title": _("去签约自动还款"), "back": back}
        return pages.name_us(pages.allow_form_to(render(request, "borrower/onward.html", context), action.url))
    if isinstance(action, Redirect):
        return pages.name_us(HttpResponseRedirect(action.url), with_page=action.wants_page)
    return HttpResponseRedirect(back)


@takes_return
@borrower_required
@require_GET
def signed(request: HttpRequest, mandate_id: UUID) -> HttpResponse:
    """What became of a signing: the page to which the channel sends the browser back."""
    found = _look(borrower_id(request), mandate_id, now=clock.now())
    order = _order_of(request, found)
    if found.state in ("active", "ended") and not pages.wants_part(request):
        if found.state == "active":
            messages.success(request, _("已开通从%(source)s自动还款。") % {"source": debit_words.source_name(found)})
        return HttpResponseRedirect(debit_pages.auto_pay(order))
    step = polling.step_of(request)
    context = {
        "mandate": found, "order": order, "name": debit_words.source_name(found),
        "channel": channel_label(found.channel),
        "wait": polling.wait_after(step) if found.state == "pending" else 0, "next_step": step + 1,
    }  # fmt: skip
    return pages.render_part(request, "borrower/mandate_signed.html", "state", context)


def _look(who: UUID, mandate_id: UUID, *, now: datetime) -> Agreement:
    """The agreement, the channel's answer of this moment included while it is being signed."""
    found = _own(who, mandate_id)
    if found.state != "pending" or polling.is_fresh(found.asked_at, now=now):
        return found
    mandates.inquire(borrower_id=who, mandate_id=mandate_id, now=now)
    return _own(who, mandate_id)


def _own(who: UUID, mandate_id: UUID) -> Agreement:
    found = debit_queries.agreement(who, mandate_id)
    if not found:
        raise Http404
    return found


def _order_of(request: HttpRequest, found: Agreement) -> OrderView:
    order_id = lending.order_of_loans(borrower_id(request), [found.loan_id])[found.loan_id]
    return own_order(request, order_id)


@borrower_required
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, mandate_id: UUID) -> HttpResponse:
    """Asks once more, then ends the agreement for good."""
    who = borrower_id(request)
    found = _own(who, mandate_id)
    order, name = _order_of(request, found), debit_words.source_name(found)
    back = HttpResponseRedirect(debit_pages.auto_pay(order))
    if not found.is_living:
        return back
    if request.method != "POST":
        return render(request, "borrower/mandate_end.html", _before_ending(order, found, name))
    mandates.end(borrower_id=who, mandate_id=mandate_id, now=clock.now())
    messages.success(request, _("已关闭从%(source)s自动还款，不会再从那里扣款。") % {"source": name})
    return back


def _before_ending(order: OrderView, found: Agreement, name: str) -> dict[str, Any]:
    who, loan = loan_of(order).held.borrower_id, loan_of(order)
    debited = debit_queries.debited(who, [loan.id])[loan.id]
    claim = payments.claims(who, [loan.id]).get(loan.id)
    others = [each for each in debited.sources if each.id != found.id and each.state == "active"]
    return {
        "mandate": found, "order": order, "name": name, "others": [debit_words.source_name(each) for each in others],
        "next_on": loan.standing.next_due_on if loan.standing else None, "is_flying": bool(claim and claim.is_debit),
        "today": clock.today(),
    }  # fmt: skip
