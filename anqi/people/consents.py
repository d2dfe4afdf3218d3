"""Consents by purpose: what was agreed to in which version, and what was taken back.

NotWithdrawable     refuses what was never agreed to, or is a signature and no consent
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from anqi.people.models import Borrower, Consent, ConsentEnd
from anqi.rows.refusals import Refused

# The others are signatures under a contract, which ends as contracts do.
WITHDRAWABLE = ("identity", "personal_information")


class NotWithdrawable(Refused):
    """This can't be taken back: it was never agreed to, or it is part of a signed contract."""

    code = "not_withdrawable"


@dataclass(frozen=True, kw_only=True)
class Purpose:
    """One purpose: every version that was agreed to, the latest first, and when it was taken back last."""

    name: str
    given: tuple[Consent, ...]
    ended_at: datetime | None

    @property
    def is_given(self) -> bool:
        """Whether it holds now."""
        return self.ended_at is None or self.given[0].given_at > self.ended_at

    @property
    def may_be_withdrawn(self) -> bool:
        """Whether its borrower can take it back now."""
        return self.is_given and self.name in WITHDRAWABLE


def purposes(borrower_id: UUID) -> list[Purpose]:
    """All that the borrower ever agreed to, by purpose, in two statements."""
    given: dict[str, list[Consent]] = {}
    for row in Consent.objects.filter(borrower_id=borrower_id).order_by("-given_at", "-id"):
        given.setdefault(row.purpose, []).append(row)
    ends = ConsentEnd.objects.filter(borrower_id=borrower_id).order_by("ended_at")
    ended = dict(ends.values_list("purpose", "ended_at"))
    return [Purpose(name=name, given=tuple(rows), ended_at=ended.get(name)) for name, rows in given.items()]


def withdraw(borrower_id: UUID, name: str, *, now: datetime) -> None:
    """It holds no more; again changes nothing. Without the one to be identified by, nothing new is signed.

    Hold the borrower first. Refuses NotWithdrawable.
    """
    found = next((each for each in purposes(borrower_id) if each.name == name), None)
    if found is None or name not in WITHDRAWABLE:
        raise NotWithdrawable
    if not found.is_given:
        return
    ConsentEnd.objects.bulk_create([ConsentEnd(borrower_id=borrower_id, purpose=name, ended_at=now)])
    if name == "identity":
        Borrower.objects.filter(id=borrower_id).update(verified_at=None)


def withdraw_all(borrower_id: UUID, *, now: datetime) -> None:
    """Everything that can be taken back is. Hold the borrower first."""
    for each in purposes(borrower_id):
        if each.may_be_withdrawn:
            withdraw(borrower_id, each.name, now=now)
