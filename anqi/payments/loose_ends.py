"""What is still under way with a borrower's money: open charges, money without use, money on its way back."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from anqi.payments.models import ChargePart, Refund, Unapplied


@dataclass(frozen=True, kw_only=True)
class LooseEnd:
    """Money about which something is still open, in fen; without a loan where it was meant for none."""

    kind: Literal["in_flight", "unapplied", "returning"]
    loan_id: UUID | None
    amount_minor: int


def of(borrower_id: UUID) -> list[LooseEnd]:
    """Everything that is under way, in three statements."""
    parts = ChargePart.objects.filter(borrower_id=borrower_id, claims=True).order_by("id")
    cases = Unapplied.objects.filter(borrower_id=borrower_id, left_minor__gt=0).order_by("id")
    refunds = Refund.objects.filter(borrower_id=borrower_id, state__in=Refund.OPEN).order_by("id")
    return [
        *(LooseEnd(kind="in_flight", loan_id=each.loan_id, amount_minor=each.amount_minor) for each in parts),
        *(LooseEnd(kind="unapplied", loan_id=each.loan_id, amount_minor=each.left_minor) for each in cases),
        *(_returning(each) for each in refunds.select_related("case")),
    ]


def _returning(refund: Refund) -> LooseEnd:
    return LooseEnd(kind="returning", loan_id=refund.case.loan_id, amount_minor=refund.amount_minor)
