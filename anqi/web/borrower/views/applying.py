"""Applying for a reserve: how much, how long, what it costs, what for, and where to."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anqi import clock
from anqi.actions import reserves
from anqi.lending import applied
from anqi.lending.applications import AlreadyApplied, OtherRequest, To, Wish
from anqi.lending.policies import PurposeUnknown
from anqi.lending.products import AmountOutOfRange, CapUnknown, CostAboveCap, PlanUnavailable, TooLong
from anqi.lending.reserves import Shelf
from anqi.people import queries as people
from anqi.rows import keyring
from anqi.rows.ids import uuid7
from anqi.web.borrower import devices, reserve_pages
from anqi.web.borrower.access import borrower_id, borrower_required
from anqi.web.borrower.forms import ReserveForm
from anqi.web.borrower.pacing import paced
from anqi.web.borrower.refusals import told
from anqi.web.borrower.reserve_pages import WALLET
from anqi.web.borrower.views import cards
from anqi.web.shared import pages

# In the session: what was typed before the borrower went to add a card.
_DRAFT = "reserve_draft"
_TYPED = ("product", "amount", "purpose", "to", "wallet")
_PAYEES = (reserves.NoSuchCard, reserves.CreditCard, reserves.CannotPayThere, reserves.NotAWallet)
_CHANGED = (PurposeUnknown, PlanUnavailable, AmountOutOfRange, TooLong, CostAboveCap, CapUnknown)


@pages.keeps("product", "amount", "purpose", "to", "attempt")
@borrower_required
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """The form; one who is not verified is led to that first, and whoever has one alive is led to it."""
    who = borrower_id(request)
    if not people.profile(who).is_verified:
        query = urlencode({"next": reverse("borrower:reserve-apply")})
        return HttpResponseRedirect(f"{reverse('borrower:verify')}?{query}")
    if request.method == "POST":
        return _act(request)
    alive = applied.alive(who, now=clock.now())
    return _lead_to(request, alive.id) if alive else _show(request, _asked(request))


@borrower_required
@require_GET
def cost(request: HttpRequest) -> HttpResponse:
    """What the chosen amount would cost, as a fragment for the form; the whole page without htmx."""
    return _show(request, request.GET) if pages.wants_part(request) else apply(request)


def _lead_to(request: HttpRequest, application_id: UUID) -> HttpResponse:
    messages.info(request, _("你还有一笔申请没有结束，先看看它。"))
    return HttpResponseRedirect(reverse("borrower:reserve", args=[application_id]))


def _asked(request: HttpRequest) -> Mapping[str, str]:
    kept = request.session.get(_DRAFT) if "kept" in request.GET else None
    if not kept:
        return request.GET
    draft: dict[str, str] = json.loads(keyring.decrypt(bytes.fromhex(kept)))
    return draft


def _show(
    request: HttpRequest, asked: Mapping[str, str], *, form: ReserveForm | None = None, note: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    now, today = clock.now(), clock.today()
    shelves = reserves.offer(borrower_id=borrower_id(request), today=today)
    typed = _typed(asked, shelves, today)
    priced = reserve_pages.price(shelves, product=typed["product"], amount=typed["amount"], now=now)
    context: dict[str, Any] = {"today": today, "typed": typed, "priced": priced}
    if pages.wants_part(request):
        return render(request, "borrower/reserve_apply.html#cost", context, status=422 if priced.refusal else 200)
    fitting = reserve_pages.fitting(shelves, today=today)
    if not fitting:
        return HttpResponseRedirect(reverse("borrower:reserves"))
    accounts = reserve_pages.accounts(borrower_id(request))
    context |= {
        "note": note,
        "form": form or ReserveForm(initial=typed),
        "terms": reserve_pages.terms(fitting, today=today),
        "accounts": accounts,
        "to": typed["to"] or _only(accounts),
        "takes_wallet": any(each["code"] == WALLET for each in accounts),
        "can_bind": reserve_pages.can_bind(),
        "attempt": _attempt(asked),
    }
    return render(request, "borrower/reserve_apply.html", context, status=status)


def _typed(asked: Mapping[str, str], shelves: Sequence[Shelf], today: date) -> dict[str, str]:
    """What was typed; where nothing was, the shortest reserve and the least of it."""
    typed = {name: asked.get(name, "") for name in _TYPED}
    fitting = reserve_pages.fitting(shelves, today=today)
    if fitting and not typed["product"]:
        typed["product"] = fitting[0].ranged.product.code
    if "amount" not in asked:
        typed["amount"] = reserve_pages.least(fitting, typed["product"])
    return typed


def _only(accounts: Sequence[Mapping[str, Any]]) -> str:
    usable = [each["code"] for each in accounts if "why_not" not in each]
    return usable[0] if len(usable) == 1 else ""


def _attempt(asked: Mapping[str, str]) -> UUID:
    try:
        return UUID(asked.get("attempt", ""))
    except ValueError:
        return uuid7()


def _act(request: HttpRequest) -> HttpResponse:
    if request.POST.get("act") == "bind":
        draft = {name: request.POST.get(name, "") for name in _TYPED}
        # An account of theirs at a wallet may be among it, and sessions are rows.
        request.session[_DRAFT] = keyring.encrypt(json.dumps(draft)).hex()
        return cards.begin(request, next_page=f"{reverse('borrower:reserve-apply')}?kept=1")
    if request.POST.get("act") == "look":
        return _show(request, request.POST)
    form = ReserveForm(request.POST)
    if not form.is_valid():
        return _show(request, request.POST, form=form, note=_("还有没填好的，请看下面标出的地方。"), status=422)
    return _apply(request, form)


@paced("apply")
def _apply(request: HttpRequest, form: ReserveForm) -> HttpResponse:
    """Asks for a decision only about what can be had: a refusal would count, and bar the way for a while."""
    who, now = borrower_id(request), clock.now()
    shelves = reserves.offer(borrower_id=who, today=clock.today())
    product, amount = form.cleaned_data["product"], form.cleaned_data["amount"]
    priced = reserve_pages.price(shelves, product=product, amount=amount, now=now)
    if priced.amount_minor is None or not priced.quote:
        return _show(request, request.POST, form=form, note=priced.refusal, status=422)
    wish = Wish(product=product, amount_minor=priced.amount_minor, purpose=form.cleaned_data["purpose"], to=_to(form))
    attempt = form.cleaned_data["attempt"]
    try:
        reserves.apply(borrower_id=who, attempt=attempt, wish=wish, device=devices.of(request), now=now)
    except AlreadyApplied as refused:
        return _lead_to(request, UUID(str(refused.facts["application_id"])))
    except OtherRequest as refused:
        messages.warning(request, told(refused, now=now))
    except _PAYEES as refused:
        form.add_error("wallet" if isinstance(refused, reserves.NotAWallet) else "to", told(refused, now=now))
        return _show(request, request.POST, form=form, note=told(refused, now=now), status=422)
    except _CHANGED as refused:
        return _show(request, request.POST, form=form, note=told(refused, now=now), status=409)
    request.session.pop(_DRAFT, None)
    return HttpResponseRedirect(reverse("borrower:reserve", args=[attempt]))


def _to(form: ReserveForm) -> To:
    """The wallet that was typed, or the card; an id that is none of a card's finds no card."""
    stated = form.cleaned_data["to"]
    if stated == WALLET:
        return To(wallet=form.cleaned_data["wallet"])
    try:
        return To(card_id=UUID(stated))
    except ValueError:
        return To(card_id=UUID(int=0))
