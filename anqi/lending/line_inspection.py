"""What staff ask about one credit line. Nothing here locks or writes."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from anqi.engine.granting import decided
from anqi.lending import credit, limits
from anqi.lending.limits import Limit
from anqi.lending.models import CreditLine, LineDecision


@dataclass(frozen=True, kw_only=True)
class LineShown:
    """A line as it stands, the raise that waits for the borrower in fen, and what was decided since the first grant."""

    row: CreditLine
    limit: Limit
    waiting_minor: int | None
    decisions: tuple[LineDecision, ...]


def line(borrower_id: UUID, lender_id: UUID, *, today: date) -> LineShown | None:
    """The borrower's line with that lender; None where there is none."""
    row = CreditLine.objects.filter(borrower_id=borrower_id, lender_id=lender_id).select_related("lender").first()
    if row is None:
        return None
    raises = decided(credit.read(borrower_id, lender_id).decisions, today).raises
    found = LineDecision.objects.filter(borrower_id=borrower_id, lender_id=lender_id).order_by("-decided_at", "-id")
    return LineShown(
        row=row, limit=limits.read(borrower_id, lender_id, today=today),
        waiting_minor=next(iter(raises.values()), None), decisions=tuple(found),
    )  # fmt: skip
