"""A lean book on a throwaway server, and the ends of its days, each by `anqi close` as a process of its own."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from datetime import time as hour
from typing import Self

import psycopg

from anqi.rows.days import SHANGHAI
from tools.bench import ground
from tools.bench.weights import Scales, Weights

PROCESSES = 2
# Always the same morning: other days have other due dates before them, and the book is drawn anew for each.
_MORNING = date(2026, 11, 26)
_TOLD = re.compile(
    rb"(?P<events>\d+) loans brought on in (?P<bringing>[\d.]+) s, (?P<proved>\d+) proved in (?P<proving>[\d.]+) s,"
    rb" summed up in (?P<summing>[\d.]+) s\n"
)


@dataclass(frozen=True, kw_only=True)
class Night:
    """What one or several nights did: loans brought on and proved, and the seconds of each step."""

    nights: int = 1
    events: int
    bringing: float
    proved: int
    proving: float
    summing: float

    def __add__(self, other: Self) -> Self:
        sums = {each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)}
        return type(self)(**sums)


class Book:
    """So many loans as they stand on a morning of which the night has done its work already."""

    def __init__(self, found: ground.Ground, *, loans: int) -> None:
        self.weights = _seeded(found, loans)
        self._clock = found.folder / "clock"
        self._environment = found.environment() | {"ANQI_CLOCK_FILE": str(self._clock)}
        self._day = _MORNING
        # The morning's own evening finds nothing to bring on.
        self._close()

    def nights(self) -> Iterator[Night]:
        """The next day's end, and the next one's; nobody pays in between."""
        while True:
            yield self._close()

    def _close(self) -> Night:
        self._day += timedelta(days=1)
        self._set_clock()
        printed = ground.run("anqi", "close", "--processes", str(PROCESSES), environment=self._environment)
        told = list(_TOLD.finditer(printed))
        assert len(told) == 1, f"one day at a time, and nothing is set aside: {printed.decode()}"
        return _night(told[0])

    def _set_clock(self) -> None:
        there = datetime.combine(self._day, hour(0, 31), SHANGHAI)
        self._clock.write_text(str(round((there - datetime.now(SHANGHAI)).total_seconds())))

    def prove(self) -> float:
        """Seconds of `anqi prove --all`, from the start of the command to its end."""
        began = time.perf_counter()
        ground.run("anqi", "prove", "--all", "--processes", str(PROCESSES), environment=self._environment)
        return time.perf_counter() - began


def _night(told: re.Match[bytes]) -> Night:
    return Night(
        events=int(told["events"]), bringing=float(told["bringing"]), proved=int(told["proved"]),
        proving=float(told["proving"]), summing=float(told["summing"]),
    )  # fmt: skip


def _seeded(found: ground.Ground, loans: int) -> Weights:
    ground.run("anqi", "migrate", environment=found.environment())
    scales = Scales(found.server)
    asked = ("--loans", str(loans), "--seed", "7", "--lean", "--day", _MORNING.isoformat())
    print(ground.run("anqi", "seed", *asked, environment=found.environment()).decode().strip(), flush=True)
    with psycopg.connect(found.server.dsn(), autocommit=True) as connection:
        # What would be done in the background, at a time that nobody knows.
        connection.execute("vacuum analyze")
    return scales.weigh()


def until(enough: int, nights: Iterator[Night]) -> Iterator[Night]:
    """As many of the nights as it takes until so many loans have been brought on."""
    brought = 0
    for night in nights:
        yield night
        brought += night.events
        if brought >= enough:
            return
