"""Cash reserves: the limit and what is on offer, and one application as it stands."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anqi import clock
from anqi.actions import reserves as reserve_actions
from anqi.actions.reserves import NotRefused, TooLateToQuestion
from anqi.lending import applications, applied, limit_views
from anqi.lending import reserves as lent
from anqi.lending.applications import AlreadyApplied, NoSuchApplication, NotOpen
from anqi.lending.models import Application
from anqi.lending.products import AmountOutOfRange, CapUnknown, CostAboveCap
from anqi.lending.reserves import Quote
from anqi.people import queries as people
from anqi.rows.refusals import Refused
from anqi.web.borrower import limit_pages, polling, remedies, reserve_pages, reserve_words
from anqi.web.borrower.access import borrower_id, borrower_required
from anqi.web.borrower.pacing import paced
from anqi.web.borrower.reasons import told as tell_reason
from anqi.web.borrower.refusals import told
from anqi.web.borrower.tabs import tabs
from anqi.web.borrower.wording import badge_of
from anqi.web.shared import pages

_SHOWN = 5


@borrower_required
@require_GET
def reserves(request: HttpRequest) -> HttpResponse:
    """Each lender's limit and why it is what it is, what is on offer, what was applied for, what runs."""
    who, today, now = borrower_id(request), clock.today(), clock.now()
    is_verified, uses = people.profile(who).is_verified, limit_views.uses(who, today=today)
    shelves = [
        {
            "lender": shelf.lender,
            "limit": shelf.limit,
            "numbers": limit_pages.numbers(shelf.limit, uses.get(shelf.lender.id, [])),
            "nothing": limit_pages.why_nothing(shelf, is_verified=is_verified, today=today),
            "offers": reserve_pages.on_offer(shelf, today=today),
        }
        for shelf in reserve_actions.offer(borrower_id=who, today=today)
    ]
    running = [each.order for found in uses.values() for each in found if each.order.is_cash]
    context = {
        "tabs": tabs(),
        "today": today,
        "is_verified": is_verified,
        "shelves": shelves,
        "applied": [_listed(each, now) for each in applied.latest(who, limit=_SHOWN)],
        "running": [(order, badge_of(order)) for order in running],
    }
    return render(request, "borrower/reserves.html", context)


def _listed(row: Application, now: datetime) -> dict[str, Any]:
    return {"row": row, "badge": reserve_words.badge_of(row, applied.state_of(row, now=now))}


@borrower_required
@require_GET
def reserve(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """One application: what came of it, why, and what can be done now."""
    return _show(request, _own(request, application_id))


def _own(request: HttpRequest, application_id: UUID) -> Application:
    found = applications.find(borrower_id(request), application_id)
    if not found:
        raise Http404
    return found


def _show(request: HttpRequest, row: Application, *, note: str = "", status: int = 200) -> HttpResponse:
    if row.state == Application.State.SIGNED:
        return HttpResponseRedirect(reverse("borrower:order", args=[row.id]))
    now, step = clock.now(), polling.step_of(request)
    state = applied.state_of(row, now=now)
    quote = _quote(row) if state == "approved" else None
    context = {
        "today": clock.today(),
        "row": row,
        "state": state,
        "badge": reserve_words.badge_of(row, state),
        "purpose": reserve_words.PURPOSES.get(row.purpose, row.purpose),
        "quote": quote,
        "dues": reserve_pages.dues_of(quote) if quote else [],
        "wait": polling.wait_after(step) if state == "review" else 0,
        "next_step": step + 1,
        "note": note,
    }
    context |= _decided(row) if state in ("review", "refused") else {}
    return pages.render_part(request, "borrower/reserve.html", "state", context, status=status)


def _quote(row: Application) -> Quote | None:
    """What it costs if its money arrives today; None where the law of today is another than yesterday's."""
    try:
        return lent.quote(row.product, row.amount_minor, today=clock.today())
    except (AmountOutOfRange, CostAboveCap, CapUnknown):
        return None


def _decided(row: Application) -> dict[str, Any]:
    today = clock.today()
    return {
        "reasons": [tell_reason(each, today=today) for each in row.reasons],
        "remedies": [remedies.find(each, today=today) for each in row.reasons],
        "reviews": applications.reviews_of(row),
        "looked_at": reserve_words.looked_at(applications.decision_of(row), today=today),
    }


@borrower_required
@require_POST
def withdraw(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """The borrower wants nothing of it any more."""
    try:
        row = reserve_actions.withdraw(
            borrower_id=borrower_id(request), application_id=application_id, now=clock.now()
        )
    except NoSuchApplication:
        raise Http404 from None
    except NotOpen as refused:
        if refused.facts["state"] == Application.State.SIGNED:
            return HttpResponseRedirect(reverse("borrower:reserve-signed", args=[application_id]))
        return _refuse(request, application_id, refused)
    if row.state == Application.State.WITHDRAWN:
        messages.success(request, _("已撤回，没有产生任何费用。"))
    return _back(application_id)


@borrower_required
@require_POST
@paced("question")
def question(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """A person will look at the refusal, and reads what the borrower says against it."""
    try:
        reserve_actions.question(
            borrower_id=borrower_id(request), application_id=application_id, text=request.POST.get("text", ""),
            now=clock.now(),
        )  # fmt: skip
    except NoSuchApplication:
        raise Http404 from None
    except (NotRefused, TooLateToQuestion, AlreadyApplied) as refused:
        return _refuse(request, application_id, refused)
    return _back(application_id)


def _refuse(request: HttpRequest, application_id: UUID, refused: Refused) -> HttpResponse:
    return _show(request, _own(request, application_id), note=told(refused, now=clock.now()), status=409)


def _back(application_id: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("borrower:reserve", args=[application_id]))
