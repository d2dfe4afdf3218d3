"""Differences between a channel's word and ours: both side by side, and the decision about them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anqi import clock
from anqi.actions import differences
from anqi.payments import inspection as payments
from anqi.payments.models import Difference
from anqi.people import inspection as people
from anqi.rows.refusals import Refused
from anqi.web.office import wording
from anqi.web.office.access import staff, staff_required
from anqi.web.office.forms import ReasonForm
from anqi.web.office.frame import note, show


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required()
def difference(request: HttpRequest, borrower_id: UUID, difference_id: UUID) -> HttpResponse:
    """One difference; sending its form closes it."""
    found = payments.difference(borrower_id, difference_id)
    if not found:
        raise Http404
    if request.method == "POST":
        return _close(request, found)
    note(request, "view_difference", borrower_id=borrower_id, object_id=difference_id)
    return _page(request, found)


def _close(request: HttpRequest, found: Difference) -> HttpResponse:
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        differences.close(
            borrower_id=found.borrower_id, difference_id=found.id, reason=reason, actor=staff(request),
            now=clock.now(),
        )  # fmt: skip
    except Refused as refused:
        return _page(request, found, refusal=wording.refusal(refused), status=409)
    messages.success(request, _("已记录，这一条不再出现在待办里。"))
    return HttpResponseRedirect(reverse("office:difference", args=[found.borrower_id, found.id]))


def _page(request: HttpRequest, found: Difference, *, refusal: str = "", status: int = 200) -> HttpResponse:
    closers = people.staff_names([found.closed_by])
    context: dict[str, Any] = {
        "case": found,
        "title": wording.word(wording.DIFFERENCES, found.kind),
        "channel": wording.word(wording.CHANNELS, found.charge.channel),
        "outcome": wording.word(wording.OUTCOMES, found.told["kind"]),
        "frees_loan": found.kind == Difference.Kind.GIVEN_BACK,
        "decision": wording.word(wording.DECISIONS, found.decision),
        "closed_by": closers.get(found.closed_by, "") if found.closed_by else "",
        "who": people.identity(found.borrower_id),
        "payments": payments.payments_of(found.borrower_id, found.charge_id),
        "loan_id": payments.first_loans([(found.borrower_id, found.charge_id)]).get(found.charge_id),
        "reason": ReasonForm(),
        "refusal": refusal,
    }
    return show(request, "office/difference.html", context, place="queue", status=status)
