"""A borrower's messages with what their gateways said of them, and what is done about those that reached nobody."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anqi import clock
from anqi.actions import notices
from anqi.notices import inspection
from anqi.people import inspection as people
from anqi.people.inspection import Identity
from anqi.rows.refusals import Refused
from anqi.web.office import wording
from anqi.web.office.access import ACTORS, staff, staff_required
from anqi.web.office.forms import ReasonForm
from anqi.web.office.frame import note, show


@require_safe
@staff_required()
def listed(request: HttpRequest, borrower_id: UUID) -> HttpResponse:
    """What was sent, newest first; what it says is the borrower's."""
    who = _find(borrower_id)
    note(request, "view_messages", borrower_id=borrower_id)
    return _page(request, who)


@require_POST
@staff_required(roles=ACTORS)
def ask_to_check(request: HttpRequest, borrower_id: UUID, message_id: UUID) -> HttpResponse:
    """Somebody has tried to reach the borrower, who finds among the messages what did not arrive."""
    who, form = _find(borrower_id), ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    if message_id not in {row.id for row, _said in inspection.proved(borrower_id)}:
        raise Http404
    try:
        notices.ask_to_check(message_id=message_id, reason=reason, actor=staff(request), now=clock.now())
    except Refused as refused:
        return _page(request, who, refusal=wording.refusal(refused), status=409)
    messages.success(request, _("已记录，并在 消息 里请借款人检查手机。"))
    return HttpResponseRedirect(reverse("office:messages", args=[borrower_id]))


def _find(borrower_id: UUID) -> Identity:
    who = people.identity(borrower_id)
    if not who:
        raise Http404
    return who


def _page(request: HttpRequest, who: Identity, *, refusal: str = "", status: int = 200) -> HttpResponse:
    rows = inspection.proved(who.borrower_id, before=_before(request))
    dealt_with = set(people.dealt_with("undelivered").filter(object_id__in=[row.id for row, _ in rows]))
    context: dict[str, Any] = {
        "who": who,
        "rows": [(row, said, inspection.is_undelivered(row) and row.id not in dealt_with) for row, said in rows],
        "older": rows[-1][0].id if len(rows) == inspection.PAGE else None,
        "refusal": refusal,
    }
    return show(request, "office/messages.html", context, status=status)


def _before(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.GET["before"]) if "before" in request.GET else None
    except ValueError:
        raise Http404 from None
