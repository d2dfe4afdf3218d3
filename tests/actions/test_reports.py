"""What a bureau is told: of loans that were signed so, what is reconciled, nothing bad unannounced, and each once."""

import json
from datetime import date

import pytest
from django.db import connection

from anqi.actions import complaints, purchases, reports
from anqi.actions.reports import (
    AnsweredBefore,
    HandedOver,
    MonthNotOver,
    NoReportedLoans,
    NoSuchLine,
    NotHandedOver,
    ReceiptMissing,
)
from anqi.config.cli import report as command
from anqi.lending import agreements, report_files
from anqi.lending.agreements import ConsentMissing
from anqi.lending.models import (
    Agreement,
    Lender,
    ReportedLoan,
    ReportFile,
    ReportingRule,
    ReportRecord,
    ReportRejection,
)
from anqi.lending.reporting_rules import ReportingUnsound
from anqi.notices.models import ReportNotice
from anqi.people.authority import MayNotAct, NeedsSupervisor, ReasonMissing
from anqi.people.complaints import Wish as Complaint
from anqi.people.models import Consent, StaffAct
from anqi.rows.ids import uuid7
from tests import purchasing, reporting, returning
from tests.planting import at
from tests.reporting import BOUGHT, BUREAU, DAY, DUE, NOVEMBER, OCTOBER
from tests.returning import arrive, staff

pytestmark = pytest.mark.django_db
FIRST = at(date(2026, 11, 1))


def test_the_agreement_says_it_and_is_not_signed_without_consent() -> None:
    shop = purchasing.open_street(now=at(BOUGHT))
    before = purchasing.sign(purchasing.opened(shop, purchasing.welcome(now=at(BOUGHT)), now=at(BOUGHT)), now=at(BOUGHT))
    reporting.state_rule(at(BOUGHT + DAY))
    who, now = purchasing.welcome("+8613900008866", now=at(BOUGHT)), at(BOUGHT + DAY)
    order = purchasing.opened(shop, who, now=now, number="QH-2")
    offer = purchases.present(borrower_id=who, order_id=order.id, now=now)
    assert offer.consents == (*agreements.CONSENTS, "credit_report")
    [told] = [lines for title, lines in agreements.sections(offer.draft.body) if title == "征信"]
    assert BUREAU in told[0] and "20 天内书面答复" in told[0]
    with pytest.raises(ConsentMissing):
        purchasing.sign(order, now=now, consents=agreements.CONSENTS)
    loan = purchasing.sign(order, now=now)
    assert ReportedLoan.objects.get().loan_id == loan.id
    assert Consent.objects.get(borrower_id=who, purpose="credit_report").version == "credit-report-2026-11"
    # What was signed before has no such clause, and no consent that anybody could read into it.
    assert "reporting" not in json.loads(Agreement.objects.get(id=before.agreement_id).body)
    assert not Consent.objects.filter(borrower_id=before.borrower_id, purpose="credit_report").exists()


def test_a_rule_that_ends_leaves_what_was_signed() -> None:
    lin = reporting.buy()
    reporting.state_rule(at(BOUGHT + DAY), bureau="")
    later = reporting.buy(now=at(BOUGHT + DAY), phone="+8613900008866", number="QH-2")
    assert list(ReportedLoan.objects.values_list("loan_id", flat=True)) == [lin.loan_id] != [later.loan_id]


@pytest.mark.parametrize(
    "wrong",
    [
        {"lender": "nobody"}, {"since": BOUGHT - DAY}, {"institution": ""}, {"bureau": "", "institution": "X"},
        {"notice_days": 0}, {"notice_days": 31}, {"bureau": "行" * 65},
    ],
    ids=lambda each: "-".join(f"{name}={value}"[:18] for name, value in each.items()),
)  # fmt: skip
def test_a_rule_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    purchasing.open_street(now=at(BOUGHT))
    sound = {"lender": "qhxj", "since": BOUGHT, "bureau": BUREAU, "institution": "QH1", "notice_days": 3}
    with pytest.raises(ReportingUnsound):
        reports.rule(**sound | wrong, now=at(BOUGHT))
    assert not ReportingRule.objects.exists()


