"""`make bench`: `python -m tools.bench` measures every part, `python -m tools.bench load` only that one.

Prints tables and writes `build/bench.json`, a flat object of numbers; docs/bench/README.md says what they mean.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

from tools.bench import close, engine, load, notifications, repayments, seed

_FILE = Path(__file__).resolve().parents[2] / "build/bench.json"
_PARTS: dict[str, Callable[[], dict[str, float]]] = {
    "engine": engine.measure,
    "seed": seed.measure,
    "repayments": repayments.measure,
    "close": close.measure,
    "load": load.measure,
    "notifications": notifications.measure,
}


def main(asked: list[str]) -> int:
    """0 when everything asked for was measured; 2 for a part that isn't there."""
    if unknown := [name for name in asked if name not in _PARTS]:
        print(f"no such part: {unknown[0]}; there are {', '.join(_PARTS)}", file=sys.stderr)
        return 2
    for name in asked or _PARTS:
        print(f"== {name}", flush=True)
        _report(_PARTS[name]())
    return 0


def _report(figures: dict[str, float]) -> None:
    _FILE.parent.mkdir(exist_ok=True)
    # Each part keeps its keys in the same file.
    known = json.loads(_FILE.read_text()) if _FILE.exists() else {}
    _FILE.write_text(json.dumps(known | figures, indent=2, sort_keys=True) + "\n")
    for name, figure in figures.items():
        print(f"{name:<36}{figure:>10}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
