"""The borrower's own page: orders, receipts, the look, the way out."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from anqi.lending import queries as lending
from anqi.people import queries as people
from anqi.web.borrower.access import borrower_id, borrower_required
from anqi.web.borrower.tabs import tabs


@borrower_required
def me(request: HttpRequest) -> HttpResponse:
    who = borrower_id(request)
    context = {
        "tabs": tabs(),
        "profile": people.profile(who),
        "counts": lending.counts(who),
        "helpers": lending.helpers(who),
    }
    return render(request, "borrower/me.html", context)
