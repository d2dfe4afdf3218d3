"""Money that arrived and that no loan could use: each a case, until somebody has decided about it."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F

from anqi.payments.models import Unapplied
from anqi.rows.ids import uuid7
from anqi.rows.refusals import Refused

# The reason of a case about money that goods returned have freed.
GOODS_RETURNED = "goods_returned"
# Money without use goes back by itself within a day; until then people may find a use for it.
RETURNS_AFTER = timedelta(hours=12)


class LeftTooSmall(Refused):
    """Only {left_minor} fen of this money are left to decide about."""

    code = "left_too_small"


def open_case(
    *, borrower_id: UUID, payment_id: UUID, loan_id: UUID | None, lender_id: UUID, amount_minor: int,
    reason: str, now: datetime, returns_at: datetime | None = None,
) -> UUID:  # fmt: skip
    """A new case about so much of a payment, in fen; its id. It goes back by itself after half a day, unless told."""
    case_id = uuid7()
    Unapplied.objects.create(
        borrower_id=borrower_id,
        id=case_id,
        payment_id=payment_id,
        loan_id=loan_id,
        lender_id=lender_id,
        amount_minor=amount_minor,
        left_minor=amount_minor,
        reason=reason,
        opened_at=now,
        returns_at=returns_at or now + RETURNS_AFTER,
    )
    return case_id


def read(borrower_id: UUID, case_id: UUID) -> Unapplied:
    """The case with its payment. Lock the borrower first. Raises Unapplied.DoesNotExist."""
    return Unapplied.objects.select_related("payment").get(borrower_id=borrower_id, id=case_id)


def draw(case: Unapplied, amount_minor: int, *, now: datetime) -> None:
    """So much of the money has found its use; the case is closed when nothing is left. Refuses LeftTooSmall."""
    if not 0 < amount_minor <= case.left_minor:
        raise LeftTooSmall(left_minor=case.left_minor)
    left_minor = case.left_minor - amount_minor
    Unapplied.objects.filter(borrower_id=case.borrower_id, id=case.id).update(
        left_minor=left_minor, closed_at=None if left_minor else now
    )


def put_back(borrower_id: UUID, case_id: UUID, amount_minor: int) -> None:
    """So much of the money has not found its way after all: it waits again, now for people only."""
    Unapplied.objects.filter(borrower_id=borrower_id, id=case_id).update(
        left_minor=F("left_minor") + amount_minor, closed_at=None, returns_at=None
    )


def keep_here(case: Unapplied, *, until: datetime | None) -> None:
    """The money goes back by itself at that time, or never: then people decide."""
    Unapplied.objects.filter(borrower_id=case.borrower_id, id=case.id).update(returns_at=until)
