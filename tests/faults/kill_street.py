"""The street where things are killed: real processes on a durable server, started again whenever they end."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import psycopg

from anqi import clock
from anqi.config.postgres import Postgres
from demo.processes import DYING_WITH_US
from tests.channels import till
from tests.sandbox.sandbox_stand import APP_ID, ROOT, Sandbox

WORKERS = ("worker 1", "worker 2")
VICTIMS = ("web", *WORKERS, "database stopped", "database killed")
_PATIENCE_SECONDS = 120
_LOOK_SECONDS = 0.05


@dataclass(frozen=True, kw_only=True)
class Kill:
    """Who is killed: so long after the one before, or so long after the first payment that follows that moment."""

    after_seconds: float
    # None: whether or not anybody pays.
    after_payment_seconds: float | None
    victim: str
    # Only a database stays away for longer than its start takes.
    away_seconds: float

    def __str__(self) -> str:
        paid = f" +{self.after_payment_seconds:.3f} s after a payment" if self.after_payment_seconds is not None else ""
        away = f", away {self.away_seconds:.3f} s" if self.away_seconds else ""
        return f"+{self.after_seconds:.3f} s{paid} {self.victim}{away}"


def draw(seed: int) -> list[Kill]:
    """Every victim at least once, some more often; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311
    victims = [*VICTIMS, *chance.choices(VICTIMS[:3], k=2)]
    chance.shuffle(victims)
    return [_draw_kill(victim, chance) for victim in victims]


def _draw_kill(victim: str, chance: random.Random) -> Kill:
    is_database = victim.startswith("database")
    # A message is on its way for half a second; that is when a database is missed most.
    is_ambush = is_database or chance.random() < 0.6
    return Kill(
        after_seconds=round(chance.uniform(0.2, 1.4), 3),
        after_payment_seconds=round(chance.uniform(0, 0.1 if is_database else 0.5), 3) if is_ambush else None,
        victim=victim,
        away_seconds=round(chance.uniform(0.3, 0.9), 3) if is_database else 0,
    )


@dataclass(kw_only=True)
class KillStreet:
    """The borrower's site and two workers. Only the main thread starts them: they die with their starter."""

    server: Postgres
    sandbox: Sandbox
    logs: Path
    port: int = field(default_factory=lambda: _free_port())
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    # How often each was started.
    starts: dict[str, int] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        """Everything answers when this returns."""
        for name in ("web", *WORKERS):
            self._start(name)
        self.until(self._is_up, "the site and the workers are up")

    def keep(self) -> None:
        """What has ended is started again, as whoever supervises it would."""
        for name, process in self.running.items():
            if process.poll() is not None:
                self._start(name)

    def keep_for(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        self.keep()
        while time.monotonic() < deadline:
            time.sleep(0.02)
            self.keep()

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Returns as soon as it holds; whatever ends meanwhile is started again."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not holds():
            assert time.monotonic() < deadline, f"waited in vain until {what}\n{self.told()}"
            self.keep_for(_LOOK_SECONDS)

    def kill(self, victim: str, *, away_seconds: float = 0) -> None:
        """No warning, no last word. The database is up again when this returns, the others are being started."""
        if victim == "database stopped":
            self.server.stop(immediate=True)
        elif victim == "database killed":
            self.server.kill()
        else:
            os.killpg(self.running[victim].pid, signal.SIGKILL)
            self.running[victim].wait()
        self.keep_for(away_seconds)
        self.server.ensure()

    def pass_time_until(self, moment: datetime) -> None:
        """Both clocks go on, ours and the channels'."""
        ahead = int((moment - clock.now()) / timedelta(seconds=1)) + 1
        if ahead > 0:
            # Replaced, not written: somebody is reading it all the time.
            file = self.sandbox.clock_file
            draft = file.with_suffix(".draft")
            draft.write_text(str(int(file.read_text()) + ahead))
            draft.replace(file)

    def stop(self) -> None:
        for process in self.running.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def told(self) -> str:
        """The end of each log, for whoever looks for the reason."""
        ends = [f"--- {file.name}\n{file.read_text()[-1500:]}" for file in sorted(self.logs.glob("*.log"))]
        return "\n".join([f"starts: {self.starts}", *ends])

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        """As the owner, on a connection of its own."""
        with psycopg.connect(self.server.dsn(), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def _start(self, name: str) -> None:
        command = ["serve", "borrower", "--port", str(self.port)] if name == "web" else ["worker"]
        self.starts[name] = self.starts.get(name, 0) + 1
        with (self.logs / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [*DYING_WITH_US, sys.executable, "-m", "anqi", *command], cwd=ROOT, env=self._environment(),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def _environment(self) -> dict[str, str]:
        home, wechat = self.sandbox.home, till.stated(self.sandbox)
        return os.environ | {
            "DATABASE_URL": self.server.dsn(),
            "DJANGO_SETTINGS_MODULE": "anqi.config.settings",
            "PYTHONUNBUFFERED": "1",
            "ANQI_CLOCK_FILE": str(self.sandbox.clock_file),
            "ANQI_BORROWER_URL": self.url,
            "ANQI_ALIPAY_GATEWAY": f"{self.sandbox.url}/alipay/gateway.do",
            "ANQI_ALIPAY_APP_ID": APP_ID,
            "ANQI_ALIPAY_SELLER_ID": "2088000000000001",
            "ANQI_ALIPAY_APP_PRIVATE_KEY": str(home / "app_private.pem"),
            "ANQI_ALIPAY_PUBLIC_KEY": str(home / "alipay_public.pem"),
            "ANQI_SMS_URL": f"{self.sandbox.url}/sms/send",
            "ANQI_SMS_SECRET_FILE": str(home / "sms_secret"),
        } | {f"ANQI_WECHAT_{name.upper()}": value for name, value in wechat.items()}

    def _is_up(self) -> bool:
        try:
            answer = httpx.get(f"{self.url}/healthz", trust_env=False, timeout=5)
        except httpx.TransportError:
            return False
        return answer.status_code == 200 and self.rows("select count(*) from procrastinate_workers") >= [(2,)]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
