"""Whether a lender reports to a credit bureau (征信), from a day on; and what its agreements say of it.

ReportingUnsound     refuses a rule by its field
"""

from datetime import date, datetime
from typing import Any

from anqi.lending.models import Lender, ReportingRule
from anqi.rows.days import day_of
from anqi.rows.refusals import Refused

# The version of the words by which borrowers consent to it; another text has another.
CONSENT = "credit-report-2026-11"
_MOST_NOTICE_DAYS = 30


class ReportingUnsound(Refused):
    """No lender can report by this: {field}."""

    code = "reporting_unsound"


def in_force(lender: Lender, *, on: date) -> ReportingRule | None:
    """The rule by which agreements of that day are drawn up; None where the lender doesn't report."""
    latest = ReportingRule.objects.filter(lender=lender, since__lte=on).order_by("-since").first()
    return latest if latest and latest.reports else None


def put(
    lender: Lender, *, since: date, bureau: str, institution: str, notice_days: int, now: datetime
) -> ReportingRule:
    """From that day on, which is not over, new agreements say that they are reported; without a bureau that none is.

    What was signed before stays as it was signed. Refuses ReportingUnsound.
    """
    bureau, institution = bureau.strip(), institution.strip()
    _refuse_unsound(lender, since, bureau, institution, notice_days, now)
    return ReportingRule.objects.create(
        lender=lender, since=since, reports=bool(bureau), bureau=bureau, institution=institution,
        notice_days=notice_days, created_at=now,
    )  # fmt: skip


def _refuse_unsound(
    lender: Lender, since: date, bureau: str, institution: str, notice_days: int, now: datetime
) -> None:
    is_taken = ReportingRule.objects.filter(lender=lender, since=since).exists()
    unsound = {
        "since": since < day_of(now) or is_taken,
        "bureau": len(bureau) > 64,
        "institution": len(institution) > 32 or bool(bureau) != bool(institution),
        "notice_days": not 1 <= notice_days <= _MOST_NOTICE_DAYS,
    }
    for field, is_unsound in unsound.items():
        if is_unsound:
            raise ReportingUnsound(field=field)


def clause(lender: Lender, *, on: date) -> dict[str, Any]:
    """What an agreement of that day has about it: nothing where the lender doesn't report."""
    rule = in_force(lender, on=on)
    if rule is None:
        return {}
    stated = {"bureau": rule.bureau, "institution": rule.institution, "notice_days": rule.notice_days}
    text = _CLAUSE.format(lender=lender.name, bureau=rule.bureau, days=rule.notice_days)
    return {"reporting": stated | {"text": text}}


_CLAUSE = (
    "{lender}自本合同开始之日起，每月向{bureau}报送本合同上月的还款状态、余额和逾期金额。报送逾期等不良信息以前，先告知你，"
    "并在告知送达至少 {days} 天以后才报送。对报送的内容有异议，可以随时提出，{lender}在 20 天内书面答复，有错就更正。"
)
