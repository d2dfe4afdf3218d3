"""The street that the browser walks: a database of its own, the sandbox, three sites, the worker and the mall."""

import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

import httpx
import psycopg

from demo import place, processes, table
from demo.place import SITES, Place
from demo.processes import Processes
from tests import house
from tests.browser import times

_PYTHON = sys.executable
_PATIENCE_SECONDS = 60
# Where each site says that it is up without showing a page.
_UP = {"borrower": "/healthz", "office": "/healthz", "merchant": "/healthz", "sandbox": "/", "mall": "/healthz"}


@dataclass(frozen=True, kw_only=True)
class Street(Place):
    """The demonstration's place on ports that happened to be free, and the address of its database."""

    ports: dict[str, int]
    database: str

    def port(self, site: str) -> int:
        return self.ports[site]

    def told(self, name: str) -> dict[str, Any]:
        """What was planted."""
        found: dict[str, Any] = json.loads((self.home / f"{name}.json").read_text())
        return found

    def second_factor(self) -> str:
        """The six digits that staff are asked for now."""
        with mock.patch.dict(os.environ, {"ANQI_DEMO_HOME": str(self.home)}):
            return table.code_now()

    def tell(self, site: str, path: str, **body: Any) -> None:
        with httpx.Client(base_url=self.url(site), trust_env=False) as client:
            client.post(path, json=body).raise_for_status()

    def rows(self, statement: str, *parameters: Any) -> list[Any]:
        """What the database holds, asked as its owner."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            return connection.execute(statement, parameters).fetchall()

    def until(self, statement: str, *parameters: Any) -> list[Any]:
        """The rows, as soon as there are any."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if found := self.rows(statement, *parameters):
                return found
            time.sleep(0.2)
        raise AssertionError(f"nothing within {_PATIENCE_SECONDS} s: {statement}")

    def verify(self) -> subprocess.CompletedProcess[str]:
        """The operator's own command: chains, books and documents against facts."""
        command = [_PYTHON, "-m", "anqi", "verify"]
        return subprocess.run(command, env=environment(self), capture_output=True, text=True, check=False)


def codes_sent(where: Place, phone: str) -> list[str]:
    """The log-in codes that were sent to this phone, the last one last."""
    with httpx.Client(base_url=where.url("sandbox"), trust_env=False) as client:
        answer = client.get("/_control/sms", params={"phone": f"+86{phone}"}).raise_for_status()
    messages = sorted(answer.json()["messages"], key=lambda each: each["sent_at"])
    return [found[0] for each in messages if "验证码" in each["text"] and (found := re.search(r"\d{6}", each["text"]))]


def code_sent(where: Place, phone: str, *, after: int = 0) -> str:
    """The code that was sent to this phone last, as soon as there are more than so many."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        codes = codes_sent(where, phone)
        if len(codes) > after:
            return codes[-1]
        time.sleep(0.2)
    raise AssertionError(f"no code came within {_PATIENCE_SECONDS} s")


@contextmanager
def opened(home: Path) -> Iterator[Street]:
    """Everything is up; everything is stopped and dropped at the end, however it ends."""
    name = f"anqi_street_{secrets.token_hex(4)}"
    server = house.start()
    house.clone(name)
    street = Street(home=home, first_port=0, ports=_free_ports(), database=server.dsn(name))
    try:
        with processes.running(street.logs) as running:
            _start(street, running)
            yield street
    finally:
        house.execute(f"drop database if exists {name} with (force)")


def environment(street: Street) -> dict[str, str]:
    """What every process is told; the merchant's numbers at the channel are known once its keys are made."""
    told = place.environment(street) | {"ANQI_MODE": "test", "DATABASE_URL": street.database}
    made = street.sandbox_home / "wechat.json"
    return told | place.merchant_numbers(street) if made.exists() else told


def _start(street: Street, running: Processes) -> None:
    # Pictures are of one day for ever, so that another one says that the page has changed.
    if day := os.environ.get("ANQI_STREET_DAY"):
        times.pass_until(street, date.fromisoformat(day), times.MORNING)
    (street.home / "street.json").write_text(json.dumps({"mall_url": street.url("mall")}))
    _call(street, "sandbox", "keys", "--home", str(street.sandbox_home))
    _call(street, "tests.browser.planting")
    told = environment(street)
    for name in ("sandbox", "mall"):
        more = table.shop_environment(street) if name == "mall" else {}
        home = street.sandbox_home if name == "sandbox" else street.mall_home
        command = [_PYTHON, "-m", name, "serve", "--home", str(home), "--port", str(street.port(name))]
        running.start(name, command, told | more)
    for site in ("borrower", "office", "merchant"):
        running.start(site, [_PYTHON, "-m", "anqi", "serve", site, "--port", str(street.port(site))], told)
    running.start("worker", [_PYTHON, "-m", "anqi", "worker"], told)
    for site, path in _UP.items():
        running.wait_until(site, street.url(site) + path)


def _call(street: Street, *module: str) -> None:
    ended = subprocess.run(
        [_PYTHON, "-m", *module], env=environment(street), capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr[-3000:]


def _free_ports() -> dict[str, int]:
    # All are held at once, or the same one could be drawn twice.
    probes = [socket.socket() for _ in SITES]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = {site: probe.getsockname()[1] for site, probe in zip(SITES, probes, strict=True)}
    for probe in probes:
        probe.close()
    return ports
