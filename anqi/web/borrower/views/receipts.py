"""Receipts: what was paid, when and what for."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anqi import clock
from anqi.documents import queries as documents
from anqi.documents import receipt_paper
from anqi.payments import queries as payments
from anqi.web.borrower import paging
from anqi.web.borrower.access import borrower_id, borrower_required
from anqi.web.borrower.receipt_pages import lines_of
from anqi.web.shared import papers
from anqi.web.shared.errors import Act


@borrower_required
def receipts(request: HttpRequest) -> HttpResponse:
    shown = documents.receipts(borrower_id(request), before=paging.before(request), limit=documents.PAGE + 1)
    context = {
        "today": clock.today(),
        "receipts": shown[: documents.PAGE],
        "older": shown[documents.PAGE - 1].id if len(shown) > documents.PAGE else None,
    }
    return render(request, "borrower/receipts.html", context)


@borrower_required
def receipt(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    who = borrower_id(request)
    found = documents.receipt(who, receipt_id)
    if not found:
        raise Http404
    paid = payments.payments(who, [found.payment_id])[found.payment_id]
    context = {"today": clock.today(), "receipt": found, "lines": lines_of(found, today=clock.today()), "paid": paid}
    return render(request, "borrower/receipt.html", context)


@borrower_required
@require_safe
def paper(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """The receipt as PDF, in the words and amounts of the day it was issued, always the same bytes."""
    found = documents.receipt(borrower_id(request), receipt_id)
    if not found:
        raise Http404
    back = Act(label=_("回到收据"), url=reverse("borrower:receipt", args=[receipt_id]))
    return papers.file(
        request, receipt_paper.paper(found), name="receipt", created_at=found.issued_at, back=back
    )