def test_a_month_paid_as_agreed_is_told_once_however_often_it_is_asked_for() -> None:
    lin = reporting.buy()
    lin.pay(at(DUE))
    reporting.reconcile(DUE)
    [made] = reporting.make(OCTOBER, FIRST)
    assert lin.codes() == [("09", "*"), ("10", "N")]
    assert [each.id for each in reporting.make(OCTOBER, FIRST + DAY)] == [made.id]
    assert [each.id for each in reporting.make(OCTOBER, FIRST + DAY, again=True)] == [made.id]
    body = report_files.open_again(made.id)
    heading, lines = report_files.read(body)
    assert made.sha256 == report_files.hash_of(body)
    assert (heading["records"], heading["corrections"], heading["overdue_minor"], heading["previous"]) == (2, 0, 0, "")
    assert heading["balance_minor"] == sum(each["balance_minor"] for each in lines) == made.balance_minor
    assert [each["line"] for each in lines] == [2, 3]
    assert lines[1] | {"id": "", "loan": ""} == {
        "kind": "record", "line": 3, "id": "", "of": None, "loan": "", "name": "林小满", "id_type": "id_card",
        "id_number": "11010519491231002X", "month": "2026-10", "code": "N", "overdue_minor": 0,
        "balance_minor": 552691, "currency": "CNY", "principal_minor": 600000, "opened_on": "2026-09-10", "told_on": None,
    }  # fmt: skip
    # Sealed: who has the rows only learns nothing of anybody.
    with connection.cursor() as cursor:
        cursor.execute("select body from lending_report_file")
        assert "林小满".encode() not in bytes(cursor.fetchone()[0])


def test_a_month_that_runs_and_a_lender_without_such_loans_are_refused() -> None:
    returning.buy()
    with pytest.raises(NoReportedLoans):
        reporting.make(OCTOBER, FIRST)
    with pytest.raises(MonthNotOver):
        reporting.make(OCTOBER, at(OCTOBER))
    with pytest.raises(MonthNotOver):
        reporting.make(DUE, FIRST)


def test_bad_is_told_only_after_a_notice_that_arrived_and_its_days() -> None:
    reporting.buy()
    reporting.live(DUE, DUE + DAY)
    notice = ReportNotice.objects.get()
    assert (notice.due_on, notice.pay_by_on, notice.from_on) == (DUE, date(2026, 10, 13), date(2026, 11, 1))
    reporting.make(OCTOBER, FIRST)
    late = ReportRecord.objects.get(month=OCTOBER)
    assert (late.code, late.overdue_minor, late.told_on, late.notice_id) == ("1", 53806, DUE + DAY, notice.id)
    assert late.proof.startswith("sms S-")


def test_without_a_proof_nothing_bad_is_told_and_later_it_is_told_late_but_true() -> None:
    lin = reporting.buy()
    reporting.live(DUE, OCTOBER, arrives=False)
    reporting.make(OCTOBER, FIRST)
    assert lin.codes() == [("09", "*")]
    [withheld] = lin.look(FIRST.date()).withheld
    assert (withheld.code, withheld.why, withheld.may_from) == ("1", "not_proven", date(2026, 11, 4))
    reporting.deliver(at(date(2026, 11, 2)))
    assert lin.look(date(2026, 11, 4)).withheld[0].why == "notice_too_fresh"
    made = reporting.make(OCTOBER, at(date(2026, 11, 5)), again=True)
    assert [each.version for each in made] == [1, 2] and made[1].previous == made[0].sha256
    assert lin.codes() == [("09", "*"), ("10", "1")]


@pytest.mark.parametrize("why", ["payment", "hold", "help", "complaint"])
def test_nothing_bad_is_told_while_it_may_not_be_true(why: str) -> None:
    lin = reporting.buy()
    reporting.live(DUE, DUE + DAY)
    _stand_still(lin, why)
    reporting.make(OCTOBER, FIRST)
    assert "1" not in dict(lin.codes()).values()
    assert lin.look(FIRST.date()).waits_for == why


