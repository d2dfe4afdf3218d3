"""Payouts that came back are told by no notice: a channel's statement of each day is looked through for them.

A statement that can't be had or read is tried again, and stands before the desk until it is read or given up.
"""

import hashlib
import logging
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from anqi.actions.payouts import learning
from anqi.payments import channels, handed_in, kept_statements, payouts, quiet_days, unread_statements
from anqi.payments.channels.protocol import Failed, NotReady
from anqi.payments.models import Payout, UnreadStatement
from anqi.payments.statements import Row, Statement, StatementUnreadable
from anqi.people import authority, holds, staff
from anqi.people.authority import NotTheirs
from anqi.people.models import User
from anqi.rows.refusals import Refused

_log = logging.getLogger("anqi.payouts")
_Reason = UnreadStatement.Reason


class StatementNotHad(Refused):
    """The channel has not given it: {reason}."""

    code = "statement_not_had"


class StatementEnded(Refused):
    """It was read, or given up, before."""

    code = "statement_ended"


def unread(*, now: datetime) -> list[tuple[str, date]]:
    """(channel, day) of the statements up to yesterday that are to be tried now, the oldest first."""
    return [(code, day) for code in channels.stating_payouts() for day in unread_statements.unread_days(code, now=now)]


def look_through(*, channel: str, day: date, now: datetime) -> int:
    """How many payouts that came back the channel's statement of that day names; each is learned.

    Of several files each that can be had is read. What can't be had is noted; so is what can't be read, and then
    refused: StatementUnreadable. Safe to repeat: the day is marked as read after all of it was.
    """
    kinds = channels.find_stating(channel).statement_kinds()
    count, faults = 0, list[NotReady | OSError | StatementUnreadable]()
    for kind in kinds:
        try:
            back = _back(channel, day, kind, now)
        except (NotReady, OSError, StatementUnreadable) as fault:
            faults.append(fault)
        else:
            count += _learn_all(channel, back, now)
    if not faults:
        _mark_read(channel, day, now)
    else:
        _note_fault(min(faults, key=_gravity), channel, day, kinds, now)
    return count


def _gravity(fault: Exception) -> int:
    """A file that can't be read needs people; one that there is no answer about may be there."""
    return [isinstance(fault, each) for each in (StatementUnreadable, OSError, NotReady)].index(True)


def _note_fault(fault: Exception, channel: str, day: date, kinds: Sequence[str], now: datetime) -> None:
    if isinstance(fault, StatementUnreadable):
        _note(channel, day, _Reason.UNREADABLE, str(fault), now)
        raise fault
    if isinstance(fault, OSError):
        _note(channel, day, _Reason.NO_ANSWER, str(fault), now)
    else:
        _note_none(channel, day, kinds, now)


def _back(channel: str, day: date, kind: str, now: datetime) -> list[Row]:
    """What came back. The file is asked for once: reconciliation reads the same one. Kept is what can be read."""
    kept = kept_statements.latest(channel, day, kind=kind)
    statement = (
        kept_statements.open_again(kept) if kept else channels.find_stating(channel).statement(day, kind=kind)
    )
    back = [row for row in statement.rows() if row.state == "returned"]
    if not kept:
        _keep(statement, now)
    # Of some channels no statement is needed: their answers tell.
    return back if kind == channels.RETURNS_STAND_IN.get(channel) else []


def _keep(statement: Statement, now: datetime) -> None:
    with transaction.atomic(durable=True):
        kept_statements.keep(statement, now=now)


def _learn_all(channel: str, back: Sequence[Row], now: datetime) -> int:
    for row in back:
        _learn(channel, row, now)
    return len(back)


def _mark_read(channel: str, day: date, now: datetime) -> None:
    [first, *_] = channels.find_stating(channel).statement_kinds()
    kept = kept_statements.latest(channel, day, kind=channels.RETURNS_STAND_IN.get(channel, first))
    assert kept, "it was read just now"
    with transaction.atomic(durable=True):
        unread_statements.mark_read(channel, day, sha256=kept.sha256, now=now)


def _note_none(channel: str, day: date, kinds: Sequence[str], now: datetime) -> None:
    """No file of a day on which nothing moved here is none that is missing, once it should have been there."""
    if not (unread_statements.is_late(day, now=now) and quiet_days.is_quiet(channel, day)):
        with transaction.atomic(durable=True):
            quiet_days.drop(channel, day)
        _note(channel, day, _Reason.NOT_READY, "", now)
        return
    _note(channel, day, _Reason.NOTHING, "", now)
    with transaction.atomic(durable=True):
        # What another of the day's files tells, of a movement of another day, is matched by that one.
        quiet_days.keep(channel, day, kinds={*kinds} - kept_statements.kinds(channel, day), now=now)
        unread_statements.end_quiet(channel, day, now=now)


