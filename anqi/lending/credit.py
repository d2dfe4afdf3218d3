"""Credit lines: how much a lender grants a borrower in all. What of it is left is `limits`."""

from datetime import datetime
from uuid import UUID

from anqi.lending.models import CreditLine, Lender


def grant(borrower_id: UUID, *, now: datetime) -> None:
    """A line with every lender, as far as that lender goes with somebody new."""
    for lender in Lender.objects.all():
        CreditLine.objects.get_or_create(
            borrower_id=borrower_id,
            lender=lender,
            defaults={"granted_minor": lender.limit_minor, "granted_at": now},
        )
