"""One row behind a count of the queue."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.urls import reverse

from anqi.people.inspection import Identity


@dataclass(frozen=True, kw_only=True)
class Exceptional:
    """One exception. The amount is in fen; without an address there is nothing more to see.

    What stands in no table has no id, and can't be dealt with here.
    """

    title: str
    note: str
    id: UUID | None = None
    since_at: datetime | None = None
    since_on: date | None = None
    url: str = ""
    amount_minor: int | None = None
    who: Identity | None = None
    may_be_dealt_with: bool = False
    again_url: str = ""
    """Where to have it tried once more."""


def loan_url(borrower_id: UUID, loan_id: UUID) -> str:
    """The page of a loan."""
    return reverse("office:loan", args=[borrower_id, loan_id])
