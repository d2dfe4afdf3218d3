"""The limit (额度): how much a lender grants a borrower in all, and what of it is taken.

LimitExceeded     needed_minor, available_minor, granted_minor, limit_minor, used_minor, frozen_minor
├── LimitLocked   the same
└── LimitExpired  the same
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from anqi.engine import line, loan
from anqi.engine.line import Line, LineExpired, LineLocked, LineRefused
from anqi.lending import credit, store
from anqi.lending.models import Loan
from anqi.lending.store import LoanInHand
from anqi.rows.refusals import Refused

Limit = Line


class LimitExceeded(Refused):
    """This needs {needed_minor} fen of the limit; {available_minor} fen are left."""

    code = "limit_exceeded"


class LimitLocked(LimitExceeded):
    """The limit is locked: nothing new can be signed on it."""

    code = "limit_locked"


class LimitExpired(LimitExceeded):
    """The limit has expired: nothing new can be signed on it."""

    code = "limit_expired"


def read(borrower_id: UUID, lender_id: UUID, *, today: date) -> Limit:
    """The limit on that day; nothing was granted where there is no line. Two loans at once: hold the borrower."""
    return read_beside(in_life(borrower_id, lender_id), borrower_id, lender_id, today=today)


def in_life(borrower_id: UUID, lender_id: UUID) -> list[LoanInHand]:
    """The loans of that lender that were signed and are neither paid off nor cancelled."""
    ids = Loan.objects.filter(
        borrower_id=borrower_id, lender_id=lender_id, settled_on=None, cancelled_on=None
    ).values_list("id", flat=True)
    return list(store.read(borrower_id, ids).values())


def read_beside(loans: Sequence[LoanInHand], borrower_id: UUID, lender_id: UUID, *, today: date) -> Limit:
    """The limit on that day beside these loans, which are all that are in life."""
    granted = credit.read(borrower_id, lender_id)
    return line.line_of(
        granted.decisions,
        today,
        lender_kind=granted.lender_kind,
        used_minor=sum(_owed(each, today) for each in loans if each.starts_on),
        frozen_minor=sum(each.signed_minor for each in loans if not each.starts_on),
    )


def admit(limit: Limit, needed_minor: int) -> None:
    """Refuses what the limit does not let in: LimitExceeded, LimitLocked, LimitExpired."""
    try:
        line.admit(limit, needed_minor)
    except LineRefused as refused:
        numbers = refused.numbers
        why = _REFUSALS.get(type(refused), LimitExceeded)
        raise why(needed_minor=numbers.pop("asked_minor"), **numbers) from None


def _owed(held: LoanInHand, today: date) -> int:
    return loan.standing(held.terms, held.facts, today).outstanding_principal_minor


_REFUSALS: dict[type[LineRefused], type[LimitExceeded]] = {LineLocked: LimitLocked, LineExpired: LimitExpired}
