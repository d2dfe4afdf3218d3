"""The close of business days: `anqi close`, and nightly by itself. No rules: they are the actions'."""

import gc
import multiprocessing
import os
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple

import psycopg
from django.db import connection, connections

from anqi import clock
from anqi.actions import accruing, closing, loans, settlements
from anqi.actions.closing import Proved
from anqi.actions.loans import Brought
from anqi.lending import inspection as lending
from anqi.rows.days import day_of

_LOCK = 0x616E7169  # "anqi": one run at a time, whoever starts it.
# Whoever is due is sorted anew for each such part of the book, and the part is held in memory.
_DUE_TOGETHER = 5000
_LOANS_TOGETHER = 200

Progress = Callable[[str, date, int, int | None], None]
"""What is being done, for which day, how many are done, and of how many where that is known."""


class Held(Exception):
    """Another run holds the close."""


class Took(NamedTuple):
    """Seconds of the steps of one day's run; waiting until the day is shut is the beginning of the proof."""

    bringing: float
    proving: float
    summing: float


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What the run of one day found, and how long it took."""

    day: date
    brought: Brought
    proved: Proved
    took: Took


def run(*, now: Callable[[], datetime] = clock.now, processes: int = 1, told: Progress | None = None) -> list[Ran]:
    """Runs every day that is due, in order. Raises Held, with who holds it, where another run is on its way.

    Killed at any moment and started again it goes on where it was: each step is either committed or still due.
    """
    # The workers are forked before the lock is taken: a connection does not survive a fork.
    with _workers(processes) as workers, _alone():
        due = closing.days_due(now=now())
        return [_run_day(day, day == due[-1], now, workers, told or _silently) for day in due]


def prove_all(
    *, now: Callable[[], datetime] = clock.now, processes: int = 1, told: Progress | None = None
) -> Proved:
    """Proves the whole book at once, whatever the nights have done."""
    with _workers(processes) as workers:
        told, of = told or _silently, lending.count_begun()
        return _prove(closing.everything(), day_of(now()), now, workers, told, of=of)


def _run_day(
    day: date, is_last: bool, now: Callable[[], datetime], workers: "_Workers", told: Progress
) -> Ran:
    began = time.monotonic()
    brought = _bring(day, now, workers, told)
    brought_by = time.monotonic()
    closing.shut(day, now=now())
    whose = closing.turn(is_last=is_last)
    proved = _prove(closing.to_prove(day, whose), day, now, workers, told)
    proved_by = time.monotonic()
    accrued = accruing.on(day)
    # Before the day is finished: a run that is killed in between must come back to it.
    settlements.make(day, now=now())
    closing.finish(day, woken=brought.count, proved=proved.count, whose=whose, accrued=accrued, now=now())
    told("finished", day, brought.count, None)
    took = Took(brought_by - began, proved_by - brought_by, time.monotonic() - proved_by)
    return Ran(day=day, brought=brought, proved=proved, took=took)


def _bring(day: date, now: Callable[[], datetime], workers: "_Workers", told: Progress) -> Brought:
    brought, of = Brought(), lending.count_due(day)
    groups = ((group, day, now()) for group in _due_groups(day))
    for each in workers.each(_bring_group, groups):
        brought += each
        told("loans", day, brought.count, of)
    return brought


def _due_groups(day: date) -> Iterator[list[Any]]:
    last = None
    while due := loans.due_after(last, day=day, limit=_DUE_TOGETHER):
        yield from (due[first : first + loans.TOGETHER] for first in range(0, len(due), loans.TOGETHER))
        last = due[-1]


def _bring_group(asked: tuple[list[Any], date, datetime]) -> Brought:
    borrower_ids, day, now = asked
    return loans.bring(borrower_ids, day=day, now=now)


def _prove(
    pairs: Iterable[closing.Pair], day: date, now: Callable[[], datetime], workers: "_Workers", told: Progress,
    *, of: int | None = None,
) -> Proved:  # fmt: skip
    proved, rest = Proved(), iter(pairs)
    groups = ((group, day, now()) for group in iter(lambda: list(islice(rest, _LOANS_TOGETHER)), []))
    for each in workers.each(_prove_group, groups):
        proved += each
        told("proved", day, proved.count, of)
    return proved


def _prove_group(asked: tuple[Sequence[closing.Pair], date, datetime]) -> Proved:
    pairs, day, now = asked
    return closing.prove(pairs, day=day, now=now)


def _silently(what: str, day: date, done: int, of: int | None) -> None:
    """Nobody looks."""


@contextmanager
def _alone() -> Iterator[None]:
    """Holds the close by a lock that dies with its transaction, whatever becomes of us."""
    name = f"anqi close {os.getpid()}@{socket.gethostname()}"
    of_ours = ("context", "cursor_factory", "prepare_threshold")
    own = {key: value for key, value in connection.get_connection_params().items() if key not in of_ours}
    with psycopg.connect(**own | {"application_name": name}) as holding:
        # It waits long between its statements, and that is all it is for.
        holding.execute("set idle_in_transaction_session_timeout = 0")
        while not _takes(holding):
            # Nobody, where the holder has ended between our two questions.
            if holder := _holder(holding):
                raise Held(holder)
        yield


def _takes(holding: psycopg.Connection[Any]) -> bool:
    [taken] = holding.execute("select pg_try_advisory_xact_lock(%s)", [_LOCK]).fetchone() or [False]
    return bool(taken)


def _holder(asking: psycopg.Connection[Any]) -> str | None:
    # Who else is there is remembered for a whole transaction, unless it is told to forget.
    asking.execute("select pg_stat_clear_snapshot()")
    found = asking.execute(
        "select a.application_name, a.backend_start from pg_locks l join pg_stat_activity a using (pid)"
        " join pg_database d on d.oid = l.database and d.datname = current_database()"
        " where l.locktype = 'advisory' and l.objid = %s and l.granted",
        [_LOCK],
    ).fetchone()
    if not found:
        return None
    # Another role's times are hidden from us; its name is not.
    return f"{found[0]}, since {found[1]:%Y-%m-%d %H:%M:%S %Z}" if found[1] else str(found[0])


class _Workers:
    """Whole groups are read, decided and written by each worker with its own connection; or here, by one."""

    def __init__(self, pool: ProcessPoolExecutor | None = None, *, ahead: int = 1) -> None:
        self._pool, self._ahead = pool, ahead

    def each(self, work: Callable[[Any], Any], asked: Iterable[Any]) -> Iterator[Any]:
        """What each piece of work comes to, in their order; few are asked for ahead, so that memory stays flat."""
        if self._pool is None:
            yield from map(work, asked)
            return
        waiting: deque[Any] = deque()
        for each in asked:
            waiting.append(self._pool.submit(work, each))
            if len(waiting) > self._ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


@contextmanager
def _workers(processes: int) -> Iterator[_Workers]:
    if processes == 1:
        yield _Workers()
        return
    connections.close_all()
    # Not multiprocessing's own pool, which waits for ever for what a killed worker had in hand.
    forking = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(processes, mp_context=forking, initializer=_begin) as pool:
        # All of them are forked when the first is needed.
        pool.submit(int).result()
        yield _Workers(pool, ahead=2 * processes)


def _begin() -> None:
    # What a worker is born with stays for its life: no collection need look at it again.
    gc.freeze()
    _end_with_parent()


def _end_with_parent() -> None:
    """Nobody is left to take the answers of a run that was killed."""
    threading.Thread(target=_wait_for_parents_end, daemon=True).start()


def _wait_for_parents_end() -> None:
    parent = multiprocessing.parent_process()
    assert parent
    parent.join()
    os._exit(1)
