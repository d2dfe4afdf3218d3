"""Mutants before the tests, several at once: who notices each of them, or nobody."""

import contextlib
import multiprocessing
import os
import shutil
import signal
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from multiprocessing.connection import wait

from tools.mutants import grounds, session
from tools.mutants.grounds import Ground
from tools.mutants.mutations import Mutant

NO_ANSWER = "no answer"
_FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True, kw_only=True)
class Result:
    """A mutant, the test that noticed it, or none, and after how many seconds."""

    mutant: Mutant
    noticed_by: str | None
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Trials:
    """A ground whose tests pass, and the seconds of each test there."""

    ground: Ground
    seconds: Mapping[str, float]
    seconds_allowed: int
    jobs: int


def look(ground: Ground, *, seconds_allowed: int) -> tuple[str | None, dict[str, float]]:
    """The test that fails on the ground as it is, or none; and the seconds of each."""
    return _Trial(ground, {}, seconds_allowed).end()


def results(mutants: Iterable[Mutant], trials: Trials) -> Iterator[Result]:
    """What becomes of each mutant, as soon as it is known."""
    waiting, kills = iter(mutants), Counter[str]()
    running: dict[object, tuple[Mutant, _Trial]] = {}
    try:
        while True:
            while len(running) < trials.jobs and (mutant := next(waiting, None)):
                trial = _begin(mutant, trials, kills)
                running[trial.answer] = mutant, trial
            if not running:
                return
            for answer in wait([trial.answer for _, trial in running.values()]):
                result = _result(*running.pop(answer))
                kills.update([result.noticed_by] if result.noticed_by else [])
                yield result
    finally:
        for _, trial in running.values():
            trial.kill()


def _begin(mutant: Mutant, trials: Trials, kills: Mapping[str, int]) -> "_Trial":
    # Cheap tests first, and before them what has noticed much for its time.
    order = {name: seconds / (1 + kills.get(name, 0)) for name, seconds in trials.seconds.items()}
    return _Trial(grounds.with_mutant(trials.ground, mutant), order, trials.seconds_allowed)


def _result(mutant: Mutant, trial: "_Trial") -> Result:
    noticed_by, _ = trial.end()
    shutil.rmtree(trial.ground.folder)
    return Result(mutant=mutant, noticed_by=noticed_by, seconds=trial.age)


class _Trial:
    """The tests of one ground, going on in a process of their own."""

    def __init__(self, ground: Ground, order: Mapping[str, float], seconds_allowed: int) -> None:
        self.ground, self._began = ground, time.monotonic()
        self.answer, said = _FORK.Pipe(duplex=False)
        self._process = _FORK.Process(target=session.hold, args=(ground, order, said, seconds_allowed))
        self._process.start()
        # Only the process itself holds the other end now: when it dies, its silence is heard.
        said.close()

    @property
    def age(self) -> float:
        return time.monotonic() - self._began

    def end(self) -> tuple[str | None, dict[str, float]]:
        """What it says, as soon as it does."""
        try:
            noticed_by, seconds = self.answer.recv()
        except EOFError:
            return NO_ANSWER, {}
        finally:
            self.kill()
        return noticed_by, seconds

    def kill(self) -> None:
        """It ends, with everything that its tests have started."""
        assert self._process.pid
        self._process.kill()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.join()
