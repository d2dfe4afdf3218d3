"""What borrowers do: complain, say once that an answer solved nothing, withdraw."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from anqi.documents.models import Document
from anqi.lending.models import Loan
from anqi.notices import messages
from anqi.payments.models import Charge, ChargePart, Mandate, Payment
from anqi.people import calls, complaints, holds
from anqi.people.authority import NotTheirs
from anqi.people.complaints import (
    KINDS,
    LONGEST,
    NothingSaid,
    NotOpenAnyMore,
    QuestionedBefore,
    UnknownKind,
    Wish,
)
from anqi.people.models import Complaint
from anqi.rows.days import day_of


def complain(*, borrower_id: UUID, attempt: UUID, wish: Wish, now: datetime) -> Complaint:
    """The complaint; the same attempt again, or the same words while they are open, change nothing.

    Refuses UnknownKind, NothingSaid, and NotTheirs what is about something of somebody else's.
    """
    wish = _read(wish)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        known = complaints.find(borrower_id, attempt) or complaints.same(borrower_id, wish)
        if known:
            return known
        lender_id = _lender_of(borrower_id, wish)
        rule = complaints.rule_of(lender_id, on=day_of(now))
        row = complaints.put(borrower_id, attempt, wish, lender_id=lender_id, rule=rule, now=now)
        _tell(row, "complaint_received", now)
        return row


def _read(wish: Wish) -> Wish:
    if wish.kind not in KINDS:
        raise UnknownKind
    text = wish.text.strip()[:LONGEST]
    if not text:
        raise NothingSaid
    return Wish(kind=wish.kind, text=text, about=wish.about, about_id=wish.about_id)


def _lender_of(borrower_id: UUID, wish: Wish) -> UUID | None:
    """Whose loan it is about; the lender of the latest loan where it is about nothing in particular."""
    mine = Loan.objects.filter(borrower_id=borrower_id).order_by("-id")
    if wish.about:
        mine = mine.filter(id__in=loans_of(borrower_id, wish.about, wish.about_id))
    return mine.values_list("lender_id", flat=True).first()


def _of_order(borrower_id: UUID, order_id: UUID) -> list[UUID]:
    found = list(Loan.objects.filter(borrower_id=borrower_id, order_id=order_id).values_list("id", flat=True))
    return found or _refuse("order")


def _of_charge(borrower_id: UUID, charge_id: UUID) -> list[UUID]:
    if not Charge.objects.filter(borrower_id=borrower_id, id=charge_id).exists():
        return _refuse("charge")
    parts = ChargePart.objects.filter(borrower_id=borrower_id, charge_id=charge_id)
    return list(parts.values_list("loan_id", flat=True))


def _of_receipt(borrower_id: UUID, receipt_id: UUID) -> list[UUID]:
    receipts = Document.objects.filter(borrower_id=borrower_id, id=receipt_id).values("subject_id")
    paid = Payment.objects.filter(borrower_id=borrower_id, id__in=receipts).first()
    return _of_charge(borrower_id, paid.charge_id) if paid else _refuse("receipt")


def _of_mandate(borrower_id: UUID, mandate_id: UUID) -> list[UUID]:
    found = Mandate.objects.filter(borrower_id=borrower_id, id=mandate_id)
    return list(found.values_list("loan_id", flat=True)) or _refuse("mandate")


def _of_call(borrower_id: UUID, call_id: UUID) -> list[UUID]:
    found = calls.find(borrower_id, call_id)
    return list(found.loan_ids) if found else _refuse("call")


def _refuse(what: str) -> list[UUID]:
    raise NotTheirs(what=what)


_LOANS = {
    "order": _of_order, "charge": _of_charge, "receipt": _of_receipt, "mandate": _of_mandate, "call": _of_call,
}  # fmt: skip


def loans_of(borrower_id: UUID, about: str, about_id: UUID | None) -> list[UUID]:
    """The loans behind one of the borrower's orders, charges, receipts, agreements or calls. Refuses NotTheirs."""
    return _LOANS[about](borrower_id, about_id) if about in _LOANS and about_id else _refuse(about)


def question(*, borrower_id: UUID, complaint_id: UUID, text: str = "", now: datetime) -> Complaint:
    """The answer solved nothing, says its borrower: a supervisor answers, by a new day. Again changes nothing.

    Refuses NoSuchComplaint, NotOpenAnyMore, QuestionedBefore.
    """
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        row = complaints.get(borrower_id, complaint_id)
        if row.questioned_at and row.state == Complaint.State.OPEN:
            return row
        if row.questioned_at:
            raise QuestionedBefore
        if row.state != Complaint.State.ANSWERED:
            raise NotOpenAnyMore(state=row.state)
        rule = complaints.rule_of(row.lender_id, on=day_of(now))
        complaints.change(
            row, state=Complaint.State.OPEN, is_escalated=True, owner_id=None, questioned_at=now, ended_at=None,
            answer_by=complaints.answer_by(rule, day_of(now)),
        )  # fmt: skip
        complaints.step(row, "question", text=text.strip()[:LONGEST], now=now)
        return row


def withdraw(*, borrower_id: UUID, complaint_id: UUID, now: datetime) -> Complaint:
    """Its borrower wants nothing of it any more; again changes nothing. Refuses NoSuchComplaint, NotOpenAnyMore."""
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        row = complaints.get(borrower_id, complaint_id)
        if row.state == Complaint.State.ANSWERED:
            raise NotOpenAnyMore(state=row.state)
        if row.state == Complaint.State.OPEN:
            complaints.change(row, state=Complaint.State.WITHDRAWN, ended_at=now)
            complaints.step(row, "withdraw", now=now)
        return row


def _tell(row: Complaint, template: str, now: datetime) -> None:
    words: dict[str, str | date] = {"number": row.number, "answer_on": row.answer_by}
    messages.announce(borrower_id=row.borrower_id, template=template, words=words, now=now)
