"""Loans are brought to today, each once, however often and by however many it is tried."""

import threading
from datetime import date
from typing import Any

import pytest
from django.db import connections

from anqi.actions import loans
from anqi.engine.accounts import balances, without_penalty
from anqi.engine.accruals import minor_on
from anqi.ledger import books
from anqi.ledger.models import ClosedDay, Posting
from anqi.lending import courses, store
from anqi.lending.models import Loan, MerchantOrder, SetAside
from anqi.lending.store import NewFact
from anqi.notices.models import Webhook
from anqi.people import holds
from anqi.people.models import Borrower
from tests import planting
from tests.planting import TERMS, Planted, at, days, plant_loan

STARTED = date(2026, 8, 31)
FIRST_DUE = date(2026, 9, 30)
OVERDUE = date(2026, 10, 4)


@pytest.fixture(autouse=True)
def database(request: pytest.FixtureRequest) -> None:
    """Rolled back after each test, but for those that have a database of their own."""
    if "clone_database" not in request.fixturenames:
        request.getfixturevalue("db")


@pytest.fixture
def lin() -> Planted:
    return plant_loan(starts_on=STARTED)


def plant_many(count: int) -> list[Planted]:
    return planting.plant_many(count, starts_on=STARTED)


def assert_books_equal_engine(who: Planted, on: date) -> None:
    held = store.read(who.borrower_id, [who.loan_id])[who.loan_id]
    booked = books.read(who.borrower_id, [who.loan_id])
    # The penalty of late days is booked with whatever happens next.
    unbooked_minor = minor_on(held.accruals, "penalty", on)
    assert booked.balances[who.loan_id] == without_penalty(balances(held.terms, held.facts, on), unbooked_minor)


def test_before_its_day_a_loan_is_left_alone(lin: Planted) -> None:
    assert loans.wake(now=at(FIRST_DUE - days(1), 23, 59), limit=100) == 0
    assert loans.wake(now=at(FIRST_DUE, 0, 1), limit=100) == 1


def test_interest_is_booked_on_the_due_date(lin: Planted) -> None:
    loans.wake(now=at(FIRST_DUE), limit=100)
    [posting] = Posting.objects.filter(cause="day")
    assert (posting.debit, posting.credit) == ("receivable_interest", "interest_income")
    assert (posting.amount_minor, posting.counts_on, posting.booked_on) == (6000, FIRST_DUE, FIRST_DUE)
    assert_books_equal_engine(lin, FIRST_DUE)
    assert Loan.objects.get().next_wake_on == OVERDUE


def test_a_day_twice_is_booked_once(lin: Planted) -> None:
    loans.wake(now=at(FIRST_DUE), limit=100)
    before = Posting.objects.count()
    assert loans.wake(now=at(FIRST_DUE, 13), limit=100) == 0
    assert Posting.objects.count() == before


def test_after_weeks_without_a_worker_each_day_is_booked_as_its_own(lin: Planted) -> None:
    late = FIRST_DUE + days(45)
    assert loans.wake(now=at(late), limit=100) == 1
    assert_books_equal_engine(lin, late)
    counted = set(Posting.objects.filter(cause="day").values_list("counts_on", flat=True))
    assert {FIRST_DUE, OVERDUE, date(2026, 10, 31)} <= counted
    assert Loan.objects.get().next_wake_on > late


def test_into_a_closed_day_nothing_is_booked(lin: Planted) -> None:
    ClosedDay.objects.create(day=FIRST_DUE, shut_at=at(FIRST_DUE + days(1), 1))
    loans.wake(now=at(FIRST_DUE + days(1), 2), limit=100)
    [posting] = Posting.objects.filter(cause="day", counts_on=FIRST_DUE)
    assert posting.booked_on == FIRST_DUE + days(1)


def test_a_borrower_is_woken_whole_whatever_the_limit() -> None:
    first = plant_loan(starts_on=STARTED)
    second = plant_loan(starts_on=STARTED, borrower_id=first.borrower_id)
    assert loans.wake(now=at(FIRST_DUE), limit=1) == 2
    assert_books_equal_engine(first, FIRST_DUE)
    assert_books_equal_engine(second, FIRST_DUE)


def test_a_batch_is_about_as_large_as_its_limit() -> None:
    plant_many(5)
    assert [loans.wake(now=at(FIRST_DUE), limit=2) for _ in range(4)] == [2, 2, 1, 0]


def test_a_cancelled_loan_sleeps(lin: Planted) -> None:
    Loan.objects.filter(borrower_id=lin.borrower_id).update(cancelled_on=FIRST_DUE - days(1))
    before = Posting.objects.count()
    assert loans.wake(now=at(FIRST_DUE), limit=100) == 1
    assert Posting.objects.count() == before
    assert Loan.objects.get().next_wake_on is None


