"""What borrowers read of their applications. Nothing here locks or writes."""

from datetime import datetime
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from anqi.lending import applications
from anqi.lending.models import Application

# What was looked at is opened on an application's own page only.
_UNSEEN = ("decision", "wallet")


def latest(borrower_id: UUID, *, limit: int) -> list[Application]:
    """The borrower's applications with their products: the one that is alive, then the newest first."""
    is_alive = ExpressionWrapper(Q(state__in=Application.ALIVE), output_field=BooleanField())
    return list(_of(borrower_id).order_by(is_alive.desc(), "-applied_at", "-id")[:limit])


def alive(borrower_id: UUID, *, now: datetime) -> Application | None:
    """The one that another would have to wait for; an offer whose time is over is in nobody's way."""
    found = _of(borrower_id).filter(state__in=Application.ALIVE).first()
    return None if found is None or applications.is_lapsed(found, now=now) else found


def state_of(row: Application, *, now: datetime) -> str:
    """Its state, which for an offer whose time is over is lapsed, whether or not the worker has come by."""
    return str(Application.State.LAPSED) if applications.is_lapsed(row, now=now) else row.state


def _of(borrower_id: UUID) -> QuerySet[Application]:
    return Application.objects.filter(borrower_id=borrower_id).defer(*_UNSEEN).select_related("product__lender")
