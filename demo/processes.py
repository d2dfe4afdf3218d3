"""The processes of the demonstration: started in order, watched, and all stopped together."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from demo.place import Trouble

_PATIENCE_SECONDS = 60
_GRACE_SECONDS = 8


# Linux ends them even when we are killed and can't: otherwise they would keep our ports.
DYING_WITH_US = ("setpriv", "--pdeathsig", "TERM") if shutil.which("setpriv") else ()


class Processes:
    """Children of this process. Whatever ends us ends them."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        logs.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, command: list[str], environment: Mapping[str, str]) -> None:
        """Starts it with its output in a log file of that name."""
        with (self._logs / f"{name}.log").open("ab") as log:
            # A group of its own: Ctrl-C in the terminal reaches us alone, and we stop them in order.
            self._running[name] = subprocess.Popen(
                [*DYING_WITH_US, *command], env=dict(environment), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def wait_until(self, name: str, url: str) -> None:
        """Returns when the address answers 200. Refuses with the end of the log when it never does."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not _answers(url):
            if self._running[name].poll() is not None or time.monotonic() > deadline:
                raise Trouble(f"{name} did not start. The end of {self._logs / name}.log:\n{self._end(name)}")
            time.sleep(0.1)

    def watch(self) -> str:
        """The name of the first process that ends. Blocks until then."""
        while True:
            for name, process in self._running.items():
                if process.poll() is not None:
                    return name
            time.sleep(0.5)

    def stop(self) -> None:
        """Asks all of them to end, and makes those end that don't."""
        for process in self._running.values():
            _signal(process, signal.SIGTERM)
        deadline = time.monotonic() + _GRACE_SECONDS
        for process in self._running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            _signal(process, signal.SIGKILL)
            process.wait()
        self._running.clear()

    def _end(self, name: str) -> str:
        lines = (self._logs / f"{name}.log").read_text(errors="replace").splitlines()
        return "\n".join(lines[-15:])


@contextlib.contextmanager
def running(logs: Path) -> Iterator[Processes]:
    """Processes that are stopped when the block ends, however it ends."""
    processes = Processes(logs)
    try:
        yield processes
    finally:
        processes.stop()


def _signal(process: subprocess.Popen[bytes], which: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, which)


def _answers(url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
