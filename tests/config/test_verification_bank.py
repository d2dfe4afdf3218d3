"""The account `bank` and the bank's own lines: what somebody changed on either side is found, and named."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from anqi.actions import bank, charges, inbox, refunds
from anqi.actions.charges import Wish
from anqi.actions.settlements import payouts
from anqi.config import verification, verified_sides
from anqi.jobs import tasks
from anqi.ledger.models import Posting
from anqi.lending.models import MerchantPayout
from anqi.payments import channels
from anqi.payments.channels.bank import reference
from anqi.payments.models import BankLine, BankStatement, Charge, Difference, Inbox, Refund, Unapplied
from tests.actions.bank_account import STATED, Account
from tests.config.test_verification import tamper
from tests.planting import Planted, at, days, plant_borrower, plant_loan
from tests.settling import book, give_account, released, sell, shut, staff

pytestmark = pytest.mark.django_db
STARTED, DUE, NEXT = date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 1)
AMOUNT = 53309


@pytest.fixture(autouse=True)
def stated(settings: Any) -> Iterator[None]:
    settings.ANQI_BANK = STATED
    channels.find.cache_clear()
    yield
    channels.find.cache_clear()


@pytest.fixture
def account() -> Account:
    return Account(at=at(DUE, 9))


@pytest.fixture
def lin() -> Planted:
    return plant_loan(starts_on=STARTED, borrower_id=plant_borrower(now=at(STARTED)))


@pytest.fixture
def line(lin: Planted, account: Account) -> BankLine:
    """A transfer that was taken, between two that nobody stated a number for."""
    account.move(500, "谢谢")
    account.move(AMOUNT, reference(begin(lin).key))
    account.move(-700, "手续费")
    take(account)
    assert found() == []
    return BankLine.objects.get(state="taken")


def begin(who: Planted) -> Charge:
    charge = charges.open(
        borrower_id=who.borrower_id, wishes=[Wish(loan_id=who.loan_id, purpose="due")], channel="bank", how="page",
        attempt=uuid4().hex, now=at(DUE, 8),
    )  # fmt: skip
    return charges.deliver(borrower_id=who.borrower_id, charge_id=charge.id, now=at(DUE, 8))


def take(account: Account, on: date = NEXT, *, learns: bool = True) -> None:
    bank.import_statement(account.file(), actor=None, now=at(on, 18))
    if learns:
        learn(on)


def learn(on: date = NEXT) -> None:
    for message in inbox.lease(now=at(on, 18), limit=100):
        tasks._learn(message, at(on, 18))
    book(on)


def found(*, of: str = "bank_") -> list[tuple[str, str]]:
    """What is wrong with the bank; all the planted agreements are none."""
    wrong = verification.verify(today=NEXT).wrong
    return [(each.what, each.where) for each in wrong if each.what.startswith(of)]


def back_again(lin: Planted, account: Account) -> Refund:
    """Paid twice; the second payment went back, and was sent back by the payee's bank two days later."""
    charge = begin(lin)
    for _ in range(2):
        account.move(AMOUNT, reference(charge.key))
    take(account)
    case = Unapplied.objects.get()
    refund = refunds.begin(borrower_id=case.borrower_id, case_id=case.id, actor=staff(), reason="付了两次", now=at(NEXT))
    refunds.deliver(borrower_id=refund.borrower_id, refund_id=refund.id, now=at(NEXT))
    account.move(-AMOUNT, reference(refund.key), at=at(NEXT, 10))
    take(account)
    assert found() == []
    account.move(AMOUNT, f"退汇 {reference(refund.key)}", at=at(NEXT + days(1), 10))
    take(account, NEXT + days(3))
    return refund


@pytest.fixture
def payout() -> MerchantPayout:
    """A payment to a shop, released: two orders of two borrowers."""
    give_account(since=at(DUE))
    for n in range(2):
        sell(DUE, principal="1000.00", who=plant_borrower(f"+8613700001{n:03}", now=at(DUE)))
    shut(DUE)
    return released(NEXT)


