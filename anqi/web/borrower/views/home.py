"""The home page: what is to be paid, the most urgent first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from anqi import clock
from anqi.lending import queries as lending
from anqi.payments import queries as payments
from anqi.web.borrower import bills, loan_pages
from anqi.web.borrower.access import borrower_id, borrower_required
from anqi.web.borrower.tabs import tabs


@borrower_required
def home(request: HttpRequest) -> HttpResponse:
    today, who = clock.today(), borrower_id(request)
    orders = lending.running(who, today=today)
    gathered = bills.gather(orders, today=today)
    claims = payments.claims(who, [order.loan.id for order in orders if order.loan])
    urgent = (gathered.this_month or gathered.later)[:1]
    context = {
        "tabs": tabs(),
        "today": today,
        "now": clock.now(),
        "bills": gathered,
        "counts": lending.counts(who),
        "urgent": urgent[0].order if urgent else None,
        "due": loan_pages.due_card(urgent[0].order.loan) if urgent and urgent[0].order.loan else None,
        "claims": [(order, claims[order.loan.id]) for order in orders if order.loan and order.loan.id in claims],
    }
    return render(request, "borrower/home.html", context)