def _note(channel: str, day: date, reason: UnreadStatement.Reason, detail: str, now: datetime) -> None:
    with transaction.atomic(durable=True):
        unread_statements.note_try(channel, day, reason=reason, detail=detail, now=now)


def _learn(channel: str, row: Row, now: datetime) -> None:
    borrower_id = payouts.owner(channel, row.key)
    if not borrower_id:
        _log.error("returned_payout_not_ours", extra={"channel": channel})
        return
    with transaction.atomic(durable=True):
        chain = holds.hold(borrower_id)
        payout = payouts.by_key(borrower_id, row.key)
        if row.amount_minor == payout.amount_minor:
            learning.hear(chain, payout, Failed(reason="returned", code="", at=row.at), "statement", now)
        elif payout.state == Payout.State.SUCCEEDED:
            # Not all of it, or more: how much came back is for people to find out.
            payouts.contradict(payout, reason="other_amount")


def try_statement(*, statement_id: UUID, actor: User, now: datetime) -> int:
    """The channel is asked for it at once; returns as `look_through`.

    Refuses MayNotAct, NotTheirs, StatementEnded, StatementNotHad, StatementUnreadable.
    """
    authority.must_act(actor)
    row = _begin(statement_id, "try_statement", actor, now, {})
    try:
        found = look_through(channel=row.channel, day=row.day, now=now)
    except LookupError:
        raise StatementNotHad(reason="not_offered") from None
    row.refresh_from_db()
    if row.read_at is None:
        raise StatementNotHad(reason=row.reason)
    return found


def take_statement(*, statement_id: UUID, file: bytes, reason: str, actor: User, now: datetime) -> int:
    """A file that was fetched by hand is looked through instead; returns as `look_through`.

    No channel has signed it, and it can make loans void: a supervisor hands it in. Refuses MayNotAct, NeedsSupervisor,
    ReasonMissing, NotTheirs, StatementEnded, StatementNotHad, StatementUnreadable.
    """
    authority.must_decide(actor)
    authority.must_say_why(reason)
    stated = {"sha256": hashlib.sha256(file).hexdigest()}
    row = _begin(statement_id, "take_statement", actor, now, stated, reason)
    try:
        read = handed_in.read(row.channel, row.day, file)
        kinds = channels.find_stating(row.channel).statement_kinds()
    except LookupError:
        raise StatementNotHad(reason="not_offered") from None
    _keep(read.statement, now)
    if len(kinds) > 1:
        # The day has other files too, which may not be here.
        return look_through(channel=row.channel, day=row.day, now=now)
    count = _learn_all(row.channel, read.returned, now)
    _mark_read(row.channel, row.day, now)
    return count


def give_up_statement(*, statement_id: UUID, reason: str, actor: User, now: datetime) -> None:
    """It is not tried any more. Refuses MayNotAct, NeedsSupervisor, ReasonMissing, NotTheirs, StatementEnded."""
    authority.must_decide(actor)
    authority.must_say_why(reason)
    with transaction.atomic(durable=True):
        row = _open(statement_id)
        unread_statements.give_up(row, by=actor.id, why=reason, now=now)
        _act("give_up_statement", row, actor, now, {}, reason)


def _begin(
    statement_id: UUID, verb: str, actor: User, now: datetime, detail: dict[str, str], reason: str = ""
) -> UnreadStatement:
    """Who wants it is on record whatever comes of it."""
    with transaction.atomic(durable=True):
        row = _open(statement_id)
        _act(verb, row, actor, now, detail, reason)
        return row


def _open(statement_id: UUID) -> UnreadStatement:
    row = unread_statements.hold(statement_id)
    if row is None:
        raise NotTheirs(what="statement")
    if row.read_at or row.given_up_at:
        raise StatementEnded
    return row


def _act(
    verb: str, row: UnreadStatement, actor: User, now: datetime, detail: dict[str, str], reason: str
) -> None:
    stated = {"channel": row.channel, "day": row.day.isoformat()} | detail
    staff.note(actor_id=actor.id, verb=verb, object_id=row.id, reason=reason, detail=stated, now=now)
