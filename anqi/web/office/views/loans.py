"""A loan: how it stands on a day, and where every fen comes from."""

from datetime import date
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from anqi import clock
from anqi.engine.classes import category_of, report_code_of
from anqi.ledger import books
from anqi.ledger import inspection as ledger
from anqi.ledger.inspection import Difference
from anqi.lending import courses, hardship, holding
from anqi.lending import inspection as lending
from anqi.lending.store import LoanInHand
from anqi.payments import debit_inspection as debits
from anqi.payments import inspection as payments
from anqi.payments import payout_inspection as payouts
from anqi.people import inspection as people
from anqi.web.office import explaining, timeline
from anqi.web.office.access import staff_required
from anqi.web.office.forms import DayForm
from anqi.web.office.frame import note, show


@require_safe
@staff_required()
def loan(request: HttpRequest, borrower_id: UUID, loan_id: UUID) -> HttpResponse:
    """The loan as it stands today, or on the day that is asked for, past or future."""
    today = clock.today()
    on, form = asked_day(request, today)
    shown = lending.loan(borrower_id, loan_id, on=on)
    who = people.identity(borrower_id)
    if not shown or not who:
        raise Http404
    note(request, "view_loan", borrower_id=borrower_id, object_id=loan_id)
    context = {
        "who": who,
        "loan": shown,
        "category": category_of(shown.standing) if shown.standing else None,
        "report_code": report_code_of(shown.standing) if shown.standing else None,
        "on": on,
        "is_past": on != today,
        "form": form,
        "explained": explaining.explain(shown.held, shown.standing) if shown.standing else None,
        "events": timeline.events(shown),
        "claim": payments.claim(borrower_id, loan_id),
        "payouts": payouts.of_loan(borrower_id, loan_id),
        "mandates": debits.mandates_of(borrower_id, loan_id),
        "plans": debits.plans_of(borrower_id, loan_id),
        "hardship": hardship.latest(borrower_id, loan_id),
        "hold": holding.open_holds(borrower_id, [loan_id]).get(loan_id),
        "is_behind": shown.held.next_wake_on is not None and shown.held.next_wake_on <= today,
        "differences": _differences(shown.held, today),
    }
    return show(request, "office/loan.html", context)


def asked_day(request: HttpRequest, today: date) -> tuple[date, DayForm]:
    """The day in the address, today where there is none or none that can be read, and the form that asks for it."""
    form = DayForm(request.GET) if "on" in request.GET else DayForm(initial={"on": today})
    asked = form.cleaned_data.get("on") if form.is_bound and form.is_valid() else None
    return asked or today, form


def _differences(held: LoanInHand, today: date) -> list[Difference]:
    booked = books.read(held.borrower_id, [held.id]).balances[held.id]
    return ledger.differences(wanted=courses.expected(held, today=today), booked=booked)
