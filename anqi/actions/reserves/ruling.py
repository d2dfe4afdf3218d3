"""By which rules a lender's applications are decided, from a day on."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from anqi.lending import policies
from anqi.lending.models import Lender, LenderPolicy
from anqi.people import authority, staff
from anqi.people.authority import NotTheirs
from anqi.people.models import User


def rule(
    *, lender: str, since: date, source: str, body: Mapping[str, Any], actor: User, now: datetime
) -> LenderPolicy:
    """The rules of that lender from that day on; `source` says who decided them, and where it stands.

    What was decided by older ones stays. Refuses MayNotAct, NeedsSupervisor, ReasonMissing, NotTheirs, PolicyUnsound.
    """
    authority.must_decide(actor)
    authority.must_say_why(source)
    with transaction.atomic(durable=True):
        ruling = Lender.objects.select_for_update(no_key=True).filter(code=lender).first()
        if ruling is None:
            raise NotTheirs(what="lender")
        row = policies.put(ruling, since=since, source=source[:200], body=body, now=now)
        detail = {"lender": lender, "since": since.isoformat(), "rules": dict(body)}
        staff.note(actor_id=actor.id, verb="rule_applications", object_id=row.id, reason=source, detail=detail, now=now)
        return row
