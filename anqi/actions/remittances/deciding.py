"""What people say of a remittance: which line of the bank's it is, or that it never comes; what differs takes two."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from anqi.actions.remittances import learning
from anqi.payments import bank_lines, remittances
from anqi.payments.models import BankLine, Remittance
from anqi.people import authority, staff
from anqi.people.authority import NotTheirs
from anqi.people.models import User
from anqi.rows.refusals import Refused

State, LineState = Remittance.State, BankLine.State
_TAKEABLE = (LineState.CHANNEL, LineState.WAITING, LineState.OTHER)


class RemittanceEnded(Refused):
    """About this remittance nothing is to be decided any more."""

    code = "remittance_ended"


class NoSuchLine(Refused):
    """There is no such line that could be it."""

    code = "no_such_line"


class LineDecided(Refused):
    """About this line nothing is to be decided here any more."""

    code = "not_to_decide"


def ask(
    *, remittance_id: UUID, line_id: UUID | None, reason: str, actor: User, now: datetime
) -> Remittance:
    """It is that line of the bank's, or without one will never come.

    The very amount is booked at once; what differs, and what never comes, waits for another person. The same wish
    again changes nothing. Refuses MayNotAct, ReasonMissing, NotTheirs, RemittanceEnded, NoSuchLine.
    """
    authority.must_act(actor)
    authority.must_say_why(reason)
    with transaction.atomic(durable=True):
        row = _open(remittance_id, State.TOLD, State.DIFFERING, *_alike(remittance_id, line_id, actor))
        if row.state == State.ASKED:
            return row
        line = _takeable(row, line_id) if line_id else None
        remittances.note(row, reason=reason[:400], line_id=line_id, asked_by=actor.id, asked_at=now, state=State.ASKED)
        if line and row.is_told and line.amount_minor == row.amount_minor:
            remittances.arrive(row, line, by=actor.id, now=now)
            learning.book(row, now)
        _note("match_remittance" if row.state == State.ARRIVED else "ask_remittance", row, actor, reason, now)
        return row


def _alike(remittance_id: UUID, line_id: UUID | None, actor: User) -> tuple[str, ...]:
    same = Remittance.objects.filter(id=remittance_id, state=State.ASKED, line_id=line_id, asked_by=actor.id)
    return (State.ASKED,) if same.exists() else ()


def approve(*, remittance_id: UUID, actor: User, now: datetime) -> Remittance:
    """As another person has asked. What the bank moved is booked, and what it moved otherwise than told is a fee.

    Refuses MayNotAct, NeedsSupervisor, OwnRequest, NotTheirs, RemittanceEnded, NoSuchLine.
    """
    authority.must_decide(actor)
    with transaction.atomic(durable=True):
        row = _open(remittance_id, State.ASKED)
        authority.must_be_another(actor, row.asked_by)
        if row.line_id:
            remittances.arrive(row, _takeable(row, row.line_id), by=actor.id, now=now)
            learning.book(row, now)
        else:
            remittances.note(row, state=State.DISMISSED, decided_by=actor.id, ended_at=now)
        _note("approve_remittance", row, actor, "", now)
        return row


def refuse(*, remittance_id: UUID, reason: str, actor: User, now: datetime) -> Remittance:
    """It waits again. Whoever asked may take it back. Refuses as `approve`, and ReasonMissing."""
    authority.must_act(actor)
    authority.must_say_why(reason)
    with transaction.atomic(durable=True):
        row = _open(remittance_id, State.ASKED)
        if row.asked_by != actor.id:
            authority.must_decide(actor)
        has_arrived = row.line is not None and row.line.key == str(row.id)
        after = {"state": State.DIFFERING} if has_arrived else {"state": State.TOLD, "line_id": None}
        remittances.note(row, reason="", asked_by=None, asked_at=None, **after)
        _note("refuse_remittance", row, actor, reason, now)
        return row


def release(*, line_id: UUID, reason: str, actor: User, now: datetime) -> BankLine:
    """A line that looked like a channel's and is none: it waits with the other lines of the account.

    Refuses MayNotAct, ReasonMissing, NotTheirs, LineDecided.
    """
    authority.must_act(actor)
    authority.must_say_why(reason)
    with transaction.atomic(durable=True):
        remittances.hold()
        try:
            line = bank_lines.lock(line_id)
        except BankLine.DoesNotExist:
            raise NotTheirs(what="line") from None
        if not remittances.free_lines().filter(id=line_id).exists():
            raise LineDecided
        bank_lines.note(line, state=LineState.WAITING if line.amount_minor > 0 else LineState.OTHER)
        detail = {"amount_minor": line.amount_minor}
        staff.note(
            actor_id=actor.id, verb="release_bank_line", object_id=line.id, reason=reason, detail=detail, now=now
        )
        return line


def _open(remittance_id: UUID, *states: str) -> Remittance:
    remittances.hold()
    row = remittances.lock(remittance_id)
    if row is None:
        raise NotTheirs(what="remittance")
    if row.state not in states:
        raise RemittanceEnded
    return row


def _takeable(row: Remittance, line_id: UUID) -> BankLine:
    """The line, held; its own one may be taken already. Refuses NoSuchLine."""
    line = BankLine.objects.select_for_update().filter(id=line_id).first()
    if line is None or (line.amount_minor > 0) != (row.amount_minor > 0):
        raise NoSuchLine
    if line.key != str(row.id):
        is_others = Remittance.objects.filter(line_id=line_id).exclude(id=row.id).exists()
        if line.state not in _TAKEABLE or is_others:
            raise NoSuchLine
    return line


def _note(verb: str, row: Remittance, actor: User, reason: str, now: datetime) -> None:
    detail = {
        "channel": row.channel, "day": row.day.isoformat(), "amount_minor": row.amount_minor,
        "line": str(row.line_id or ""),
    }  # fmt: skip
    staff.note(actor_id=actor.id, verb=verb, object_id=row.id, reason=reason, detail=detail, now=now)
