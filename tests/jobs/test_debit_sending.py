"""The job that sends debits: several at once, each once, and none waits for another's answer."""

from threading import Event, Lock
from time import sleep
from typing import Any

import pytest
from django.db import connection

from anqi.actions import autodebits
from anqi.jobs import debits
from anqi.payments import channels
from anqi.payments.channels.protocol import Accepted, DebitRequest, DebitRules
from anqi.payments.models import Charge, Outbox
from tests.actions.debit_crowd import plant_debited
from tests.actions.debit_days import live
from tests.actions.debit_desk import DebitDesk
from tests.actions.test_autodebits import DUE, SIGNED, STARTED, hour

pytestmark = pytest.mark.usefixtures("clone_database")
COUNT = 5


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, settings: Any) -> DebitDesk:
    settings.ANQI_UNIONPAY = {"gateway": "x"}
    monkeypatch.setattr(channels, "DEBITING", ())
    desk = DebitDesk("unionpay", DebitRules())
    for name in ("find", "find_debiting", "find_with_cards"):
        monkeypatch.setattr(channels, name, lambda code: desk)
    return desk


def due() -> list[Outbox]:
    """Debits of several loans that are to be sent."""
    for number in range(COUNT):
        plant_debited(number, starts_on=STARTED, now=SIGNED)
    live(SIGNED, hour(DUE, 9, 31))
    return autodebits.lease_debits("unionpay", now=hour(DUE, 9, 31), limit=100)


def test_a_slow_answer_holds_up_none_of_the_next(desk: DebitDesk) -> None:
    others_were_sent, seen, lock = Event(), [], Lock()

    def answer(request: DebitRequest) -> Any:
        with lock:
            seen.append(request.key)
            number = len(seen)
        if number == 1:
            assert others_were_sent.wait(60), "the others wait for this answer"
        if number == COUNT:
            others_were_sent.set()
        return Accepted()

    desk.fate = answer
    entries = due()
    assert debits.send_through(entries, per_second=1000, now=hour(DUE, 9, 31)) == COUNT
    assert len(set(seen)) == len(seen) == COUNT
    assert set(Charge.objects.values_list("state", flat=True)) == {"processing"}
    assert not Outbox.objects.filter(done_at=None).exists()


def test_connections_are_closed_and_one_that_breaks_leaves_the_others(desk: DebitDesk) -> None:
    entries = due()
    before = connected()
    broken = Charge.objects.get(id=entries[0].charge_id).key

    def answer(request: DebitRequest) -> Any:
        if request.key == broken:
            raise RuntimeError("broken")
        return Accepted()

    desk.fate = answer
    assert debits.send_through(entries, per_second=1000, now=hour(DUE, 9, 31)) == COUNT
    # The server takes a moment to see that somebody has left.
    for _ in range(200):
        if connected() == before:
            break
        sleep(0.05)
    assert connected() == before
    assert Outbox.objects.filter(done_at=None).count() == 1


def connected() -> int:
    """How many connections this database has."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_stat_clear_snapshot()")
        cursor.execute("select count(*) from pg_stat_activity where datname = current_database()")
        return int(cursor.fetchone()[0])
