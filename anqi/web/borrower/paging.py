"""Long lists go on page by page, from the last row of the page before."""

from uuid import UUID

from django.http import Http404, HttpRequest


def before(request: HttpRequest) -> UUID | None:
    """The row before which this page begins; None for the first page. What is no id is not found."""
    try:
        return UUID(request.GET["before"]) if "before" in request.GET else None
    except ValueError:
        raise Http404 from None
