"""What we mean to ask channels: written first, asked by one at a time, again with the same key until answered."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier

import pytest
from django.db import DatabaseError, connection

from anqi.payments import charges, exchanges, outbox
from anqi.payments.channels.protocol import Unknown
from anqi.payments.charges import Part
from anqi.payments.models import Charge, Exchange, Outbox
from tests.planting import Planted, at, plant_borrower, plant_loan

STARTED = date(2026, 8, 31)
NOW = at(date(2026, 9, 30))
SOON = timedelta(seconds=3)


def seconds(count: int) -> timedelta:
    return timedelta(seconds=count)


@pytest.fixture
def lin() -> Planted:
    return plant_loan(starts_on=STARTED)


@pytest.fixture
def charge(lin: Planted) -> Charge:
    return open_charge(lin)


def open_charge(who: Planted) -> Charge:
    part = Part(loan_id=who.loan_id, purpose="due", amount_minor=53309)
    return charges.put(
        borrower_id=who.borrower_id, channel="alipay", how="wap", attempt="a1", subject="按期还款", parts=[part],
        currency="CNY", expires_at=NOW + timedelta(minutes=15), now=NOW,
    )  # fmt: skip


def put(charge: Charge, kind: str = "charge", now: datetime = NOW) -> Outbox:
    return outbox.put(borrower_id=charge.borrower_id, charge_id=charge.id, kind=kind, now=now, lease=SOON)


def entry() -> Outbox:
    return Outbox.objects.get()


@pytest.mark.django_db
def test_the_request_that_writes_an_entry_sees_to_it_first(charge: Charge) -> None:
    put(charge)
    assert (entry().leased_until, entry().tries, entry().done_at) == (NOW + SOON, 0, None)
    assert outbox.lease_due(now=NOW + seconds(2), limit=9) == []
    [leased] = outbox.lease_due(now=NOW + seconds(3), limit=9)
    assert (leased.charge_id, leased.kind, leased.tries) == (charge.id, "charge", 1)
    assert entry().leased_until == entry().next_try_at == NOW + seconds(63)


@pytest.mark.django_db
def test_a_worker_that_dies_over_an_entry_gives_it_back(charge: Charge) -> None:
    put(charge)
    assert outbox.lease_due(now=NOW + seconds(3), limit=9)
    assert outbox.lease_due(now=NOW + seconds(62), limit=9) == []
    [again] = outbox.lease_due(now=NOW + seconds(63), limit=9)
    assert again.tries == 2


@pytest.mark.django_db
def test_an_unclear_answer_is_asked_for_later_and_later(charge: Charge) -> None:
    put(charge)
    whose = {"borrower_id": charge.borrower_id, "charge_id": charge.id, "kind": "charge"}
    now, waits = NOW, []
    for _ in range(5):
        outbox.postpone(**whose, now=now)
        waiting = entry()
        assert waiting.next_try_at and waiting.leased_until is None
        waits.append((waiting.next_try_at - now).total_seconds())
        now = waiting.next_try_at
        assert outbox.lease_due(now=now, limit=9)
    assert waits == [5, 15, 60, 300, 300]


@pytest.mark.django_db
def test_an_answer_ends_the_entry_of_its_kind_only(charge: Charge) -> None:
    put(charge)
    put(charge, "close")
    whose = {"borrower_id": charge.borrower_id, "charge_id": charge.id, "kind": "charge"}
    outbox.done(**whose, now=NOW + seconds(1))
    outbox.done(**whose, now=NOW + seconds(2))
    outbox.postpone(**whose, now=NOW + seconds(3))
    ended = Outbox.objects.get(kind="charge")
    assert (ended.done_at, ended.next_try_at) == (NOW + seconds(1), None)
    assert [each.kind for each in outbox.lease_due(now=NOW + timedelta(days=1), limit=9)] == ["close"]


@pytest.mark.django_db
def test_no_more_is_leased_than_asked_the_oldest_first(charge: Charge) -> None:
    for late in (5, 4, 1, 3, 2):
        put(charge, "close", now=NOW + seconds(late))
    first = outbox.lease_due(now=NOW + seconds(9), limit=3)
    assert [each.created_at for each in first] == [NOW + seconds(late) for late in (1, 2, 3)]
    rest = outbox.lease_due(now=NOW + seconds(9), limit=3)
    assert [each.created_at for each in rest] == [NOW + seconds(late) for late in (4, 5)]


def test_workers_at_once_lease_an_entry_once(clone_database: str) -> None:
    for number in range(5):
        borrower_id = plant_borrower(f"+86138000060{number:02d}", now=NOW)
        put(open_charge(plant_loan(borrower_id=borrower_id, starts_on=STARTED)))
    barrier = Barrier(4)

    def work(_: int) -> list[str]:
        try:
            barrier.wait()
            return [str(each.id) for each in outbox.lease_due(now=NOW + seconds(3), limit=9)]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        shares = list(pool.map(work, range(4)))
    taken = [each for share in shares for each in share]
    assert len(taken) == len(set(taken)) == 5
    assert set(Outbox.objects.values_list("tries", flat=True)) == {1}


@pytest.mark.django_db
def test_an_exchange_is_noted_and_stays(charge: Charge) -> None:
    exchanges.note(
        borrower_id=charge.borrower_id, charge_id=charge.id, kind="query", result=Unknown(cause="timeout"), at=NOW
    )
    noted = Exchange.objects.get(borrower_id=charge.borrower_id, charge_id=charge.id)
    assert (noted.direction, noted.kind, noted.outcome, noted.detail, noted.at) == (
        "out", "query", "unknown", {"cause": "timeout"}, NOW,
    )  # fmt: skip
    with pytest.raises(DatabaseError):
        Exchange.objects.filter(borrower_id=charge.borrower_id, id=noted.id).update(outcome="succeeded")
