"""`make bench`: `python -m tools.bench` measures every part, `python -m tools.bench load` only that one.

Prints tables and writes `build/bench.json`, a flat object of numbers; docs/bench/README.md says what they mean.
"""

import sys
from collections.abc import Callable

from tools.bench import (
    autodebits,
    bills,
    close,
    engine,
    figures,
    load,
    notifications,
    reconciling,
    repayments,
    seed,
    settlements,
)

_PARTS: dict[str, Callable[[], dict[str, float]]] = {
    "engine": engine.measure,
    "seed": seed.measure,
    "repayments": repayments.measure,
    "close": close.measure,
    "settlements": settlements.measure,
    "load": load.measure,
    "notifications": notifications.measure,
    "autodebits": autodebits.measure,
    "bills": bills.measure,
    "reconciling": reconciling.measure,
}


def main(asked: list[str]) -> int:
    """0 when everything asked for was measured; 2 for a part that isn't there."""
    if unknown := [name for name in asked if name not in _PARTS]:
        print(f"no such part: {unknown[0]}; there are {', '.join(_PARTS)}", file=sys.stderr)
        return 2
    for name in asked or _PARTS:
        print(f"== {name}", flush=True)
        figures.keep(_PARTS[name]())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
