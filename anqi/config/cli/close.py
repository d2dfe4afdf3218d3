"""`anqi close`: ends every business day that is over, in order, and proves the books; again after a kill it goes on."""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from anqi.config.cli import site

if TYPE_CHECKING:
    from anqi.jobs.close import Ran

_EVERY_SECONDS, _EVERY_SECONDS_SEEN = 5.0, 0.2
# What a longer line has left behind, as terminals understand it.
_ERASE = "\x1b[K"


def run(argv: Sequence[str]) -> int:
    """0 when every day that is over has had its run, whatever waits for people; 1 where another run holds it."""
    parser = argparse.ArgumentParser(prog="anqi close", description=__doc__)
    parser.add_argument("--processes", type=int, default=2, help="how many decide and write side by side")
    asked = parser.parse_args(argv)
    if not site.set_up():
        return 1
    from anqi.jobs import close

    try:
        with Told() as told:
            ran = close.run(processes=asked.processes, told=told)
    except close.Held as held:
        print(f"The close is held by {held}.", file=sys.stderr)
        return 1
    for each in ran:
        print(_told(each))
    print(f"{len(ran)} days have had their run." if ran else "Every day that is over has had its run.")
    return 0


def _told(ran: "Ran") -> str:
    brought, proved, took = ran.brought, ran.proved, ran.took
    is_waiting = brought.set_aside or proved.differing
    waits = f"; {brought.set_aside} set aside, {proved.differing} differ: see the office's queue" if is_waiting else ""
    return (
        f"{ran.day}: {brought.count} loans brought on in {took.bringing:.2f} s, {proved.count} proved in"
        f" {took.proving:.2f} s, summed up in {took.summing:.2f} s{waits}"
    )


class Told:
    """Progress: in a terminal a line that changes and is gone at the end, elsewhere a line now and then."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._work: tuple[str, date] | None = None
        self._began = self._spoke = 0.0
        self._done_before = 0

    def __enter__(self) -> "Told":
        return self

    def __exit__(self, *_: object) -> None:
        if sys.stderr.isatty():
            print(f"\r{_ERASE}", end="", file=sys.stderr, flush=True)

    def __call__(self, what: str, day: date, done: int, of: int | None) -> None:
        now, share = self._now(), f"{done} of {of}" if of else f"{done}"
        if self._work != (what, day):
            # Nobody said when it began: the rate is that of what follows.
            self._work, self._began, self._done_before = (what, day), now, done
            self._say(f"{day} {what}: {share}", now)
        elif now - self._spoke >= (_EVERY_SECONDS_SEEN if sys.stderr.isatty() else _EVERY_SECONDS):
            rate = (done - self._done_before) / (now - self._began)
            self._say(f"{day} {what}: {share} ({rate:.0f}/s{_left(done, of, rate)})", now)

    def _say(self, line: str, now: float) -> None:
        self._spoke = now
        is_seen = sys.stderr.isatty()
        print(f"\r{line}{_ERASE}" if is_seen else line, end="" if is_seen else "\n", file=sys.stderr, flush=True)


def _left(done: int, of: int | None, rate: float) -> str:
    return f", {timedelta(seconds=round(max(of - done, 0) / rate))} left" if of and rate else ""