def _stand_still(lin: reporting.Reported, why: str) -> None:
    from tests.helping import ask

    if why == "payment":
        lin.open_charge(at(OCTOBER, 23))
    elif why == "hold":
        lin.request(at(OCTOBER))
    elif why == "help":
        ask(lin, at(OCTOBER))
    else:
        wish = Complaint(kind="record", text="我还了")
        complaints.complain(borrower_id=lin.borrower_id, attempt=uuid7(), wish=wish, now=at(OCTOBER))


def test_a_month_whose_day_is_not_reconciled_is_unknown_and_put_right_once_it_is() -> None:
    lin = reporting.buy()
    lin.pay(at(DUE))
    assert reports.due(now=FIRST) == []
    assert reports.due(now=at(date(2026, 11, 8))) == [("qhxj", OCTOBER)]
    reporting.make(OCTOBER, FIRST)
    assert lin.codes() == [("09", "*"), ("10", "#")]
    reporting.reconcile(DUE)
    [first, second] = reporting.make(OCTOBER, FIRST + DAY, again=True)
    assert lin.codes()[2:] == [("10", "N")] and second.corrections == 1
    unknown, known = ReportRecord.objects.filter(month=OCTOBER).order_by("id")
    assert known.corrects_id == unknown.id and first.corrections == 0


def test_a_month_is_made_by_itself_once_it_is_reconciled() -> None:
    from anqi.jobs import reports as jobs

    lin = reporting.buy()
    lin.pay(at(DUE))
    reporting.reconcile(DUE)
    assert reports.due(now=at(OCTOBER)) == [("qhxj", date(2026, 9, 30))]
    assert reports.due(now=FIRST) == [("qhxj", OCTOBER)]
    reporting.make(OCTOBER, FIRST)
    assert reports.due(now=FIRST) == [] and jobs.make_reports is not None


def test_what_is_learned_late_is_corrected_by_the_next_file() -> None:
    lin = reporting.buy()
    reporting.live(DUE, DUE + DAY)
    charge = lin.open_charge(at(DUE, 10))
    # The channel says that it came to nothing, and only its file of the day tells otherwise, a month later.
    connection.cursor().execute("update payments_charge set state = 'closed', ended_at = opened_at, next_try_at = null")
    connection.cursor().execute("update payments_charge_part set claims = false")
    reporting.reconcile(DUE, DUE + DAY)
    reporting.make(OCTOBER, FIRST)
    assert lin.codes()[-1] == ("10", "1")
    arrive(charge, at(DUE, 10), now=at(date(2026, 11, 5)))
    reporting.reconcile(DUE)
    [made] = reporting.make(NOVEMBER, at(date(2026, 12, 8)))
    assert lin.codes()[2:] == [("10", "N")] and made.corrections == 1
    assert lin.look(date(2026, 12, 8)).withheld[0].month == NOVEMBER


def test_a_settled_loan_is_told_of_as_settled_and_not_again() -> None:
    lin = reporting.buy()
    lin.pay(at(DUE), purpose="all")
    reporting.reconcile(DUE)
    reporting.make(OCTOBER, FIRST)
    assert lin.codes() == [("09", "*"), ("10", "C")]
    assert reporting.make(NOVEMBER, at(date(2026, 12, 1))) == []
    assert reporting.make(date(2027, 2, 28), at(date(2027, 3, 1))) == []


def test_who_dies_over_it_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    reporting.buy()

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(report_files, "put", die)
        with pytest.raises(KeyboardInterrupt):
            reporting.make(OCTOBER, FIRST)
    assert not ReportFile.objects.exists() and not ReportRecord.objects.exists()
    assert len(reporting.make(OCTOBER, FIRST)) == 1


