"""Messages of channels: kept once, leased to one worker at a time, ended once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from anqi.payments import inbox, news
from anqi.payments.channels.protocol import Notification, Succeeded
from anqi.payments.models import Inbox
from tests.planting import at

NOW = at(date(2026, 11, 25))


def message(number: str = "n1", amount_minor: int = 53309) -> Notification:
    result = Succeeded(ref="T1", amount_minor=amount_minor, paid_at=NOW)
    return Notification(message_key=number, kind="charge", key="aq1", result=result)


def store(number: str = "n1", raw: bytes = b"raw", *, channel: str = "alipay", now: datetime = NOW) -> bool:
    return inbox.store(channel=channel, notification=message(number), raw=raw, now=now)


def lease(now: datetime, limit: int = 10) -> list[Inbox]:
    with transaction.atomic():
        return inbox.lease_due(now=now, limit=limit)


@pytest.mark.django_db
def test_a_message_is_kept_once_in_one_statement() -> None:
    with CaptureQueriesContext(connection) as seen:
        assert store()
        assert not store(now=NOW + timedelta(hours=1))
    assert len(seen) == 2
    kept = Inbox.objects.get()
    assert (kept.state, kept.tries, kept.received_at, kept.next_try_at) == ("waiting", 0, NOW, NOW)
    assert (bytes(kept.raw), kept.kind, kept.key) == (b"raw", "charge", "aq1")
    assert news.from_json(kept.news) == message().result


@pytest.mark.django_db
def test_other_bytes_and_other_channels_are_other_messages() -> None:
    assert store()
    assert store(raw=b"changed")
    assert store(channel="pigeon")
    assert len(set(Inbox.objects.values_list("channel", "message_key"))) == 3


@pytest.mark.django_db
def test_the_longest_names_fit() -> None:
    assert store("9" * 96)


@pytest.mark.django_db
def test_a_leased_message_comes_due_again_later_and_later() -> None:
    store()
    now, waits = NOW, []
    for tries in range(1, 9):
        [leased] = lease(now)
        assert leased.tries == tries
        assert lease(now) == []
        waits.append((leased.next_try_at - now).total_seconds())
        assert lease(leased.next_try_at - timedelta(seconds=1)) == []
        now = leased.next_try_at
    assert waits == [60, 60, 120, 300, 900, 1800, 3600, 3600]
    assert Inbox.objects.get().tries == 8


@pytest.mark.django_db
def test_the_oldest_are_leased_first_and_no_more_than_asked() -> None:
    for minute in (3, 1, 2):
        store(f"n{minute}", now=NOW + timedelta(minutes=minute))
    first = lease(NOW + timedelta(minutes=9), limit=2)
    assert [each.message_key.split(":")[0] for each in first] == ["n1", "n2"]
    assert len(lease(NOW + timedelta(minutes=9))) == 1
    assert lease(NOW - timedelta(seconds=1)) == []


@pytest.mark.django_db
def test_what_has_ended_is_not_leased_and_ends_once() -> None:
    store()
    store("n2")
    done, refused = Inbox.objects.order_by("message_key")
    inbox.mark_done(done.id, now=NOW)
    inbox.mark_refused(refused.id, why="stranger", now=NOW)
    inbox.mark_refused(done.id, why="too late", now=NOW + timedelta(hours=1))
    inbox.mark_done(refused.id, now=NOW + timedelta(hours=1))
    assert lease(NOW + timedelta(days=9)) == []
    ended = Inbox.objects.order_by("message_key").values_list("state", "why", "done_at")
    assert list(ended) == [("done", "", NOW), ("refused", "stranger", NOW)]


def test_many_at_once_keep_a_message_once(clone_database: str) -> None:
    barrier = Barrier(8)

    def knock(_: int) -> bool:
        try:
            barrier.wait()
            return store()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        news_to = list(pool.map(knock, range(8)))
    assert sorted(news_to) == [False] * 7 + [True]
    assert Inbox.objects.count() == 1


def test_two_workers_lease_no_message_twice(clone_database: str) -> None:
    for number in range(40):
        store(f"n{number}")
    barrier = Barrier(4)

    def work(_: int) -> list[str]:
        try:
            with transaction.atomic():
                barrier.wait()
                leased = inbox.lease_due(now=NOW, limit=10)
                # Nobody commits before everybody has looked: the rows of others must be skipped, not waited for.
                barrier.wait(timeout=10)
            return [each.message_key for each in leased]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        shares = list(pool.map(work, range(4)))
    taken = [key for share in shares for key in share]
    assert len(taken) == len(set(taken)) == 40


def test_a_worker_that_dies_gives_its_messages_back(clone_database: str) -> None:
    store()
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        assert inbox.lease_due(now=NOW, limit=1)
        raise KeyboardInterrupt
    [leased] = lease(NOW)
    assert leased.tries == 1
    # It had committed, and died over the work.
    assert lease(NOW + timedelta(seconds=59)) == []
    assert len(lease(NOW + timedelta(seconds=60))) == 1
