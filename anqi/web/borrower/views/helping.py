"""Help: how to repay, to end early, what lateness does, auto-debit, returns; with the reader's own numbers."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from anqi import clock
from anqi.lending import queries as lending
from anqi.payments import debit_queries
from anqi.web.borrower import debit_pages, helping
from anqi.web.borrower.access import borrower_id, is_borrower
from anqi.web.borrower.tabs import tabs


@require_safe
def answers(request: HttpRequest) -> HttpResponse:
    """All answers on one page; whoever is signed in finds what they say of their own loans."""
    own = _own(request) if is_borrower(request) else {}
    context = {"tabs": tabs(), "today": clock.today(), "can_debit": debit_pages.can_debit(), **own}
    return render(request, "borrower/answers.html", context)


def _own(request: HttpRequest) -> dict[str, Any]:
    who = borrower_id(request)
    orders = lending.running(who, today=clock.today())
    debited = debit_queries.debited(who, [order.loan.id for order in orders if order.loan])
    return {
        "paying": list(helping.paying(orders)),
        "ending": list(helping.ending(orders)),
        "being_late": list(helping.being_late(orders)),
        "debits": list(helping.debits(orders, debited)),
        "helpers": lending.helpers(who),
    }
