"""Killed half-way: between two of our own steps, a worker, the whole database. Nothing is lost or taken twice."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from pytest_django import DjangoDbBlocker

from anqi import clock
from anqi.actions import inbox, repayments
from anqi.config.postgres import Postgres
from anqi.documents import receipts
from anqi.jobs import tasks
from anqi.ledger import books
from anqi.payments import exchanges, news
from anqi.payments.models import Inbox, Outbox
from anqi.people import holds
from tests.faults.fault_stand import Stand, settle_in
from tests.faults.throwaway import connected_to, durable_server
from tests.sandbox.sandbox_stand import ROOT, Sandbox


class Crash(BaseException):
    """The process ends here: nothing that catches an Exception sees it."""


def crash(*_: Any, **__: Any) -> None:
    raise Crash


def test_lost_between_asking_and_noting_the_answer(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    charge = stand.begin()
    with monkeypatch.context() as patch, pytest.raises(Crash):
        patch.setattr(exchanges, "note", crash)
        stand.deliver(charge)
    assert (stand.state(charge), stand.waiting()) == ("created", (0, 1))
    tasks.empty_outbox()
    assert stand.state(charge) == "created", "its lease is still the request's"
    stand.pass_time(seconds=4)
    tasks.empty_outbox()
    charge.refresh_from_db()
    assert charge.state == "processing"
    stand.pay(charge)
    assert stand.sandbox.trade(charge.key)["out_trade_no"] == charge.key
    stand.hear(charge)
    tasks.read_inbox()
    stand.assert_taken_once(charge)
    assert (stand.waiting(), Outbox.objects.count()) == ((0, 0), 1)


def test_paid_at_the_first_address_after_its_answer_was_lost(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    charge, seen = stand.begin(), []
    ask = tasks.charges._ask
    with monkeypatch.context() as patch, pytest.raises(Crash):
        patch.setattr(tasks.charges, "_ask", lambda each: seen.append(ask(each)) or crash())
        stand.deliver(charge)
    stand.pay_at(seen[0].action.url, charge.key)
    stand.pass_time(seconds=6)
    # The outbox offers the charge once more while the channel is telling us that it is paid.
    tasks.empty_outbox()
    stand.hear(charge)
    tasks.ask_about_charges()
    tasks.read_inbox()
    stand.assert_taken_once(charge)
    assert stand.waiting() == (0, 0)


@pytest.mark.parametrize("step", [(books, "post"), (receipts, "issue"), (holds, "keep")], ids=str)
def test_a_crash_at_any_step_of_taking(stand: Stand, monkeypatch: pytest.MonkeyPatch, step: Any) -> None:
    charge = stand.offer()
    stand.pay(charge)
    stand.hear(charge)
    with monkeypatch.context() as patch, pytest.raises(Crash):
        patch.setattr(*step, crash)
        tasks.read_inbox()
    stand.assert_nothing_taken()
    tasks.read_inbox()
    stand.assert_nothing_taken()
    stand.pass_time(seconds=61)
    tasks.read_inbox()
    stand.assert_taken_once(charge)
    assert stand.waiting() == (0, 0)


# What a worker does until it is killed: it has leased the message; or it has posted and not yet committed.
HOLDING = {
    "leased": "tasks._LEARN['charge'] = stop",
    "posted": "post = books.post; books.post = lambda *a, **k: (post(*a, **k), stop())",
}
WORKER = """
import time
import django
django.setup()
from anqi.jobs import tasks
from anqi.ledger import books
def stop(*a, **k):
    print("holding", flush=True)
    time.sleep(120)
{holding}
tasks.read_inbox()
"""


@pytest.mark.parametrize("holding", HOLDING)
def test_a_worker_killed_over_a_message(stand: Stand, clone_database: str, holding: str) -> None:
    charge = stand.offer()
    stand.pay(charge)
    assert stand.hear(charge) == [True]
    with killed_worker(clone_database, HOLDING[holding]) as worker:
        assert worker.stdout.readline() == "holding\n"
    assert Inbox.objects.get().tries == 1
    tasks.read_inbox()
    stand.assert_nothing_taken()
    stand.pass_time(seconds=62)
    tasks.read_inbox()
    stand.assert_taken_once(charge)
    assert stand.waiting() == (0, 0)


@contextlib.contextmanager
def killed_worker(dsn: str, holding: str) -> Iterator["subprocess.Popen[str]"]:
    """A worker on that database, killed at the end of the block."""
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER.format(holding=holding)], cwd=ROOT, stdout=subprocess.PIPE, text=True,
        env=os.environ | {"DATABASE_URL": dsn, "DJANGO_SETTINGS_MODULE": "anqi.config.settings"},
    )  # fmt: skip
    try:
        yield worker
    finally:
        worker.kill()
        worker.communicate()


@pytest.fixture(scope="module")
def server(shared_server: Postgres) -> Iterator[Postgres]:
    with durable_server() as running:
        yield running


@pytest.fixture
def street(
    server: Postgres, sandbox: Sandbox, hooks: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[Stand]:
    """A borrower on a server that may be stopped; each test brings another one."""
    with django_db_blocker.unblock(), connected_to(server):
        yield settle_in(sandbox, hooks, phone=f"+86138{uuid4().int % 10**8:08d}")


def after(act: Callable[..., Any], then: Callable[[], None]) -> Callable[..., Any]:
    def done(*args: Any, **more: Any) -> Any:
        came = act(*args, **more)
        then()
        return came

    return done


@pytest.mark.parametrize("step", [(holds, "hold"), (books, "post"), (holds, "keep")], ids=lambda step: step[1])
def test_the_database_stops_in_the_middle_of_taking(
    street: Stand, server: Postgres, monkeypatch: pytest.MonkeyPatch, step: Any
) -> None:
    charge = street.offer()
    street.pay(charge)
    assert street.hear(charge) == [True]
    with monkeypatch.context() as patch:
        patch.setattr(*step, after(getattr(*step), lambda: server.stop(immediate=True)))
        tasks.read_inbox()
    assert not server.status().answers
    back(server)
    assert Inbox.objects.get(key=charge.key).state == "waiting", "what was acknowledged is still there"
    street.assert_nothing_taken()
    street.pass_time(seconds=61)
    tasks.read_inbox()
    street.assert_taken_once(charge)


def test_the_database_stops_after_a_commit_that_nobody_heard_of(street: Stand, server: Postgres) -> None:
    charge = street.offer()
    street.pay(charge)
    assert street.hear(charge) == [True]
    [message] = [each for each in inbox.lease(now=clock.now(), limit=9) if each.key == charge.key]
    # Committed; the worker dies with the server before it has noted the message as done.
    learn(message)
    server.stop(immediate=True)
    back(server)
    street.assert_taken_once(charge)
    street.pass_time(seconds=61)
    tasks.read_inbox()
    learn(message)
    street.assert_taken_once(charge)
    assert Inbox.objects.get(key=charge.key).state == "done"


def test_a_channel_that_knocks_while_the_database_is_away_knocks_again(street: Stand, server: Postgres) -> None:
    charge = street.offer()
    street.pay(charge)
    server.stop(immediate=True)
    with pytest.raises(OperationalError):
        tasks.read_inbox()
    assert not any(street.hear(charge))
    back(server)
    *before, last = street.hear(charge)
    assert last and not any(before)
    tasks.read_inbox()
    street.assert_taken_once(charge)


def learn(message: Inbox) -> None:
    repayments.learn(
        channel=message.channel, key=message.key, result=news.from_json(message.news), learned_by="notice",
        now=clock.now(),
    )  # fmt: skip


def back(server: Postgres) -> None:
    """The server is started again, after its recovery."""
    connection.close()
    server.ensure()
