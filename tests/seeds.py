"""What chance draws from: the day's number, one for all processes of a run, unless ANQI_SEED says another."""

import os
from collections.abc import Sequence
from typing import TypeVar

IS_SOAK = bool(os.environ.get("ANQI_SOAK"))
# Of no day outside a run of tests, as when a tool asks which cells there are.
SEED = int(os.environ.get("ANQI_SEED") or os.environ.get("ANQI_DAY", "0"))
Item = TypeVar("Item")


def share(items: Sequence[Item], *, one_in: int) -> Sequence[Item]:
    """One in so many of them, others the next day; all in a soak."""
    return items if IS_SOAK else items[SEED % one_in :: one_in]
