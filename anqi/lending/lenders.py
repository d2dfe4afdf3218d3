"""Lenders, as others than borrowers ask for them."""

from anqi.lending.models import Lender


def account_holder() -> Lender:
    """Whose the accounts at channels and at the bank are: an installation has one of each, its first lender's.

    LookupError without a lender.
    """
    first = Lender.objects.order_by("id").first()
    if first is None:
        raise LookupError("no lender")
    return first
