"""Throwaway servers, each in a folder of its own that is gone after the test."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from anqi.config.postgres import Postgres


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "ANQI_HOME", "ANQI_PG_BIN", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def running() -> Iterator[Postgres]:
    """One server for all tests that leave it as they found it."""
    with folder_for_servers() as folder:
        server = Postgres(folder, durable=False)
        server.ensure()
        yield server


@pytest.fixture
def home() -> Iterator[Path]:
    with folder_for_servers() as folder:
        yield folder


@pytest.fixture
def server(home: Path) -> Postgres:
    return Postgres(home, durable=False)


@contextlib.contextmanager
def folder_for_servers() -> Iterator[Path]:
    # Not tmp_path: that one is closed to the server's OS user when the tests run as root, and long.
    folder = Path(tempfile.mkdtemp(prefix="anqi-test-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        for lock in folder.rglob("lock"):
            Postgres(lock.parent).drop()
        shutil.rmtree(folder)
