"""How fast a day's orders are settled with their shops and paid, beside pgbench's TPC-B on the same server.

The machine is noisy, so the two are measured in turns in one run and what counts is their ratio. Durable: fsync is on.
"""

import json
import os
import statistics
from collections.abc import Sequence
from datetime import date, timedelta

import psycopg

from tools.bench import ground, tpcb

_ORDERS = int(os.environ.get("ANQI_BENCH_SETTLED", "8000"))
_DAYS = 3
_SECONDS = 3
_MORNING = date(2026, 11, 26)
# Some of a seeded book's loans are reserves, which no shop is paid for.
_LOANS = round(_ORDERS * 1.4)


def measure() -> dict[str, float]:
    """Orders settled and paid a second by one process, the seconds of each step, and TPC-B's transactions a second."""
    with ground.throwaway() as found:
        return _measure(found)


def _measure(found: ground.Ground) -> dict[str, float]:
    _seed(found)
    tpcb.prepare(found.server)
    settled, plain = [], []
    for day in (_MORNING + timedelta(days=n) for n in range(_DAYS)):
        _play(found, "plant", day.isoformat(), str(_ORDERS))
        settled.append(json.loads(_play(found, "settle", day.isoformat())))
        plain.append(tpcb.per_second(found.server, clients=1, seconds=_SECONDS))
    _show(settled, plain)
    per_s = statistics.median(_ORDERS / (each["making_s"] + each["paying_s"]) for each in settled)
    tpcb_per_s = statistics.median(plain)
    return {
        "settlements_per_s": round(per_s, 1),
        "settlements_tpcb_per_s": round(tpcb_per_s, 1),
        "settlements_to_tpcb": round(per_s / tpcb_per_s, 3),
    }


def _seed(found: ground.Ground) -> None:
    ground.run("anqi", "migrate", environment=found.environment())
    asked = ("--loans", str(_LOANS), "--seed", "7", "--lean", "--day", _MORNING.isoformat())
    print(ground.run("anqi", "seed", *asked, environment=found.environment()).decode().strip(), flush=True)
    with psycopg.connect(found.server.dsn(), autocommit=True) as connection:
        # What would be done in the background, at a time that nobody knows.
        connection.execute("vacuum analyze")


def _play(found: ground.Ground, *asked: str) -> bytes:
    return ground.run("tools.bench.settlements_days", *asked, environment=found.environment())


def _show(settled: Sequence[dict[str, float]], plain: Sequence[float]) -> None:
    print(f"{'made in, s':>12}{'asked in, s':>12}{'paid in, s':>12}{'us/line, small':>17}{'large':>8}{'TPC-B/s':>10}")
    for each, tpcb_per_s in zip(settled, plain, strict=True):
        steps = f"{each['making_s']:>12.2f}{each['asking_s']:>12.2f}{each['paying_s']:>12.2f}"
        print(f"{steps}{each['us_small']:>17.0f}{each['us_large']:>8.0f}{tpcb_per_s:>10.0f}")
