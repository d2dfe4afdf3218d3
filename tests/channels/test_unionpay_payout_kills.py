"""A worker that dies over a payout, at each of its statements in turn: the payout leaves once, and begins one loan."""

import os
import signal
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from multiprocessing import get_context
from multiprocessing.sharedctypes import RawValue
from typing import Any

import psycopg
import pytest
from django.db import connection

from anqi import clock
from anqi.actions import payouts
from anqi.config.verification import verify
from anqi.lending.models import Fact, Loan
from anqi.payments import channels
from anqi.payments.models import Payout
from anqi.payments.payouts import PayTo
from tests.channels import card_desk
from tests.channels.card_desk import HOLDER, CardDesk
from tests.planting import plant_borrower, plant_cash
from tests.sandbox.sandbox_stand import Sandbox
from tests.seeds import IS_SOAK, SEED

pytestmark = pytest.mark.usefixtures("clone_database")
A_BIT = timedelta(minutes=4)
# Each statement when nobody waits, else every tenth, others the next day.
EVERY = 1 if IS_SOAK else 10


@pytest.fixture(autouse=True)
def offered(sandbox: Sandbox, settings: Any) -> Iterator[None]:
    settings.ANQI_UNIONPAY = card_desk.stated(sandbox)
    channels.find.cache_clear()
    yield
    channels.find.cache_clear()


@pytest.fixture
def to(at_the_desk: CardDesk, key: str) -> PayTo:
    token = at_the_desk.bind(f"{key}c").token
    return PayTo(channel="unionpay", account=token, holder=HOLDER, label="工商银行 尾号1234")


def work(now: datetime) -> None:
    """What the worker does at that time."""
    for payout in payouts.lease(now=now, limit=100):
        payouts.deliver(borrower_id=payout.borrower_id, payout_id=payout.id, now=now)


def killed_before(statement: int, now: datetime) -> bool:
    """Whether a worker of its own process died before that statement, commits counted; False where it had fewer."""
    done = RawValue("i", 0)
    connection.close()
    running = get_context("fork").Process(target=work_and_die, args=(statement, done, now))
    running.start()
    running.join()
    assert running.exitcode in (0, -signal.SIGKILL)
    return running.exitcode != 0


def work_and_die(statement: int, done: Any, now: datetime) -> None:
    wait = psycopg.Connection.wait

    def watched(*asked: Any, **more: Any) -> Any:
        if done.value == statement:
            os.kill(os.getpid(), signal.SIGKILL)
        done.value += 1
        return wait(*asked, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Connection, "wait", watched)
        work(now)
        work(now + A_BIT)


def test_killed_before_each_statement_it_leaves_once(at_the_desk: CardDesk, to: PayTo) -> None:
    statement, is_killed = SEED % EVERY, True
    while is_killed:
        now = clock.now()
        loan = plant_cash(now=now, borrower_id=plant_borrower(f"+86139222{statement:05}", now=now))
        payout = payouts.request(borrower_id=loan.borrower_id, loan_id=loan.id, to=to, now=now)
        is_killed = killed_before(statement, now)
        go_on(payout, now)
        assert at_the_desk.order(payout.key)["state"] == "SUCCESS"
        assert [each.kind for each in Fact.objects.filter(loan_id=loan.id)] == ["paid_out"]
        statement += EVERY
    assert statement > 20, "hardly a statement was counted"
    left_minor = sum(Payout.objects.values_list("amount_minor", flat=True))
    assert booked() == {"receivable_principal": left_minor, "in_transit_unionpay": -left_minor}
    wrong = [each.told() for each in verify(today=clock.today()).wrong if each.what != "agreement"]
    assert not wrong, wrong


def go_on(payout: Payout, now: datetime) -> None:
    """Other workers, until somebody knows how it ended."""
    for _ in range(100):
        # The stand-in takes half a second of its own over each.
        time.sleep(0.1)
        now += A_BIT
        work(now)
        payout.refresh_from_db()
        if payout.state == Payout.State.SUCCEEDED:
            return
    pytest.fail(f"nobody knows of {payout.key}: {payout.state} {payout.reason}")


def booked() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("select debit, credit, amount_minor from ledger_posting")
        balances: dict[str, int] = {}
        for debit, credit, amount_minor in cursor.fetchall():
            balances[debit] = balances.get(debit, 0) + amount_minor
            balances[credit] = balances.get(credit, 0) - amount_minor
    return {account: amount_minor for account, amount_minor in balances.items() if amount_minor}


def test_what_its_bank_sends_back_is_found_in_the_statement(
    at_the_desk: CardDesk, sandbox: Sandbox, to: PayTo
) -> None:
    now = clock.now()
    loan = plant_cash(now=now)
    payout = payouts.request(borrower_id=loan.borrower_id, loan_id=loan.id, to=to, now=now)
    work(now)
    go_on(payout, now)
    assert sandbox.control("unionpay/return", out_trade_no=payout.key).status_code == 200
    # UnionPay's day ends at 23:00: what is paid in the last hour of ours stands in the next day's file.
    sandbox.shift_clock(25 * 3600)
    tomorrow = now + timedelta(hours=25)
    for channel, day in payouts.unread(now=tomorrow):
        payouts.look_through(channel=channel, day=day, now=tomorrow)
    payout.refresh_from_db()
    loan = Loan.objects.get(id=loan.id)
    assert (payout.state, booked()) == ("returned", {})
    assert [each.kind for each in Fact.objects.filter(loan_id=loan.id).order_by("seq")] == ["paid_out", "void"]
