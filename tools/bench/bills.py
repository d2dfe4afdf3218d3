"""How fast the channels' statements are read, and whether a longer one takes more memory. No database is needed."""

import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from anqi.payments import statements
from tools import statements as planting

_FEW, _MANY, _SEED = 10_000, 100_000, 1
_DAY, _ACCOUNT = date(2026, 11, 26), "2088000000000001"


def measure() -> dict[str, float]:
    """Rows a second of processor time, and peaks of Python's memory, for each form of statement."""
    figures: dict[str, float] = {}
    print(f"{'form':<20}{'rows/s':>9}{'peak, 10 000':>15}{'peak, 100 000':>15}")
    with tempfile.TemporaryDirectory(prefix="anqi-bench-") as folder:
        for channel, kind in planting.FORMS:
            few, many = (_written(Path(folder), channel, kind, count) for count in (_FEW, _MANY))
            rate, peaks = _rate(many, channel, kind), [_peak(each, channel, kind) for each in (few, many)]
            name = f"{channel}_{kind}"
            print(f"{name:<20}{rate:>9}{peaks[0] // 1024:>12} kB{peaks[1] // 1024:>12} kB")
            figures[f"statement_rows_per_s_{name}"] = rate
            figures[f"statement_memory_ratio_{name}"] = round(peaks[1] / peaks[0], 2)
    return figures


def _written(folder: Path, channel: str, kind: str, count: int) -> Path:
    path = folder / f"{channel}_{kind}_{count}"
    planting.write(path, channel=channel, kind=kind, day=_DAY, account=_ACCOUNT, count=count, seed=_SEED)
    return path


def _rate(path: Path, channel: str, kind: str) -> int:
    # Processor time, which hardly minds what else the machine is doing.
    began = time.process_time()
    count = sum(1 for _ in _rows(path, channel, kind))
    return round(count / (time.process_time() - began))


def _peak(path: Path, channel: str, kind: str) -> int:
    tracemalloc.start()
    try:
        for _ in _rows(path, channel, kind):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _rows(path: Path, channel: str, kind: str) -> Iterator[statements.Row]:
    with path.open("rb") as file:
        yield from statements.read(file, channel=channel, kind=kind, day=_DAY, account=_ACCOUNT)
