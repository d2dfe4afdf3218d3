"""`anqi db`, run as an operator would: what it prints, its exit codes, and what is in the database after."""

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from anqi.config import backups, place, postgres
from anqi.config.cli import db
from anqi.config.postgres import Postgres

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def checkout(home: Path, monkeypatch: pytest.MonkeyPatch) -> Postgres:
    """The server that the commands speak of."""
    monkeypatch.setenv("ANQI_HOME", str(home))
    assert postgres.checkout_server().home == home / "postgres"
    return Postgres(home / "postgres", durable=False)


def write(server: Postgres, statement: str) -> None:
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(statement)


def rows(server: Postgres, table: str = "loan") -> list[tuple[object, ...]]:
    with psycopg.connect(server.dsn()) as connection:
        return connection.execute(f"select * from {table} order by 1").fetchall()


def plant(server: Postgres) -> None:
    server.ensure()
    write(server, "create role anqi_app nologin")
    write(server, "create table loan (number int primary key, borrower text, owed_minor bigint)")
    write(server, "insert into loan select n, '王小明' || n, n * 100 from generate_series(1, 1000) n")
    write(server, "grant insert, select on loan to anqi_app")


def test_start_status_stop(checkout: Postgres, capsys: Captured) -> None:
    assert db.run(["status"]) == db.NOT_RUNNING
    assert "There is no database yet" in capsys.readouterr().out
    assert db.run(["start"]) == 0
    assert checkout.dsn() in capsys.readouterr().out
    assert db.run(["start"]) == 0
    capsys.readouterr()
    assert db.run(["status"]) == 0
    assert f"process {checkout.status().pid}" in capsys.readouterr().out
    assert db.run(["stop"]) == 0
    assert capsys.readouterr().out == "The database has stopped.\n"
    assert db.run(["stop"]) == 0
    assert capsys.readouterr().out == "The database was not running.\n"
    assert db.run(["status"]) == db.NOT_RUNNING
    assert "is not running" in capsys.readouterr().out


def test_a_command_that_does_not_exist_is_refused(checkout: Postgres, capsys: Captured) -> None:
    with pytest.raises(SystemExit) as ended:
        db.run(["upgrade"])
    assert ended.value.code == 2
    assert "invalid choice" in capsys.readouterr().err


def test_a_backup_comes_back_equal(checkout: Postgres, home: Path, capsys: Captured) -> None:
    plant(checkout)
    before = rows(checkout)
    file = home / "monday.backup"
    assert db.run(["backup", str(file)]) == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert db.run(["drop", "--yes"]) == 0
    assert db.run(["restore", str(file)]) == 0
    assert rows(checkout) == before
    with psycopg.connect(checkout.dsn(), options="-c role=anqi_app") as connection:
        assert connection.execute("select count(*) from loan").fetchone() == (1000,)


def test_a_backup_never_overwrites(checkout: Postgres, home: Path, capsys: Captured) -> None:
    plant(checkout)
    file = home / "monday.backup"
    file.write_text("older")
    assert db.run(["backup", str(file)]) == 1
    assert "is there already" in capsys.readouterr().err
    assert file.read_text() == "older"


def test_a_backup_that_fails_leaves_no_file(checkout: Postgres, home: Path, capsys: Captured) -> None:
    plant(checkout)
    assert db.run(["backup", str(home / "no/such/folder.backup")]) == 1
    assert "No backup was written" in capsys.readouterr().err


def test_restore_refuses_a_database_that_holds_tables(
    checkout: Postgres, home: Path, capsys: Captured
) -> None:
    plant(checkout)
    file = home / "monday.backup"
    db.run(["backup", str(file)])
    write(checkout, "delete from loan where number > 1")
    assert db.run(["restore", str(file)]) == 1
    assert "is not empty" in capsys.readouterr().err
    assert len(rows(checkout)) == 1


def test_restore_replaces_when_told_though_the_site_is_connected(checkout: Postgres, home: Path) -> None:
    plant(checkout)
    before = rows(checkout)
    file = home / "monday.backup"
    db.run(["backup", str(file)])
    write(checkout, "delete from loan where number > 1")
    write(checkout, "create table newer ()")
    site = psycopg.connect(checkout.dsn())
    assert db.run(["restore", "--replace", str(file)]) == 0
    site.close()
    assert rows(checkout) == before
    assert databases(checkout) == {"anqi", "postgres"}
    with pytest.raises(psycopg.errors.UndefinedTable):
        rows(checkout, "newer")


