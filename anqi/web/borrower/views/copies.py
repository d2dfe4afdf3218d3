"""A copy of one's data: asked for, waited for where it is large, and taken within a day."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from anqi import clock
from anqi.actions import copies as copy_actions
from anqi.actions.copies import NoSuchCopy
from anqi.people import copies
from anqi.web.borrower.access import borrower_id, borrower_required
from anqi.web.borrower.pacing import paced


@borrower_required
@require_http_methods(["GET", "HEAD", "POST"])
@paced("copy")
def copy(request: HttpRequest) -> HttpResponse:
    """What can be taken now, and what was taken before; sending the form asks for one."""
    who, now = borrower_id(request), clock.now()
    if request.method == "POST":
        copy_actions.ask(borrower_id=who, now=now)
        return HttpResponseRedirect(reverse("borrower:copy"))
    found = copies.latest(who)
    living = next((row for row in found if row.expires_at is None or row.expires_at > now), None)
    context = {"today": clock.today(), "living": living, "past": [row for row in found if row != living]}
    return render(request, "borrower/copy.html", context)


@borrower_required
@require_GET
def take(request: HttpRequest, copy_id: UUID) -> HttpResponse:
    """The file."""
    try:
        parcel = copy_actions.take(borrower_id=borrower_id(request), copy_id=copy_id, now=clock.now())
    except NoSuchCopy:
        raise Http404 from None
    response = HttpResponse(parcel, content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="anqi-{clock.today()}.zip"'
    return response
