"""What a borrower may have today, and what it would cost. Nothing here locks or writes."""

from datetime import date
from uuid import UUID

from anqi.lending import limits, products, reserves
from anqi.lending.reserves import Quote, Shelf


def offer(*, borrower_id: UUID, today: date) -> tuple[Shelf, ...]:
    """What each lender offers the borrower today: the limit with its numbers, and its reserves with their ranges."""
    return reserves.shelves(borrower_id, today=today)


def quote(*, borrower_id: UUID, product: str, amount_minor: int, today: date) -> Quote:
    """What so many fen of a product by its code would cost the borrower, and why.

    Refuses PlanUnavailable, AmountOutOfRange, CostAboveCap, CapUnknown, LimitExceeded.
    """
    sold = products.find(product, today, kind=products.RESERVE)
    quoted = reserves.quote(sold, amount_minor, today=today)
    limits.admit(limits.read(borrower_id, sold.lender_id, today=today), amount_minor)
    return quoted
