"""`anqi close` as a process that strikes at one of its own statements: itself, its parent, or its database."""

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import wraps
from multiprocessing.sharedctypes import RawArray
from pathlib import Path
from typing import Any

import psycopg

from anqi.config.cli import close as command
from anqi.config.cli import site

PHASES = ("bring", "prove", "finish", "shut", "sum up", "between")
STRUCK = "struck"
# So few that every day has several groups, and two workers have something to do.
_BORROWERS_TOGETHER, _LOANS_TOGETHER = 6, 12


@dataclass(frozen=True, kw_only=True)
class Strike:
    """At which statement of a phase it comes, at which moment of it, and whom it meets."""

    phase: str
    statement: int
    # So many milliseconds after it was begun, where not before or after it.
    moment: str
    after_ms: float
    # "group"; "parent" or "worker", alone; "database", which is that process.
    victim: str
    postmaster: int | None = None

    def __str__(self) -> str:
        moment = f"{self.after_ms} ms into" if self.moment == "during" else self.moment
        return f"{self.victim}, {moment} statement {self.statement} of {self.phase}"

    def told(self) -> str:
        return json.dumps(asdict(self))


class _Watch:
    """Counts the statements of each phase, in all processes of the run; nobody waits for a lock that a dead one has."""

    def __init__(self, strike: Strike | None) -> None:
        self.phase, self._strike, self._parent = "between", strike, os.getpid()
        self._counts, self._struck = RawArray("i", len(PHASES)), RawArray("i", 1)

    def is_now(self) -> bool:
        place = PHASES.index(self.phase)
        self._counts[place] += 1
        strike = self._strike
        return bool(
            strike and strike.phase == self.phase and self._counts[place] >= strike.statement and not self._struck[0]
        )

    def run(self, statement: Callable[[], Any]) -> Any:
        strike = self._strike if self.is_now() else None
        if not strike:
            return statement()
        if strike.moment == "before":
            self._do(strike)
        elif strike.moment == "during":
            threading.Timer(strike.after_ms / 1000, self._do, [strike]).start()
        came = statement()
        if strike.moment == "after":
            self._do(strike)
        return came

    def counted(self) -> dict[str, int]:
        return dict(zip(PHASES, self._counts, strict=True))

    def _do(self, strike: Strike) -> None:
        if self._struck[0]:
            return
        self._struck[0] = 1
        os.write(2, f"{STRUCK}: {strike}\n".encode())
        # Whoever works for a parent that has just died may be too late.
        with suppress(ProcessLookupError):
            if strike.postmaster:
                os.kill(strike.postmaster, signal.SIGQUIT)
            elif strike.victim == "group":
                os.killpg(0, signal.SIGKILL)
            else:
                os.kill(self._parent if strike.victim == "parent" else os.getpid(), signal.SIGKILL)


def main(strike: Strike | None, counts: Path, processes: str) -> int:
    """What `anqi close` returns, if it comes to that; how many statements each phase had is then in that file."""
    watch = _Watch(strike)
    assert site.set_up()
    _see_statements(watch)
    _see_phases(watch)
    try:
        return command.run(["--processes", processes])
    finally:
        counts.write_text(json.dumps(watch.counted()))


def _see_statements(watch: _Watch) -> None:
    """Everything that goes to the server goes through here, commits too."""
    wait = psycopg.Connection.wait

    @wraps(wait)
    def watched(connection: Any, *asked: Any, **more: Any) -> Any:
        return watch.run(lambda: wait(connection, *asked, **more))

    psycopg.Connection.wait = watched  # type: ignore[assignment, method-assign]


def _see_phases(watch: _Watch) -> None:
    from anqi.actions import closing, loans
    from anqi.jobs import close
    from anqi.ledger import days

    steps = ((loans, "bring"), (closing, "prove"), (closing, "finish"), (closing, "shut"), (days, "sum_up"))
    for module, name in steps:
        setattr(module, name, _phase(watch, name.replace("_", " "), getattr(module, name)))
    assert loans.TOGETHER and close._LOANS_TOGETHER
    loans.TOGETHER, close._LOANS_TOGETHER = _BORROWERS_TOGETHER, _LOANS_TOGETHER


def _phase(watch: _Watch, name: str, step: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(step)
    def named(*asked: Any, **more: Any) -> Any:
        before, watch.phase = watch.phase, name
        try:
            return step(*asked, **more)
        finally:
            watch.phase = before

    return named


if __name__ == "__main__":
    stated, counts, processes = sys.argv[1:]
    told = json.loads(stated)
    sys.exit(main(Strike(**told) if told else None, Path(counts), processes))
