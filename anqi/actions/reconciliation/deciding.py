"""What people say of a difference: why it is none, or that nobody goes after it, which takes two."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from anqi.payments import reconciliation, reconciliation_differences
from anqi.payments.models import ReconciliationDifference
from anqi.people import authority, staff
from anqi.people.authority import NotTheirs
from anqi.people.models import User
from anqi.rows.refusals import Refused

State = ReconciliationDifference.State


class DifferenceEnded(Refused):
    """It has been decided about, or has gone by itself."""

    code = "difference_ended"


def explain(*, difference_id: UUID, reason: str, actor: User, now: datetime) -> ReconciliationDifference:
    """The difference, of which somebody knows what it is. It moves no money.

    Refuses MayNotAct, ReasonMissing, NotTheirs, DifferenceEnded.
    """
    authority.must_act(actor)
    authority.must_say_why(reason)
    with transaction.atomic(durable=True):
        row = _open(difference_id, State.OPEN)
        reconciliation_differences.decide(row, state=State.EXPLAINED, reason=reason, by=actor.id, now=now)
        return _end("explain_reconciliation", row, reason, actor, now)


def ask_write_off(*, difference_id: UUID, reason: str, actor: User, now: datetime) -> ReconciliationDifference:
    """The difference, which waits for a second person. Refuses MayNotAct, ReasonMissing, NotTheirs, DifferenceEnded."""
    authority.must_act(actor)
    authority.must_say_why(reason)
    with transaction.atomic(durable=True):
        row = _open(difference_id, State.OPEN)
        reconciliation_differences.ask(row, reason=reason, by=actor.id, now=now)
        return _end("ask_reconciliation_write_off", row, reason, actor, now)


def approve_write_off(*, difference_id: UUID, actor: User, now: datetime) -> ReconciliationDifference:
    """Nobody goes after it, as another person has asked.

    Refuses MayNotAct, NeedsSupervisor, OwnRequest, NotTheirs, DifferenceEnded.
    """
    authority.must_decide(actor)
    with transaction.atomic(durable=True):
        row = _open(difference_id, State.ASKED)
        authority.must_be_another(actor, row.asked_by)
        reconciliation_differences.decide(row, state=State.WRITTEN_OFF, reason=row.reason, by=actor.id, now=now)
        return _end("approve_reconciliation_write_off", row, "", actor, now)


def refuse_write_off(*, difference_id: UUID, reason: str, actor: User, now: datetime) -> ReconciliationDifference:
    """The difference, open again. Whoever asked may take it back. Refuses as `approve_write_off`, and ReasonMissing."""
    authority.must_act(actor)
    authority.must_say_why(reason)
    with transaction.atomic(durable=True):
        row = _open(difference_id, State.ASKED)
        if row.asked_by != actor.id:
            authority.must_decide(actor)
        reconciliation_differences.ask(row, reason="", by=None, now=None)
        return _end("refuse_reconciliation_write_off", row, reason, actor, now)


def _open(difference_id: UUID, state: str) -> ReconciliationDifference:
    row = reconciliation_differences.hold(difference_id)
    if row is None:
        raise NotTheirs(what="difference")
    if row.state != state:
        raise DifferenceEnded
    return row


def _end(
    verb: str, row: ReconciliationDifference, reason: str, actor: User, now: datetime
) -> ReconciliationDifference:
    """The day is reconciled with the last of its differences."""
    reconciliation.settle(reconciliation_differences.day_of(row), by=actor.id, now=now)
    staff.note(
        actor_id=actor.id, verb=verb, borrower_id=row.borrower_id, object_id=row.id, reason=reason,
        detail={"kind": row.kind, "channel": row.channel, "day": row.day.isoformat(), "off_minor": row.off_minor},
        now=now,
    )  # fmt: skip
    return row
