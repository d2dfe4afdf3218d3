"""The home page: what is to be paid, the most urgent first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from anqi import clock
from anqi.lending import holding
from anqi.lending import queries as lending
from anqi.payments import queries as payments
from anqi.web.borrower import bills, loan_pages
from anqi.web.borrower.access import borrower_id, borrower_required
from anqi.web.borrower.tabs import tabs


@borrower_required
def home(request: HttpRequest) -> HttpResponse:
    today, who = clock.today(), borrower_id(request)
    orders = lending.running(who, today=today)
    still = holding.standstills(who, [order.loan.held for order in orders if order.loan], today=today)
    gathered = bills.gather(orders, standstills=still, today=today)
    claims = payments.claims(who, [order.loan.id for order in orders if order.loan])
    urgent = gathered.urgent
    context = {
        "tabs": tabs(),
        "today": today,
        "now": clock.now(),
        "bills": gathered,
        "counts": lending.counts(who),
        "urgent": urgent,
        "due": loan_pages.due_card(urgent.loan, still.get(urgent.loan.id)) if urgent and urgent.loan else None,
        "claims": [(order, claims[order.loan.id]) for order in orders if order.loan and order.loan.id in claims],
    }
    return render(request, "borrower/home.html", context)
