"""Keeping to a rate: rows handed out no faster than so many a second."""

import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

Row = TypeVar("Row")


def through(rows: Sequence[Row], *, per_second: int) -> Iterator[Row]:
    """These rows, each at the earliest when its turn has come; whoever is slower waits for nothing."""
    turn = time.monotonic()
    for row in rows:
        wait = turn - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        turn = max(turn, time.monotonic()) + 1 / per_second
        yield row