def test_all_that_may_happen_at_the_bank_is_clean(lin: Planted, payout: MerchantPayout, account: Account) -> None:
    assert back_again(lin, account)
    assert found() == [], "what came back counts on the day of the bank, not on that of the file"
    account.move(-payout.amount_minor, reference(payout.number), at=at(NEXT + days(4), 9))
    take(account, NEXT + days(4))
    assert found() == []
    account.move(payout.amount_minor, f"退汇 {reference(payout.number)}", at=at(NEXT + days(5), 9))
    take(account, NEXT + days(5), learns=False)
    assert found() == [], "the worker has not learned it yet"
    learn(NEXT + days(5))
    assert found() == []
    account.move(3_000, "不知道是谁", at=at(NEXT + days(6), 9))
    take(account, NEXT + days(6))
    stray = BankLine.objects.get(state="waiting")
    bank.decide(line_id=stray.id, use="send_back", reason="打错了", actor=staff(), now=at(NEXT + days(6)))
    stray.refresh_from_db()
    account.move(-3_000, f"退回 {stray.returns_as}")
    take(account, NEXT + days(6))
    assert BankLine.objects.get(id=stray.id).state == "returned"
    assert found() == []


def test_a_line_that_is_gone_is_named_with_its_amount(line: BankLine) -> None:
    tamper("delete from payments_bank_line where id = %s", line.id)
    told = found()
    assert ("bank_line", f"charge {line.serial}: {AMOUNT} on {DUE} booked, nothing on the statement") in told
    assert ("bank_day", f"{DUE}: {AMOUNT} booked, 0 on the statement") in told
    assert told[0][0] == "bank_chain"


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ("amount_minor = amount_minor + 1", f"{AMOUNT} on {DUE} booked, {AMOUNT + 1} on {DUE} on the statement"),
        ("at = at + interval '1 day'", f"{AMOUNT} on {DUE} booked, {AMOUNT} on {NEXT} on the statement"),
    ],
)  # fmt: skip
def test_a_line_that_says_something_else_is_named(line: BankLine, change: str, where: str) -> None:
    tamper(f"update payments_bank_line set {change} where id = %s", line.id)
    assert ("bank_line", f"charge {line.serial}: {where}") in found()


def test_a_movement_that_is_gone_is_named_with_its_line(line: BankLine) -> None:
    tamper("delete from ledger_posting where debit = 'bank'")
    told = found()
    assert ("bank_line", f"charge {line.serial}: nothing booked, {AMOUNT} on {DUE} on the statement") in told
    assert ("bank_day", f"{DUE}: 0 booked, {AMOUNT} on the statement") in told
    assert ("bank_balance", f"0 booked, {AMOUNT - 200} on the statements, of which -200 wait") in told


def test_a_movement_that_nothing_stands_behind_is_named(line: BankLine) -> None:
    cause_id = Posting.objects.get(debit="bank").cause_id
    tamper("update ledger_posting set cause = 'gift' where debit = 'bank'")
    assert ("bank_line", f"gift {cause_id}: {AMOUNT} on {DUE} booked, nothing on the statement") in found()


def test_a_decided_line_that_no_message_tells_of_is_named(line: BankLine) -> None:
    other = BankLine.objects.get(amount_minor=500)
    tamper("update payments_bank_line set state = 'taken', key = %s where id = %s", line.key, other.id)
    assert ("bank_line", f"charge {other.serial}: nothing booked, 500 on {DUE} on the statement") in found()
    tamper("update payments_bank_line set key = 'nobody' where id = %s", other.id)
    assert ("bank_line", f"unknown nobody: nothing booked, 500 on {DUE} on the statement") in found()


def test_a_message_that_waits_explains_its_line_and_one_that_was_refused_does_not(lin: Planted, account: Account) -> None:
    serial = account.move(AMOUNT, reference(begin(lin).key))
    take(account, learns=False)
    assert found() == []
    Inbox.objects.update(state="refused")
    assert ("bank_line", f"charge {serial}: nothing booked, {AMOUNT} on {DUE} on the statement") in found()


def test_balances_that_do_not_follow_are_named(line: BankLine) -> None:
    last = BankLine.objects.latest("seq")
    tamper("update payments_bank_line set balance_minor = balance_minor + 5 where id = %s", last.id)
    kept, said = last.balance_minor, last.balance_minor + 5
    [first, second, third] = found()
    assert first == ("bank_chain", f"line {last.serial} of {last.account}: balance {said}, expected {kept}")
    assert second[1].endswith(f"of {last.account}: balance {kept}, expected {said}")
    assert third == ("bank_balance", f"{AMOUNT} booked, {AMOUNT - 195} on the statements, of which -200 wait")


def test_a_statement_that_closes_with_another_balance_is_named(line: BankLine) -> None:
    tamper("update payments_bank_statement set balance_minor = 7")
    [(what, where)] = found()
    assert (what, where.startswith(f"statement {BankStatement.objects.get().id} of")) == ("bank_chain", True)


