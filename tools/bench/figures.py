"""The figures of a run: printed, and kept in `build/bench.json` beside what other parts have left there."""

import json
from pathlib import Path

_FILE = Path(__file__).resolve().parents[2] / "build/bench.json"


def keep(figures: dict[str, float]) -> None:
    """Prints them, a line each, and writes them over those of the same names."""
    _FILE.parent.mkdir(exist_ok=True)
    known = json.loads(_FILE.read_text()) if _FILE.exists() else {}
    _FILE.write_text(json.dumps(known | figures, indent=2, sort_keys=True) + "\n")
    for name, figure in figures.items():
        print(f"{name:<36}{figure:>10}", flush=True)
