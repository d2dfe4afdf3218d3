"""What paying would take on a day that the borrower chooses."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from anqi.lending.repaying import NothingToPay
from anqi.web.borrower import any_day as days
from anqi.web.borrower.access import borrower_required
from anqi.web.borrower.troubles import nothing_to_pay
from anqi.web.borrower.views.orders import own_order
from anqi.web.shared import pages


@borrower_required
@require_safe
def any_day(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The amounts of that day: a page of their own, or a fragment for the page that asks; 422 for no such day."""
    order = own_order(request, order_id)
    form = days.form(order.loan, request.GET if "on" in request.GET else None) if order.loan else None
    if not order.loan or not form:
        return nothing_to_pay(request, order)
    try:
        seen = days.foresee(order.loan, on=form.cleaned_data["on"]) if form.is_valid() else None
    except NothingToPay:
        return nothing_to_pay(request, order)
    context = {
        "today": order.loan.today, "order": order, "loan": order.loan, "form": form, "that_day": seen,
        "refused": form["on"].errors if pages.wants_part(request) else "",
    }  # fmt: skip
    name = "borrower/parts/that_day.html" if pages.wants_part(request) else "borrower/any_day.html"
    return render(request, name, context, status=422 if form.errors else 200)
