"""What borrowers do: object, withdraw, and put a word of their own beside what stays as it is."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from anqi.lending import objections, reported_loans
from anqi.lending.models import Loan, Objection, ReportAnnotation, ReportRecord
from anqi.lending.objections import (
    LONGEST_STATEMENT,
    NotAnswered,
    NothingObjected,
    NotReported,
    ObjectionNotOpen,
    State,
    StatementTooLong,
)
from anqi.notices import messages
from anqi.people import holds
from anqi.people.authority import NotTheirs
from anqi.rows.refusals import Refused


class AlreadyObjected(Refused):
    """You have objected to what is reported of this loan, and we have not answered yet."""

    code = "already_objected"


class StatementSent(Refused):
    """The bureau has your statement already."""

    code = "statement_sent"


def object_to(
    *, borrower_id: UUID, loan_id: UUID, objection_id: UUID, record_id: UUID | None, text: str, now: datetime
) -> Objection:
    """The objection, about one record or about what is still to be sent; the same id again changes nothing.

    Refuses NothingObjected, NotReported, NotTheirs, AlreadyObjected.
    """
    text = text.strip()
    if not text:
        raise NothingObjected
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        known = objections.find(borrower_id, objection_id)
        if known:
            return known
        loan = _loan(borrower_id, loan_id)
        alive = objections.open_of(borrower_id, loan_id)
        if alive:
            raise AlreadyObjected(objection_id=alive.id)
        _refuse_other(borrower_id, loan_id, record_id)
        row = objections.put(loan, objection_id, record_id=record_id, text=text, now=now)
        reported_loans.wake(borrower_id, loan_id, now=now)
        _tell(row, "objection_received", {"answer_on": row.answer_by}, now)
        return row


def _loan(borrower_id: UUID, loan_id: UUID) -> Loan:
    if reported_loans.find(borrower_id, loan_id) is None:
        raise NotReported
    return Loan.objects.get(borrower_id=borrower_id, id=loan_id)


def _refuse_other(borrower_id: UUID, loan_id: UUID, record_id: UUID | None) -> None:
    mine = ReportRecord.objects.filter(borrower_id=borrower_id, loan_id=loan_id)
    if record_id and not mine.filter(id=record_id).exists():
        raise NotTheirs(what="record")


def withdraw(*, borrower_id: UUID, objection_id: UUID, now: datetime) -> Objection:
    """Its borrower wants nothing of it any more; again changes nothing. Refuses NoSuchObjection, ObjectionNotOpen."""
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        row = objections.get(borrower_id, objection_id)
        if row.state == State.ANSWERED:
            raise ObjectionNotOpen(state=row.state)
        if row.state == State.OPEN:
            objections.change(row, state=State.WITHDRAWN, ended_at=now)
            objections.step(row, "withdraw", now=now)
            reported_loans.wake(borrower_id, row.loan_id, now=now)
        return row


def state(*, borrower_id: UUID, objection_id: UUID, text: str, now: datetime) -> Objection:
    """A word of the borrower's own, which the next file puts beside the records; it may be changed until it is sent.

    Refuses NoSuchObjection, NotAnswered, NothingObjected, StatementTooLong, StatementSent.
    """
    text = text.strip()
    if not text:
        raise NothingObjected
    if len(text) > LONGEST_STATEMENT:
        raise StatementTooLong(most=LONGEST_STATEMENT)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        row = objections.get(borrower_id, objection_id)
        if row.state != State.ANSWERED:
            raise NotAnswered
        if row.statement == text:
            return row
        if ReportAnnotation.Kind.STATEMENT in objections.words_sent([row])[row.id]:
            raise StatementSent
        objections.change(row, statement=text, stated_at=now)
        objections.step(row, "state", text=text, now=now)
        _tell(row, "objection_stated", {}, now)
        return row


def _tell(row: Objection, template: str, words: dict[str, date], now: datetime) -> None:
    said: dict[str, str | date] = {"number": row.number, **words}
    messages.announce(borrower_id=row.borrower_id, template=template, words=said, now=now)
