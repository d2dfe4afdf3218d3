"""Requests about an account: what is to be changed, and a supervisor's word."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anqi import clock
from anqi.actions import account_requests as acts
from anqi.people import account_requests, phones
from anqi.people import inspection as people
from anqi.people.models import AccountRequest
from anqi.rows.refusals import Refused
from anqi.web.office import wording
from anqi.web.office.access import SUPERVISORS, staff, staff_required
from anqi.web.office.forms import ReasonForm
from anqi.web.office.frame import note, show

_VERDICTS: dict[str, Any] = {"approve": acts.approve, "refuse": acts.refuse}


@require_safe
@staff_required()
def request(request: HttpRequest, borrower_id: UUID, request_id: UUID) -> HttpResponse:
    """One request."""
    found = _find(borrower_id, request_id)
    note(request, "view_request", borrower_id=borrower_id, object_id=request_id)
    return _page(request, found)


@require_POST
@staff_required(roles=SUPERVISORS)
def decide(request: HttpRequest, borrower_id: UUID, request_id: UUID, verdict: str) -> HttpResponse:
    """It is so, or it is not."""
    found, form = _find(borrower_id, request_id), ReasonForm(request.POST)
    if verdict not in _VERDICTS:
        raise Http404
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        _VERDICTS[verdict](
            borrower_id=borrower_id, request_id=request_id, reason=reason, actor=staff(request), now=clock.now()
        )
    except Refused as refused:
        return _page(request, found, refusal=wording.refusal(refused), status=409)
    messages.success(request, _("已记录。"))
    return HttpResponseRedirect(reverse("office:request", args=[borrower_id, request_id]))


def _find(borrower_id: UUID, request_id: UUID) -> AccountRequest:
    found = account_requests.find(borrower_id, request_id)
    if not found:
        raise Http404
    return found


def _page(request: HttpRequest, found: AccountRequest, *, refusal: str = "", status: int = 200) -> HttpResponse:
    context = {
        "asked": found,
        "who": people.identity(found.borrower_id),
        "new_phone": phones.mask(found.phone) if found.phone else "",
        "new_name": found.name or "",
        "new_id_number": people.mask_id_number(found.id_number or ""),
        "decided_by": people.staff_names([found.decided_by]).get(found.decided_by, "") if found.decided_by else "",
        "is_waiting": found.state == AccountRequest.State.REVIEW,
        "reason": ReasonForm(),
        "refusal": refusal,
    }
    return show(request, "office/request.html", context, place="queue", status=status)
