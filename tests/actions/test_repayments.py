"""Money that arrives: taken once, applied, booked; what no loan can use becomes a case."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anqi.actions import charges, loans, repayments
from anqi.actions.charges import Wish
from anqi.documents.models import Document
from anqi.engine.accounts import balances
from anqi.ledger import books
from anqi.lending import store
from anqi.lending.models import Fact, Loan
from anqi.notices.models import Message
from anqi.payments.channels.protocol import Closed, NotFound, Succeeded
from anqi.payments.models import Charge, Payment, Unapplied
from tests.planting import Planted, at, plant_loan

pytestmark = pytest.mark.django_db

STARTED = date(2026, 8, 31)
FIRST_DUE = date(2026, 9, 30)


@pytest.fixture
def lin() -> Planted:
    return plant_loan(starts_on=STARTED)


def open_charge(who: Planted, on: date, purpose: str = "due", amount_minor: int | None = None) -> Charge:
    return charges.open(
        borrower_id=who.borrower_id, wishes=[Wish(loan_id=who.loan_id, purpose=purpose, amount_minor=amount_minor)],
        channel="alipay", how="wap", attempt=uuid4().hex, now=at(on),
    )  # fmt: skip


def arrive(charge: Charge, on: date, *, ref: str = "T1", amount_minor: int | None = None, told: str = "notice") -> None:
    repayments.learn(
        channel="alipay", key=charge.key, learned_by=told, now=at(on, 12, 1),
        result=Succeeded(ref=ref, amount_minor=amount_minor or charge.amount_minor, paid_at=at(on)),
    )  # fmt: skip


def assert_books_equal_engine(who: Planted, on: date) -> None:
    held = store.read(who.borrower_id, [who.loan_id])[who.loan_id]
    booked = books.read(who.borrower_id, [who.loan_id])
    assert booked.balances[who.loan_id] == balances(held.terms, held.facts, on)


def test_a_due_instalment_is_paid_and_booked(lin: Planted) -> None:
    charge = open_charge(lin, FIRST_DUE)
    assert charge.amount_minor == 53309
    arrive(charge, FIRST_DUE)
    assert Charge.objects.get(id=charge.id).state == "succeeded"
    [fact] = Fact.objects.filter(kind="payment")
    assert (fact.body["amount_minor"], fact.body["for"], fact.counts_on) == (53309, "due", FIRST_DUE)
    assert_books_equal_engine(lin, FIRST_DUE)
    assert Loan.objects.get(id=lin.loan_id).next_wake_on == date(2026, 10, 31)
    [receipt] = Document.objects.all()
    assert '"applied_minor":53309' in receipt.body


def test_told_twice_it_is_taken_once(lin: Planted) -> None:
    charge = open_charge(lin, FIRST_DUE)
    arrive(charge, FIRST_DUE)
    arrive(charge, FIRST_DUE, told="query")
    assert Payment.objects.count() == 1
    assert Fact.objects.filter(kind="payment").count() == 1


def test_a_second_payment_of_one_charge_is_a_case(lin: Planted) -> None:
    charge = open_charge(lin, FIRST_DUE)
    arrive(charge, FIRST_DUE, ref="T1")
    arrive(charge, FIRST_DUE, ref="T2")
    [case] = Unapplied.objects.all()
    assert (case.amount_minor, case.reason, case.loan_id) == (53309, "second_payment", lin.loan_id)
    assert_books_equal_engine(lin, FIRST_DUE)
    with connection.cursor() as cursor:
        cursor.execute("select sum(case when credit = 'unapplied' then amount_minor when debit = 'unapplied'"
                       " then -amount_minor end) from ledger_posting")  # fmt: skip
        assert cursor.fetchone() == (53309,)


def test_another_amount_than_asked_for_is_a_case(lin: Planted) -> None:
    charge = open_charge(lin, FIRST_DUE)
    arrive(charge, FIRST_DUE, amount_minor=50000, told="query")
    assert Unapplied.objects.get().reason == "amount_differs"
    assert not Fact.objects.filter(kind="payment").exists()


def test_money_posted_late_counts_on_the_day_it_was_paid(lin: Planted) -> None:
    charge = open_charge(lin, FIRST_DUE)
    learned_on = FIRST_DUE + timedelta(days=10)
    repayments.learn(
        channel="alipay", key=charge.key, learned_by="query", now=at(learned_on),
        result=Succeeded(ref="T1", amount_minor=charge.amount_minor, paid_at=at(FIRST_DUE, 23, 59)),
    )  # fmt: skip
    assert_books_equal_engine(lin, learned_on)
    held = store.read(lin.borrower_id, [lin.loan_id])[lin.loan_id]
    assert "receivable_penalty" not in balances(held.terms, held.facts, learned_on)


def test_a_channel_whose_clock_is_ahead_over_midnight_pays_today(lin: Planted) -> None:
    loans.wake(now=at(FIRST_DUE), limit=9)
    charge = open_charge(lin, FIRST_DUE)
    paid_at = at(FIRST_DUE + timedelta(days=1), 0, 5)
    repayments.learn(
        channel="alipay", key=charge.key, learned_by="notice", now=at(FIRST_DUE, 23, 55),
        result=Succeeded(ref="T1", amount_minor=charge.amount_minor, paid_at=paid_at),
    )  # fmt: skip
    assert_books_equal_engine(lin, FIRST_DUE)
    payment = Payment.objects.get()
    assert (payment.paid_at, payment.counts_on) == (paid_at, FIRST_DUE)


def test_all_that_is_left_settles_the_loan(lin: Planted) -> None:
    charge = open_charge(lin, FIRST_DUE, "all")
    arrive(charge, FIRST_DUE)
    loan = Loan.objects.get(id=lin.loan_id)
    assert (loan.settled_on, loan.next_wake_on) == (FIRST_DUE, None)
    assert_books_equal_engine(lin, FIRST_DUE)


def test_the_same_form_sent_twice_is_one_charge(lin: Planted) -> None:
    wish = Wish(loan_id=lin.loan_id, purpose="due")
    opened = [
        charges.open(borrower_id=lin.borrower_id, wishes=[wish], channel="alipay", how="wap", attempt="a",
                     now=at(FIRST_DUE)).id
        for _ in range(2)
    ]  # fmt: skip
    assert opened[0] == opened[1]


def test_a_second_tab_joins_the_first_ones_charge(lin: Planted) -> None:
    first, second = open_charge(lin, FIRST_DUE), open_charge(lin, FIRST_DUE)
    assert first.id == second.id


def test_a_tab_that_wants_something_else_is_told_of_the_open_one(lin: Planted) -> None:
    open_charge(lin, FIRST_DUE)
    with pytest.raises(charges.OtherChargeOpen):
        open_charge(lin, FIRST_DUE, "all")


def test_a_charge_given_up_frees_the_loan_but_late_money_still_counts(lin: Planted) -> None:
    first = open_charge(lin, FIRST_DUE)
    charges.give_up(borrower_id=lin.borrower_id, charge_id=first.id, now=at(FIRST_DUE))
    repayments.learn(channel="alipay", key=first.key, result=NotFound(), learned_by="query", now=at(FIRST_DUE))
    assert Charge.objects.get(id=first.id).state == "closed"
    arrive(first, FIRST_DUE)
    assert Charge.objects.get(id=first.id).state == "succeeded"
    assert Fact.objects.filter(kind="payment").count() == 1


def test_money_for_a_charge_that_was_replaced_is_a_case(lin: Planted) -> None:
    first = open_charge(lin, FIRST_DUE)
    charges.give_up(borrower_id=lin.borrower_id, charge_id=first.id, now=at(FIRST_DUE))
    repayments.learn(channel="alipay", key=first.key, result=Closed(), learned_by="query", now=at(FIRST_DUE))
    second = charges.open(
        borrower_id=lin.borrower_id, wishes=[Wish(loan_id=lin.loan_id, purpose="all")], channel="alipay",
        how="wap", attempt="b", now=at(FIRST_DUE, 12, 5),
    )  # fmt: skip
    arrive(second, FIRST_DUE, ref="T2")
    arrive(first, FIRST_DUE, ref="T1")
    assert Unapplied.objects.get().reason == "arrived_after_close"
    assert_books_equal_engine(lin, FIRST_DUE)


def test_closed_after_success_changes_nothing(lin: Planted) -> None:
    charge = open_charge(lin, FIRST_DUE)
    arrive(charge, FIRST_DUE)
    repayments.learn(channel="alipay", key=charge.key, result=Closed(), learned_by="query", now=at(FIRST_DUE))
    assert Charge.objects.get(id=charge.id).state == "succeeded"


def test_a_channel_that_speaks_of_a_stranger_is_refused() -> None:
    with pytest.raises(repayments.Stranger):
        repayments.learn(channel="alipay", key="aq0", result=Closed(), learned_by="notice", now=at(FIRST_DUE))


def test_taking_a_payment_is_few_statements(lin: Planted) -> None:
    charge = open_charge(lin, FIRST_DUE)
    with CaptureQueriesContext(connection, ) as captured:
        arrive(charge, FIRST_DUE)
    statements = [each["sql"] for each in captured if "SAVEPOINT" not in each["sql"]]
    assert len(statements) <= 6, "\n".join(statements)


def told(who: Planted) -> list[tuple[str, dict[str, str]]]:
    sent = Message.objects.filter(borrower_id=who.borrower_id, created_at__gte=at(FIRST_DUE))
    return [(each.template, each.words) for each in sent.order_by("id")]


def test_the_borrower_is_told_that_money_has_arrived_and_when_it_found_no_use(lin: Planted) -> None:
    charge = open_charge(lin, FIRST_DUE)
    arrive(charge, FIRST_DUE)
    assert told(lin) == [("payment_received", {"amount": "¥533.09"})]
    arrive(charge, FIRST_DUE)
    assert len(told(lin)) == 1, "told twice of one payment"
    second = Succeeded(ref="another", amount_minor=charge.amount_minor, paid_at=at(FIRST_DUE))
    repayments.learn(channel="alipay", key=charge.key, result=second, learned_by="query", now=at(FIRST_DUE))
    assert told(lin)[1:] == [("money_unapplied", {"amount": "¥533.09", "left": "¥533.09"})]
