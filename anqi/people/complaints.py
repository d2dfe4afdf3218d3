"""Complaints (投诉) as rows: what is wrong, whose it is, by which day it is answered, and every step since.

Refused
├── NothingSaid
├── UnknownKind
├── NoSuchComplaint
├── NotOpenAnyMore        state
├── SomebodyElses         only its owner answers it
└── QuestionedBefore      its borrower has said so once
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Min, Q, QuerySet

from anqi.engine.working_days import read_working_days
from anqi.people.models import Complaint, ComplaintRule, ComplaintStep
from anqi.rows.days import day_of
from anqi.rows.refusals import Refused

KINDS = ("amount", "unposted", "debit", "contact", "record", "privacy", "service", "other")
# Of these kinds the debt itself may be in dispute.
_OF_A_DEBT = ("amount", "unposted", "debit", "record")
ABOUT = ("order", "charge", "receipt", "mandate", "call")
LONGEST = 2000
PAGE = 20


class NothingSaid(Refused):
    """Say in words what it is about, please."""

    code = "nothing_said"


class UnknownKind(Refused):
    """Say which kind of complaint it is, please."""

    code = "unknown_kind"


class NoSuchComplaint(Refused):
    """There is no such complaint of yours."""

    code = "no_such_complaint"


class NotOpenAnyMore(Refused):
    """This can't be done with a complaint that is {state}."""

    code = "complaint_not_open"


class SomebodyElses(Refused):
    """Somebody else has taken this complaint over: take it over first."""

    code = "complaint_somebody_elses"


class QuestionedBefore(Refused):
    """You have said before that this is not solved. You can turn to the authority above us."""

    code = "complaint_questioned_before"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a borrower says is wrong, of `KINDS`; about one of `ABOUT` by its id, or about nothing in particular."""

    kind: str
    text: str
    about: str = ""
    about_id: UUID | None = None


def put(
    borrower_id: UUID, attempt: UUID, wish: Wish, *, lender_id: UUID | None, rule: ComplaintRule, now: datetime
) -> Complaint:
    """The complaint, under a number of its own. Hold the borrower first."""
    row = Complaint(
        borrower_id=borrower_id, id=attempt, number=f"TS{day_of(now):%y%m%d}-{attempt.hex[-8:].upper()}",
        lender_id=lender_id, opened_at=now, answer_by=answer_by(rule, day_of(now)), **vars(wish),
    )  # fmt: skip
    Complaint.objects.bulk_create([row])
    return row


def same(borrower_id: UUID, wish: Wish) -> Complaint | None:
    """An open complaint that says just the same."""
    alike = Complaint.objects.filter(
        borrower_id=borrower_id, state=Complaint.State.OPEN, kind=wish.kind, about=wish.about, about_id=wish.about_id
    )
    return next((row for row in alike if row.text == wish.text), None)


def rule_of(lender_id: UUID | None, *, on: date) -> ComplaintRule:
    """The rule in force on that day: the lender's own, or else everybody's."""
    theirs = ComplaintRule.objects.filter(Q(lender_id=lender_id) | Q(lender_id=None), since__lte=on)
    return min(theirs.order_by("-since"), key=lambda row: row.lender_id is None)


def answer_by(rule: ComplaintRule, day: date) -> date:
    """The last working day on which what came in on that day is answered in time."""
    return read_working_days(rule.calendar).counted(day, rule.days)


def of_borrower(borrower_id: UUID, *, before: UUID | None = None, limit: int = PAGE) -> list[Complaint]:
    """The borrower's complaints, the latest first."""
    found = Complaint.objects.filter(borrower_id=borrower_id)
    return list((found.filter(id__lt=before) if before else found).order_by("-id")[:limit])


def find(borrower_id: UUID, complaint_id: UUID) -> Complaint | None:
    """The borrower's own complaint."""
    return Complaint.objects.filter(borrower_id=borrower_id, id=complaint_id).first()


def get(borrower_id: UUID, complaint_id: UUID) -> Complaint:
    """The same. Refuses NoSuchComplaint."""
    found = find(borrower_id, complaint_id)
    if found is None:
        raise NoSuchComplaint
    return found


def open_since(borrower_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """Those of these borrowers who have a complaint open, since the first of them. One statement."""
    found = Complaint.objects.filter(borrower_id__in=set(borrower_ids), state=Complaint.State.OPEN)
    return dict(found.values("borrower_id").annotate(since=Min("opened_at")).values_list("borrower_id", "since"))


def objected(call_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these calls of which their borrowers complain, whatever became of it. One statement."""
    found = Complaint.objects.filter(about="call", about_id__in=list(call_ids))
    return {call_id for call_id in found.values_list("about_id", flat=True) if call_id}


def open_ones() -> QuerySet[Complaint]:
    """Everybody's open complaints, those whose day is nearest first."""
    return Complaint.objects.filter(state=Complaint.State.OPEN).order_by("answer_by", "opened_at")


def disputing(borrower_ids: Collection[UUID]) -> set[UUID]:
    """Those of these borrowers who have an open complaint about amounts, payments, debits or records. One statement."""
    found = Complaint.objects.filter(borrower_id__in=borrower_ids, state=Complaint.State.OPEN, kind__in=_OF_A_DEBT)
    return set(found.values_list("borrower_id", flat=True))


def steps(row: Complaint) -> list[ComplaintStep]:
    """What was done about it, the first step first."""
    found = ComplaintStep.objects.filter(borrower_id=row.borrower_id, complaint_id=row.id)
    return list(found.order_by("at", "id"))


def answers(row: Complaint) -> list[ComplaintStep]:
    """What its borrower was answered, the first answer first."""
    return [step for step in steps(row) if step.kind == "answer"]


def step(row: Complaint, kind: str, *, by: UUID | None = None, text: str = "", now: datetime) -> None:
    """Keeps that somebody did something about it; without `by` its borrower did."""
    ComplaintStep.objects.bulk_create([
        ComplaintStep(borrower_id=row.borrower_id, complaint_id=row.id, kind=kind, by=by, text=text or None, at=now)
    ])


def change(row: Complaint, **columns: object) -> None:
    """Changes these columns of the row, and of what is in hand. Hold the borrower first."""
    Complaint.objects.filter(borrower_id=row.borrower_id, id=row.id).update(**columns)
    for name, value in columns.items():
        setattr(row, name, value)