def databases(server: Postgres) -> set[object]:
    with psycopg.connect(server.dsn()) as connection:
        found = connection.execute("select datname from pg_database where not datistemplate")
        return {name for name, in found}


def test_a_spoilt_backup_changes_nothing(checkout: Postgres, home: Path, capsys: Captured) -> None:
    plant(checkout)
    db.run(["backup", str(home / "whole")])
    (home / "cut").write_bytes((home / "whole").read_bytes()[:-200])
    (home / "nonsense").write_text("select 1")
    spoilt = {"cut": "was not restored; the database is as it was", "nonsense": "was not restored",
              "missing": "There is no file"}

    for name, told in spoilt.items():
        assert db.run(["restore", "--replace", str(home / name)]) == 1
        assert told in capsys.readouterr().err
        assert len(rows(checkout)) == 1000

    write(checkout, "drop table loan")
    for name, told in spoilt.items():
        assert db.run(["restore", str(home / name)]) == 1
        assert told in capsys.readouterr().err
        assert backups.is_empty(checkout.dsn())

    assert databases(checkout) == {"anqi", "postgres"}


def test_restore_tidies_up_after_one_that_was_killed(checkout: Postgres, home: Path) -> None:
    plant(checkout)
    file = home / "monday.backup"
    db.run(["backup", str(file)])
    write(checkout, "create database anqi_incoming")
    write(checkout, "create database anqi_replaced")
    assert db.run(["restore", "--replace", str(file)]) == 0
    assert databases(checkout) == {"anqi", "postgres"}


def test_drop_asks_first(checkout: Postgres, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(checkout)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    assert db.run(["drop"]) == 1
    assert "Nothing was dropped" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: "yes")
    assert db.run(["drop"]) == 1
    assert len(rows(checkout)) == 1000
    monkeypatch.setattr("builtins.input", lambda _: "drop")
    assert db.run(["drop"]) == 0
    assert db.run(["status"]) == db.NOT_RUNNING


def test_the_shell_is_psql(checkout: Postgres) -> None:
    plant(checkout)
    command = [sys.executable, "-m", "anqi.config.cli.db", "shell", "--", "-X", "-A", "-t", "-c"]
    told = subprocess.run([*command, "select sum(owed_minor) from loan"], cwd=place.CHECKOUT,
                          capture_output=True, text=True, check=True)
    assert told.stdout == "50050000\n"
    failed = subprocess.run([*command, "select nonsense"], cwd=place.CHECKOUT, capture_output=True,
                            check=False)
    assert failed.returncode == 1


def test_the_commands_work_on_database_url(
    checkout: Postgres, home: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = Postgres(home / "given", durable=False)
    plant(given)
    before = rows(given)
    monkeypatch.setenv("DATABASE_URL", given.dsn())
    assert db.run(["status"]) == 0
    assert db.run(["start"]) == 0
    assert capsys.readouterr().out.count("The database of DATABASE_URL answers: PostgreSQL") == 2
    assert db.run(["backup", str(home / "monday.backup")]) == 0
    write(given, "drop table loan")
    assert db.run(["restore", str(home / "monday.backup")]) == 0
    assert rows(given) == before
    assert not checkout.home.exists()


@pytest.mark.parametrize("command", [["stop"], ["drop", "--yes"]])
def test_a_server_of_somebody_else_is_neither_stopped_nor_dropped(
    command: list[str], running: Postgres, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", running.ensure())
    assert db.run(command) == 1
    assert "a server that anqi did not start" in capsys.readouterr().err
    assert running.status().answers


def test_a_database_url_that_does_not_answer_fails(
    home: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://anqi@/anqi?host={home}")
    for command in ("start", "status"):
        assert db.run([command]) == 1
        assert "no database answers there" in capsys.readouterr().err


def test_a_password_never_shows_in_the_list_of_processes(running: Postgres) -> None:
    running.ensure()
    url = "postgresql://anqi:hush@localhost/anqi"
    command, environment = backups.client_command("psql", url, with_programs=running.programs)
    assert not any("hush" in word for word in command)
    assert environment["PGPASSWORD"] == "hush"
