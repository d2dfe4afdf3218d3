"""The queue and the lists behind it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anqi import clock
from anqi.people.models import DEALT_WITH
from anqi.web.office import exceptions as exception_rows
from anqi.web.office import paper_rows, queue
from anqi.web.office.access import ACTORS, staff_required
from anqi.web.office.forms import ReasonForm
from anqi.web.office.frame import note, show


@require_safe
@staff_required()
def home(request: HttpRequest) -> HttpResponse:
    """Everything that waits for somebody."""
    return show(request, "office/queue.html", {"compared": queue.compare(clock.now())}, place="queue")


@require_safe
@staff_required()
def exceptions(request: HttpRequest, slug: str) -> HttpResponse:
    """The oldest exceptions of one kind."""
    return _list(request, slug)


@require_POST
@staff_required(roles=ACTORS)
def deal_with(request: HttpRequest, slug: str, row_id: UUID) -> HttpResponse:
    """Somebody has seen to an exception that can't be mended, and says how."""
    kind = queue.kind(slug)
    if not kind or not kind.may_be_dealt_with:
        raise Http404
    if row_id not in {row.id for row in exception_rows.rows(kind, clock.now()) if row.may_be_dealt_with}:
        raise Http404
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请写明理由。"))
        return _list(request, slug, status=422)
    note(request, DEALT_WITH, object_id=row_id, reason=form.cleaned_data["reason"], kind=slug)
    messages.success(request, _("已记录，这一条不再出现在待办里。"))
    return HttpResponseRedirect(reverse("office:exceptions", args=[slug]))


def _list(request: HttpRequest, slug: str, *, status: int = 200) -> HttpResponse:
    now, kind = clock.now(), queue.kind(slug)
    if kind:
        rows, title = exception_rows.rows(kind, now), kind.title
    elif slug == "books":
        rows, title = exception_rows.differing(queue.compare(now)), queue.BOOKS
    elif slug == "papers":
        rows, title = paper_rows.exceptional(paper_rows.urgent(now), now), queue.PAPERS
    else:
        raise Http404
    context = {"rows": rows, "title": title, "slug": slug, "most": exception_rows.PAGE, "reason": ReasonForm()}
    return show(request, "office/exceptions.html", context, place="queue", status=status)
