"""Asking the channel what became of a charge while the borrower looks on, so that a lost notice doesn't matter."""

from datetime import datetime
from uuid import UUID

from anqi.actions import charges, repayments
from anqi.payments import channels, queries
from anqi.payments.queries import ChargeView
from anqi.web.borrower import polling


def close(borrower_id: UUID, charge: ChargeView, *, now: datetime) -> ChargeView:
    """What is known of a charge that is being given up, its channel asked to close it at once where it can be."""
    if charge.channel in channels.offered():
        repayments.inquire(borrower_id=borrower_id, charge_id=charge.id, now=now)
    after = queries.charge(borrower_id, charge.id)
    assert after
    if not after.is_open:
        charges.finish_closing(borrower_id=borrower_id, charge_id=charge.id, now=now)
    return after


def look(borrower_id: UUID, charge_id: UUID, *, now: datetime) -> ChargeView | None:
    """What is known of the charge, the channel's answer of this moment included as long as money may come of it."""
    charge = queries.charge(borrower_id, charge_id)
    if not charge or not (charge.is_open or charge.is_watched) or charge.channel not in channels.offered():
        return charge
    if charge.transfer and now < charge.expires_at:
        # Only a statement tells of it.
        return charge
    if polling.is_fresh(charge.queried_at, now=now):
        return charge
    repayments.inquire(borrower_id=borrower_id, charge_id=charge_id, now=now)
    return queries.charge(borrower_id, charge_id)
