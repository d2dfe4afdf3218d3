"""Plain PostgreSQL beside ours: pgbench's TPC-B on the same server, in the same run."""

import subprocess

from anqi.config.postgres import Postgres


def prepare(server: Postgres) -> None:
    """Makes pgbench's own tables."""
    _pgbench(server, "-i", "-s", "20", "-q")


def per_second(server: Postgres, *, clients: int, seconds: int) -> float:
    """Transactions a second over so many seconds."""
    said = _pgbench(server, "-c", str(clients), "-j", str(min(clients, 2)), "-T", str(seconds))
    line = next(line for line in said.splitlines() if line.startswith("tps = "))
    return float(line.split()[2])


def _pgbench(server: Postgres, *options: str) -> str:
    command = [server.programs.path("pgbench"), *options, server.dsn()]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
