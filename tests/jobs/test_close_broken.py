"""The end of day when something breaks: killed before each statement, begun twice, done again, with every loan failing."""

import os
import signal
from collections.abc import Iterator
from datetime import date
from multiprocessing import get_context
from multiprocessing.sharedctypes import RawValue
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connection

from anqi.actions import charges, closing, loans, repayments
from anqi.actions.charges import Wish
from anqi.jobs import close
from anqi.ledger import days as business_days
from anqi.ledger.models import ClosedDay
from anqi.lending import courses
from anqi.lending.models import Loan, SetAside
from anqi.payments.channels.protocol import Succeeded
from anqi.payments.models import Payment
from anqi.rows import sql
from tests.jobs.close_left import left, sums
from tests.jobs.close_nights import (
    EVE,
    FIRST_DUE,
    LAST,
    STARTED,
    all_days,
    assert_sound,
    begun,
    closed_days,
    plant_credit,
    plant_many,
    run_until,
    undisturbed,
    undo,
)
from tests.planting import at, days
from tests.seeds import share

pytestmark = pytest.mark.usefixtures("clone_database")


class Crash(BaseException):
    """The process ends here: nothing that catches an Exception sees it."""


def test_killed_before_each_statement_of_a_night_and_begun_again() -> None:
    plant_many(2)
    plant_credit(STARTED, "6200.00", instalments=1)
    before, wanted = begun(), undisturbed(FIRST_DUE)
    assert "order.settled" in {kind for kind, _ in wanted.told}
    assert (wanted.wrong, wanted.unsummed) == ([], [])
    statements = killed_before(None)
    for statement in share(range(statements), one_in=4):
        undo(before)
        assert killed_before(statement) == statement
        run_until(FIRST_DUE)
        assert left(today=FIRST_DUE) == wanted, statement


def killed_before(statement: int | None) -> int:
    """How many statements, commits too, a run in a process of its own has done when it is killed there."""
    done = RawValue("i", 0)
    connection.close()
    running = get_context("fork").Process(target=run_and_die, args=(statement, done))
    running.start()
    running.join()
    assert running.exitcode == (0 if statement is None else -signal.SIGKILL)
    wait_for_server()
    return int(done.value)


def wait_for_server() -> None:
    """Until it has noticed who has died: what they held is free only then, and the next run would be refused."""
    held = "select 1 from pg_locks l join pg_database d on d.oid = l.database and d.datname = current_database()"
    while sql.fetch(f"{held} where l.locktype = 'advisory'", []):
        pass


def run_and_die(statement: int | None, done: Any) -> None:
    wait, is_over, is_asked_again = psycopg.Connection.wait, business_days.is_over, False

    def watched(asking: Any, *asked: Any, **more: Any) -> Any:
        if not is_asked_again:
            if done.value == statement:
                os.kill(os.getpid(), signal.SIGKILL)
            done.value += 1
        return wait(asking, *asked, **more)

    def waited(transaction_id: int) -> bool:
        """How often it is asked depends on who else works on the server; no two runs would have as many statements."""
        nonlocal is_asked_again
        while not is_over(transaction_id):
            is_asked_again = True
        is_asked_again = False
        return True

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Connection, "wait", watched)
        patch.setattr(business_days, "is_over", waited)
        run_until(FIRST_DUE)


@pytest.mark.parametrize(
    "step", [(loans, "bring"), (closing, "shut"), (closing, "prove"), (closing, "finish")], ids=lambda step: step[1]
)
def test_a_day_has_had_its_run_only_when_it_was_proved(step: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    plant_many(2)
    with monkeypatch.context() as patch, pytest.raises(Crash):
        patch.setattr(*step, crash)
        run_until(LAST)
    assert business_days.last_finished() == EVE
    assert run_until(FIRST_DUE)[0].proved.count == 2


def crash(*_: Any, **__: Any) -> None:
    raise Crash


def test_a_run_that_is_done_again_books_nothing() -> None:
    plant_many(3)
    run_until(LAST)
    found = left(today=LAST)
    ClosedDay.objects.filter(day__gte=FIRST_DUE).update(finished_at=None, closed_at=None)
    assert [each.brought.count for each in run_until(LAST)] == [0] * 7
    assert left(today=LAST) == found


def test_a_second_run_changes_nothing_and_says_who_holds_the_first() -> None:
    plant_many(3)
    wanted, held = undisturbed(LAST), []

    def told(_what: str, _day: date, _done: int, _of: int | None) -> None:
        before = sums(), ClosedDay.objects.count()
        with pytest.raises(close.Held, match=r"anqi close \d+@"):
            run_until(LAST)
        assert (sums(), ClosedDay.objects.count()) == before
        held.append(_what)

    run_until(LAST, told=told)
    assert set(held) == {"loans", "proved", "finished"}
    assert left(today=LAST) == wanted


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """No loan can be brought on."""

    def refuse(*_: Any, **__: Any) -> None:
        raise ArithmeticError

    with monkeypatch.context() as patch:
        patch.setattr(courses, "brought", refuse)
        yield patch


def test_when_every_loan_breaks_days_go_on_and_only_their_label_waits(broken: pytest.MonkeyPatch) -> None:
    lin, *_others = plant_many(3)
    charge = charges.open(
        borrower_id=lin.borrower_id, wishes=[Wish(loan_id=lin.loan_id, purpose="all", amount_minor=None)],
        channel="alipay", how="wap", attempt=uuid4().hex, now=at(FIRST_DUE, 9),
    )  # fmt: skip
    ran = run_until(FIRST_DUE + days(3))
    assert [each.brought.set_aside for each in ran[-4:]] == [3] * 4
    assert [(each.kind, each.day, each.why, each.tries) for each in SetAside.objects.all()] == [
        ("failed", FIRST_DUE, "ArithmeticError", 4)
    ] * 3
    assert closed_days() == all_days(EVE, FIRST_DUE - days(1))
    assert business_days.last_finished() == FIRST_DUE + days(3)
    broken.undo()
    pay(charge, FIRST_DUE, heard_on=FIRST_DUE + days(4))
    assert Payment.objects.get().amount_minor == charge.amount_minor
    assert Loan.objects.get(id=lin.loan_id).settled_on
    run_until(FIRST_DUE + days(4))
    assert closed_days() == all_days(EVE, FIRST_DUE + days(4))
    assert_sound(FIRST_DUE + days(4))


def pay(charge: Any, on: date, *, heard_on: date) -> None:
    """The channel says so on a later day."""
    repayments.learn(
        channel="alipay", key=charge.key, learned_by="query", now=at(heard_on, 9),
        result=Succeeded(ref="T1", amount_minor=charge.amount_minor, paid_at=at(on, 10)),
    )  # fmt: skip
