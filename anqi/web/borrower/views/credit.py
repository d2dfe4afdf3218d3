"""What a credit bureau is told: of which of the borrower's loans, what was sent last, and what comes next."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from anqi import clock, reporting
from anqi.lending import objections, reported_loans
from anqi.web.borrower import credit_pages, credit_words
from anqi.web.borrower.access import borrower_id, borrower_required
from anqi.web.borrower.views.orders import own_order


@borrower_required
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Every loan, reported or not, and the borrower's objections."""
    who, today = borrower_id(request), clock.today()
    reported = reported_loans.of_borrower(who)
    looks = {each.held.id: each for each in reporting.look(list(reported.values()), on=today)}
    loans = [
        {
            "order_id": row.order_id, "number": row.number, "is_reported": row.id in reported,
            "short": credit_pages.in_short(reported[row.id].bureau if row.id in reported else None),
            "last": credit_pages.last(looks[row.id]) if row.id in looks else None,
        }
        for row in reported_loans.loans_of(who)
    ]  # fmt: skip
    context = {
        "today": today, "loans": loans,
        "objections": [
            (row, credit_pages.about(row), credit_words.badge_of(row)) for row in objections.of_borrower(who)
        ],
    }  # fmt: skip
    return render(request, "borrower/credit.html", context)


@borrower_required
@require_safe
def of_order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """One loan: whether, to whom, since when; every record, every notice, and what would be sent next."""
    who, today = borrower_id(request), clock.today()
    order = own_order(request, order_id)
    row = reported_loans.find(who, order.loan.id) if order.loan else None
    context = {"today": today, "order": order, "loan": order.loan, "row": row}
    if row:
        mine = [each for each in objections.of_borrower(who) if each.loan_id == row.loan_id]
        context |= {
            "objections": [(each, credit_pages.about(each), credit_words.badge_of(each)) for each in mine],
            "is_disputed": any(each.state == objections.State.OPEN for each in mine),
        }
        for look in reporting.look([row], on=today):
            context |= {
                "has_begun": True,
                "last": credit_pages.last(look),
                "records": credit_pages.records(look, today=today),
                "following": credit_pages.following(look),
                "promise": credit_pages.promise(look),
                "waits": credit_words.WAITS.get(look.waits_for, ""),
                "notices": credit_pages.notices(look.notices),
            }
    return render(request, "borrower/order_credit.html", context)
