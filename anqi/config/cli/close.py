"""`anqi close`: ends every business day that is over, in order, and proves the books; again after a kill it goes on."""

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import date

from anqi.config.cli import site

_EVERY_SECONDS = 5.0


def run(argv: Sequence[str]) -> int:
    """0 when every day that is over has had its run, whatever waits for people; 1 where another run holds it."""
    parser = argparse.ArgumentParser(prog="anqi close", description=__doc__)
    parser.add_argument("--processes", type=int, default=2, help="how many decide and write side by side")
    asked = parser.parse_args(argv)
    if not site.set_up():
        return 1
    from anqi.jobs import close

    try:
        ran = close.run(processes=asked.processes, told=Told())
    except close.Held as held:
        print(f"The close is held by {held}.", file=sys.stderr)
        return 1
    for each in ran:
        print(_told(each.day, each.brought.count, each.proved.count, each.brought.set_aside, each.proved.differing))
    print(f"{len(ran)} days have had their run." if ran else "Every day that is over has had its run.")
    return 0


def _told(day: date, brought: int, proved: int, set_aside: int, differing: int) -> str:
    waits = f"; {set_aside} set aside, {differing} differ: see the office's queue" if set_aside or differing else ""
    return f"{day}: {brought} loans brought on, {proved} proved{waits}"


class Told:
    """Progress: a line that changes in a terminal, now and then a line of its own elsewhere."""

    def __init__(self) -> None:
        self._began = self._spoke = time.monotonic()
        self._what: tuple[str, date] | None = None

    def __call__(self, what: str, day: date, done: int) -> None:
        now = time.monotonic()
        if self._what != (what, day):
            self._what, self._began = (what, day), now
        elif now - self._spoke < (0.2 if sys.stderr.isatty() else _EVERY_SECONDS):
            return
        self._spoke = now
        rate = done / max(now - self._began, 0.001)
        end = "\r" if sys.stderr.isatty() else "\n"
        print(f"{day} {what}: {done} ({rate:.0f}/s)   ", end=end, file=sys.stderr, flush=True)
