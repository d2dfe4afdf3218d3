"""The home page: what is to be paid, the most urgent first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from anqi import clock
from anqi.lending import holding
from anqi.lending import queries as lending
from anqi.lending.holding import Standstill
from anqi.lending.queries import LoanView
from anqi.notices import queries as notices
from anqi.payments import debit_queries
from anqi.payments import queries as payments
from anqi.web.borrower import bills, debit_pages, loan_pages
from anqi.web.borrower.access import borrower_id, borrower_required
from anqi.web.borrower.explaining import Explanation
from anqi.web.borrower.tabs import tabs


@borrower_required
def home(request: HttpRequest) -> HttpResponse:
    today, now, who = clock.today(), clock.now(), borrower_id(request)
    orders = lending.running(who, today=today)
    still = holding.standstills(who, [order.loan.held for order in orders if order.loan], today=today)
    gathered = bills.gather(orders, standstills=still, today=today)
    loans = {order.loan.id: order for order in orders if order.loan}
    claims = payments.claims(who, loans)
    debited = debit_queries.debited(who, loans)
    told = [(order, debit_pages.news(order, debited[key], claims.get(key), now=now)) for key, order in loans.items()]
    urgent = gathered.urgent
    context = {
        "tabs": tabs(),
        "today": today,
        "now": now,
        "bills": gathered,
        "counts": lending.counts(who),
        "unread": notices.unread(who),
        "urgent": urgent,
        "due": _due_card(urgent.loan, still.get(urgent.loan.id)) if urgent and urgent.loan else None,
        # A payment of several plans is told once.
        "claims": {claim.id: (loans[key], claim) for key, claim in claims.items() if not claim.is_debit}.values(),
        "debits": [(order, each) for order, each in told if each and each.kind != "coming"],
        "coming": [(order, each) for order, each in told if each and each.kind == "coming"],
        "is_flying": any(claim.is_debit for key, claim in claims.items() if loans[key] is urgent),
    }
    return render(request, "borrower/home.html", context)


def _due_card(loan: LoanView, still: Standstill | None) -> loan_pages.Row:
    """The card of the most urgent loan, its amount opened."""
    return loan_pages.due_card(loan, still) | {"sums": [Explanation(loan).pressing().summed]}
