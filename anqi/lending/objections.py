"""Objections (异议) to what is reported, as rows: who says what is wrong, by when it is answered, every step since.

Refused
├── NoSuchObjection
├── NotReported           there is nothing to object to
├── ObjectionNotOpen      state
├── NothingObjected       nothing was said
├── NotAnswered           a word of one's own stands beside an answer
└── StatementTooLong      most
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from anqi.lending.models import Loan, Objection, ObjectionStep, ReportAnnotation
from anqi.rows.days import day_of
from anqi.rows.pairs import Pair, among
from anqi.rows.refusals import Refused

State, Verdict = Objection.State, Objection.Verdict
LONGEST = 2000
# What stands beside records for good is short.
LONGEST_STATEMENT = 200
# 《征信业管理条例》 25: in writing within twenty days of the day on which it came, holidays or not.
DAYS = 20


class NoSuchObjection(Refused):
    """There is no such objection of yours."""

    code = "no_such_objection"


class NotReported(Refused):
    """This loan is not reported to anybody."""

    code = "not_reported"


class ObjectionNotOpen(Refused):
    """This can't be done with an objection that is {state}."""

    code = "objection_not_open"


class NothingObjected(Refused):
    """Say in words what is wrong, please."""

    code = "nothing_objected"


class NotAnswered(Refused):
    """A word of your own can be put beside the records once we have answered."""

    code = "objection_not_answered"


class StatementTooLong(Refused):
    """A word beside the records has {most} characters at most."""

    code = "statement_too_long"


def answer_by(day: date) -> date:
    """The last day on which what came in on that day is answered in time. 1 December: 21 December."""
    return day + timedelta(days=DAYS)


def put(loan: Loan, objection_id: UUID, *, record_id: UUID | None, text: str, now: datetime) -> Objection:
    """The objection, under a number of its own. Hold the borrower first."""
    row = Objection(
        borrower_id=loan.borrower_id, id=objection_id,
        number=f"YY{day_of(now):%y%m%d}-{objection_id.hex[-8:].upper()}", loan_id=loan.id, lender_id=loan.lender_id,
        record_id=record_id, text=text[:LONGEST], opened_at=now, answer_by=answer_by(day_of(now)),
    )  # fmt: skip
    Objection.objects.bulk_create([row])
    return row


def find(borrower_id: UUID, objection_id: UUID) -> Objection | None:
    """The borrower's own objection, with its loan, its lender and the record it is about."""
    mine = Objection.objects.select_related("loan", "lender", "record")
    return mine.filter(borrower_id=borrower_id, id=objection_id).first()


def get(borrower_id: UUID, objection_id: UUID) -> Objection:
    """The same. Refuses NoSuchObjection."""
    found = find(borrower_id, objection_id)
    if found is None:
        raise NoSuchObjection
    return found


def of_borrower(borrower_id: UUID) -> list[Objection]:
    """All of the borrower's, the latest first."""
    return list(Objection.objects.filter(borrower_id=borrower_id).select_related("loan", "record").order_by("-id"))


def open_of(borrower_id: UUID, loan_id: UUID) -> Objection | None:
    """The open one about that loan."""
    return Objection.objects.filter(borrower_id=borrower_id, loan_id=loan_id, state=State.OPEN).first()


def disputed(pairs: Collection[Pair]) -> set[Pair]:
    """Those of these loans about which an objection is open. One statement."""
    found = Objection.objects.filter(among(pairs), state=State.OPEN)
    return set(found.values_list("borrower_id", "loan_id"))


def of_loans(pairs: Collection[Pair]) -> list[Objection]:
    """All objections about these loans, the oldest first. One statement."""
    return list(Objection.objects.filter(among(pairs)).order_by("id"))


def words_sent(rows: Collection[Objection]) -> dict[UUID, set[str]]:
    """What words about each of these the bureau has, by their ids. One statement."""
    found: dict[UUID, set[str]] = {row.id: set() for row in rows}
    sent = ReportAnnotation.objects.filter(borrower_id__in={row.borrower_id for row in rows}, objection_id__in=found)
    for objection_id, kind in sent.values_list("objection_id", "kind"):
        found[objection_id].add(kind)
    return found


def open_ones() -> QuerySet[Objection]:
    """Everybody's open objections, those whose day is nearest first."""
    return Objection.objects.filter(state=State.OPEN).select_related("loan").order_by("answer_by", "opened_at")


def steps(row: Objection) -> list[ObjectionStep]:
    """What was done about it, the first step first."""
    found = ObjectionStep.objects.filter(borrower_id=row.borrower_id, objection_id=row.id)
    return list(found.order_by("at", "id"))


def step(row: Objection, kind: str, *, by: UUID | None = None, text: str = "", now: datetime) -> None:
    """Keeps that somebody did something about it; without `by` its borrower did."""
    ObjectionStep.objects.bulk_create([
        ObjectionStep(borrower_id=row.borrower_id, objection_id=row.id, kind=kind, by=by, text=text or None, at=now)
    ])


def change(row: Objection, **columns: object) -> None:
    """Changes these columns of the row, and of what is in hand. Hold the borrower first."""
    Objection.objects.filter(borrower_id=row.borrower_id, id=row.id).update(**columns)
    for name, value in columns.items():
        setattr(row, name, value)


def refuse_closed(row: Objection) -> None:
    """Refuses ObjectionNotOpen."""
    if row.state != State.OPEN:
        raise ObjectionNotOpen(state=row.state)


def counted(*, since: datetime) -> tuple[int, int]:
    """How many were answered since then, and how many of them after their day."""
    answered = Objection.objects.filter(state=State.ANSWERED, ended_at__gte=since)
    days = list(answered.values_list("answer_by", "ended_at"))
    return len(days), sum(ended_at is not None and day_of(ended_at) > answer_by for answer_by, ended_at in days)
