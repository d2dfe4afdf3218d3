"""What was told to a bureau and changed behind the application's back is found, and named."""

from datetime import date

import pytest

from anqi.config import verified_reports
from anqi.lending.models import ReportRecord
from tests import reporting
from tests.config.test_verification import tamper
from tests.planting import at
from tests.reporting import DAY, DUE, OCTOBER
from tests.returning import assert_sound

pytestmark = pytest.mark.django_db
FIRST = date(2026, 11, 1)


@pytest.fixture
def told() -> ReportRecord:
    """September and a late October, in two files, and what was learned since."""
    lin = reporting.buy()
    reporting.make(date(2026, 9, 30), at(date(2026, 10, 1)))
    reporting.live(DUE, DUE + DAY)
    reporting.make(OCTOBER, at(FIRST))
    lin.pay(at(FIRST + DAY), paid_at=at(DUE + DAY))
    return ReportRecord.objects.get(month=OCTOBER)


def found() -> list[str]:
    return [what for what, _, _ in verified_reports.wrong()]


def test_what_the_application_wrote_is_clean_also_once_it_is_known_better(told: ReportRecord) -> None:
    assert told.code == "1"
    assert_sound(FIRST + DAY)
    reporting.make(OCTOBER, at(FIRST + 5 * DAY), again=True)
    assert_sound(FIRST + 5 * DAY)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("update lending_report_record set code = '2' where id = %s", ["report_file", "report_record"]),
        ("update lending_report_record set proof = '' where id = %s", ["report_unannounced"]),
        ("update lending_report_record set overdue_minor = 1 where id = %s", ["report_file"]),
        ("update lending_report_file set previous = '' where id = (select file_id from lending_report_record where id = %s)",
         ["report_chain"]),
        ("update lending_report_file set sha256 = '0' where id = (select file_id from lending_report_record where id = %s)",
         ["report_file"]),
        ("update lending_reported_loan set bureau = 'X' where loan_id = (select loan_id from lending_report_record where id = %s)",
         ["report_consent"]),
    ],
    ids=["code", "proof", "amount", "chain", "hash", "consent"],
)  # fmt: skip
def test_what_was_changed_is_named(told: ReportRecord, statement: str, expected: list[str]) -> None:
    tamper(statement, told.id)
    assert sorted(found()) == expected


def test_a_line_without_its_row_is_named(told: ReportRecord) -> None:
    tamper("delete from lending_report_record where id = %s", told.id)
    assert found() == ["report_file"]
