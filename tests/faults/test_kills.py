"""Everything is killed while people pay, and started again: what the channels took is here, once, and nothing else."""


from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.db.models import Count, Min
from pytest_django import DjangoDbBlocker

from anqi import clock
from anqi.config.postgres import Postgres
from anqi.config.verification import verify
from anqi.documents.models import Document
from anqi.jobs import drains, tasks
from anqi.ledger.models import Posting
from anqi.lending.models import Fact, Loan
from anqi.payments.models import Charge, Difference, Inbox, Outbox, Payment, Unapplied
from tests.faults.kill_payers import Payer, Taken, settle_payer
from tests.faults.kill_street import Kill, KillStreet, draw
from tests.faults.throwaway import connected_to, durable_server
from tests.sandbox.sandbox_stand import Sandbox
from tests.seeds import IS_SOAK, SEED

PAYERS = 3
SEEDS = range(SEED, SEED + (8 if IS_SOAK else 1))
# What drains what waits, and what brings loans to today.
_DRAINS = ("inbox", "outbox", "charges", "loans")


@pytest.fixture
def street(
    shared_server: Postgres, sandbox: Sandbox, settings: Any, tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> Iterator[KillStreet]:
    """Processes on a durable server of this test's own, which Django is connected to as well."""
    settings.ANQI_CLOCK_FILE = str(sandbox.clock_file)
    sandbox.shift_clock(0)
    with ExitStack() as stack:
        server = stack.enter_context(durable_server())
        stack.enter_context(django_db_blocker.unblock())
        stack.enter_context(connected_to(server))
        opened = KillStreet(server=server, sandbox=sandbox, logs=tmp_path)
        stack.callback(opened.stop)
        opened.start()
        yield opened


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_or_taken_twice(street: KillStreet, seed: int) -> None:
    kills = draw(seed)
    print(f"\nANQI_SEED={seed}: {'; '.join(map(str, kills))}")
    payers = [settle_payer(n, seed=seed, site_url=street.url, sandbox=street.sandbox) for n in range(PAYERS)]
    connection.close()
    taken = pay_while(street, payers, kills)
    print(f"{len(taken)} payments, {Counter(each.channel for each in taken)}, {sum(p.sighs for p in payers)} sighs")
    print(f"starts: {street.starts}")
    come_to_rest(street)
    assert_taken_once(taken)
    assert_acknowledged_is_kept(street, taken)
    # What was refused while nobody was there is told once more, to us who know of it already.
    assert street.sandbox.control("notify/flush").status_code == 200
    come_to_rest(street)
    assert_taken_once(taken)
    assert_sound()


def test_a_dead_workers_jobs_make_way(clone_database: str) -> None:
    """Killed over three drains; two of them have been asked for again since and wait behind their locks."""
    for name in _DRAINS[:3]:
        drains.soon(name)
    with connection.cursor() as cursor:
        cursor.execute(_KILLED_OVER_ALL)
        for name in _DRAINS[:2]:
            drains.soon(name)
        async_to_sync(tasks.revive_dead.func)()
        cursor.execute("select task_name from procrastinate_jobs where status = 'doing'")
        assert cursor.fetchall() == []
        cursor.execute("select task_name from procrastinate_jobs where status = 'todo'")
        assert Counter(name for (name,) in cursor.fetchall()).items() >= {("inbox", 1), ("outbox", 1)}


_KILLED_OVER_ALL = """
    with dead as (
        insert into procrastinate_workers (last_heartbeat) values (now() - interval '1 minute') returning id
    )
    update procrastinate_jobs set status = 'doing', worker_id = dead.id from dead
"""


def pay_while(street: KillStreet, payers: list[Payer], kills: list[Kill]) -> list[Taken]:
    """Everything that the channels took while the killer went round."""
    for payer in payers:
        payer.start()
    for kill in kills:
        lie_in_wait(street, payers, kill)
        street.kill(kill.victim, away_seconds=kill.away_seconds)
    for payer in payers:
        payer.stop()
    street.until(lambda: all(payer.is_gone() for payer in payers), "everybody has paid")
    for payer in payers:
        assert payer.trouble is None, f"{payer.trouble!r}\n{street.told()}"
    return [each for payer in payers for each in payer.taken]


def lie_in_wait(street: KillStreet, payers: list[Payer], kill: Kill) -> None:
    street.keep_for(kill.after_seconds)
    if kill.after_payment_seconds is not None:
        before = sum(len(payer.taken) for payer in payers)
        street.until(
            lambda: sum(len(each.taken) for each in payers) > before or any(each.trouble for each in payers),
            "somebody has paid",
        )
        street.keep_for(kill.after_payment_seconds)


def come_to_rest(street: KillStreet) -> None:
    """Time passes, from one thing that is due to the next, until nothing waits and the queue is empty."""
    street.until(lambda: has_come_to_rest(street), "nothing waits any more")
    street.until(lambda: jobs(street) == [], "no job is left")
    street.until(lambda: workers_heard(street) == 2, "both workers are heard")


def has_come_to_rest(street: KillStreet) -> bool:
    street.rows(_TAKE_FOR_DEAD)
    waiting = Inbox.objects.filter(state="waiting"), Outbox.objects.filter(done_at=None), open_charges()
    unwoken = Loan.objects.filter(next_wake_on__lte=clock.today())
    if not any(rows.exists() for rows in (*waiting, unwoken)):
        return True
    for name in _DRAINS:
        drains.soon(name)
    dues = [due for rows in waiting if (due := rows.aggregate(at=Min("next_try_at"))["at"])]
    if dues and not unwoken.exists():
        street.pass_time_until(min(dues))
    return False


# The queue takes a worker for dead whose heart, which beats every ten seconds, has not for thirty. Twelve must do here.
_TAKE_FOR_DEAD = """
    update procrastinate_workers set last_heartbeat = last_heartbeat - interval '1 minute'
    where last_heartbeat < now() - interval '12 seconds'
"""


def open_charges() -> Any:
    return Charge.objects.filter(state__in=Charge.OPEN)


def jobs(street: KillStreet) -> list[tuple[object, ...]]:
    street.rows(_TAKE_FOR_DEAD)
    return street.rows("select task_name, status, worker_id from procrastinate_jobs")


def workers_heard(street: KillStreet) -> object:
    heard = "select count(*) from procrastinate_workers where last_heartbeat > now() - interval '12 seconds'"
    return street.rows(heard)[0][0]


def assert_taken_once(taken: list[Taken]) -> None:
    """Each taking is one payment, one fact, one posting and one receipt, to the fen; and there are no others."""
    payments = list(Payment.objects.select_related(None))
    keys = dict(Charge.objects.values_list("id", "key"))
    assert Counter(taken) == Counter(
        Taken(
            borrower_id=each.borrower_id, channel=each.channel, key=keys[each.charge_id], ref=each.ref,
            amount_minor=each.amount_minor,
        )
        for each in payments
    )  # fmt: skip
    sums = Counter((str(each.id), each.amount_minor) for each in payments)
    facts = Fact.objects.filter(kind="payment").values_list("body", flat=True)
    assert Counter((body["payment_id"], body["amount_minor"]) for body in facts) == sums
    arrived = Posting.objects.filter(cause="arrival").values_list("cause_id", "amount_minor")
    assert Counter((str(payment_id), amount_minor) for payment_id, amount_minor in arrived) == sums
    receipts = Document.objects.filter(kind="receipt").values_list("subject_id", flat=True)
    assert Counter(map(str, receipts)) == Counter(payment_id for payment_id, _ in sums)
    assert not open_charges().exists()
    assert Charge.objects.filter(state="succeeded").count() == len(taken)


def assert_acknowledged_is_kept(street: KillStreet, taken: list[Taken]) -> None:
    """A message that we said we had taken is in the inbox, even if the channel was asked as well."""
    acknowledged = {each.key for each in taken if is_acknowledged(street.sandbox, each)}
    kept = set(Inbox.objects.filter(state="done").values_list("key", flat=True))
    learned = dict(Payment.objects.values_list("learned_by").annotate(count=Count("id")))
    print(f"{len(acknowledged)} acknowledged, {len(kept)} kept, learned by {learned}")
    assert acknowledged <= kept, acknowledged - kept


def is_acknowledged(sandbox: Sandbox, taken: Taken) -> bool:
    told = sandbox.http.get(f"/_control/{taken.channel}/trades/{taken.key}").json()["notifications"]
    return any(each["accepted"] for notice in told for each in notice["deliveries"])


def assert_sound() -> None:
    """Books equal the engine, chains and hashes are whole, and nobody has a case to look at."""
    # A planted loan's agreement was never signed, and has no hash.
    wrong = [each.told() for each in verify(today=clock.today()).wrong if each.what != "agreement"]
    assert not wrong, wrong
    assert not Unapplied.objects.exists()
    assert not Difference.objects.exists()
