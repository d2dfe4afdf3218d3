"""The borrower's bank cards: seen, added on the channel's page, and removed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anqi import clock
from anqi.actions import cards
from anqi.actions.cards import NoCardsHere, NoSuchCard
from anqi.lending import queries as lending
from anqi.payments import channels, debit_queries
from anqi.payments import queries as payments
from anqi.payments.channels.protocol import Form, Redirect
from anqi.payments.queries import CardView
from anqi.web.borrower import polling
from anqi.web.borrower.access import borrower_id, borrower_required, takes_return
from anqi.web.borrower.tabs import tabs
from anqi.web.borrower.wording import card_name
from anqi.web.shared import pages

# In the session: the card that is being added, and the page that waits for it.
_NEXT = "card_next"


@borrower_required
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    return _show(request)


def _show(request: HttpRequest, *, note: str = "", status: int = 200) -> HttpResponse:
    bound = payments.cards(borrower_id(request))
    context = {"tabs": tabs(), "cards": bound, "note": note, "can_add": bool(channels.with_cards())}
    return render(request, "borrower/cards.html", context, status=status)


@borrower_required
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """On to the channel's page, by a page of ours that may be loaded again; `next` is where to go on afterwards."""
    return begin(request, next_page=pages.own_page(request.POST.get("next") or reverse("borrower:cards")))


def begin(request: HttpRequest, *, next_page: str) -> HttpResponse:
    """The same from another page of ours, to which it comes back."""
    channel = next(iter(channels.with_cards()), "")
    try:
        card = cards.open(borrower_id=borrower_id(request), channel=channel, now=clock.now())
    except NoCardsHere:
        return _unavailable(request)
    # Channels send the browser back to the card's own address, without a word of ours.
    request.session[_NEXT] = [str(card.id), next_page]
    return HttpResponseRedirect(reverse("borrower:card-open", args=[card.id]))


def _next_page(request: HttpRequest, card_id: UUID) -> str:
    opening, next_page = request.session.get(_NEXT, ("", ""))
    return next_page if opening == str(card_id) else reverse("borrower:cards")


def _unavailable(request: HttpRequest) -> HttpResponse:
    return _show(request, note=_("现在不能添加银行卡，请稍后再试。"), status=409)


@borrower_required
@require_GET
def open_page(request: HttpRequest, card_id: UUID) -> HttpResponse:
    """On to the channel's page, where the holder enters the card."""
    back = reverse("borrower:card", args=[card_id])
    try:
        action = cards.lead(borrower_id=borrower_id(request), card_id=card_id)
    except NoSuchCard:
        raise Http404 from None
    except NoCardsHere:
        return _unavailable(request)
    if isinstance(action, Form):
        context = {"form": action, "title": _("去添加银行卡"), "back": _next_page(request, card_id)}
        return pages.name_us(pages.allow_form_to(render(request, "borrower/onward.html", context), action.url))
    return pages.name_us(HttpResponseRedirect(action.url if isinstance(action, Redirect) else back))


@takes_return
@borrower_required
@require_GET
def opened(request: HttpRequest, card_id: UUID) -> HttpResponse:
    """What became of an opening: the page to which the channel sends the browser back."""
    card, next_page = _look(borrower_id(request), card_id, now=clock.now()), _next_page(request, card_id)
    if card.state in ("bound", "ended") and not pages.wants_part(request):
        if card.state == "bound":
            messages.success(request, _("已添加%(card)s。") % {"card": card_name(card)})
        return HttpResponseRedirect(next_page)
    step = polling.step_of(request)
    context: dict[str, Any] = {
        "card": card,
        "next": next_page,
        "is_from_elsewhere": next_page != reverse("borrower:cards"),
        "wait": polling.wait_after(step) if card.state == "pending" else 0,
        "next_step": step + 1,
        "name": card_name(card),
    }
    return pages.render_part(request, "borrower/card_opened.html", "state", context)


def _look(who: UUID, card_id: UUID, *, now: datetime) -> CardView:
    """The card, the channel's answer of this moment included while it is being opened."""
    card = _own(who, card_id)
    if card.state != "pending" or polling.is_fresh(card.asked_at, now=now):
        return card
    cards.inquire(borrower_id=who, card_id=card_id, now=now)
    return _own(who, card_id)


def _own(who: UUID, card_id: UUID) -> CardView:
    card = payments.card(who, card_id)
    if not card:
        raise Http404
    return card


@borrower_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, card_id: UUID) -> HttpResponse:
    """Asks once more, then removes the card for good."""
    who = borrower_id(request)
    card = _own(who, card_id)
    if card.state != "bound":
        return HttpResponseRedirect(reverse("borrower:cards"))
    if request.method != "POST":
        context = {"card": card, "name": card_name(card), "debited": _debited(who, card_id)}
        return render(request, "borrower/card_remove.html", context)
    cards.end(borrower_id=who, card_id=card_id, now=clock.now())
    messages.success(request, _("已移除%(card)s。") % {"card": card_name(card)})
    return HttpResponseRedirect(reverse("borrower:cards"))


def _debited(who: UUID, card_id: UUID) -> list[str]:
    """The orders that are paid from the card by themselves, which ends with it."""
    living = [each for each in debit_queries.agreements(who, card_id=card_id) if each.is_living]
    orders = lending.orders_of_loans(who, {each.loan_id for each in living}, today=clock.today())
    return [order.title for order in orders.values()]
