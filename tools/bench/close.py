"""How fast the end of day brings loans on and proves them, beside pgbench's TPC-B on the same server.

The machine is noisy, so the two are measured in turns in one run and what counts is their ratio. Durable: fsync is on.
"""

import os
import statistics
from collections.abc import Sequence
from functools import reduce
from operator import add

from tools.bench import ground, nights, tpcb
from tools.bench.nights import PROCESSES, Book, Night

_LOANS = int(os.environ.get("ANQI_BENCH_CLOSE_LOANS", "40000"))
# A tenth of the book: a night of its own is over too soon.
_ENOUGH = _LOANS // 10
_SECONDS = 3


def measure() -> dict[str, float]:
    """Loans brought on and proved a second by two processes, bytes of a loan, and TPC-B's transactions a second."""
    with ground.throwaway() as found:
        return _measure(found)


def _measure(found: ground.Ground) -> dict[str, float]:
    book = Book(found, loans=_LOANS)
    tpcb.prepare(found.server)
    passed, plain = [], []
    for night in nights.until(_ENOUGH, book.nights()):
        passed.append(night)
        plain.append(tpcb.per_second(found.server, clients=PROCESSES, seconds=_SECONDS))
    _show(passed, plain)
    together, tpcb_per_s = reduce(add, passed), statistics.median(plain)
    event_loans_per_s = together.events / together.bringing
    return {
        "close_event_loans_per_s": round(event_loans_per_s),
        "prove_loans_per_s": round(_LOANS / book.prove()),
        "bytes_per_loan_lean": book.weights.bytes_per_loan,
        "close_tpcb_per_s": round(tpcb_per_s),
        "close_event_loans_to_tpcb": round(event_loans_per_s / tpcb_per_s, 3),
    }


def _show(passed: Sequence[Night], plain: Sequence[float]) -> None:
    print(f"{'brought on':>10}{'s':>8}{'proved':>10}{'s':>8}{'summed up, s':>14}{'TPC-B/s':>10}")
    for night, tpcb_per_s in zip(passed, plain, strict=True):
        steps = f"{night.events:>10}{night.bringing:>8}{night.proved:>10}{night.proving:>8}{night.summing:>14}"
        print(f"{steps}{tpcb_per_s:>10.0f}")
