"""The borrower's site as it is served, the sandbox and the workers, on a throwaway durable server."""

import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from demo import place, processes
from demo.place import SITES, Place
from demo.processes import Processes
from tools.bench import ground

_PYTHON = sys.executable
_PATIENCE_SECONDS = 30
# What a small machine runs: `anqi serve` says what they mean.
_SERVED = ("--processes", "2", "--threads", "4")


@dataclass(frozen=True, kw_only=True)
class Street(Place):
    """The demonstration's place on ports that happened to be free, and its processes."""

    ports: dict[str, int]
    database: str
    running: Processes

    def port(self, site: str) -> int:
        return self.ports[site]

    def url(self, site: str) -> str:
        # A number, not a name: nobody shall measure how names are looked up.
        return f"http://127.0.0.1:{self.port(site)}"

    def environment(self) -> dict[str, str]:
        """What every process is told: a real lender's settings, the sandbox's numbers, no shifted clock."""
        told = place.environment(self) | {"DATABASE_URL": self.database, "ANQI_MODE": "production"}
        made = self.sandbox_home / "wechat.json"
        told |= place.merchant_numbers(self) if made.exists() else {}
        return {name: value for name, value in told.items() if not name.endswith("CLOCK_FILE")}

    def start_workers(self, count: int) -> None:
        """Returns when that many workers look for jobs."""
        for n in range(count):
            self.running.start(f"worker-{n}", [_PYTHON, "-m", "anqi", "worker"], self.environment())
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while self.number("select count(*) from procrastinate_workers") < count:
            assert time.monotonic() < deadline, "the workers did not start"
            time.sleep(0.2)

    def number(self, statement: str) -> int:
        """The one number that the database answers, asked as its owner."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            found = connection.execute(statement).fetchone()
        assert found
        return int(found[0])


@contextmanager
def opened() -> Iterator[Street]:
    """Tables, sandbox and site are up, without a worker; everything is gone when the block ends."""
    with ground.throwaway() as found, processes.running(found.folder / "logs") as running:
        street = Street(
            home=found.folder, first_port=0, ports=_free_ports(), database=found.server.dsn(), running=running
        )
        _start(street)
        yield street


def _start(street: Street) -> None:
    # Made first: their numbers are part of what all others are told.
    ground.run("sandbox", "keys", "--home", str(street.sandbox_home), environment=os.environ)
    environment = street.environment()
    ground.run("anqi", "migrate", environment=environment)
    home, port = str(street.sandbox_home), str(street.port("sandbox"))
    street.running.start("sandbox", [_PYTHON, "-m", "sandbox", "serve", "--home", home, "--port", port], environment)
    served = [_PYTHON, "-m", "anqi", "serve", "borrower", "--port", str(street.port("borrower")), *_SERVED]
    street.running.start("borrower", served, environment)
    street.running.wait_until("sandbox", street.url("sandbox") + "/healthz")
    street.running.wait_until("borrower", street.url("borrower") + "/login")


def _free_ports() -> dict[str, int]:
    # All are held at once, or the same one could be drawn twice.
    probes = [socket.socket() for _ in SITES]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = {site: probe.getsockname()[1] for site, probe in zip(SITES, probes, strict=True)}
    for probe in probes:
        probe.close()
    return ports
