"""Statements of the bank account: taken whole or not at all, told once, and what nobody stated left to people."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anqi.actions import bank, charges, inbox, refunds, repayments
from anqi.actions.charges import Wish
from anqi.config.cli import bank as command
from anqi.config.verification import verify
from anqi.jobs import tasks
from anqi.ledger.models import Posting
from anqi.lending.models import Fact
from anqi.payments import channels
from anqi.payments.bank_files import LineMissing, LineRepeated, LineUnreadable, NotAStatement, OtherAccount
from anqi.payments.bank_lines import FileMissing, LineChanged
from anqi.payments.channels.bank import reference
from anqi.payments.models import (
    BankLine,
    BankStatement,
    Charge,
    Difference,
    Inbox,
    Payment,
    Refund,
    Unapplied,
)
from anqi.people import authority
from anqi.people.authority import MayNotAct, NeedsSupervisor, ReasonMissing
from anqi.people.models import StaffAct, User
from tests.actions.bank_account import HEADINGS, STATED, Account, day, written
from tests.planting import Planted, at, plant_loan

pytestmark = pytest.mark.django_db
DUE, NEXT = date(2026, 9, 30), date(2026, 10, 1)
AMOUNT = 53309


@pytest.fixture(autouse=True)
def stated(settings: Any) -> Iterator[None]:
    settings.ANQI_BANK = STATED
    channels.find.cache_clear()
    yield
    channels.find.cache_clear()


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
def lin() -> Planted:
    return plant_loan(starts_on=date(2026, 8, 31))


@pytest.fixture
def charge(lin: Planted) -> Charge:
    return begin(lin)


def begin(who: Planted, now: Any = at(DUE, 8)) -> Charge:
    charge = charges.open(
        borrower_id=who.borrower_id, wishes=[Wish(loan_id=who.loan_id, purpose="due")], channel="bank", how="page",
        attempt=uuid4().hex, now=now,
    )  # fmt: skip
    return charges.deliver(borrower_id=who.borrower_id, charge_id=charge.id, now=now)


def take(account: Account, rows: slice = slice(None), now: Any = at(NEXT), **how: Any) -> bank.Imported:
    """The file is taken, and the worker learns what it tells."""
    imported = bank.import_statement(account.file(rows, **how), actor=None, now=now)
    learn(now)
    return imported


def learn(now: Any) -> None:
    for message in inbox.lease(now=now, limit=100):
        tasks._learn(message, now)


def staff(role: str = "clerk") -> User:
    return User.objects.create(kind="staff", role=role, email=f"{uuid4().hex}@example.com", name=role, created_at=day(DUE))


def booked(name: str) -> int:
    rows = Posting.objects.values_list("debit", "credit", "amount_minor")
    return sum((debit == name) * amount - (credit == name) * amount for debit, credit, amount in rows)


def assert_clean() -> None:
    # The agreement of a planted loan is none.
    assert not [each.told() for each in verify(today=NEXT).wrong if each.what != "agreement"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gbk"])
def test_money_with_its_reference_is_taken_at_its_own_time(charge: Charge, account: Account, encoding: str) -> None:
    told = reference(charge.key)
    serial = account.move(AMOUNT, f"还款 {told[:4]} {told[4:].lower()} 谢谢", at=day(DUE, 10))
    take(account, encoding=encoding)
    payment = Payment.objects.get()
    assert (payment.ref, payment.amount_minor, payment.paid_at) == (serial, AMOUNT, day(DUE, 10))
    assert (payment.learned_by, payment.counts_on) == ("statement", DUE), "the day of the bank, not that of the file"
    assert Fact.objects.get(kind="payment").body["amount_minor"] == AMOUNT
    assert (booked("bank"), booked("unapplied"), booked("in_transit_bank")) == (AMOUNT, 0, 0)
    assert BankLine.objects.get().state == "taken"
    assert_clean()


def test_the_same_file_and_one_that_overlaps_change_nothing(charge: Charge, account: Account) -> None:
    account.move(500)
    account.move(AMOUNT, reference(charge.key))
    account.move(-700)
    first = take(account, slice(0, 2))
    again = take(account, slice(0, 2))
    assert (first.is_new, again.is_new, again.statement.id) == (True, False, first.statement.id)
    longer = take(account)
    assert (longer.statement.lines, longer.statement.new_lines) == (3, 1)
    inside = take(account, slice(1, 2))
    assert inside.statement.new_lines == 0
    assert (BankLine.objects.count(), Payment.objects.count(), Inbox.objects.count()) == (3, 1, 1)
    assert list(BankLine.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2, 3]


def test_files_follow_each_other_in_both_directions(account: Account) -> None:
    for _ in range(6):
        account.move(100)
    take(account, slice(2, 4))
    take(account, slice(4, 6))
    take(account, slice(0, 2))
    rows = BankLine.objects.order_by("seq").values_list("balance_minor", flat=True)
    assert list(rows) == [1_000_000 + 100 * n for n in range(1, 7)]


def test_a_file_between_is_missed(account: Account) -> None:
    for _ in range(6):
        account.move(100)
    take(account, slice(0, 2))
    with pytest.raises(FileMissing) as refused:
        take(account, slice(3, 6))
    assert refused.value.facts == {"line": 2}
    take(account, slice(2, 6))
    assert BankLine.objects.count() == 6


def test_a_file_that_reaches_from_before_into_what_is_known_adds_the_rest(account: Account) -> None:
    for _ in range(6):
        account.move(100)
    take(account, slice(2, 4))
    assert take(account).statement.new_lines == 4
    assert BankLine.objects.order_by("seq").first().balance_minor == 1_000_100


def test_a_known_line_with_other_figures_is_refused(account: Account) -> None:
    account.move(100)
    account.move(200)
    take(account)
    account.rows[1] |= {"收入金额": "3.00", "余额": "10,004.00"}
    with pytest.raises(LineChanged) as refused:
        take(account)
    assert refused.value.facts == {"line": 3}


def test_a_missing_line_is_told_and_nothing_is_taken(charge: Charge, account: Account) -> None:
    account.move(AMOUNT, reference(charge.key))
    for _ in range(4):
        account.move(100)
    del account.rows[2]
    with pytest.raises(LineMissing) as refused:
        take(account)
    assert refused.value.facts["line"] == 4
    assert not BankLine.objects.exists()
    assert not Payment.objects.exists()
    assert not BankStatement.objects.exists()


def test_a_repeated_line_is_told(account: Account) -> None:
    for _ in range(3):
        account.move(100)
    account.rows.append(account.rows[1])
    with pytest.raises(LineRepeated) as refused:
        take(account)
    assert refused.value.facts == {"line": 5, "first": 3}


def test_a_wrong_balance_is_told(account: Account) -> None:
    for _ in range(3):
        account.move(100)
    account.rows[1]["余额"] = "10,002.01"
    with pytest.raises(LineMissing) as refused:
        take(account)
    assert refused.value.facts["line"] == 3


def test_the_newest_line_may_stand_first(charge: Charge, account: Account) -> None:
    account.move(100)
    account.move(AMOUNT, reference(charge.key))
    account.rows.reverse()
    take(account)
    assert Payment.objects.count() == 1
    assert BankLine.objects.get(seq=1).amount_minor == 100


def test_where_only_the_day_is_stated_balances_say_what_came_first(account: Account) -> None:
    for _ in range(3):
        account.move(100)
    rows = [row | {"交易时间": "2026-09-30"} for row in account.rows]
    bank.import_statement(written(rows[::-1]), actor=None, now=at(NEXT))
    assert list(BankLine.objects.order_by("seq").values_list("serial", flat=True)) == [row["交易流水号"] for row in rows]
    assert bank.import_statement(written(rows), actor=None, now=at(NEXT)).statement.new_lines == 0


def test_what_banks_put_around_the_lines_is_no_matter(charge: Charge, account: Account) -> None:
    account.move(AMOUNT, reference(charge.key))
    row = account.rows[0] | {"交易流水号": f"`{account.rows[0]['交易流水号']}\t", "支出金额": "0.00", "交易时间": "20260930 09:01:00"}
    lines = written([row]).decode("utf-8-sig").replace("收入金额", "收入金额（元）")
    file = f"青禾消费金融有限公司,账号：{STATED['account_number']}\n\n{lines}\n合计,1,,\n"
    bank.import_statement(file.encode("gbk"), actor=None, now=at(NEXT))
    learn(at(NEXT))
    assert Payment.objects.get().paid_at == account.at


def test_other_accounts_and_other_files_are_refused(account: Account) -> None:
    account.move(100)
    with pytest.raises(OtherAccount):
        bank.import_statement("账号：622200001111222233\n".encode() + account.file(), actor=None, now=at(NEXT))
    with pytest.raises(NotAStatement):
        bank.import_statement(b"\xff\xfe\x00", actor=None, now=at(NEXT))
    with pytest.raises(NotAStatement):
        bank.import_statement(written(account.rows, headings=HEADINGS[:3]), actor=None, now=at(NEXT))
    with pytest.raises(NotAStatement):
        bank.import_statement(b'"' + b"x" * 200_000, actor=None, now=at(NEXT))
    with pytest.raises(bank.Empty):
        bank.import_statement(written([]), actor=None, now=at(NEXT))
    for name, value in (("余额", ""), ("收入金额", "1.234"), ("收入金额", "9" * 17), ("余额", "x"),
                        ("交易时间", "昨天"), ("交易时间", "0001-01-01"), ("交易流水号", "")):
        with pytest.raises(LineUnreadable) as refused:
            bank.import_statement(written([account.rows[0] | {name: value}]), actor=None, now=at(NEXT))
        assert refused.value.facts["line"] == 2
    assert not BankLine.objects.exists()


def test_another_amount_is_kept_for_people(charge: Charge, account: Account) -> None:
    account.move(AMOUNT - 9, reference(charge.key))
    take(account)
    assert Unapplied.objects.get().reason == "amount_differs"
    assert not Difference.objects.exists()
    assert (booked("bank"), booked("unapplied")) == (AMOUNT - 9, 9 - AMOUNT)
    assert_clean()


def test_a_line_that_states_two_numbers_is_for_people(lin: Planted, charge: Charge, account: Account) -> None:
    other = begin(plant_loan(starts_on=date(2026, 8, 31), borrower_id=lin.borrower_id))
    account.move(2 * AMOUNT, f"{reference(charge.key)} {reference(other.key)}")
    take(account)
    assert BankLine.objects.get().state == "waiting"
    assert not Inbox.objects.exists()


def test_money_after_the_charge_was_given_up_is_late_money(lin: Planted, charge: Charge, account: Account) -> None:
    charges.give_up(borrower_id=lin.borrower_id, charge_id=charge.id, now=at(DUE, 9))
    repayments.inquire(borrower_id=lin.borrower_id, charge_id=charge.id, now=at(DUE, 9))
    charge.refresh_from_db()
    assert charge.state == "closed"
    account.move(AMOUNT, reference(charge.key))
    take(account)
    charge.refresh_from_db()
    assert charge.state == "succeeded"
    assert Fact.objects.filter(kind="payment").count() == 1


def test_nothing_that_a_payer_wrote_stands_open_in_the_database(charge: Charge, account: Account) -> None:
    account.move(AMOUNT, f"{reference(charge.key)} 林小满的还款")
    take(account)
    with connection.cursor() as cursor:
        cursor.execute("select l::text || s::text from payments_bank_line l join payments_bank_statement s on true")
        [kept] = [row[0] for row in cursor.fetchall()]
        cursor.execute("select i::text from payments_inbox i")
        kept += "".join(row[0] for row in cursor.fetchall())
    for told in ("林小满", "6222020200112233445", reference(charge.key)):
        assert told not in kept
        assert told.encode().hex() not in kept
    assert BankLine.objects.get().name == "林小满"
    assert "6222020200112233445" in BankStatement.objects.get().raw


def test_the_command_line_takes_a_file_and_says_why_it_does_not(
    charge: Charge, account: Account, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        account.move(AMOUNT, reference(charge.key))
    path = tmp_path / "statement.csv"
    assert command._import(path) == 1
    path.write_bytes(account.file(encoding="gbk"))
    assert (command._import(path), command._import(path)) == (0, 0)
    path.write_bytes(account.file() + account.file().splitlines()[1])
    assert command._import(path) == 1
    told = capsys.readouterr()
    assert "2 of 2 lines are new; the account stood at 1106618 fen" in told.out
    assert "This file was taken before" in told.out
    assert "can't be read: No such file" in told.err
    assert f"Nothing of {path} was taken. Line 4 repeats line 2" in told.err
    assert Inbox.objects.count() == 2


# Refunds


@pytest.fixture
def refund(charge: Charge, account: Account) -> Refund:
    """Somebody transferred twice, and staff send the second payment back."""
    account.move(AMOUNT, reference(charge.key))
    account.move(AMOUNT, reference(charge.key))
    take(account)
    case = Unapplied.objects.get()
    refund = refunds.begin(borrower_id=case.borrower_id, case_id=case.id, actor=staff(), reason="付了两次", now=at(NEXT))
    refunds.deliver(borrower_id=refund.borrower_id, refund_id=refund.id, now=at(NEXT))
    refund.refresh_from_db()
    assert refund.state == "processing"
    return refund


def test_a_refund_has_arrived_when_the_statement_shows_it(refund: Refund, account: Account) -> None:
    serial = account.move(-AMOUNT, f"退款{reference(refund.key)}")
    take(account)
    refund.refresh_from_db()
    assert (refund.state, refund.ref, refund.refunded_at) == ("succeeded", serial, account.at)
    assert (booked("bank"), booked("refund_in_transit"), booked("unapplied")) == (AMOUNT, 0, 0)
    assert_clean()


def test_a_refund_that_the_payees_bank_sends_back_waits_for_people_again(refund: Refund, account: Account) -> None:
    account.move(-AMOUNT, reference(refund.key))
    take(account)
    account.move(AMOUNT, f"退汇 户名不符 {reference(refund.key)}")
    take(account)
    take(account)
    refund.refresh_from_db()
    assert (refund.state, refund.reason) == ("failed", "returned")
    case = Unapplied.objects.get()
    assert (case.left_minor, case.returns_at) == (AMOUNT, None)
    assert (booked("bank"), booked("unapplied"), booked("refund_in_transit")) == (2 * AMOUNT, -AMOUNT, 0)
    assert_clean()


def test_one_transfer_for_two_refunds_ends_neither(refund: Refund, charge: Charge, account: Account) -> None:
    account.move(AMOUNT, reference(charge.key))
    take(account)
    case = Unapplied.objects.exclude(id=refund.case_id).get()
    refunds.begin(borrower_id=case.borrower_id, case_id=case.id, actor=staff(), reason="付了三次", now=at(NEXT))
    account.move(-2 * AMOUNT, " ".join(map(reference, Refund.objects.values_list("key", flat=True))))
    take(account)
    assert BankLine.objects.latest("seq").state == "other"
    assert not Refund.objects.filter(state="succeeded").exists()


def test_what_left_and_came_back_in_one_file_is_learned_in_that_order(refund: Refund, account: Account) -> None:
    account.move(-AMOUNT, reference(refund.key))
    account.move(AMOUNT, f"退汇 {reference(refund.key)}")
    for _ in range(20):
        account.move(-1)
    take(account)
    refund.refresh_from_db()
    assert refund.state == "failed"
    assert not Difference.objects.exists()
    assert_clean()


def test_money_back_of_another_amount_is_nobodys_yet(refund: Refund, account: Account) -> None:
    account.move(-AMOUNT, reference(refund.key))
    account.move(AMOUNT - 1, reference(refund.key))
    take(account)
    assert BankLine.objects.latest("seq").state == "waiting"
    assert Refund.objects.get().state == "succeeded"


# Without a reference


@pytest.fixture
def line(charge: Charge, account: Account) -> BankLine:
    account.move(AMOUNT, "还款")
    take(account)
    return BankLine.objects.get()


def decide(line: BankLine, use: str, actor: User, key: str = "", reason: str = "电话核对过") -> BankLine:
    return bank.decide(line_id=line.id, use=use, key=key, reason=reason, actor=actor, now=at(NEXT))


def test_without_a_reference_it_waits_and_nothing_is_booked(line: BankLine) -> None:
    assert line.state == "waiting"
    assert not Payment.objects.exists()
    assert not Inbox.objects.exists()


def test_more_than_a_little_is_matched_by_two_people(line: BankLine, charge: Charge) -> None:
    clerk, first, second = staff(), staff("supervisor"), staff("supervisor")
    assert decide(line, "charge", first, charge.key).state == "asked"
    learn(at(NEXT))
    assert not Payment.objects.exists()
    with pytest.raises(authority.OwnRequest):
        bank.approve(line_id=line.id, actor=first, now=at(NEXT))
    with pytest.raises(NeedsSupervisor):
        bank.approve(line_id=line.id, actor=clerk, now=at(NEXT))
    with pytest.raises(bank.NotToDecide):
        decide(line, "not_ours", clerk)
    for _ in range(2):
        bank.approve(line_id=line.id, actor=second, now=at(NEXT))
        learn(at(NEXT))
    payment = Payment.objects.get()
    assert (payment.ref, payment.counts_on, payment.learned_by) == (line.serial, DUE, "statement")
    assert list(StaffAct.objects.order_by("at", "id").values_list("verb", flat=True)) == ["ask_bank_line", "approve_bank_line"]
    assert_clean()


def test_a_little_is_matched_at_once(lin: Planted, account: Account) -> None:
    charge = begin(lin)
    account.move(bank.authority.ALONE_MINOR, "还款")
    take(account)
    clerk = staff()
    for _ in range(2):
        assert decide(BankLine.objects.get(), "charge", clerk, charge.key).state == "taken"
    learn(at(NEXT))
    assert Payment.objects.get().amount_minor == bank.authority.ALONE_MINOR


def test_a_wish_can_be_refused_and_the_line_waits_again(line: BankLine, charge: Charge) -> None:
    decide(line, "send_back", staff())
    with pytest.raises(NeedsSupervisor):
        bank.refuse(line_id=line.id, reason="不对", actor=staff(), now=at(NEXT))
    bank.refuse(line_id=line.id, reason="不对", actor=staff("supervisor"), now=at(NEXT))
    assert decide(line, "charge", staff(), charge.key).state == "asked"


def test_who_may_not_and_what_is_not(line: BankLine) -> None:
    with pytest.raises(MayNotAct):
        decide(line, "not_ours", staff("auditor"))
    with pytest.raises(MayNotAct):
        bank.import_statement(b"", actor=staff("auditor"), now=at(NEXT))
    with pytest.raises(ReasonMissing):
        decide(line, "not_ours", staff(), reason=" ")
    with pytest.raises(bank.NoSuchCharge):
        decide(line, "charge", staff(), "aq" + "0" * 25)


def test_money_sent_back_ends_with_the_outgoing_line(line: BankLine, account: Account) -> None:
    decide(line, "send_back", staff())
    back = bank.approve(line_id=line.id, actor=staff("supervisor"), now=at(NEXT))
    assert back.state == "returning"
    account.move(-AMOUNT + 1, f"退回 {back.returns_as}")
    take(account)
    assert BankLine.objects.get(id=line.id).state == "returning", "of another amount"
    account.move(-AMOUNT, f"退回 {back.returns_as}")
    take(account)
    assert BankLine.objects.get(id=line.id).state == "returned"
    assert not Payment.objects.exists()


# Size


def test_ten_thousand_lines_are_few_statements(charge: Charge, account: Account) -> None:
    for n in range(10_000):
        account.move(100 + n, at=account.at + timedelta(seconds=1))
    account.rows[5000]["摘要/附言"] = reference(charge.key)
    file = account.file()
    with CaptureQueriesContext(connection) as told:
        bank.import_statement(file, actor=None, now=at(NEXT))
    asked = [each["sql"] for each in told.captured_queries if "SAVEPOINT" not in each["sql"]]
    assert len(asked) <= 8, [each[:80] for each in asked]
    assert BankLine.objects.count() == 10_000
    assert Inbox.objects.count() == 1
