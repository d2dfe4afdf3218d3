"""A worker outlives its database: it waits, goes on when there is one again, and ends only when it is asked to."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from anqi.config.postgres import Postgres
from demo.processes import DYING_WITH_US
from tests.faults.throwaway import durable_server

_PATIENCE_SECONDS = 180
_HEARD = "select max(last_heartbeat) > now() - interval '8 seconds' from procrastinate_workers"


def heard(server: Postgres) -> bool:
    try:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            [(is_heard,)] = connection.execute(_HEARD).fetchall()
    except psycopg.OperationalError:
        return False
    return bool(is_heard)


def until(holds: Callable[[], bool], what: str, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"waited in vain until {what}\n{log.read_text()[-3000:]}"
        time.sleep(0.2)


def test_the_database_goes_away_and_comes_back(shared_server: Postgres, tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    with durable_server() as server, log.open("wb") as told:
        environment = os.environ | {"DATABASE_URL": server.dsn(), "PYTHONUNBUFFERED": "1"}
        command = [*DYING_WITH_US, sys.executable, "-m", "anqi", "worker"]
        worker = subprocess.Popen(command, env=environment, stdout=told, stderr=told, start_new_session=True)
        try:
            until(lambda: heard(server), "the worker is heard", log)
            server.stop(immediate=True)
            until(lambda: log.read_bytes().count(b"worker_ended_by_itself") > 1, "the worker has tried again in vain", log)
            assert worker.poll() is None
            server.ensure()
            with psycopg.connect(server.dsn(), autocommit=True) as connection:
                connection.execute("delete from procrastinate_workers where last_heartbeat < now()")
            until(lambda: heard(server), "the worker is heard again", log)
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(_PATIENCE_SECONDS) == 0
        finally:
            worker.kill()
            worker.wait()
