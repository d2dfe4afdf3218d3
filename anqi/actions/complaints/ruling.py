"""By when complaints are answered, as a lender sets it, and which days are worked.

RuleUnsound     refuses a rule by its field
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from anqi.engine.working_days import read_working_days
from anqi.lending.models import Lender
from anqi.people import complaints
from anqi.people.models import ComplaintRule
from anqi.rows.days import day_of
from anqi.rows.refusals import Refused

# Whoever waits longer than that has been forgotten.
_MOST_DAYS = 60


class RuleUnsound(Refused):
    """No rule can have this {field}."""

    code = "rule_unsound"


def rule(
    *, lender: str | None, since: date, days: int, calendar: Mapping[str, Any] | None, now: datetime
) -> ComplaintRule:
    """The lender's own rule from that day on, or everybody's without a lender; what it doesn't say stays as it was.

    Open complaints keep the day that their borrowers were told. Refuses RuleUnsound.
    """
    if not 0 < days <= _MOST_DAYS:
        raise RuleUnsound(field="days")
    try:
        read_working_days(dict(calendar or {}))
    except ValueError:
        raise RuleUnsound(field="calendar") from None
    with transaction.atomic(durable=True):
        found = Lender.objects.filter(code=lender).first() if lender else None
        if lender and found is None:
            raise RuleUnsound(field="lender")
        lender_id = found.id if found else None
        if since < day_of(now) or ComplaintRule.objects.filter(lender_id=lender_id, since=since).exists():
            raise RuleUnsound(field="since")
        before = complaints.rule_of(lender_id, on=since)
        return ComplaintRule.objects.create(
            lender_id=lender_id, since=since, days=days, authority=before.authority, phone=before.phone,
            calendar=before.calendar if calendar is None else dict(calendar),
        )  # fmt: skip
