"""The rate at which rows are handed out, by a clock that only sleeping and working move on."""

from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from anqi.jobs import pace


@dataclass
class Clock:
    """Seconds, in eighths, which floats hold exactly."""

    now: float = 100.0
    slept: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(pace, "time", clock)
    return clock


def test_each_waits_for_its_turn(clock: Clock) -> None:
    handed = [clock.now for _ in pace.through(range(9), per_second=8)]
    assert [after - before for before, after in pairwise(handed)] == [0.125] * 8


def test_who_is_slower_waits_for_nothing_and_makes_up_for_nothing(clock: Clock) -> None:
    handed = []
    for row in pace.through(range(6), per_second=8):
        handed.append(clock.now)
        clock.now += 1 if row == 1 else 0
    assert handed == [100, 100.125, 101.125, 101.25, 101.375, 101.5]


def test_in_no_second_are_more_handed_out_than_the_rate(clock: Clock) -> None:
    handed = []
    for row in pace.through(range(200), per_second=8):
        handed.append(clock.now)
        clock.now += (row % 7) / 16
    assert max(sum(at <= other < at + 1 for other in handed) for at in handed) <= 8
