"""实名: who the borrower is, asked once before the first signature."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from anqi import clock
from anqi.actions import identities
from anqi.people import queries as people
from anqi.people.identities import NotAName
from anqi.rows.refusals import Refused
from anqi.web.borrower.access import borrower_id, borrower_required
from anqi.web.borrower.forms import IdentityForm
from anqi.web.borrower.refusals import told
from anqi.web.shared import pages


@borrower_required
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    next_page = pages.own_page(request.POST.get("next") or request.GET.get("next"))
    if people.profile(borrower_id(request)).is_verified:
        return HttpResponseRedirect(next_page)
    form = IdentityForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _verify(request, form):
        return HttpResponseRedirect(next_page)
    context = {"form": form, "next": next_page}
    return render(request, "borrower/verify.html", context, status=422 if form.errors else 200)


def _verify(request: HttpRequest, form: IdentityForm) -> bool:
    name, id_number, now = form.cleaned_data["name"], form.cleaned_data["id_number"], clock.now()
    try:
        identities.verify(borrower_id=borrower_id(request), name=name, id_number=id_number, now=now)
    except Refused as refused:
        form.add_error("name" if isinstance(refused, NotAName) else "id_number", told(refused, now=now))
        return False
    return True
