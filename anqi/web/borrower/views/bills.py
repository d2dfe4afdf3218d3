"""The bills, month by month."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from anqi import clock
from anqi.documents import queries as documents
from anqi.lending import holding
from anqi.lending import queries as lending
from anqi.payments import queries as payments
from anqi.rows.days import next_month, start_of
from anqi.web.borrower import bill_months
from anqi.web.borrower.access import borrower_id, borrower_required
from anqi.web.borrower.bill_months import MonthBill
from anqi.web.borrower.tabs import tabs


@borrower_required
@require_safe
def bills(request: HttpRequest) -> HttpResponse:
    """One month's bill, the running month's unless another is asked for."""
    today, who = clock.today(), borrower_id(request)
    asked_for = _month(request.GET.get("month", ""), today)
    orders = lending.begun(who, today=today)
    still = holding.standstills(who, [order.loan.held for order in orders if order.loan], today=today)
    months = bill_months.by_month(orders, standstills=still, today=today)
    bill = _found(months, asked_for)
    context = {
        "tabs": tabs(),
        "today": today,
        "bill": bill,
        "is_running": bill.first == today.replace(day=1),
        "lists": [(each, [(line, bill_months.parts_of(line)) for line in each]) for each in (bill.earlier, bill.lines)],
        "before": next((each for each in reversed(months) if each.first < bill.first), None),
        "after": next((each for each in months if each.first > bill.first), None),
        "out": [each for each in reversed(months) if each.is_out],
        "to_come": [each for each in months if not each.is_out],
        "paid": _paid(who, bill.first),
    }
    return render(request, "borrower/bills.html", context)


def _month(stated: str, today: date) -> date:
    try:
        return date.fromisoformat(f"{stated}-01") if stated else today.replace(day=1)
    except ValueError:
        raise Http404 from None


def _found(months: list[MonthBill], first: date) -> MonthBill:
    found = next((each for each in months if each.first == first), None)
    if not found:
        raise Http404
    return found


def _paid(who: UUID, first: date) -> list[tuple[Any, Any]]:
    """What was paid in that month, with its receipt; three statements."""
    until = start_of(next_month(first))
    made = payments.paid_between(who, start_of(first), until)
    receipts = documents.receipts_of(who, [each.id for each in made]) if made else {}
    return [(each, receipts.get(each.id)) for each in made]
