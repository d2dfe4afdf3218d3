"""Whether a lender reports, from a day on, to whom and under which code."""

from datetime import date, datetime

from django.db import transaction

from anqi.lending import reporting_rules
from anqi.lending.models import Lender, ReportingRule
from anqi.lending.reporting_rules import ReportingUnsound


def rule(
    *, lender: str, since: date, bureau: str, institution: str, notice_days: int, now: datetime
) -> ReportingRule:
    """The lender's rule from that day on; without a bureau it reports nothing that is signed from then on.

    What was signed before stays as it was signed. Refuses ReportingUnsound.
    """
    with transaction.atomic(durable=True):
        found = Lender.objects.select_for_update(no_key=True).filter(code=lender).first()
        if found is None:
            raise ReportingUnsound(field="lender")
        return reporting_rules.put(
            found, since=since, bureau=bureau, institution=institution, notice_days=notice_days, now=now
        )
