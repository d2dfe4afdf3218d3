"""How fast a book is seeded, and what its rows weigh, by table, for a loan and for a payment. Durable: fsync is on."""

import os
import resource
import time
from pathlib import Path

from anqi.config.postgres import Postgres
from tools.bench import ground
from tools.bench.weights import Scales

_LOANS = int(os.environ.get("ANQI_BENCH_LOANS", "20000"))


def measure() -> dict[str, float]:
    """Rows a second from the start of the command to its end, and bytes with indexes and all."""
    with ground.throwaway() as found:
        return _measure(found)


def _measure(found: ground.Ground) -> dict[str, float]:
    server, environment = found.server, found.environment()
    ground.run("anqi", "migrate", environment=environment)
    scales = Scales(server)
    began, cpu_began = time.perf_counter(), _cpu_seconds(server)
    told = ground.run("anqi", "seed", "--loans", str(_LOANS), "--seed", "7", environment=environment)
    seconds, cpu_seconds = time.perf_counter() - began, _cpu_seconds(server) - cpu_began
    print(told.decode().strip())
    weights = scales.weigh()
    weights.show()
    return {
        "seed_rows_per_s": round(weights.rows / seconds),
        "seed_cpu_us_per_row": round(cpu_seconds / weights.rows * 1_000_000, 1),
        "bytes_per_loan": weights.bytes_per_loan,
        "bytes_per_payment": weights.bytes_per_payment,
    }


def _cpu_seconds(server: Postgres) -> float:
    """What our processes that have ended and the server's have computed so far."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    postmaster = server.status().pid
    assert postmaster, "the server is up"
    ticks = _ticks_of_children(postmaster) + _ticks(postmaster)
    return ended.ru_utime + ended.ru_stime + ticks / os.sysconf("SC_CLK_TCK")


def _ticks_of_children(postmaster: int) -> int:
    while True:
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        try:
            return sum(_ticks(int(pid)) for pid in children)
        except (FileNotFoundError, ProcessLookupError):
            # One ended after it was listed; its parent knows by now what it computed.
            continue


def _ticks(pid: int) -> int:
    # After the name, which may hold anything: user and system time of the process, and of its children that have ended.
    return sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]))