def test_a_file_is_taken_by_a_supervisor_who_says_why_and_sent_under_one_receipt() -> None:
    reporting.buy()
    [made] = reporting.make(OCTOBER, FIRST)
    boss = reporting.supervisor()
    with pytest.raises(NeedsSupervisor):
        reports.download(file_id=made.id, reason="交付", actor=staff(), now=FIRST)
    with pytest.raises(ReasonMissing):
        reports.download(file_id=made.id, reason=" ", actor=boss, now=FIRST)
    _, body = reports.download(file_id=made.id, reason="交付", actor=boss, now=FIRST)
    assert report_files.hash_of(body) == made.sha256
    assert StaffAct.objects.get(verb="take_report").reason == "交付"
    with pytest.raises(NotHandedOver):
        reports.answer(file_id=made.id, rejected={}, actor=boss, now=FIRST)
    with pytest.raises(ReceiptMissing):
        reports.hand_over(file_id=made.id, receipt=" ", actor=boss, now=FIRST)
    for _ in range(2):
        reports.hand_over(file_id=made.id, receipt="R-77", actor=boss, now=FIRST)
    with pytest.raises(HandedOver):
        reports.hand_over(file_id=made.id, receipt="R-78", actor=boss, now=FIRST)
    assert StaffAct.objects.filter(verb="hand_over_report").count() == 1


def test_what_the_bureau_did_not_take_waits_for_people_and_is_told_again() -> None:
    lin = reporting.buy()
    [made] = reporting.make(OCTOBER, FIRST)
    boss, clerk = reporting.supervisor(), staff()
    reports.hand_over(file_id=made.id, receipt="R-77", actor=boss, now=FIRST)
    with pytest.raises(NoSuchLine):
        reports.answer(file_id=made.id, rejected={99: "?"}, actor=clerk, now=FIRST)
    with pytest.raises(MayNotAct):
        reports.answer(file_id=made.id, rejected={}, actor=staff("auditor"), now=FIRST)
    reports.answer(file_id=made.id, rejected={2: "证件号码校验不通过"}, actor=clerk, now=FIRST)
    with pytest.raises(AnsweredBefore):
        reports.answer(file_id=made.id, rejected={}, actor=clerk, now=FIRST)
    assert next(each.why for each in lin.look(FIRST.date()).withheld) == "rejected"
    assert len(reporting.make(OCTOBER, FIRST, again=True)) == 1
    row = ReportRejection.objects.get()
    for _ in range(2):
        reports.release(
            borrower_id=row.borrower_id, rejection_id=row.id, reason="证件号码已更正", actor=clerk, now=FIRST
        )
    [_, again] = reporting.make(OCTOBER, FIRST, again=True)
    assert (again.version, again.records) == (2, 1) and lin.codes() == [("09", "*")] * 2


def test_a_bureau_that_changes_gets_its_own_loans_only() -> None:
    reporting.buy()
    reporting.state_rule(at(BOUGHT + DAY), bureau="百行征信")
    reporting.buy(now=at(BOUGHT + DAY), phone="+8613900008866", number="QH-2")
    made = reporting.make(date(2026, 9, 30), at(date(2026, 10, 1)))
    assert [(each.bureau, each.records) for each in made] == [(BUREAU, 1), ("百行征信", 1)]


def test_the_command_says_what_it_made(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from anqi import clock
    from anqi.config.cli import bureau, site

    monkeypatch.setattr(site, "set_up", lambda: True)
    monkeypatch.setattr(clock, "now", lambda: FIRST)
    monkeypatch.setattr(clock, "today", FIRST.date)
    reporting.buy()
    assert command.run(["--lender", "qhxj", "--month", "2026-09"]) == 0
    assert f"2026-09 version 1 for {BUREAU}: 1 records" in capsys.readouterr().out
    assert command.run(["--lender", "qhxj", "--month", "2026-11"]) == 1
    assert bureau.run(["--lender", "qhxj"]) == 0
    assert "are not reported" in capsys.readouterr().out
    assert bureau.run(["--lender", "qhxj", "--name", "百行征信"]) == 1
    assert Lender.objects.count() == 1
