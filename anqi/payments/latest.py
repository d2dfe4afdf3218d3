"""What was paid on a loan last: for whoever comes back to pay once more."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from anqi.payments.models import ChargePart, Payment


@dataclass(frozen=True, kw_only=True)
class JustPaid:
    """A payment in fen, and the charge that it came by."""

    charge_id: UUID
    amount_minor: int
    paid_at: datetime


def payment(borrower_id: UUID, loan_id: UUID, *, since: datetime) -> JustPaid | None:
    """The last payment on this loan if it was made since then, in one statement."""
    of_loan = ChargePart.objects.filter(borrower_id=borrower_id, loan_id=loan_id).values("charge_id")
    found = Payment.objects.filter(borrower_id=borrower_id, charge_id__in=of_loan, paid_at__gte=since)
    row = found.order_by("-paid_at", "-id").values("charge_id", "amount_minor", "paid_at").first()
    return JustPaid(**row) if row else None
