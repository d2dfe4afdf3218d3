"""Signing help: both plans and what it costs, a separate yes, and never what was not seen."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anqi import clock
from anqi.actions import hardship as acts
from anqi.lending import amendment_papers
from anqi.lending.hardship import NoSuchCase, PaymentOnItsWay, PlanChanged
from anqi.rows.refusals import Refused
from anqi.web.borrower import hardship_pages
from anqi.web.borrower.access import borrower_id, borrower_required, network_address
from anqi.web.borrower.refusals import told
from anqi.web.borrower.views.hardship import own_case, show_case, to_case


@borrower_required
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest, case_id: UUID, choice: str) -> HttpResponse:
    """One kind of help as it would be signed today; sending its form signs it."""
    try:
        if request.method == "POST":
            return _sign(request, case_id, choice)
        return _show(request, case_id, choice)
    except NoSuchCase:
        raise Http404 from None
    except Refused as refused:
        # It can't be signed at all: the case says what can be done instead.
        return show_case(request, own_case(request, case_id), note=told(refused, now=clock.now()), status=409)


def _show(request: HttpRequest, case_id: UUID, choice: str, *, note: str = "", status: int = 200) -> HttpResponse:
    shown = acts.present(borrower_id=borrower_id(request), case_id=case_id, choice=choice, now=clock.now())
    context = {
        "today": clock.today(),
        "row": shown.row,
        "lender": shown.row.loan.product.lender,
        "help": hardship_pages.told(shown.option, choice=choice),
        "sha256": shown.draft.sha256,
        "sections": amendment_papers.sections(shown.draft.body),
        "cost": shown.draft.body["annual_cost"],
        "version": shown.draft.body["version"],
        "note": note,
    }
    return render(request, "borrower/hardship_sign.html", context, status=status)


def _sign(request: HttpRequest, case_id: UUID, choice: str) -> HttpResponse:
    if "agree" not in request.POST:
        return _show(request, case_id, choice, note=_("看清楚以后，请先勾选同意。"), status=422)
    try:
        acts.accept(
            borrower_id=borrower_id(request), case_id=case_id, choice=choice,
            sha256=request.POST.get("sha256", ""), address=network_address(request) or "",
            agent=request.headers.get("User-Agent", ""), now=clock.now(),
        )  # fmt: skip
    except (PlanChanged, PaymentOnItsWay) as refused:
        return _show(request, case_id, choice, note=told(refused, now=clock.now()), status=409)
    messages.success(request, _("已签约，从今天起按新的约定还。"))
    return to_case(case_id)
