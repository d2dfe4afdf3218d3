"""Papers to keep: what was signed, as PDF."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anqi.lending import queries as lending
from anqi.web.borrower.access import borrower_id, borrower_required
from anqi.web.shared import papers
from anqi.web.shared.errors import Act


@borrower_required
@require_safe
def signed(request: HttpRequest, order_id: UUID, name: str) -> HttpResponse:
    """Agreement or cost statement of the borrower's own order."""
    found = lending.agreement(borrower_id(request), order_id)
    if not found:
        raise Http404
    back = Act(label=_("看合同页面"), url=reverse("borrower:agreement", args=[order_id]))
    return papers.signed(request, found, name=name, back=back)
