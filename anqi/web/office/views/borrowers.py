"""A borrower: who, what was lent, what was paid. Masked, until somebody says why not."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from anqi import clock
from anqi.lending import inspection as lending
from anqi.lending import objections
from anqi.notices import device_texts
from anqi.payments import inspection as payments
from anqi.people import complaints
from anqi.people import inspection as people
from anqi.people.inspection import ClearIdentity
from anqi.people.models import Device
from anqi.web.office.access import ACTORS, staff_required
from anqi.web.office.forms import ReasonForm
from anqi.web.office.frame import note, show
from anqi.web.shared.figures import in_english


@require_safe
@staff_required()
def borrower(request: HttpRequest, borrower_id: UUID) -> HttpResponse:
    """The borrower, masked."""
    _check(borrower_id)
    note(request, "view_borrower", borrower_id=borrower_id)
    return _page(request, borrower_id, form=ReasonForm())


@require_POST
@staff_required(roles=ACTORS)
def unmask(request: HttpRequest, borrower_id: UUID) -> HttpResponse:
    """The borrower in clear, in this one answer, after the reason is on record."""
    _check(borrower_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, borrower_id, form=form, status=422)
    note(request, "unmask", borrower_id=borrower_id, reason=form.cleaned_data["reason"])
    return _page(request, borrower_id, form=ReasonForm(), clear=people.identity_in_clear(borrower_id))


def _check(borrower_id: UUID) -> None:
    if not people.identity(borrower_id):
        raise Http404


def _page(
    request: HttpRequest, borrower_id: UUID, *, form: ReasonForm, clear: ClearIdentity | None = None, status: int = 200
) -> HttpResponse:
    today = clock.today()
    loans = lending.loans(borrower_id, on=today)
    context = {
        "who": people.identity(borrower_id),
        "clear": clear,
        "form": form,
        "loans": loans,
        "numbers": {shown.row.id: shown.row.number for shown in loans},
        "orders": lending.orders(borrower_id),
        "lines": lending.credit_lines(borrower_id, today=today),
        "charges": payments.charges(borrower_id),
        "cards": payments.cards(borrower_id),
        "cases": payments.cases(borrower_id),
        "complaints": complaints.of_borrower(borrower_id),
        "objections": objections.of_borrower(borrower_id),
        "devices": [(each, _label(each)) for each in people.devices(borrower_id)],
        "consents": people.consents(borrower_id),
        "acts": people.acts(borrower_id),
    }
    return show(request, "office/borrower.html", context, status=status)


def _label(device: Device) -> str:
    language = "en" if in_english() else "zh-hans"
    return " · ".join(device_texts.word(each, language=language) for each in (device.system, device.browser))
