"""The limit (额度): how much a lender grants a borrower in all, and what of it is taken.

LimitExceeded   needed_minor, available_minor, granted_minor, limit_minor, used_minor, frozen_minor
"""

from datetime import date
from uuid import UUID

from anqi.engine import line, loan
from anqi.engine.granting import Grant
from anqi.engine.line import BeyondLine, Line
from anqi.lending import store
from anqi.lending.models import CreditLine, Loan
from anqi.lending.store import LoanInHand
from anqi.rows.days import day_of
from anqi.rows.refusals import Refused

Limit = Line


class LimitExceeded(Refused):
    """This needs {needed_minor} fen of the limit; {available_minor} fen are left."""

    code = "limit_exceeded"


def read(borrower_id: UUID, lender_id: UUID, *, today: date) -> Limit:
    """The limit on that day; nothing was granted where there is no line. Two loans at once: hold the borrower."""
    found = CreditLine.objects.filter(borrower_id=borrower_id, lender_id=lender_id).select_related("lender").first()
    in_life = Loan.objects.filter(
        borrower_id=borrower_id, lender_id=lender_id, settled_on=None, cancelled_on=None
    ).values_list("id", flat=True)
    loans = store.read(borrower_id, in_life).values()
    return line.line_of(
        [_grant(found)] if found else [],
        today,
        lender_kind=found.lender.kind if found else "",
        used_minor=sum(_owed(each, today) for each in loans if each.starts_on),
        frozen_minor=sum(each.signed_minor for each in loans if not each.starts_on),
    )


def admit(limit: Limit, needed_minor: int) -> None:
    """Refuses with LimitExceeded what the limit does not let in."""
    try:
        line.admit(limit, needed_minor)
    except BeyondLine as beyond:
        numbers = beyond.numbers
        raise LimitExceeded(needed_minor=numbers.pop("asked_minor"), **numbers) from None


def _grant(found: CreditLine) -> Grant:
    return Grant(id=str(found.id), on=day_of(found.granted_at), amount_minor=found.granted_minor)


def _owed(held: LoanInHand, today: date) -> int:
    return loan.standing(held.terms, held.facts, today).outstanding_principal_minor
