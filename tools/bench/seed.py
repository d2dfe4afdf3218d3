"""How fast a book is seeded, and what its rows weigh, by table, for a loan and for a payment. Durable: fsync is on."""

import os
import resource
import time
from collections.abc import Mapping
from pathlib import Path

import psycopg

from anqi.config.postgres import Postgres
from tools.bench import ground

_LOANS = int(os.environ.get("ANQI_BENCH_LOANS", "20000"))
# What one payment adds to each table, as a condition on its rows; tables of which it adds nothing are not named.
_OF_PAYMENTS = {
    "payments_charge": "true",
    "payments_charge_part": "true",
    "payments_channel_order": "true",
    "payments_outbox": "true",
    "payments_exchange": "true",
    "payments_inbox": "true",
    "payments_payment": "true",
    "documents_document": "true",
    "notices_message": "template = 'payment_received'",
    "lending_fact": "kind = 'payment'",
    "ledger_posting": "cause in ('arrival', 'payment')",
}


def measure() -> dict[str, float]:
    """Rows a second from the start of the command to its end, and bytes with indexes and all."""
    with ground.throwaway() as found:
        return _measure(found)


def _measure(found: ground.Ground) -> dict[str, float]:
    server, environment = found.server, found.environment()
    ground.run("anqi", "migrate", environment=environment)
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        bare = _weights(connection)
        began, cpu_began = time.perf_counter(), _cpu_seconds(server)
        told = ground.run("anqi", "seed", "--loans", str(_LOANS), "--seed", "7", environment=environment)
        seconds, cpu_seconds = time.perf_counter() - began, _cpu_seconds(server) - cpu_began
        print(told.decode().strip())
        sizes = {table: size - bare[table] for table, size in _weights(connection).items() if size > bare[table]}
        counts = {table: _count(connection, table) for table in sizes}
        of_payments = {table: _count(connection, table, where) for table, where in _OF_PAYMENTS.items()}
    payments = counts["payments_payment"]
    each = {table: sizes[table] / counts[table] * count / payments for table, count in of_payments.items()}
    _show(sizes, counts, each)
    rows = sum(counts.values())
    return {
        "seed_rows_per_s": round(rows / seconds),
        "seed_cpu_us_per_row": round(cpu_seconds / rows * 1_000_000, 1),
        "bytes_per_loan": round(sum(sizes.values()) / counts["lending_loan"]),
        "bytes_per_payment": round(sum(each.values())),
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


def _weights(connection: psycopg.Connection) -> dict[str, int]:
    return dict(connection.execute("select relname, pg_total_relation_size(relid) from pg_stat_user_tables").fetchall())


def _count(connection: psycopg.Connection, table: str, where: str = "true") -> int:
    found = connection.execute(f"select count(*) from {table} where {where}").fetchone()
    assert found
    return int(found[0])


def _show(sizes: Mapping[str, int], counts: Mapping[str, int], each: Mapping[str, float]) -> None:
    print(f"{'table':<26}{'rows':>10}{'bytes a row':>13}{'a loan':>9}{'a payment':>11}")
    for table in sorted(sizes, key=lambda table: -sizes[table]):
        shares = f"{sizes[table] / counts[table]:>13.0f}{sizes[table] / counts['lending_loan']:>9.0f}"
        print(f"{table:<26}{counts[table]:>10}{shares}{each.get(table, 0):>11.0f}")
