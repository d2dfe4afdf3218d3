"""Where each payment is: every one, by hand or debited, with its state in words, what became of it and what to do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from anqi import clock
from anqi.lending import queries as lending
from anqi.payments import queries as payments
from anqi.web.borrower import charge_pages, paging
from anqi.web.borrower.access import borrower_id, borrower_required

_PAGE = 20
# A page that is not waited on by anybody: what a charge's own page says once it has looked.
_LOOKED = 1
# Money that has arrived may be on its way back, or wait for a use.
_UNDER_WAY = ("processing", "unknown")


@borrower_required
@require_safe
def payments_made(request: HttpRequest) -> HttpResponse:
    """The latest payments, what is still under way first."""
    who, now, today = borrower_id(request), clock.now(), clock.today()
    found = payments.charges(who, before=paging.before(request), limit=_PAGE + 1)
    shown = found[:_PAGE]
    orders = lending.orders_of_loans(who, {loan for each in shown for loan in each.loan_ids}, today=today)
    rows = [
        (charge, charge_pages.tell(charge, now=now, step=_LOOKED), [orders[loan] for loan in charge.loan_ids])
        for charge in shown
    ]
    under_way = [row for row in rows if row[0].is_open or row[1].state in _UNDER_WAY]
    context = {
        "today": today,
        "lists": [under_way, [row for row in rows if row not in under_way]],
        "older": shown[-1].id if len(found) > _PAGE else None,
    }
    return render(request, "borrower/payments.html", context)
