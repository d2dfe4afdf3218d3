"""What staff ask about applications for reserves: those that wait, the lists, a borrower's own. Nothing here writes."""

from datetime import date, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from anqi.lending.models import Application
from anqi.rows.days import start_of

PAGE = 200


def waiting() -> QuerySet[Application]:
    """What a person must look at, whoever has waited longest first; `since` is when they began to wait."""
    found = Application.objects.filter(state=Application.State.REVIEW).select_related("product")
    # A refusal that is questioned waits from the question on.
    return found.annotate(since=Coalesce("questioned_at", "applied_at")).order_by("since")


def listed(*, state: str, since: date, until: date) -> list[Application]:
    """Applications of these days, of that state or of any, the latest first, at most `PAGE`."""
    end = start_of(until + timedelta(days=1))
    found = Application.objects.filter(applied_at__gte=start_of(since), applied_at__lt=end)
    if state:
        found = found.filter(state=state)
    return list(found.select_related("product").order_by("-applied_at", "id")[:PAGE])


def of_borrower(borrower_id: UUID) -> list[Application]:
    """The borrower's, the latest first, at most `PAGE`."""
    found = Application.objects.filter(borrower_id=borrower_id).select_related("product")
    return list(found.order_by("-applied_at")[:PAGE])


def find(application_id: UUID) -> Application | None:
    """The application of that id, whoever's; a look-up over all borrowers."""
    return Application.objects.filter(id=application_id).first()
