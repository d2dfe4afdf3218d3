"""The search box. What is typed may be a phone number: it travels in the body, never in an address."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from anqi.web.office import searching
from anqi.web.office.access import ANYBODY, staff_required
from anqi.web.office.forms import SearchForm
from anqi.web.office.frame import note, show


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(roles=ANYBODY)
def search(request: HttpRequest) -> HttpResponse:
    """The one thing that was found, or a list."""
    form = SearchForm(request.POST or None)
    if not form.is_valid():
        return show(request, "office/search.html", {"hits": (), "has_asked": False})
    found = searching.find(form.cleaned_data["q"])
    only = found.hits[0] if len(found.hits) == 1 else None
    note(request, "search", borrower_id=only.borrower_id if only else None, kind=found.kind, hits=len(found.hits))
    if only and only.url:
        return HttpResponseRedirect(only.url)
    return show(request, "office/search.html", {"hits": found.hits, "has_asked": True})
