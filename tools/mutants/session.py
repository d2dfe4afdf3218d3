"""The tests of one ground, in a process that is forked for them and ends with them."""

import os
import resource
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

import hypothesis
import pytest

from tools.mutants.grounds import Ground

_MOST_MEMORY = 2 * 1024**3
# As the house runs its tests, without what they don't need here: other plugins, and long words about a failure.
_ARGUMENTS = ["-x", "-q", "-p", "no:cacheprovider", "-W", "error", "-c", os.devnull, "--tb=native", "--assert=plain"]


def hold(ground: Ground, order: Mapping[str, float], said: Connection, seconds_allowed: int) -> None:
    """Run the tests until one fails, and say which, or none, and the seconds of each that ran.

    Nothing is said when the time is up, or when the process breaks down.
    """
    _limit(seconds_allowed)
    _be_silent()
    _settle(ground)
    watch = _Watch(order=order)
    status = pytest.main([*_ARGUMENTS, f"--rootdir={ground.folder}", ground.tests], plugins=[watch])
    failed = watch.failed or (f"pytest, which ended with {int(status)}" if status else None)
    said.send((failed, dict(watch.seconds)))


@dataclass(kw_only=True)
class _Watch:
    """Puts the tests into their order and keeps what they say."""

    order: Mapping[str, float]
    failed: str | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: self.order.get(item.nodeid, 0))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._note(report)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0) + report.duration
        self._note(report)

    def _note(self, report: pytest.CollectReport | pytest.TestReport) -> None:
        if report.failed:
            self.failed = self.failed or report.nodeid


def _limit(seconds_allowed: int) -> None:
    """A loop without an end is killed by the system, here and in whatever the tests start; and so is a flood."""
    os.setsid()
    signal.alarm(seconds_allowed)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds_allowed, seconds_allowed))
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))


def _be_silent() -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)


def _settle(ground: Ground) -> None:
    """The ground takes the place of the checkout, which `python -m` put first."""
    sys.path[0] = str(ground.folder)
    os.chdir(ground.folder)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    # It would flush for a program that has forgotten to.
    os.environ.pop("PYTHONUNBUFFERED", None)
    # The same examples for every mutant; one that fails says enough and is not made smaller.
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile("mutants", derandomize=True, database=None, phases=phases)
    hypothesis.settings.load_profile("mutants")