def test_credit_settles_a_loan_on_its_last_due_date() -> None:
    """With excess kept as credit, what was paid ahead settles the loan when its day comes, and the shop is told."""
    lin = plant_loan(starts_on=STARTED, principal="100.00", instalments=1, terms=TERMS | {"excess": "credit"})
    pay_ahead(lin, 10_100)
    assert Loan.objects.get().settled_on is None
    loans.wake(now=at(FIRST_DUE), limit=100)
    assert Loan.objects.get().settled_on == FIRST_DUE
    assert MerchantOrder.objects.get().state == "settled"
    assert Webhook.objects.get().kind == "order.settled"
    assert_books_equal_engine(lin, FIRST_DUE)


def pay_ahead(who: Planted, amount_minor: int) -> None:
    on = STARTED + days(5)
    fact = NewFact(
        loan_id=who.loan_id, kind="payment", counts_on=on, actor="borrower", key="test",
        body={"amount_minor": amount_minor, "for": "due"},
    )  # fmt: skip
    chain = holds.hold(who.borrower_id)
    held = store.read(who.borrower_id, [who.loan_id])[who.loan_id]
    booked = books.read(who.borrower_id, [who.loan_id])
    store.record(chain, [fact], now=at(on))
    after = courses.advance(held, [fact])
    entries = books.bring_to(
        [courses.reached(after, by=fact, today=on)], booked=booked.balances[who.loan_id], loan_id=who.loan_id,
        lender_id=held.lender_id, currency="CNY", discloses=held.discloses,
    )  # fmt: skip
    books.post(chain, entries, first_open_on=booked.first_open_on, now=at(on))
    store.wake(who.borrower_id, who.loan_id, courses.outlook(after, today=on))
    holds.keep(chain)


def test_one_broken_loan_does_not_keep_the_others_waiting(caplog: pytest.LogCaptureFixture) -> None:
    broken, *others = plant_many(3)
    Loan.objects.filter(borrower_id=broken.borrower_id).update(terms={"nonsense": True})
    assert loans.wake(now=at(FIRST_DUE), limit=100) == 2
    for who in others:
        assert_books_equal_engine(who, FIRST_DUE)
    assert Loan.objects.get(borrower_id=broken.borrower_id).next_wake_on == FIRST_DUE, "it stays due"
    [logged] = [record for record in caplog.records if record.message == "loan_set_aside"]
    assert str(broken.borrower_id) == vars(logged)["borrower"]
    waiting = SetAside.objects.get()
    assert (waiting.loan_id, waiting.kind, waiting.day) == (broken.loan_id, "failed", FIRST_DUE)
    assert (waiting.why, waiting.tries, waiting.resolved_at) == ("BadTerms", 1, None)


def test_a_loan_set_aside_comes_back_when_it_can_be_brought_on(lin: Planted) -> None:
    whose = Loan.objects.filter(borrower_id=lin.borrower_id)
    terms = whose.get().terms
    whose.update(terms={"nonsense": True})
    for hour in (1, 2):
        assert loans.wake(now=at(FIRST_DUE, hour), limit=100) == 0
    assert SetAside.objects.get().tries == 2
    whose.update(terms=terms)
    assert loans.wake(now=at(FIRST_DUE, 3), limit=100) == 1
    back = SetAside.objects.get()
    assert (back.resolved_at, back.resolved_by) == (at(FIRST_DUE, 3), "close")
    assert_books_equal_engine(lin, FIRST_DUE)


def test_broken_loans_never_come_before_the_others() -> None:
    """They are the oldest that are due; if they came first, a batch of them would keep everybody waiting for ever."""
    broken, other = sorted(plant_many(2), key=lambda who: who.borrower_id)
    Loan.objects.filter(borrower_id=broken.borrower_id).update(
        terms={"nonsense": True}, next_wake_on=FIRST_DUE - days(9)
    )
    assert loans.wake(now=at(FIRST_DUE), limit=1) == 1
    assert_books_equal_engine(other, FIRST_DUE)


def test_killed_half_way_the_rest_is_still_due(monkeypatch: pytest.MonkeyPatch) -> None:
    plant_many(45)
    keep_all, kept = loans.holds.keep_all, []

    def die_with_the_second_group(chains: Any) -> None:
        keep_all(chains)
        kept.append(1)
        if len(kept) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(loans, "TOGETHER", 20)
        patched.setattr("anqi.people.holds.keep_all", die_with_the_second_group)
        with pytest.raises(KeyboardInterrupt):
            loans.wake(now=at(FIRST_DUE), limit=100)
    assert Posting.objects.filter(cause="day").count() == 20, "one whole group of twenty stands"
    assert loans.wake(now=at(FIRST_DUE), limit=100) == 25
    assert Posting.objects.filter(cause="day").count() == 45


def test_two_workers_at_once_book_a_day_once(clone_database: str) -> None:
    everybody = plant_many(6)
    woken: list[int] = []

    def work() -> None:
        try:
            woken.append(loans.wake(now=at(FIRST_DUE), limit=100))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(woken) == 6
    assert Posting.objects.filter(cause="day").count() == 6
    for who in everybody:
        assert_books_equal_engine(who, FIRST_DUE)
    assert Borrower.objects.filter(last_seq=0).count() == 0
