"""What staff do about objections: one takes it over, notes what was found, and answers in writing, right or wrong."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from anqi import reporting
from anqi.lending import objections, reported_loans
from anqi.lending.models import Objection
from anqi.lending.objections import LONGEST, State, Verdict
from anqi.notices import messages
from anqi.people import authority, holds, staff
from anqi.people.authority import NotTheirs
from anqi.people.models import User
from anqi.rows.days import day_of
from anqi.rows.refusals import Refused


class SomebodyElses(Refused):
    """Somebody else has taken this objection over: take it over first."""

    code = "objection_somebody_elses"


class NothingPutRight(Refused):
    """What is known still says what was reported. Mend the facts or record a fault before you call it wrong."""

    code = "objection_nothing_put_right"


def take(*, borrower_id: UUID, objection_id: UUID, actor: User, now: datetime) -> Objection:
    """It is the actor's from now on; again changes nothing. Another's, a supervisor takes.

    Refuses MayNotAct, NeedsSupervisor, NotTheirs, ObjectionNotOpen.
    """
    authority.must_act(actor)
    with transaction.atomic(durable=True):
        row = hold(borrower_id, objection_id)
        if row.owner_id == actor.id:
            return row
        if row.owner_id:
            authority.must_decide(actor)
        objections.change(row, owner_id=actor.id)
        keep(row, "take", "", actor, now)
        return row


def note(*, borrower_id: UUID, objection_id: UUID, text: str, actor: User, now: datetime) -> Objection:
    """What somebody found out, for colleagues. Refuses MayNotAct, ReasonMissing, NotTheirs, ObjectionNotOpen."""
    authority.must_act(actor)
    authority.must_say_why(text)
    with transaction.atomic(durable=True):
        row = hold(borrower_id, objection_id)
        if not _is_said(row, "note", text, actor):
            keep(row, "note", text, actor, now)
        return row


def answer(
    *, borrower_id: UUID, objection_id: UUID, verdict: str, text: str, actor: User, now: datetime
) -> Objection:
    """Its owner's answer, which the borrower reads and is told of. The same again changes nothing.

    Right only where what is known says another thing than the record by now, so that a correction follows. Refuses
    MayNotAct, ReasonMissing, NotTheirs, ObjectionNotOpen, SomebodyElses, NothingPutRight.
    """
    authority.must_act(actor)
    authority.must_say_why(text)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        row = _find(borrower_id, objection_id)
        if row.state == State.ANSWERED and row.verdict == verdict and _is_said(row, "answer", text, actor):
            return row
        objections.refuse_closed(row)
        if row.owner_id != actor.id:
            raise SomebodyElses
        if verdict == Verdict.RIGHT and not _is_put_right(row, now):
            raise NothingPutRight
        objections.change(row, state=State.ANSWERED, verdict=Verdict(verdict), ended_at=now)
        keep(row, "answer", text, actor, now)
        reported_loans.wake(borrower_id, row.loan_id, now=now)
        messages.announce(
            borrower_id=borrower_id, template=f"objection_{verdict}", words={"number": row.number}, now=now
        )
        return row


def _is_put_right(row: Objection, now: datetime) -> bool:
    reported = reported_loans.find(row.borrower_id, row.loan_id)
    assert reported, "nobody objects to what isn't reported"
    [look] = reporting.look([reported], on=day_of(now))
    # Of what was not sent yet nothing has to be put right: it will be told as it is known by then.
    return row.record is None or look.month(row.record.month).code != row.record.code


def hold(borrower_id: UUID, objection_id: UUID) -> Objection:
    """The objection, which is open, its borrower locked. Refuses NotTheirs, ObjectionNotOpen."""
    holds.hold(borrower_id)
    row = _find(borrower_id, objection_id)
    objections.refuse_closed(row)
    return row


def _find(borrower_id: UUID, objection_id: UUID) -> Objection:
    row = objections.find(borrower_id, objection_id)
    if row is None:
        raise NotTheirs(what="objection")
    return row


def _is_said(row: Objection, kind: str, text: str, actor: User) -> bool:
    last = objections.steps(row)[-1:]
    return any((each.kind, each.by, each.text) == (kind, actor.id, text.strip()[:LONGEST]) for each in last)


def keep(row: Objection, kind: str, text: str, actor: User, now: datetime) -> None:
    """The step, and that it was done; the words stand sealed beside the objection, and nowhere else."""
    objections.step(row, kind, by=actor.id, text=text.strip()[:LONGEST], now=now)
    staff.note(
        actor_id=actor.id, verb=f"objection_{kind}", borrower_id=row.borrower_id, object_id=row.id,
        detail={"number": row.number}, now=now,
    )  # fmt: skip
