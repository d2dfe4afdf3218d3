"""What the lender tells a credit bureau: agreements that say so, notices before anything bad, a file, an objection."""

from datetime import date, datetime, timedelta
from uuid import UUID

from anqi.actions import objections, reports
from anqi.jobs import reconciling, tasks
from anqi.jobs import reports as jobs
from anqi.lending.models import ReportedLoan, ReportRecord
from anqi.payments.models import Payment
from anqi.rows.days import day_of
from anqi.rows.ids import uuid7

_BUREAU = "中国人民银行征信中心"
_DAY = timedelta(days=1)


def begin(*, lender: str, now: datetime) -> None:
    """Everything that is signed from now on is reported."""
    reports.rule(
        lender=lender, since=day_of(now), bureau=_BUREAU, institution="Q10151000H0001", notice_days=3, now=now
    )


def live() -> None:
    """That day's part of it: who has missed something is told."""
    jobs.warn_of_reports()


def look(*, lender: str, late_id: UUID, today: date, now: datetime) -> None:
    """The file of the month that is over, out of reconciled days; the one whom it speaks against says it is wrong."""
    for day in _paid_days(today):
        reconciling.bring("alipay", day, read_inbox=tasks.read_whole_inbox)
    reports.make(lender=lender, month=today.replace(day=1) - _DAY, now=now)
    record = ReportRecord.objects.filter(borrower_id=late_id, code__in="1234567").latest("month")
    objections.object_to(
        borrower_id=late_id, loan_id=record.loan_id, objection_id=uuid7(), record_id=record.id, now=now,
        text="那几天我在住院，打电话跟你们说过。请核对，能更正的请更正。",
    )  # fmt: skip


def _paid_days(today: date) -> list[date]:
    """The days before today on which Alipay took something for somebody who has a loan that is reported."""
    reported = list(ReportedLoan.objects.values_list("borrower_id", flat=True))
    paid = Payment.objects.filter(channel="alipay", counts_on__lt=today, borrower_id__in=reported)
    return sorted({day_of(at) for at in paid.values_list("paid_at", flat=True)})
