"""A worker that dies over a debited instalment, at each of its statements in turn: taken once, and told once."""

import os
import signal
from datetime import date, datetime
from multiprocessing import get_context
from multiprocessing.sharedctypes import RawValue
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from anqi.config.verification import verify
from anqi.notices.models import Message
from anqi.payments import channels
from anqi.payments.channels.protocol import DebitRules
from anqi.payments.models import Charge, DebitPlan, Outbox
from tests.actions.debit_crowd import PaperDesk, plant_debited
from tests.actions.debit_days import live
from tests.actions.test_autodebits import AMOUNT, DAY, DUE, SIGNED, STARTED, hour
from tests.planting import Planted
from tests.seeds import IS_SOAK, SEED

pytestmark = pytest.mark.usefixtures("clone_database")
# Each statement when nobody waits, else a few, others the next day.
EVERY = 1 if IS_SOAK else 12


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> PaperDesk:
    settings.ANQI_UNIONPAY = {"gateway": "x"}
    monkeypatch.setattr(channels, "_WITH_MANDATES", ())
    monkeypatch.setattr(channels, "DEBITING", ("unionpay",))
    desk = PaperDesk("unionpay", DebitRules(), paper=tmp_path / "paper")
    for name in ("find", "find_debiting", "find_with_cards"):
        monkeypatch.setattr(channels, name, lambda code: desk)
    return desk


def killed_before(statement: int, since: datetime, until: datetime) -> bool:
    """Whether a worker of its own process died before that statement, commits counted; False where it had fewer."""
    connection.close()
    running = get_context("fork").Process(target=work_and_die, args=(statement, RawValue("i", 0), since, until))
    running.start()
    running.join()
    assert running.exitcode in (0, -signal.SIGKILL)
    return running.exitcode != 0


def work_and_die(statement: int, done: Any, since: datetime, until: datetime) -> None:
    wait = psycopg.Connection.wait

    def watched(*asked: Any, **more: Any) -> Any:
        if done.value == statement:
            os.kill(os.getpid(), signal.SIGKILL)
        done.value += 1
        return wait(*asked, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Connection, "wait", watched)
        live(since, until)


def taken_once(who: Planted, desk: PaperDesk) -> None:
    """The next worker goes on from where the dead one's leases end, and the instalment is taken once."""
    live(hour(DUE, 9, 33), hour(DUE, 9, 50))
    [debit] = Charge.objects.filter(borrower_id=who.borrower_id)
    assert (debit.state, debit.amount_minor, desk.asked_for[debit.key]) == ("processing", AMOUNT, AMOUNT)
    desk.pays_at = hour(DUE, 9, 50)
    live(hour(DUE, 9, 50), hour(DUE, 12))
    desk.pays_at = None
    debit.refresh_from_db()
    assert debit.state == Charge.State.SUCCEEDED
    plans = DebitPlan.objects.filter(borrower_id=who.borrower_id).order_by("due_on")
    assert [plan.state for plan in plans] == [DebitPlan.State.PAID, DebitPlan.State.OPEN]
    told = Message.objects.filter(borrower_id=who.borrower_id).order_by("created_at", "id")
    assert list(told.values_list("template", flat=True)) == ["mandate_begun", "debit_coming", "payment_received"]
    assert not Outbox.objects.filter(borrower_id=who.borrower_id, done_at=None).exists()


@pytest.mark.parametrize(
    ("since", "until", "least"),
    [(hour(DUE, 9, 29), hour(DUE, 9, 31), 30), (DUE - 8 * DAY, DUE - 6 * DAY, 10)],
    ids=["taking", "reminding"],
)
def test_killed_before_each_statement_it_is_taken_once_and_told_once(
    desk: PaperDesk, since: Any, until: Any, least: int
) -> None:
    since, until = (at if isinstance(at, datetime) else hour(at, 12) for at in (since, until))
    statement, is_killed = SEED % EVERY, True
    while is_killed:
        who = plant_debited(statement, starts_on=STARTED, now=SIGNED)
        live(SIGNED, since)
        is_killed = killed_before(statement, since, until)
        live(until, hour(DUE, 9, 33))
        taken_once(who, desk)
        statement += EVERY
    assert statement > least, "hardly a statement was counted"
    wrong = [each.told() for each in verify(today=date(2026, 10, 9)).wrong if each.what != "agreement"]
    assert not wrong, wrong
    assert len(desk.asked_for) == Charge.objects.filter(mandate_id__isnull=False).count()
