"""The end of day: every day in order, once, whoever starts it and whatever breaks; its proof and its label."""

import threading
from contextlib import ExitStack
from datetime import date

import psycopg
import pytest
from django.db import connections, transaction

from anqi.actions import closing, loans
from anqi.engine.accounts import balances
from anqi.jobs import close
from anqi.ledger import books
from anqi.ledger.models import ClosedDay, DayTotal, Posting
from anqi.lending import store
from anqi.lending.models import Loan, SetAside
from tests import planting
from tests.jobs.close_book import as_owner
from tests.jobs.close_left import sums
from tests.jobs.close_nights import FIRST_DUE, STARTED, night_after, run_until
from tests.planting import Planted, at, days, plant_borrower, plant_loan

pytestmark = pytest.mark.usefixtures("clone_database")


def plant_many(count: int) -> list[Planted]:
    return planting.plant_many(count, starts_on=STARTED)


def booked(who: Planted) -> dict[str, int]:
    return books.read(who.borrower_id, [who.loan_id]).balances[who.loan_id]


def wanted(who: Planted, on: date) -> dict[str, int]:
    held = store.read(who.borrower_id, [who.loan_id])[who.loan_id]
    return balances(held.terms, held.facts, on)


def test_every_day_that_is_over_has_its_run_in_order_and_once() -> None:
    everybody = plant_many(3)
    ran = run_until(FIRST_DUE)
    assert [each.day for each in ran] == [STARTED + days(n) for n in range(31)]
    assert ran[-1].brought.count == 3
    for who in everybody:
        assert booked(who) == wanted(who, FIRST_DUE)
    assert ClosedDay.objects.exclude(closed_at=None).count() == 31
    assert run_until(FIRST_DUE) == []
    assert [each.day for each in run_until(FIRST_DUE + days(2))] == [FIRST_DUE + days(1), FIRST_DUE + days(2)]


@pytest.mark.parametrize("processes", [1, 2])
def test_a_day_is_brought_on_in_parts_and_groups_and_nobody_is_left(
    monkeypatch: pytest.MonkeyPatch, processes: int
) -> None:
    plant_many(8)
    monkeypatch.setattr(close, "_DUE_TOGETHER", 5)
    monkeypatch.setattr(loans, "TOGETHER", 2)
    assert run_until(FIRST_DUE, processes=processes)[-1].brought.count == 8
    assert not Loan.objects.filter(next_wake_on__lte=FIRST_DUE).exists()


def test_each_loan_is_proved_once_the_touched_and_a_seventh_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    everybody = sorted((who.borrower_id, who.loan_id) for who in plant_many(9))
    nobody = closing.turn(is_last=False)
    assert list(closing.to_prove(STARTED, nobody)) == everybody
    assert list(closing.to_prove(FIRST_DUE, nobody)) == []
    assert [len(night) for night in week()] == [2, 2, 2, 2, 1, 2, 2], "the sixth night begins anew"
    monkeypatch.setattr(closing, "_NIGHTS", 1)
    ClosedDay.objects.update(proved_to=None)
    assert list(closing.to_prove(STARTED, closing.turn(is_last=True))) == everybody


def test_a_book_without_anything_has_no_day_to_close() -> None:
    assert run_until(FIRST_DUE) == []


def test_a_day_is_over_at_midnight_in_shanghai() -> None:
    plant_many(1)
    assert close.run(now=lambda: at(STARTED, 23, 59)) == []
    assert [each.day for each in close.run(now=lambda: at(STARTED + days(1), 0, 0))] == [STARTED]


def test_into_a_shut_day_nothing_is_booked_and_its_totals_stay() -> None:
    plant_many(1)
    run_until(FIRST_DUE)
    kept = list(DayTotal.objects.filter(day=FIRST_DUE).values_list("account", "debit_minor", "credit_minor"))
    # What had accrued until the day before is booked now.
    assert sorted(kept) == [
        ("accrued_income", 5800, 0), ("accrued_interest", 0, 5800),
        ("interest_income", 0, 6000), ("receivable_interest", 6000, 0),
    ]  # fmt: skip
    loans.wake(now=at(FIRST_DUE + days(9)), limit=10)
    assert not Posting.objects.filter(booked_on__lte=FIRST_DUE, counts_on__gt=FIRST_DUE).exists()
    assert Posting.objects.filter(booked_on=FIRST_DUE).count() == 1
    whose = closing.turn(is_last=True)
    closing.finish(FIRST_DUE, woken=0, proved=0, whose=whose, accrued=[], now=at(FIRST_DUE + days(9)))
    assert sorted(kept) == sorted(
        DayTotal.objects.filter(day=FIRST_DUE).values_list("account", "debit_minor", "credit_minor")
    )


def test_shutting_waits_for_those_who_read_the_books_before(clone_database: str) -> None:
    plant_many(1)
    with psycopg.connect(clone_database) as payer:
        payer.execute("select pg_current_xact_id()")
        done = threading.Event()
        shutting = threading.Thread(target=lambda: (_shut(), done.set()))
        shutting.start()
        assert not done.wait(0.4), "a payer is still at work"
        payer.commit()
        assert done.wait(10)
        shutting.join()


