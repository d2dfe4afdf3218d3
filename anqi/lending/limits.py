"""The limit (额度): how much a lender grants a borrower in all, and what of it is taken."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from anqi.engine import loan
from anqi.lending import store
from anqi.lending.models import CreditLine, Loan
from anqi.lending.store import LoanInHand
from anqi.rows.refusals import Refused


class LimitExceeded(Refused):
    """This needs {needed_minor} fen of the limit; {available_minor} fen are left."""

    code = "limit_exceeded"


@dataclass(frozen=True, kw_only=True)
class Limit:
    """In fen: granted in all, principal still owed, and principal signed for goods that have not left."""

    granted_minor: int
    used_minor: int
    frozen_minor: int

    @property
    def available_minor(self) -> int:
        """What is left, not below zero."""
        return max(self.granted_minor - self.used_minor - self.frozen_minor, 0)


def read(borrower_id: UUID, lender_id: UUID, *, today: date) -> Limit:
    """The limit on that day; nothing was granted where there is no line. Two loans at once: hold the borrower."""
    line = CreditLine.objects.filter(borrower_id=borrower_id, lender_id=lender_id).first()
    in_life = Loan.objects.filter(
        borrower_id=borrower_id, lender_id=lender_id, settled_on=None, cancelled_on=None
    ).values_list("id", flat=True)
    loans = store.read(borrower_id, in_life).values()
    return Limit(
        granted_minor=line.granted_minor if line else 0,
        used_minor=sum(_owed(each, today) for each in loans if each.starts_on),
        frozen_minor=sum(each.signed_minor for each in loans if not each.starts_on),
    )


def _owed(held: LoanInHand, today: date) -> int:
    return loan.standing(held.terms, held.facts, today).outstanding_principal_minor
