"""Leaving: consents taken back, and an account closed once nothing of it is open.

StillOpen     refuses a closing, with all that stands in its way
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from anqi.lending import settled
from anqi.lending.models import Application, Loan, Objection
from anqi.notices import messages, texts
from anqi.payments import loose_ends
from anqi.payments.models import Card, Mandate
from anqi.people import consents, holds, sign_ins
from anqi.people.models import AccountRequest, Borrower, Complaint, User
from anqi.rows.days import day_of
from anqi.rows.refusals import Refused


class StillOpen(Refused):
    """Something of the account is still open."""

    code = "still_open"


@dataclass(frozen=True, kw_only=True)
class Obstacle:
    """What stands in the way of closing, in fen where it is money, and what is to be opened to deal with it.

    owed, not_begun, in_flight, unapplied, returning: `id` is the order's; complaint, objection, application: their own;
    request: its kind is the `number`.
    """

    why: str
    number: str = ""
    amount_minor: int = 0
    id: UUID | None = None


def withdraw_consent(*, borrower_id: UUID, purpose: str, now: datetime) -> None:
    """What was agreed to for that purpose holds no more; again changes nothing. Refuses NotWithdrawable."""
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        consents.withdraw(borrower_id, purpose, now=now)


def obstacles(borrower_id: UUID, *, today: date) -> list[Obstacle]:
    """All that stands in the way, money first. Agreements to be debited and cards don't: they end with the account."""
    orders = dict(Loan.objects.filter(borrower_id=borrower_id).values_list("number", "order_id"))
    of_loans = dict(Loan.objects.filter(borrower_id=borrower_id).values_list("id", "order_id"))
    unsettled = settled.of_all(borrower_id, today=today).unsettled
    return [
        *(Obstacle(why=each.why, number=each.number, amount_minor=each.amount_minor, id=orders[each.number])
          for each in unsettled),
        *(Obstacle(why=end.kind, amount_minor=end.amount_minor, id=of_loans.get(end.loan_id) if end.loan_id else None)
          for end in loose_ends.of(borrower_id)),
        *_cases(borrower_id),
    ]  # fmt: skip


def _cases(borrower_id: UUID) -> list[Obstacle]:
    own = {"borrower_id": borrower_id}
    complaints = Complaint.objects.filter(**own, state=Complaint.State.OPEN).order_by("id")
    objections = Objection.objects.filter(**own, state=Objection.State.OPEN).order_by("id")
    applications = Application.objects.filter(**own, state__in=Application.ALIVE).order_by("id")
    requests = AccountRequest.objects.filter(**own, state__in=AccountRequest.ALIVE).order_by("id")
    return [
        *(Obstacle(why="complaint", number=each.number, id=each.id) for each in complaints),
        *(Obstacle(why="objection", number=each.number, id=each.id) for each in objections),
        *(Obstacle(why="application", amount_minor=each.amount_minor, id=each.id) for each in applications),
        *(Obstacle(why="request", number=each.kind, id=each.id) for each in requests),
    ]


def close(*, borrower_id: UUID, now: datetime) -> None:
    """The account is closed: consents taken back, every session ended, nobody signs in; again changes nothing.

    Agreements to be debited and cards are ended before, by their own acts. Refuses StillOpen with the obstacles.
    """
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        borrower = Borrower.objects.get(id=borrower_id)
        if borrower.closed_at:
            return
        found = obstacles(borrower_id, today=day_of(now)) + _debited(borrower_id)
        if found:
            raise StillOpen(obstacles=found)
        consents.withdraw_all(borrower_id, now=now)
        Borrower.objects.filter(id=borrower_id).update(closed_at=now)
        User.objects.filter(id=borrower_id).update(is_active=False)
        sign_ins.end(borrower_id, now=now)
        messages.enqueue(
            borrower_id=borrower_id, phone=borrower.phone, template="account_closed", now=now,
            text=texts.write("account_closed", language=borrower.language),
        )  # fmt: skip


def _debited(borrower_id: UUID) -> list[Obstacle]:
    own = {"borrower_id": borrower_id}
    return [
        *(Obstacle(why="mandate", id=id) for id in _ids(Mandate.objects.filter(**own, state__in=Mandate.LIVING))),
        *(Obstacle(why="card", id=id) for id in _ids(Card.objects.filter(**own, state=Card.State.BOUND))),
    ]


def _ids(found: QuerySet[Mandate] | QuerySet[Card]) -> list[UUID]:
    return list(found.order_by("id").values_list("id", flat=True))
