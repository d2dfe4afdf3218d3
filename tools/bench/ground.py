"""What every part stands on: a throwaway durable server, and processes of our own that work on it."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anqi.config.postgres import Postgres

_CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class Ground:
    """A server with fsync, and a folder, that are both gone afterwards."""

    folder: Path
    server: Postgres

    def environment(self) -> dict[str, str]:
        """What our processes need to work on it."""
        return os.environ | {
            "DATABASE_URL": self.server.dsn(),
            "ANQI_MODE": "test",
            "ANQI_KEYRING": str(self.folder / "keyring.json"),
            "DJANGO_SETTINGS_MODULE": "anqi.config.settings",
        }


@contextmanager
def throwaway() -> Iterator[Ground]:
    """The server is up and empty; it and the folder are removed however the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="anqi-bench-"))
    # The server's OS user is another one where we are root.
    folder.chmod(0o755)
    server = Postgres(folder / "postgres")
    try:
        server.ensure()
        yield Ground(folder=folder, server=server)
    finally:
        server.drop()
        shutil.rmtree(folder)


def run(module: str, *arguments: str, environment: Mapping[str, str]) -> bytes:
    """Runs the module to its end; what it printed. Its failure is ours."""
    process = start(module, *arguments, environment=environment)
    printed, _ = process.communicate()
    assert process.returncode == 0, f"{module} failed"
    return bytes(printed)


def start(module: str, *arguments: str, environment: Mapping[str, str], **more: Any) -> subprocess.Popen[bytes]:
    """The module in a process of its own; what it prints is for us."""
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.Popen(command, env=dict(environment), cwd=_CHECKOUT, stdout=subprocess.PIPE, **more)
