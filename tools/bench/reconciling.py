"""How fast a channel's file of a day is held against ours and the books, and whether a longer one takes more memory."""

import json
import os

from tools.bench import ground

_FEW, _MANY = 10_000, int(os.environ.get("ANQI_BENCH_RECONCILED", "100000"))


def measure() -> dict[str, float]:
    """Rows a second of one process, whatever it waits for, and peaks of Python's memory; a clearing of UnionPay's."""
    few, many = _match(_FEW), _match(_MANY)
    print(f"{'rows':>9}{'s':>9}{'s of ours':>11}{'peak, kB':>10}{'found':>7}")
    for each in (few, many):
        told = f"{each['rows']:>9.0f}{each['seconds']:>9.2f}{each['own_s']:>11.2f}{each['peak'] / 1024:>10.0f}"
        print(f"{told}{each['found']:>7.0f}", flush=True)
    return {
        "reconcile_rows_per_s": round(many["rows"] / many["seconds"]),
        "reconcile_memory_ratio": round(many["peak"] / few["peak"], 2),
    }


def _match(count: int) -> dict[str, float]:
    with ground.throwaway() as found:
        ground.run("anqi", "migrate", environment=found.environment())
        told = ground.run("tools.bench.reconciling_day", str(count), environment=found.environment())
        measured: dict[str, float] = json.loads(told)
        return measured
