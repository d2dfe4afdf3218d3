"""A day's file that was wrong, and the one that the channel gives instead."""

from datetime import date, datetime

from django.db import transaction

from anqi.payments import handed_in, kept_statements
from anqi.payments.models import ChannelStatement
from anqi.people import authority, staff
from anqi.people.authority import NotTheirs
from anqi.people.models import User
from anqi.rows.refusals import Refused


class SameFile(Refused):
    """It is the file by which the day stands."""

    code = "statement_same"


class OtherDay(Refused):
    """Nothing that it tells is of that day."""

    code = "statement_of_another_day"


def correct(
    *, channel: str, day: date, file: bytes, reason: str, actor: User, now: datetime
) -> ChannelStatement:
    """The file, as the next version of the day's; workers match it and learn from it as from every other.

    No channel has signed it: a supervisor hands it in. Of a day of which no file is here there is none to be corrected.
    Refuses MayNotAct, NeedsSupervisor, ReasonMissing, NotTheirs, StatementUnreadable, OtherDay, SameFile.
    """
    authority.must_decide(actor)
    authority.must_say_why(reason)
    if not kept_statements.kinds(channel, day):
        raise NotTheirs(what="statement")
    read = handed_in.read(channel, day, file)
    if not read.is_of_day:
        raise OtherDay
    with transaction.atomic(durable=True):
        before = kept_statements.latest(channel, day, kind=read.statement.kind)
        kept = kept_statements.keep(read.statement, now=now)
        if before and before.id == kept.id:
            raise SameFile
        staff.note(
            actor_id=actor.id, verb="correct_statement", object_id=kept.id, reason=reason, now=now,
            detail={
                "channel": channel, "day": day.isoformat(), "kind": kept.kind, "version": kept.version,
                "sha256": kept.sha256,
            },
        )  # fmt: skip
    return kept
