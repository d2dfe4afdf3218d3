"""`anqi`, run as an operator would: from an empty folder to a site and a worker that do their work."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import psycopg
import pytest

from anqi import __main__ as command_line
from anqi.config.place import CHECKOUT
from anqi.config.postgres import Postgres
from tests.config.conftest import folder_for_servers

_PATIENCE_SECONDS = 120
Told = TypeVar("Told")
COMMANDS = ("db", "migrate", "serve", "worker", "verify", "books", "bank", "staff", "django")


def anqi(*words: str, home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "anqi", *words], cwd=CHECKOUT, env=environment(home) | more,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def environment(home: Path) -> dict[str, str]:
    outside = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "ANQI_KEYRING")}
    return outside | {"ANQI_HOME": str(home), "ANQI_MODE": "test"}


@pytest.fixture(scope="module")
def house() -> Iterator[Path]:
    """A folder in which an operator has migrated once."""
    with folder_for_servers() as home:
        done = anqi("migrate", home=home)
        assert done.returncode == 0, done.stderr
        yield home


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main(["--help"]) == command_line.main([]) == 0
    told = capsys.readouterr().out
    assert all(f"  {command} " in told for command in COMMANDS)


def test_an_unknown_command_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main(["repay"]) == 2
    assert "`repay` is no command of anqi" in capsys.readouterr().err


@pytest.mark.parametrize("command", [command for command in COMMANDS if command not in ("django",)])
def test_every_command_has_help_and_needs_nothing_for_it(command: str, home: Path) -> None:
    told = anqi(command, "--help", home=home, DATABASE_URL="postgresql://nobody@nowhere.invalid/none")
    assert told.returncode == 0, told.stderr
    assert f"anqi {command}" in told.stdout
    assert not (home / "postgres/data").exists()


@pytest.mark.parametrize("words", [["--help"], ["db", "status"]])
def test_the_database_does_not_wait_for_django(words: list[str], home: Path) -> None:
    spy = f"import sys; from anqi.__main__ import main; main({words!r}); sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", spy], cwd=CHECKOUT, env=environment(home), check=False).returncode == 0


@pytest.mark.parametrize("words", [("migrate",), ("worker",), ("verify",), ("serve",), ("django", "check")])
def test_no_database_is_a_sentence(words: tuple[str, ...], home: Path) -> None:
    told = anqi(*words, home=home, DATABASE_URL="postgresql://nobody@/none?host=/nowhere")
    assert told.returncode == 1
    assert "no database answers there" in told.stderr
    assert "Traceback" not in told.stderr


def test_migrating_again_changes_nothing(house: Path) -> None:
    again = anqi("migrate", home=house)
    assert again.returncode == 0, again.stderr
    assert "No migrations to apply" in again.stdout


def test_a_site_answers_and_stops_when_told(house: Path) -> None:
    port = free_port()
    with started("serve", "merchant", "--port", str(port), home=house) as server:
        health = until(lambda: answer(f"http://127.0.0.1:{port}/healthz"))
        assert json.loads(health)["checks"]["database"]["ok"]
        server.send_signal(signal.SIGTERM)
        assert server.wait(_PATIENCE_SECONDS) == 0


def test_a_worker_does_every_kind_of_job(house: Path) -> None:
    def done() -> set[str]:
        with psycopg.connect(Postgres(house / "postgres").dsn()) as connection:
            left = connection.execute("select count(*) from procrastinate_jobs").fetchone()
            names = connection.execute("select task_name from procrastinate_periodic_defers").fetchall()
        return {name for (name,) in names} if left == (0,) else set()

    with started("worker", home=house) as worker:
        assert until(lambda: {"inbox", "outbox", "charges", "revival"} <= done())
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(_PATIENCE_SECONDS) == 0


@contextlib.contextmanager
def started(*words: str, home: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "anqi", *words]
    process = subprocess.Popen(command, cwd=CHECKOUT, env=environment(home), stdin=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def answer(url: str) -> str:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        return str(opener.open(url, timeout=5).read().decode())
    except urllib.error.HTTPError as refusal:
        return refusal.read().decode()
    except OSError:
        return ""


def until(ask: Callable[[], Told]) -> Told:
    """The first answer that isn't nothing."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        told = ask()
        if told or time.monotonic() > deadline:
            return told
        time.sleep(0.2)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
