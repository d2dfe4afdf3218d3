"""Closes that are struck and begun again, each on books of its own that were copied from one small book."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from anqi.config.postgres import Postgres
from demo.processes import DYING_WITH_US
from tests.faults.close_dying import PHASES, STRUCK, Strike
from tests.faults.throwaway import connected_to
from tests.sandbox.sandbox_stand import ROOT

# Of any four neighbours one is among the writing of loans' books, and one among their proof.
_TURNS = ("bring", "finish", "prove", "shut", "bring", "sum up", "prove", "between")
_PATIENCE_SECONDS = 180
_TRIES = 20


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What befalls one night: one strike after the other, and then it is left alone."""

    strikes: tuple[Strike, ...]
    processes: int
    # Whether a database that was stopped is started while the close is still there, or after its end.
    is_back_at_once: bool

    def __str__(self) -> str:
        back = ", back at once" if self.is_back_at_once else ""
        return f"{self.processes} processes{back}: {'; '.join(map(str, self.strikes))}"


def draw(seed: int, counts: Mapping[str, int], *, victims: tuple[str, ...]) -> Plan:
    """The same for the same seed and counts: neighbouring seeds begin in different phases, the rest is chance."""
    chance = random.Random(seed)  # noqa: S311
    phases = [_TURNS[seed % len(_TURNS)], *chance.choices(PHASES, k=chance.choice((0, 0, 1, 2)))]
    return Plan(
        strikes=tuple(_draw_strike(phase, counts, victims, chance) for phase in phases),
        processes=chance.choice((1, 2, 2)),
        is_back_at_once=victims == ("database",) and chance.random() < 0.5,
    )


def _draw_strike(phase: str, counts: Mapping[str, int], victims: tuple[str, ...], chance: random.Random) -> Strike:
    return Strike(
        phase=phase,
        # Two workers now and then count one statement for two.
        statement=1 + int(chance.random() * 0.95 * counts[phase]),
        moment=chance.choice(("before", "during", "during", "after")),
        after_ms=round(chance.uniform(0, 3), 2),
        victim=chance.choice(victims),
    )


@dataclass(kw_only=True)
class CloseStreet:
    """One database, and the closes that run on it one after the other."""

    server: Postgres
    database: str
    clock: Path
    logs: Path
    groups: list[int] = field(default_factory=list)

    def live(self, plan: Plan) -> None:
        """The night through all that was planned, until a close has come to its end and nobody is left of the others."""
        for n, strike in enumerate(plan.strikes):
            self._close(strike, plan)
            # A later one may come to nothing: the rest of a night has fewer statements.
            assert n or STRUCK in self._log().read_text(), f"{strike}\n{self.told()}"
        for _ in range(_TRIES):
            if self._close(None, plan) == 0:
                break
            # Only who comes before the one that was killed is quite gone is sent away.
            assert "is held by" in self.told(), self.told()
            time.sleep(0.1)
        _until(lambda: not any(map(_is_alive, self.groups)), self)

    def count(self) -> dict[str, int]:
        """How many statements each phase of a night has that nothing befalls."""
        assert self._close(None, Plan(strikes=(), processes=1, is_back_at_once=False)) == 0, self.told()
        found: dict[str, int] = json.loads((self.logs / "counts").read_text())
        return found

    def told(self) -> str:
        """The end of what the last close said."""
        return self._log().read_text()[-3000:]

    def _log(self) -> Path:
        return self.logs / f"close-{len(self.groups)}.log"

    def stop(self) -> None:
        for group in self.groups:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)

    def _close(self, strike: Strike | None, plan: Plan) -> int:
        process = self._start(self._aimed(strike), plan.processes)
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while process.poll() is None:
            assert time.monotonic() < deadline, f"a close that does not end: {strike}\n{self.told()}"
            if plan.is_back_at_once and not self.server.status().is_running:
                self.server.ensure()
            time.sleep(0.02)
        self.server.ensure()
        return process.returncode

    def _aimed(self, strike: Strike | None) -> str:
        if not strike or strike.victim != "database":
            return strike.told() if strike else "null"
        stated = json.loads(strike.told()) | {"postmaster": self.server.status().pid}
        return json.dumps(stated)

    def _start(self, strike: str, processes: int) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "tests.faults.close_dying", strike, str(self.logs / "counts"), str(processes)]
        with (self.logs / f"close-{len(self.groups) + 1}.log").open("wb") as log:
            process = subprocess.Popen(
                [*DYING_WITH_US, *command], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
                env=os.environ | {
                    "DATABASE_URL": self.server.dsn(self.database),
                    "DJANGO_SETTINGS_MODULE": "anqi.config.settings",
                    "ANQI_CLOCK_FILE": str(self.clock),
                    "PYTHONUNBUFFERED": "1",
                },
            )  # fmt: skip
        self.groups.append(process.pid)
        return process


@contextmanager
def street(server: Postgres, *, clock: Path, logs: Path, name: str) -> Iterator[CloseStreet]:
    """A copy of the server's own database under that name; Django is connected to it."""
    opened = CloseStreet(server=server, database=name, clock=clock, logs=logs)
    _as_owner(server, f"create database {name} template {server.name}")
    try:
        with connected_to(server, database=name):
            yield opened
    finally:
        opened.stop()
        _as_owner(server, f"drop database {name} with (force)")


def _as_owner(server: Postgres, statement: str) -> None:
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
        connection.execute(statement)


def _is_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _until(holds: Callable[[], bool], street: CloseStreet) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"somebody works on for a close that is dead\n{street.told()}"
        time.sleep(0.05)
