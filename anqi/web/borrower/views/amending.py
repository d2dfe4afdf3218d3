"""A plan that runs is changed by its borrower: seen first, then signed, then kept as a paper."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from anqi import clock
from anqi.actions import amendments as acts
from anqi.actions.amendments import Quote
from anqi.lending import amendment_papers, amendments
from anqi.lending.changing import Wish
from anqi.lending.models import Amendment
from anqi.lending.queries import LoanView, OrderView
from anqi.rows.refusals import Refused
from anqi.web.borrower import amending
from anqi.web.borrower.access import borrower_id, borrower_required, network_address
from anqi.web.borrower.forms import DueDayForm, LaterForm
from anqi.web.borrower.refusals import told
from anqi.web.borrower.views.orders import own_order
from anqi.web.shared import papers
from anqi.web.shared.errors import Act

_PAGES = {amending.DUE_DAY: "borrower:due-day", amending.LATER: "borrower:later"}


@borrower_required
@require_http_methods(["GET", "HEAD", "POST"])
def due_day(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Another day of the month for all instalments to come."""
    return _amend(request, order_id, amending.DUE_DAY)


@borrower_required
@require_http_methods(["GET", "HEAD", "POST"])
def later(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The next instalment some days later."""
    return _amend(request, order_id, amending.LATER)


def _amend(request: HttpRequest, order_id: UUID, kind: Amendment.Kind) -> HttpResponse:
    order = own_order(request, order_id)
    if not order.loan or not order.loan.standing:
        raise Http404
    wish = amending.read(request.POST if request.method == "POST" else request.GET, kind)
    if request.method == "POST" and wish:
        return _sign(request, order, order.loan, wish)
    return _show(request, order, order.loan, kind, wish)


def _sign(request: HttpRequest, order: OrderView, loan: LoanView, wish: Wish) -> HttpResponse:
    try:
        signed = acts.accept(
            borrower_id=borrower_id(request), loan_id=loan.id, wish=wish, sha256=request.POST.get("sha256", ""),
            is_meant="meant" in request.POST, address=network_address(request) or "",
            agent=request.headers.get("User-Agent", ""), now=clock.now(),
        )  # fmt: skip
    except Refused as refused:
        return _show(request, order, loan, wish.kind, wish, refused=refused, status=409)
    return HttpResponseRedirect(reverse("borrower:amended", args=[order.id, signed.id]))


def _show(
    request: HttpRequest, order: OrderView, loan: LoanView, kind: Amendment.Kind, wish: Wish | None, *,
    refused: Refused | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    now = clock.now()
    asked: dict[str, Any] = {"borrower_id": borrower_id(request), "loan_id": loan.id, "today": loan.today}
    found: Quote | None = None
    hindrances: tuple[Refused, ...] = ()
    try:
        found = acts.quote(**asked, wish=wish) if wish else None
    except Refused as unfit:
        refused, status = refused or unfit, max(status, 422)
    if not found:
        hindrances = acts.hindrances(**asked, kind=kind)
    # What stands in the way is told by itself.
    refused = None if refused and refused.code in {each.code for each in hindrances} else refused
    context = {
        "today": loan.today, "order": order, "loan": loan, "title": amending.TITLES[kind], "page": _PAGES[kind],
        "hindrances": [told(each, now=now) for each in hindrances],
        "note": told(refused, now=now) if refused else "",
        "rules": [*amending.RULES[kind], *amending.ALWAYS],
        "options": [] if hindrances else amending.options(loan, kind),
        "form": None if hindrances else _form(loan, kind, wish),
        **(_quoted(found, wish, loan) if found and wish else {}),
    }  # fmt: skip
    return render(request, "borrower/amend.html", context, status=status)


def _form(loan: LoanView, kind: Amendment.Kind, wish: Wish | None) -> DueDayForm | LaterForm | None:
    initial = amending.stated(wish) if wish else None
    made = DueDayForm if kind == amending.DUE_DAY else LaterForm
    form = made(loan=loan, initial=initial)
    return form if form.has_choice else None


def _quoted(found: Quote, wish: Wish, loan: LoanView) -> dict[str, Any]:
    foreseen = found.foreseen
    return {
        "wish": amending.name(wish, today=loan.today),
        "stated": amending.stated(wish),
        "sha256": found.draft.sha256,
        "before": foreseen.before[0],
        "after": foreseen.after[0],
        "cost": amending.cost(foreseen),
        "percents": amending.percents(foreseen),
        "plans": amending.compare(foreseen.before, foreseen.after),
        "sections": amendment_papers.sections(found.draft.body),
        "doubts": amending.doubts(found.doubts, today=loan.today),
    }


@borrower_required
@require_safe
def amended(request: HttpRequest, order_id: UUID, amendment_id: UUID) -> HttpResponse:
    """What was signed, as it was signed."""
    order, found = _own(request, order_id, amendment_id)
    body = amendments.body_of(found)
    context = {
        "today": clock.today(), "order": order, "loan": order.loan, "signed": found,
        "title": amending.PAPERS[Amendment.Kind(found.kind)], "sections": amendment_papers.sections(body),
    }  # fmt: skip
    return render(request, "borrower/amended.html", context)


@borrower_required
@require_safe
def paper(request: HttpRequest, order_id: UUID, amendment_id: UUID) -> HttpResponse:
    """The same as PDF."""
    _order, found = _own(request, order_id, amendment_id)
    back = Act(label=_("看变更文件"), url=reverse("borrower:amended", args=[order_id, amendment_id]))
    return papers.amended(request, found, back=back)


def _own(request: HttpRequest, order_id: UUID, amendment_id: UUID) -> tuple[OrderView, Amendment]:
    order = own_order(request, order_id)
    found = amendments.get(borrower_id(request), amendment_id)
    if not found or not order.loan or found.loan_id != order.loan.id:
        raise Http404
    return order, found
