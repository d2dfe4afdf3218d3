"""Charges that hang: staff ask the channel, or have it closed there. On record, and the channel has the last word."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anqi import clock
from anqi.actions import charges, repayments
from anqi.payments import channels
from anqi.payments import inspection as payments
from anqi.payments.models import Charge
from anqi.web.office.access import ACTORS, staff_required
from anqi.web.office.frame import note


@require_POST
@staff_required(roles=ACTORS)
def query(request: HttpRequest, borrower_id: UUID, charge_id: UUID) -> HttpResponse:
    """What became of it is asked now, and learned as always."""
    found = _find(borrower_id, charge_id)
    note(request, "query_charge", borrower_id=borrower_id, object_id=charge_id)
    return _ask(request, found)


@require_POST
@staff_required(roles=ACTORS)
def close(request: HttpRequest, borrower_id: UUID, charge_id: UUID) -> HttpResponse:
    """The channel is to take no money for it any more. What was paid in the same moment is booked all the same."""
    found = _find(borrower_id, charge_id)
    note(request, "close_charge", borrower_id=borrower_id, object_id=charge_id)
    charges.give_up(borrower_id=borrower_id, charge_id=charge_id, now=clock.now())
    return _ask(request, found)


def _ask(request: HttpRequest, found: Charge) -> HttpResponse:
    if found.channel in channels.offered():
        repayments.inquire(borrower_id=found.borrower_id, charge_id=found.id, now=clock.now())
        messages.success(request, _("已问过渠道，答复在下面的记录里。"))
    else:
        messages.error(request, _("这个渠道现在没有接通。"))
    loan_id = payments.first_loans([(found.borrower_id, found.id)])[found.id]
    there = reverse("office:loan", args=[found.borrower_id, loan_id])
    return HttpResponseRedirect(f"{there}#charge-{found.id}")


def _find(borrower_id: UUID, charge_id: UUID) -> Charge:
    found = payments.charge(borrower_id, charge_id)
    if not found:
        raise Http404
    return found
