"""The cells of the fault matrix, made from the channels' catalogues: each fault wherever it can strike."""

import random
from dataclasses import dataclass

from sandbox.faults import Fault
from tests.faults.matrix_operations import Operation
from tests.faults.matrix_places import PLACES, is_felt
from tests.seeds import IS_SOAK, SEED

_SAMPLE = 6
# A client that waits for ten seconds has given up by then.
_SLOW_SECONDS = 11


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One fault at one step of one operation; the step is named as the sandbox names it."""

    channel: str
    operation: Operation
    step: str
    fault: Fault

    @property
    def name(self) -> str:
        return f"{self.channel}-{self.operation}-{self.step}-{self.fault.name}"

    @property
    def rule(self) -> dict[str, object]:
        """How often it strikes: a message once, for its repeats are bent as well; answers and states twice running.

        What is told a day later than it happened is told then.
        """
        if self.fault.name == "slow":
            return {"next": 1, "seconds": _SLOW_SECONDS}
        is_once = self.fault.kind == "notify" or (self.operation == "reconcile" and "next_day" in self.fault.name)
        return {"next": 1 if is_once else 2}


def cells() -> list[Cell]:
    """All of them, in the order of the catalogues."""
    return [
        Cell(channel=channel, operation=operation, step=step, fault=fault)
        for channel, faults, places in PLACES
        for fault in faults
        for operation, step in places
        if is_felt(fault, step)
    ]


def chosen(*channels: str, of: tuple[Operation, ...], most: int = _SAMPLE) -> list[Cell]:
    """Those at the channels of these operations: all in a soak, else a sample drawn from the seed, `most` at most."""
    able = [cell for cell in cells() if cell.channel in channels and cell.operation in of]
    if IS_SOAK:
        return able
    return random.Random(SEED).sample(able, min(most, len(able)))  # noqa: S311
