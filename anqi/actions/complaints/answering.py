"""What staff do about complaints: one takes it over, notes what was found, and answers, or hands it up."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from anqi.notices import messages
from anqi.people import authority, complaints, holds, staff
from anqi.people.authority import NotTheirs
from anqi.people.complaints import LONGEST, NotOpenAnyMore, SomebodyElses
from anqi.people.models import Complaint, User


def take(*, borrower_id: UUID, complaint_id: UUID, actor: User, now: datetime) -> Complaint:
    """It is the actor's from now on; again changes nothing. What was handed up, or is another's, a supervisor takes.

    Refuses MayNotAct, NeedsSupervisor, NotTheirs, NotOpenAnyMore.
    """
    authority.must_act(actor)
    with transaction.atomic(durable=True):
        row = _hold(borrower_id, complaint_id)
        if row.owner_id == actor.id:
            return row
        if row.is_escalated or row.owner_id:
            authority.must_decide(actor)
        complaints.change(row, owner_id=actor.id)
        _note(row, "take", "", actor, now)
        return row


def note(*, borrower_id: UUID, complaint_id: UUID, text: str, actor: User, now: datetime) -> Complaint:
    """What somebody found out, for colleagues. Refuses MayNotAct, ReasonMissing, NotTheirs, NotOpenAnyMore."""
    authority.must_act(actor)
    authority.must_say_why(text)
    with transaction.atomic(durable=True):
        row = _hold(borrower_id, complaint_id)
        if not _is_said(row, "note", text, actor):
            _note(row, "note", text, actor, now)
        return row


def answer(*, borrower_id: UUID, complaint_id: UUID, text: str, actor: User, now: datetime) -> Complaint:
    """Its owner's answer, which the borrower reads and is told of. The same again changes nothing.

    Refuses MayNotAct, ReasonMissing, NotTheirs, NotOpenAnyMore, SomebodyElses.
    """
    authority.must_act(actor)
    authority.must_say_why(text)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        row = _find(borrower_id, complaint_id)
        if row.state == Complaint.State.ANSWERED and _is_said(row, "answer", text, actor):
            return row
        _must_be_open(row)
        if row.owner_id != actor.id:
            raise SomebodyElses
        complaints.change(row, state=Complaint.State.ANSWERED, ended_at=now)
        _note(row, "answer", text, actor, now)
        messages.announce(
            borrower_id=borrower_id, template="complaint_answered", words={"number": row.number}, now=now
        )
        return row


def escalate(*, borrower_id: UUID, complaint_id: UUID, text: str, actor: User, now: datetime) -> Complaint:
    """A supervisor takes it from here, and knows why; again changes nothing.

    Refuses MayNotAct, ReasonMissing, NotTheirs, NotOpenAnyMore, SomebodyElses.
    """
    authority.must_act(actor)
    authority.must_say_why(text)
    with transaction.atomic(durable=True):
        row = _hold(borrower_id, complaint_id)
        if row.is_escalated:
            return row
        if row.owner_id != actor.id:
            raise SomebodyElses
        complaints.change(row, is_escalated=True, owner_id=None)
        _note(row, "escalate", text, actor, now)
        return row


def _hold(borrower_id: UUID, complaint_id: UUID) -> Complaint:
    holds.hold(borrower_id)
    row = _find(borrower_id, complaint_id)
    _must_be_open(row)
    return row


def _find(borrower_id: UUID, complaint_id: UUID) -> Complaint:
    row = complaints.find(borrower_id, complaint_id)
    if row is None:
        raise NotTheirs(what="complaint")
    return row


def _must_be_open(row: Complaint) -> None:
    if row.state != Complaint.State.OPEN:
        raise NotOpenAnyMore(state=row.state)


def _is_said(row: Complaint, kind: str, text: str, actor: User) -> bool:
    last = complaints.steps(row)[-1:]
    return any((each.kind, each.by, each.text) == (kind, actor.id, text.strip()[:LONGEST]) for each in last)


def _note(row: Complaint, kind: str, text: str, actor: User, now: datetime) -> None:
    # The words stand sealed beside the complaint; the act says only that it was done.
    complaints.step(row, kind, by=actor.id, text=text.strip()[:LONGEST], now=now)
    staff.note(
        actor_id=actor.id, verb=f"complaint_{kind}", borrower_id=row.borrower_id, object_id=row.id,
        detail={"number": row.number}, now=now,
    )  # fmt: skip
