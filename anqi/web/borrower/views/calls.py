"""One call as its borrower sees it, and whether there are to be more."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anqi import clock
from anqi.actions import wishes as acts
from anqi.lending import queries as lending
from anqi.people import calls
from anqi.web.borrower import call_words
from anqi.web.borrower.access import borrower_id, borrower_required


@borrower_required
@require_safe
def call(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """When, who, what about, and how it went."""
    who, today = borrower_id(request), clock.today()
    row = calls.find(who, call_id)
    if not row:
        raise Http404
    context = {
        "today": today,
        "row": row,
        "caller": call_words.caller(row),
        "outcome": call_words.outcome(row),
        "orders": list(lending.orders_of_loans(who, row.loan_ids, today=today).values()),
    }
    return render(request, "borrower/call.html", context)


@borrower_required
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Whether the borrower may be called about what is overdue, and whether the number is theirs."""
    wish = request.POST.get("calls")
    if wish == "mine":
        acts.trust_number(borrower_id=borrower_id(request))
        messages.success(request, _("记下了：这是你的号码，提醒照常发。"))
    elif wish == "allow":
        acts.allow_calls(borrower_id=borrower_id(request), now=clock.now())
        messages.success(request, _("记下了：逾期时可以给你打电话。"))
    else:
        acts.stop_calls(borrower_id=borrower_id(request), now=clock.now())
        messages.success(request, _("记下了：不再给你打电话。有事会写在 消息 里。"))
    return HttpResponseRedirect(f"{reverse('borrower:reminders')}#calls")
