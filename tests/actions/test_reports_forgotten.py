"""Five years after what was bad has ended, nothing is kept of what was told; and it is not told again."""

from datetime import date, datetime

import pytest

from anqi.actions import objections, reports, retention
from anqi.config import verified_reports
from anqi.lending import report_files
from anqi.lending.models import (
    Objection,
    ObjectionStep,
    ReportAnnotation,
    ReportFile,
    ReportRecord,
    ReportRejection,
)
from anqi.notices.models import ReportNotice
from anqi.rows.ids import uuid7
from tests import reporting
from tests.planting import at
from tests.reporting import DAY, DUE, OCTOBER, Reported
from tests.returning import staff

pytestmark = pytest.mark.django_db
FIRST = date(2026, 11, 1)


def in_years(years: int, day: date = FIRST) -> datetime:
    return at(day.replace(year=day.year + years))


@pytest.fixture
def lin() -> Reported:
    """Late in October, told, reported, objected to, rejected once, and paid off."""
    lin = reporting.buy()
    reporting.live(DUE, DUE + DAY)
    [file] = reporting.make(OCTOBER, at(FIRST))
    record = ReportRecord.objects.get(month=OCTOBER)
    whose = {"borrower_id": lin.borrower_id, "objection_id": uuid7()}
    objections.object_to(**whose, loan_id=lin.loan_id, record_id=record.id, text="我付过", now=at(FIRST))
    reporting.make(OCTOBER, at(FIRST), again=True)
    clerk = staff()
    objections.take(**whose, actor=clerk, now=at(FIRST))
    objections.answer(**whose, verdict="wrong", text="没有收到", actor=clerk, now=at(FIRST))
    objections.state(**whose, text="我不同意", now=at(FIRST))
    reporting.make(OCTOBER, at(FIRST), again=True)
    reports.hand_over(file_id=file.id, receipt="R", actor=reporting.supervisor(), now=at(FIRST))
    reports.answer(file_id=file.id, rejected={2: "x"}, actor=clerk, now=at(FIRST))
    lin.pay(at(FIRST + DAY), purpose="all")
    return lin


def test_nothing_goes_before_its_time(lin: Reported) -> None:
    kept = ReportRecord.objects.count()
    retention.carry_out(now=in_years(5, date(2026, 9, 30)))
    assert ReportRecord.objects.count() == kept
    assert Objection.objects.get().text == "我付过"
    assert b"\xe6\x9e\x97" in report_files.open_again(ReportFile.objects.earliest("made_at").id)


def test_after_five_years_records_words_and_files_are_gone_and_told_no_more(lin: Reported) -> None:
    retention.carry_out(now=in_years(5, date(2026, 11, 2)))
    for model in (ReportRecord, ReportRejection, ReportNotice, ObjectionStep):
        assert not model.objects.exists(), model
    assert not ReportAnnotation.objects.exclude(text=None).exists()
    assert {each.body for each in ReportFile.objects.all()} == {""}
    [row] = Objection.objects.all()
    assert (row.text, row.statement, row.record_id) == ("", None, None)
    assert list(verified_reports.wrong()) == []
    # What was forgotten is not sent once more.
    assert reports.due(now=in_years(5, date(2026, 11, 9))) == []
    assert reporting.make(OCTOBER, in_years(5, date(2026, 11, 9)), again=True)
    assert not ReportRecord.objects.exists()


def test_what_is_still_bad_keeps_what_came_before_it(lin: Reported) -> None:
    late = reporting.buy(phone="+8613900008866", number="QH-2", now=at(date(2026, 9, 10)))
    reporting.live(DUE, DUE + DAY)
    reporting.make(OCTOBER, at(FIRST), again=True)
    reporting.make(date(2028, 3, 31), at(date(2028, 4, 1)))
    assert late.codes()[-1] == ("03", "7")
    retention.carry_out(now=in_years(5, date(2026, 12, 2)))
    assert {each.borrower_id for each in ReportRecord.objects.all()} == {late.borrower_id}
    assert late.codes()[0] == ("09", "*")
