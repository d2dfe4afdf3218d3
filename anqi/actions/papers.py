"""Papers: a certificate that loans are paid off, and what holds of one now.

Refused
└── NotClear    hindrances
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from anqi.documents import certificates
from anqi.documents.models import Certificate
from anqi.lending import agreements, inspection, settled
from anqi.lending.settled import Found
from anqi.payments import loose_ends
from anqi.payments.loose_ends import LooseEnd
from anqi.people import addresses, holds, queries
from anqi.people.models import Borrower
from anqi.rows.days import day_of
from anqi.rows.refusals import Refused


class NotClear(Refused):
    """Something stands in the way of a certificate."""

    code = "not_clear"


@dataclass(frozen=True, kw_only=True)
class Hindrance:
    """What stands in the way, by the loan's number and in fen, where it has them.

    owed, not_begun, void, in_flight, unapplied, returning, or nothing_settled.
    """

    why: str
    loan_number: str = ""
    amount_minor: int = 0


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What anybody may know of a certificate: what it stated, without amounts, and what holds now."""

    number: str
    name_masked: str
    issued_on: date
    is_of_all: bool
    loans: tuple["CheckedLoan", ...]

    @property
    def still_holds(self) -> bool:
        """Whether all of its loans are paid off now."""
        return all(loan.is_settled for loan in self.loans)


@dataclass(frozen=True, kw_only=True)
class CheckedLoan:
    """One loan of a certificate, known by the end of its number."""

    tail: str
    lender: str
    settled_on: date
    is_settled: bool
    """Whether nothing is owed of it now."""


def certify(*, borrower_id: UUID, loan_id: UUID | None, now: datetime) -> Certificate:
    """The certificate of one loan, or of all of them, as they stand; asked for again, the same one.

    Refuses NotClear with all that stands in the way.
    """
    today = day_of(now)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        found = _loans(borrower_id, loan_id, today)
        hindrances = _hindrances(found, borrower_id, loan_id)
        if hindrances:
            raise NotClear(hindrances=hindrances)
        stated = _stated(found, Borrower.objects.get(id=borrower_id), "loan" if loan_id else "all")
        return certificates.issued(borrower_id, stated) or certificates.issue(borrower_id, stated, now=now)


def check(*, code: str, now: datetime, address: str | None) -> Checked | None:
    """What holds of the certificate with that code; None where there is none. Refuses TooManyChecks.

    `address` is where the request came from on the network; None counts for no address.
    """
    if address:
        addresses.spend_check(address, now=now)
    found = certificates.find(code)
    return _checked(found, today=day_of(now)) if found else None


def _loans(borrower_id: UUID, loan_id: UUID | None, today: date) -> Found:
    if loan_id:
        return settled.of_loan(borrower_id, loan_id, today=today)
    return settled.of_all(borrower_id, today=today)


def _hindrances(found: Found, borrower_id: UUID, loan_id: UUID | None) -> tuple[Hindrance, ...]:
    ends = [each for each in loose_ends.of(borrower_id) if loan_id is None or each.loan_id == loan_id]
    told = [
        Hindrance(why=each.why, loan_number=each.number, amount_minor=each.amount_minor) for each in found.unsettled
    ]
    told += _in_numbers(ends)
    return tuple(told if told or found.settled else [Hindrance(why="nothing_settled")])


def _in_numbers(ends: list[LooseEnd]) -> list[Hindrance]:
    numbers = inspection.numbers([each.loan_id for each in ends if each.loan_id]) if ends else {}
    return [
        Hindrance(
            why=each.kind, loan_number=numbers[each.loan_id] if each.loan_id else "", amount_minor=each.amount_minor
        )
        for each in ends
    ]


def _stated(found: Found, borrower: Borrower, scope: str) -> dict[str, Any]:
    name, id_number = str(borrower.name), agreements.masked(str(borrower.id_number or ""))
    return {"scope": scope, "borrower": {"name": name, "id_number": id_number}, "loans": list(found.settled)}


def _checked(certificate: Certificate, *, today: date) -> Checked:
    stated = certificates.read(certificate)
    now = settled.still(certificate.borrower_id, [UUID(each["id"]) for each in stated["loans"]], today=today)
    return Checked(
        number=stated["number"],
        name_masked=queries.mask_name(stated["borrower"]["name"]),
        issued_on=date.fromisoformat(stated["issued_on"]),
        is_of_all=stated["scope"] == "all",
        loans=tuple(
            CheckedLoan(
                tail=each["number"][-4:],
                lender=each["lender"],
                settled_on=date.fromisoformat(each["settled_on"]),
                is_settled=now[UUID(each["id"])],
            )
            for each in stated["loans"]
        ),
    )
