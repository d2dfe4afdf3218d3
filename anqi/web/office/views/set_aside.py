"""Loans that the end of day set aside: tried once more by hand."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anqi import clock
from anqi.actions import closing, loans
from anqi.lending import inspection as lending
from anqi.lending.models import SetAside
from anqi.web.office.access import ACTORS, staff_required
from anqi.web.office.frame import note


@require_POST
@staff_required(roles=ACTORS)
def bring_again(request: HttpRequest, borrower_id: UUID, set_aside_id: UUID) -> HttpResponse:
    """The loan is brought on, or its books are compared, once more; it comes back where that succeeds."""
    found, now = lending.set_aside(borrower_id, set_aside_id), clock.now()
    if not found or found.resolved_at:
        raise Http404
    note(request, "bring_again", borrower_id=borrower_id, object_id=set_aside_id, kind=found.kind)
    if found.kind == SetAside.Kind.FAILED:
        loans.bring([borrower_id], day=now.date(), now=now)
    else:
        closing.prove([(borrower_id, found.loan_id)], day=now.date(), now=now)
    _tell(request, lending.set_aside(borrower_id, set_aside_id))
    return HttpResponseRedirect(reverse("office:exceptions", args=["set-aside"]))


def _tell(request: HttpRequest, found: SetAside | None) -> None:
    if found and found.resolved_at:
        messages.success(request, _("已经好了，不再出现在待办里。"))
    else:
        messages.error(request, _("还是不行，原因在说明里。"))