def _shut() -> None:
    try:
        closing.shut(FIRST_DUE, now=at(FIRST_DUE + days(1)))
    finally:
        connections.close_all()


def test_a_loan_that_breaks_waits_for_people_and_holds_nobody_up() -> None:
    broken, *others = plant_many(3)
    run_until(FIRST_DUE - days(1))
    Loan.objects.filter(borrower_id=broken.borrower_id).update(terms={"nonsense": True})
    run_until(FIRST_DUE)
    for who in others:
        assert booked(who) == wanted(who, FIRST_DUE)
    [waiting] = SetAside.objects.all()
    assert (waiting.loan_id, waiting.kind, waiting.day, waiting.why) == (
        broken.loan_id, "failed", FIRST_DUE, "BadTerms",
    )  # fmt: skip
    assert [day.day for day in ClosedDay.objects.filter(closed_at=None)] == [FIRST_DUE], "only its label waits"
    run_until(FIRST_DUE + days(1))
    assert ClosedDay.objects.filter(closed_at=None).count() == 2
    Loan.objects.filter(borrower_id=broken.borrower_id).update(terms=Loan.objects.get(id=others[0].loan_id).terms)
    run_until(FIRST_DUE + days(2))
    assert booked(broken) == wanted(broken, FIRST_DUE + days(2))
    assert not ClosedDay.objects.filter(closed_at=None).exists()


def test_when_every_loan_breaks_the_day_has_its_run_all_the_same() -> None:
    plant_many(2)
    Loan.objects.update(terms={"nonsense": True})
    ran = run_until(FIRST_DUE)
    assert (ran[-1].brought.count, ran[-1].brought.set_aside) == (0, 2)
    assert ClosedDay.objects.get(day=FIRST_DUE).loans_set_aside == 2


def test_a_difference_between_books_and_engine_names_its_accounts_and_ends_when_it_is_gone() -> None:
    lin, _ = plant_many(2)
    run_until(FIRST_DUE)
    as_owner("update ledger_posting set amount_minor = 6001 where loan_id = %s and amount_minor = 6000", lin.loan_id)
    assert close.prove_all(now=lambda: night_after(FIRST_DUE)).differing == 1
    [waiting] = SetAside.objects.all()
    assert (waiting.loan_id, waiting.kind) == (lin.loan_id, "differs")
    assert waiting.details == {"accounts": {"interest_income": [-6000, -6001], "receivable_interest": [6000, 6001]}}
    as_owner("update ledger_posting set amount_minor = 6000 where amount_minor = 6001")
    close.prove_all(now=lambda: night_after(FIRST_DUE))
    assert SetAside.objects.get().resolved_by == "proof"


def test_within_a_week_the_whole_book_is_proved() -> None:
    everybody = {(who.borrower_id, who.loan_id) for who in plant_many(15)}
    assert {pair for night in week() for pair in night} == everybody


def week() -> list[list[closing.Pair]]:
    """What seven nights prove beside what was touched; between them are days whose run does not prove the book."""
    nights = []
    for day in (STARTED + days(n) for n in range(1, 15)):
        whose = closing.turn(is_last=day.toordinal() % 2 == 0)
        if whose.is_anybodys:
            nights.append(list(closing.to_prove(day, whose)))
        ClosedDay.objects.create(day=day, shut_at=at(day), finished_at=at(day), proved_to=whose.until)
    return nights


def test_a_borrower_of_several_loans_is_proved_whole() -> None:
    lin = plant_borrower(now=at(STARTED))
    for _ in range(5):
        plant_loan(borrower_id=lin, starts_on=STARTED)
    plant_many(2)
    nights = [[borrower_id for borrower_id, _ in night] for night in week()]
    assert [night.count(lin) for night in nights if lin in night] == [5, 5, 5]


def test_a_second_run_says_who_holds_the_first() -> None:
    with close._alone(), pytest.raises(close.Held, match=r"anqi close \d+@"), close._alone():
        pass
    with close._alone():
        "the lock died with its holder"


def test_who_ends_while_asked_for_holds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    first = ExitStack()
    first.enter_context(close._alone())
    monkeypatch.setattr(close, "_holder", lambda _asking: first.close())
    with close._alone():
        "the lock was free by then"


def test_two_processes_end_in_the_same_books_as_one() -> None:
    plant_many(7)
    run_until(FIRST_DUE + days(5), processes=2)
    side_by_side = sums()
    with transaction.atomic():
        as_owner("delete from ledger_posting where cause = 'day'")
        Loan.objects.update(next_wake_on=FIRST_DUE)
        ClosedDay.objects.all().delete()
    run_until(FIRST_DUE + days(5))
    assert sums() == side_by_side


def test_a_fact_for_a_day_closed_long_ago_is_booked_on_the_open_day() -> None:
    [lin] = plant_many(1)
    run_until(FIRST_DUE + days(60))
    held = store.read(lin.borrower_id, [lin.loan_id])[lin.loan_id]
    assert books.read(lin.borrower_id, [lin.loan_id]).first_open_on == FIRST_DUE + days(61)
    assert held.next_wake_on is not None and held.next_wake_on > FIRST_DUE + days(60)