def test_a_refund_on_no_statement_and_one_that_went_out_twice(lin: Planted, account: Account) -> None:
    refund = back_again(lin, account)
    gone = BankLine.objects.get(amount_minor=-AMOUNT)
    tamper("delete from payments_bank_line where id = %s", gone.id)
    assert ("bank_line", f"refund {refund.key}: -{AMOUNT} on {NEXT} booked, nothing on the statement") in found()


def test_what_the_bank_says_otherwise_is_a_case_of_its_own(lin: Planted, account: Account) -> None:
    refund = back_again(lin, account)
    account.move(-AMOUNT, reference(refund.key), at=at(NEXT + days(2), 10))
    take(account, NEXT + days(3))
    assert Difference.objects.filter(kind="refund_differs").exists()
    assert found() == []


def note(payout: MerchantPayout, on: date, *, is_paid: bool = True) -> None:
    """Two people say what they saw at the bank."""
    payouts.report(payout_id=payout.id, is_paid=is_paid, ref="N1", on=on, actor=staff(), now=at(on, 15))
    payouts.confirm(payout_id=payout.id, actor=staff(), now=at(on, 15))
    book(on)


def test_a_payment_noted_ahead_of_the_statement_is_waited_for_three_days(
    lin: Planted, payout: MerchantPayout, account: Account
) -> None:
    note(payout, NEXT)
    assert found() == []
    account.move(100, at=at(NEXT + days(3), 9))
    take(account, NEXT + days(3))
    assert found() == []
    account.move(100, at=at(NEXT + days(4), 9))
    take(account, NEXT + days(4))
    told = f"settlement {payout.number}: -{payout.amount_minor} on {NEXT} booked, nothing on the statement"
    assert ("bank_line", told) in found()
    account.move(-payout.amount_minor, reference(payout.number), at=at(NEXT + days(5), 9))
    take(account, NEXT + days(5))
    assert found() == []


def test_a_payment_that_was_never_made_and_is_undone_by_two_people(payout: MerchantPayout, account: Account) -> None:
    note(payout, NEXT)
    note(payout, NEXT + days(1), is_paid=False)
    account.move(100, at=at(NEXT + days(9), 9))
    take(account, NEXT + days(9))
    assert found() == []
    account.move(-payout.amount_minor, reference(payout.number))
    bank.import_statement(account.file(), actor=None, now=at(NEXT + days(9), 18))
    assert found() == [], "the worker has not learned it yet"
    learn(NEXT + days(9))
    assert (MerchantPayout.objects.get().doubt, found()) == ("paid_after_return", [])


def test_a_payment_to_a_shop_that_the_books_show_on_another_day_or_in_part(
    payout: MerchantPayout, account: Account
) -> None:
    account.move(-payout.amount_minor, reference(payout.number), at=at(NEXT, 9))
    take(account)
    assert found() == []
    posting = Posting.objects.filter(credit="bank")[0]
    tamper("update ledger_posting set counts_on = counts_on - 1 where id = %s", posting.id)
    minor, left_minor = posting.amount_minor, payout.amount_minor - posting.amount_minor
    assert found() == [
        ("bank_day", f"{DUE}: -{minor} booked, 0 on the statement"),
        ("bank_day", f"{NEXT}: -{left_minor} booked, -{payout.amount_minor} on the statement"),
    ]
    tamper("delete from ledger_posting where id = %s", posting.id)
    assert [what for what, _ in found()] == ["bank_day", "bank_balance"]


def test_while_the_books_follow_a_payment_nothing_is_wrong(payout: MerchantPayout, account: Account) -> None:
    account.move(-payout.amount_minor, reference(payout.number), at=at(NEXT, 9))
    bank.import_statement(account.file(), actor=None, now=at(NEXT, 18))
    for message in inbox.lease(now=at(NEXT, 18), limit=100):
        tasks._learn(message, at(NEXT, 18))
    assert MerchantPayout.objects.get().is_booking
    assert found() == []
    MerchantPayout.objects.update(is_booking=False)
    assert [what for what, _ in found()] == ["bank_day", "bank_balance"]


def test_another_amount_at_the_bank_is_a_doubt_of_its_own(payout: MerchantPayout, account: Account) -> None:
    account.move(-payout.amount_minor + 1, reference(payout.number), at=at(NEXT, 9))
    take(account)
    assert MerchantPayout.objects.get().doubt == "other_amount"
    assert found() == []
    MerchantPayout.objects.update(doubt="")
    assert {what for what, _ in found()} == {"bank_line", "bank_balance"}


def test_each_question_is_one_statement(line: BankLine) -> None:
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        list(verified_sides.wrong())
    assert len(captured) == 9, "three of settlements; chain, lines, days, balance; holds; amendments"
