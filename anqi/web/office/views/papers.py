"""What a borrower signed, as the PDF that the borrower has; whoever opens it is kept."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anqi.lending import amendments
from anqi.lending import inspection as lending
from anqi.web.office.access import staff_required
from anqi.web.office.frame import note
from anqi.web.shared import papers
from anqi.web.shared.errors import Act


@require_safe
@staff_required()
def signed(request: HttpRequest, borrower_id: UUID, loan_id: UUID, name: str) -> HttpResponse:
    """Agreement or cost statement of a loan."""
    found = lending.agreement(borrower_id, loan_id)
    if not found:
        raise Http404
    note(request, "view_paper", borrower_id=borrower_id, object_id=loan_id, paper=name)
    back = Act(label=_("回到分期"), url=reverse("office:loan", args=[borrower_id, loan_id]))
    return papers.signed(request, found, name=name, back=back)


@require_safe
@staff_required()
def amended(request: HttpRequest, borrower_id: UUID, loan_id: UUID, amendment_id: UUID) -> HttpResponse:
    """An amendment of a loan's plan."""
    found = amendments.get(borrower_id, amendment_id)
    if not found or found.loan_id != loan_id:
        raise Http404
    note(request, "view_paper", borrower_id=borrower_id, object_id=loan_id, paper="amendment")
    back = Act(label=_("回到分期"), url=reverse("office:loan", args=[borrower_id, loan_id]))
    return papers.amended(request, found, back=back)
