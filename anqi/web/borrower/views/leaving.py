"""Consents by purpose, each of which may be taken back, and closing the account."""

from uuid import UUID

from django.contrib import auth, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anqi import clock
from anqi.actions import cards, leaving, mandates
from anqi.actions.leaving import StillOpen
from anqi.payments import debit_queries
from anqi.payments import queries as payments
from anqi.people import consents as consent_rows
from anqi.people.consents import NotWithdrawable
from anqi.web.borrower import leaving_pages
from anqi.web.borrower.access import borrower_id, borrower_required


@borrower_required
@require_GET
def consents(request: HttpRequest) -> HttpResponse:
    """What was agreed to, for which purpose, in which version, and what follows from taking it back."""
    found = [leaving_pages.told(each) for each in consent_rows.purposes(borrower_id(request))]
    return render(request, "borrower/consents.html", {"today": clock.today(), "purposes": found})


@borrower_required
@require_POST
def withdraw_consent(request: HttpRequest, purpose: str) -> HttpResponse:
    """It holds no more."""
    try:
        leaving.withdraw_consent(borrower_id=borrower_id(request), purpose=purpose, now=clock.now())
    except NotWithdrawable:
        raise Http404 from None
    messages.success(request, _("已撤回。"))
    return HttpResponseRedirect(reverse("borrower:consents"))


@borrower_required
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest) -> HttpResponse:
    """What stands in the way, each with what can be done about it; or the account is closed, and says so."""
    who, today = borrower_id(request), clock.today()
    found = leaving.obstacles(who, today=today)
    is_meant = request.method == "POST" and request.POST.get("sure") == "yes"
    if is_meant and not found:
        try:
            _end_all(who)
            leaving.close(borrower_id=who, now=clock.now())
        except StillOpen as refused:
            found = refused.facts["obstacles"]  # type: ignore[assignment]
        else:
            auth.logout(request)
            return render(request, "borrower/closed.html")
    status = {True: 409, False: 422}[bool(found)] if request.method == "POST" else 200
    context = {"obstacles": [leaving_pages.obstacle(each) for each in found], "is_asked": request.method == "POST"}
    return render(request, "borrower/close.html", context, status=status)


def _end_all(who: UUID) -> None:
    """Nothing is debited any more, and no card is kept: each by the act by which its borrower could end it alone."""
    now = clock.now()
    for agreement in debit_queries.agreements(who):
        if agreement.is_living:
            mandates.end(borrower_id=who, mandate_id=agreement.id, now=now)
    for card in payments.cards(who):
        cards.end(borrower_id=who, card_id=card.id, now=now)
