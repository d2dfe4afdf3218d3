"""Lenders, as others than borrowers ask for them."""

from uuid import UUID

from anqi.lending.models import Lender


def account_holder() -> Lender:
    """Whose the accounts at channels and at the bank are: an installation has one of each, its first lender's.

    LookupError without a lender.
    """
    first = Lender.objects.order_by("id").first()
    if first is None:
        raise LookupError("no lender")
    return first


def name_of(lender_id: UUID) -> str:
    """The lender as its borrowers know it."""
    return Lender.objects.only("name").get(id=lender_id).name
