"""Papers to keep, as PDF: what was signed, and certificates that loans are paid off."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anqi import clock
from anqi.actions import papers as acts
from anqi.actions.papers import NotClear
from anqi.documents import certificate_paper, certificates
from anqi.lending import amendments
from anqi.lending import queries as lending
from anqi.lending.models import Amendment
from anqi.lending.queries import OrderView
from anqi.web.borrower import paging
from anqi.web.borrower.access import borrower_id, borrower_required
from anqi.web.borrower.amending import PAPERS
from anqi.web.borrower.paper_pages import issued, not_clear
from anqi.web.borrower.views.orders import own_order
from anqi.web.shared import papers
from anqi.web.shared.errors import Act


@borrower_required
@require_safe
def of_all(request: HttpRequest) -> HttpResponse:
    """All papers of all orders, the newest order first."""
    who, before = borrower_id(request), paging.before(request)
    found = lending.orders(who, today=clock.today(), before=before, limit=lending.PAGE + 1)
    context = {
        "orders": _signed(who, found[: lending.PAGE]),
        "older": found[lending.PAGE - 1].id if len(found) > lending.PAGE else None,
        "certificates": [] if before else issued(certificates.of(who)),
        "may_state_all": not before and any(order.loan and order.loan.standing for order in found),
        "may_have_all": not before and bool(lending.counts(who).get("settled")),
        "back": reverse("borrower:me"),
    }
    return _show(request, context)


@borrower_required
@require_safe
def of_order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The papers of one order."""
    found = own_order(request, order_id)
    theirs = [each for each in issued(certificates.of(borrower_id(request))) if _speaks_of(each, found)]
    back = reverse("borrower:order", args=[order_id])
    return _show(request, {"orders": _signed(borrower_id(request), [found]), "certificates": theirs, "back": back})


def _signed(who: UUID, orders: list[OrderView]) -> list[tuple[OrderView, list[dict[str, Any]]]]:
    """The orders that were signed, each with the versions of its plan that were signed since."""
    loans = {order.loan.id: order for order in orders if order.loan}
    amended = amendments.of_loans(who, loans) if loans else {}
    return [(order, [_version(row) for row in amended.get(loan_id, [])]) for loan_id, order in loans.items()]


def _version(row: Amendment) -> dict[str, Any]:
    return {"row": row, "title": PAPERS[Amendment.Kind(row.kind)]}


def _speaks_of(certificate: dict[str, Any], order: OrderView) -> bool:
    return bool(order.loan and order.loan.number in certificate["numbers"])


def _show(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    return render(request, "borrower/papers.html", {"today": clock.today(), **context})


@borrower_required
@require_safe
def signed(request: HttpRequest, order_id: UUID, name: str) -> HttpResponse:
    """Agreement or cost statement of the borrower's own order."""
    found = lending.agreement(borrower_id(request), order_id)
    if not found:
        raise Http404
    back = Act(label=_("看合同页面"), url=reverse("borrower:agreement", args=[order_id]))
    return papers.signed(request, found, name=name, back=back)


@borrower_required
@require_POST
def certify(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """A certificate for one loan; asked for again, the same."""
    found = own_order(request, order_id)
    if not found.loan:
        raise Http404
    return _certify(request, found.loan.id)


@borrower_required
@require_POST
def certify_all(request: HttpRequest) -> HttpResponse:
    """A certificate for all loans."""
    return _certify(request, None)


def _certify(request: HttpRequest, loan_id: UUID | None) -> HttpResponse:
    try:
        made = acts.certify(borrower_id=borrower_id(request), loan_id=loan_id, now=clock.now())
    except NotClear as refused:
        return not_clear(request, refused)
    return HttpResponseRedirect(reverse("borrower:certificate", args=[made.id]))


@borrower_required
@require_safe
def certificate(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """A certificate of the borrower's own, as it was issued."""
    found = certificates.get(borrower_id(request), certificate_id)
    if not found:
        raise Http404
    page = settings.ANQI_URLS["borrower"].rstrip("/") + reverse("borrower:certificates")
    paper = certificate_paper.paper(found, page=page)
    back = Act(label=_("回到文件"), url=reverse("borrower:papers"))
    return papers.file(request, paper, name="certificate", created_at=found.issued_at, back=back)
