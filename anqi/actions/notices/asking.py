"""A message has not reached somebody: the office has looked, and asks them to look too.

Refused
└── NotUndelivered
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from anqi.notices import inspection, messages
from anqi.notices.models import Message
from anqi.people import authority, staff
from anqi.people.inspection import dealt_with
from anqi.people.models import DEALT_WITH, User
from anqi.rows.days import day_of
from anqi.rows.refusals import Refused

LANE = "undelivered"


class NotUndelivered(Refused):
    """This message has arrived, or may yet arrive."""

    code = "not_undelivered"


def ask_to_check(*, message_id: UUID, reason: str, actor: User, now: datetime) -> None:
    """The borrower finds among their messages that one did not arrive, and it waits for nobody any more.

    Once, however often it is asked for. Refuses MayNotAct, ReasonMissing, NotUndelivered.
    """
    authority.must_act(actor)
    authority.must_say_why(reason)
    with transaction.atomic(durable=True):
        message = messages.hold(message_id)
        if message is None or message.borrower_id is None or not inspection.is_undelivered(message):
            raise NotUndelivered
        if dealt_with(LANE).filter(object_id=message.id).exists():
            return
        told = messages.composed(
            borrower_id=message.borrower_id, template="contact_check", words={"sent_on": day_of(message.created_at)},
            medium=Message.Medium.APP, now=now,
        )  # fmt: skip
        messages.keep(told)
        staff.note(
            actor_id=actor.id, verb=DEALT_WITH, object_id=message_id, reason=reason, detail={"kind": LANE}, now=now
        )
        staff.note(
            actor_id=actor.id, verb="ask_to_check", borrower_id=message.borrower_id, object_id=message_id,
            reason=reason, now=now,
        )  # fmt: skip
