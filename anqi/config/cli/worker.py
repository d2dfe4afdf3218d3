"""`anqi worker`: reads the inbox, empties the outbox, asks channels, sends messages, wakes loans."""

import argparse
import asyncio
import importlib
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from anqi.config import memory
from anqi.config.cli import site

_TASKS = "anqi.jobs.tasks"
_PAUSE_SECONDS = 2
_CONNECTING_SECONDS = 5
_log = logging.getLogger("anqi.worker")


def run(argv: Sequence[str]) -> int:
    """Runs until stopped; a job that is at work is finished first. Without a database it waits for one."""
    parser = argparse.ArgumentParser(prog="anqi worker", description=__doc__)
    parser.add_argument("--concurrency", type=int, default=4, help="jobs at a time")
    asked = parser.parse_args(argv)
    if not site.set_up():
        return 1
    # The queue looks for tasks in Django's apps, and jobs are none: they own no tables.
    importlib.import_module(_TASKS)
    memory.settle()
    with _stops() as stops:
        _work(asked.concurrency)
        while not stops:
            _log.warning("worker_ended_by_itself")
            time.sleep(_PAUSE_SECONDS)
            _work(asked.concurrency)
    return 0


def _work(concurrency: int) -> None:
    from django.db import OperationalError, connections
    from procrastinate.exceptions import ConnectorException
    from psycopg import OperationalError as NoDatabase

    try:
        asyncio.run(_take_jobs(concurrency))
    except (ConnectorException, NoDatabase, OperationalError):
        _log.warning("worker_without_database", exc_info=True)
    finally:
        connections.close_all()


async def _take_jobs(concurrency: int) -> None:
    """The queue's own command waits half a minute for a connection at every step of its end, and then exits."""
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.utils import connector_params
    from procrastinate.psycopg_connector import PsycopgConnector

    connector = PsycopgConnector(kwargs=connector_params(), timeout=_CONNECTING_SECONDS)
    with app.replace_connector(connector):
        async with app.open_async():
            await app.run_worker_async(concurrency=concurrency, delete_jobs="always")


@contextmanager
def _stops() -> Iterator[list[bool]]:
    """One entry once somebody has asked the worker to stop.

    The queue's worker ends in the same way, and quietly, when it is asked to and when its database has gone away.
    """
    from procrastinate import signals

    stops: list[bool] = []
    on_stop = signals.on_stop

    @contextmanager
    def noticed(callback: Callable[[], Any]) -> Iterator[None]:
        def stop() -> None:
            stops.append(True)
            callback()

        with on_stop(stop):
            yield

    signals.on_stop = noticed
    try:
        yield stops
    finally:
        signals.on_stop = on_stop
