"""Jobs that drain what is due now, by the clock and whenever they are asked for."""

import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Lock
from typing import Any

from django.db import connections, transaction
from procrastinate import exceptions
from procrastinate.contrib.django import app

from anqi import clock

EVERY_FEW_SECONDS = "* * * * * */5"
EVERY_MINUTE = "* * * * *"
_BATCH = 100
_log = logging.getLogger("anqi.jobs")

Batch = Callable[[datetime, int], int]


def soon(name: str) -> None:
    """Has that job run as soon as this transaction commits; once, however often it is asked for."""
    try:
        # Its own savepoint: being already there must not end the caller's transaction.
        with transaction.atomic():
            app.configure_task(name, queueing_lock=name).defer()
    except exceptions.AlreadyEnqueued:
        pass


def drain(name: str, every: str, *, alone: bool = False) -> Callable[[Batch], Any]:
    """A job of that name that runs that often and whenever it is asked for.

    One waits at a time, several may run: they lease different rows. A job `alone` waits for the one that runs, and
    the queue does not look at it again by itself when that one ends.
    """
    lock = name if alone else None

    def decorate(batch: Batch) -> Any:
        @app.periodic(cron=every, queueing_lock=name)
        @app.task(name=name, queueing_lock=name, lock=lock)
        def job(timestamp: int | None = None) -> None:
            while batch(clock.now(), _BATCH) >= _BATCH:
                pass

        return job

    return decorate


def go_through(act: Callable[[Any, datetime], None], rows: Iterable[Any], now: datetime) -> int:
    """How many rows there were.

    One that breaks does not keep the others waiting; it comes due again, and the log says why.
    """
    count = 0
    for row in rows:
        count += 1
        _try(act, row, now)
    return count


def go_through_at_once(
    act: Callable[[Any, datetime], None], rows: Iterable[Any], now: datetime, *, threads: int
) -> int:
    """As `go_through`, by so many threads that share the rows: who waits for an answer holds up only itself.

    Each has its own connection to the database, which is closed when there are no rows left.
    """
    waiting, turn, counts = iter(rows), Lock(), []

    def work() -> None:
        try:
            counts.append(go_through(act, _in_turn(waiting, turn), now))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        for working in [pool.submit(work) for _ in range(threads)]:
            working.result()
    return sum(counts)


def _in_turn(rows: Iterator[Any], turn: Lock) -> Iterator[Any]:
    # One thread at a time waits for the next row: whoever hands them out keeps to a rate.
    while True:
        with turn:
            row = next(rows, None)
        if row is None:
            return
        yield row


def _try(act: Callable[[Any, datetime], None], row: Any, now: datetime) -> None:
    try:
        act(row, now)
    except Exception:
        _log.exception("job_row_failed", extra={"row": str(row.id), "act": act.__name__})
