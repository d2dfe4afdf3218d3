"""The embedded server: started, shared, killed half-way, misled, and refused."""

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from anqi.config import place, programs, server_files, server_socket
from anqi.config.postgres import NoPostgres, Postgres

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
SOCKET_LOCK = server_socket.NAME + ".lock"


def asked(server: Postgres, statement: str) -> object:
    with psycopg.connect(server.dsn()) as connection:
        row = connection.execute(statement).fetchone()
        return row[0] if row else None


def test_a_cold_start_gives_a_database_as_it_was_promised(home: Path) -> None:
    server = Postgres(home)
    before = server.status()
    assert (before.is_running, before.answers, before.major) == (False, False, None)

    assert server.ensure() == server.dsn()

    assert asked(server, "select current_user") == "anqi"
    assert asked(server, "select current_database()") == "anqi"
    expected = {"server_encoding": "UTF8", "data_checksums": "on", "TimeZone": "UTC", "listen_addresses": "",
                "max_connections": "100", "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
    assert {name: asked(server, f"select current_setting('{name}')") for name in expected} == expected
    assert asked(server, "select datcollate from pg_database where datname = 'anqi'") == "C.UTF-8"
    assert server.data.stat().st_mode & 0o777 == 0o700
    assert server.status().is_running
    assert server.status().answers


def test_an_unsafe_server_says_so(running: Postgres) -> None:
    running.ensure()
    assert asked(running, "select current_setting('fsync')") == "off"


def test_a_second_ensure_uses_the_server_that_is_there(running: Postgres) -> None:
    running.ensure()
    first = running.status().pid
    Postgres(running.home).ensure()
    assert Postgres(running.home).status().pid == first


def test_stop_and_start_keep_what_was_written(server: Postgres) -> None:
    server.ensure()
    asked_in_own_transaction(server, "create table kept as select 1 as found")
    server.stop()
    assert not server.status().is_running
    server.stop()
    server.ensure()
    assert asked(server, "select found from kept") == 1


def asked_in_own_transaction(server: Postgres, statement: str) -> None:
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(statement)


def test_eight_processes_at_once_get_one_server(home: Path) -> None:
    ask = ("from pathlib import Path; import psycopg; from anqi.config.postgres import Postgres;"
           f"server = Postgres(Path({str(home)!r}), durable=False); dsn = server.ensure();"
           "print(psycopg.connect(dsn).execute('select pg_postmaster_start_time()').fetchone())")
    asking = [subprocess.Popen([sys.executable, "-c", ask], cwd=place.CHECKOUT, stdout=subprocess.PIPE)
              for _ in range(8)]
    answers = [process.communicate()[0] for process in asking]
    assert [process.returncode for process in asking] == [0] * 8
    assert len(set(answers)) == 1


def test_the_server_outlives_who_started_it(home: Path) -> None:
    ask = ("from pathlib import Path; import os, signal; from anqi.config.postgres import Postgres;"
           f"Postgres(Path({str(home)!r}), durable=False).ensure(); os.kill(os.getpid(), signal.SIGKILL)")
    subprocess.run([sys.executable, "-c", ask], cwd=place.CHECKOUT, check=False)
    assert Postgres(home).status().answers


def test_a_kill_in_mid_insert_loses_nothing_that_was_committed(home: Path) -> None:
    server = Postgres(home)
    server.ensure()
    asked_in_own_transaction(server, "create table payment (number int primary key)")
    committed: list[int] = []
    first_ones = threading.Event()

    def insert_until_killed() -> None:
        with psycopg.connect(server.dsn()) as connection:
            for number in range(1_000_000):
                connection.execute("insert into payment values (%s)", [number])
                connection.commit()
                committed.append(number)
                if number == 50:
                    first_ones.set()

    def insert_many_uncommitted() -> None:
        # Its backend goes on after the postmaster's death until the statement ends, and bars a new start.
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(server.dsn()) as connection:
            connection.execute("insert into payment select generate_series(1000000, 2000000)")
            connection.rollback()

    with ThreadPoolExecutor() as pool:
        killed = pool.submit(insert_until_killed)
        pool.submit(insert_many_uncommitted)
        assert first_ones.wait(30)
        server.kill()
        server.ensure()
        assert isinstance(killed.exception(), psycopg.OperationalError)

    with psycopg.connect(server.dsn()) as connection:
        there = {number for number, in connection.execute("select number from payment")}
    # One more may be there: its commit was done and the answer lost.
    assert set(committed) <= there <= {*committed, len(committed)}


def test_an_immediate_stop_is_recovered_from(home: Path) -> None:
    server = Postgres(home)
    server.ensure()
    asked_in_own_transaction(server, "create table kept as select 7 as found")
    server.stop(immediate=True)
    server.ensure()
    assert asked(server, "select found from kept") == 7


@pytest.fixture
def stranger() -> Iterator[int]:
    process = subprocess.Popen(["sleep", "300"])
    yield process.pid
    process.kill()
    process.wait()


def leave_pid_files(server: Postgres, pid: int) -> None:
    """What a killed container leaves: numbers that belong to others after the next start."""
    lines = f"{pid}\n{server.data}\n1700000000\n5432\n{server.socket_folder}\n\n 1234567 1\nready   \n"
    for file in (server.data / "postmaster.pid", server.socket_folder / SOCKET_LOCK):
        file.write_text(lines)
        file.chmod(0o600)
        shutil.chown(file, server.data.stat().st_uid)


def test_a_pid_file_that_names_a_stranger_is_dropped(server: Postgres, stranger: int) -> None:
    server.ensure()
    server.stop()
    leave_pid_files(server, stranger)
    assert not server.status().is_running
    server.ensure()
    assert server.status().pid != stranger


def test_stop_does_not_signal_a_stranger(server: Postgres, stranger: int) -> None:
    server.ensure()
    server.stop()
    leave_pid_files(server, stranger)
    server.stop()
    os.kill(stranger, 0)
    assert Path(f"/proc/{stranger}/stat").read_text().split()[2] == "S"


def test_a_pid_file_that_names_another_checkouts_server_is_dropped(home: Path) -> None:
    one, other = Postgres(home / "one", durable=False), Postgres(home / "other", durable=False)
    one.ensure()
    other.ensure()
    one.stop()
    pid = other.status().pid
    assert pid
    leave_pid_files(one, pid)
    one.ensure()
    assert one.status().pid != other.status().pid
    assert other.status().answers


def test_a_pid_file_that_names_a_zombie_is_no_running_server(server: Postgres) -> None:
    server.ensure()
    server.stop()
    # A child nobody waits for, with the name of a postmaster, standing where a postmaster stands.
    bash = "printf postgres > /proc/$$/comm; exit"
    child = subprocess.Popen(["bash", "-c", bash], cwd=server.data)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    leave_pid_files(server, child.pid)
    assert not server.status().is_running
    server.ensure()
    assert server.status().answers
    child.wait()


@pytest.mark.parametrize("nonsense", ["", "0\n", "-1\n", "abc\n"])
def test_a_broken_pid_file_names_nobody(tmp_path: Path, nonsense: str) -> None:
    (tmp_path / "postmaster.pid").write_text(nonsense)
    assert server_files.postmaster(tmp_path) is None


def test_a_home_too_deep_for_a_socket_has_it_in_tmp(home: Path) -> None:
    server = Postgres(home / ("deep" * 20) / "deeper", durable=False)
    for folder in (home / ("deep" * 20), server.home):
        folder.mkdir()
    server.ensure()
    assert server.socket_folder.parent == Path("/tmp")
    assert server.socket_folder.stat().st_mode & 0o777 == 0o700
    assert asked(server, "select 1") == 1
    server.drop()
    assert not server.socket_folder.exists()


@pytest.mark.parametrize("squat", ["symlink", "open"])
def test_a_squatted_socket_folder_is_refused(home: Path, squat: str) -> None:
    server = Postgres(home / ("deep" * 30), durable=False)
    folder = server.socket_folder
    try:
        if squat == "symlink":
            (home / "elsewhere").mkdir()
            folder.symlink_to(home / "elsewhere")
        else:
            folder.mkdir()
            folder.chmod(0o777)
        with pytest.raises(NoPostgres, match="place of the database's socket"):
            server.ensure()
        assert not list(folder.iterdir())
    finally:
        folder.unlink() if folder.is_symlink() else folder.rmdir()


@as_root
def test_a_socket_folder_of_somebody_else_is_refused(home: Path) -> None:
    server = Postgres(home / ("deep" * 30), durable=False)
    server.socket_folder.mkdir()
    try:
        shutil.chown(server.socket_folder, pwd.getpwnam("daemon").pw_uid)
        with pytest.raises(NoPostgres, match="belongs to OS user daemon"):
            server.ensure()
        assert server.socket_folder.stat().st_uid == pwd.getpwnam("daemon").pw_uid
    finally:
        server.socket_folder.rmdir()


def test_half_an_initdb_does_not_count(server: Postgres, home: Path) -> None:
    (home / "data.new-killed/base").mkdir(parents=True)
    (home / "data.new-killed/PG_VERSION").write_text("18\n")
    server.ensure()
    assert asked(server, "select 1") == 1
    assert not list(home.glob("data.new*"))


def test_a_start_killed_before_the_database_was_made_is_finished(server: Postgres) -> None:
    server.ensure()
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
        connection.execute("drop database anqi")
    server.ensure()
    assert asked(server, "select current_database()") == "anqi"


def test_a_folder_that_is_no_database_is_refused(server: Postgres) -> None:
    server.data.mkdir()
    with pytest.raises(NoPostgres, match="has no PG_VERSION"):
        server.ensure()


def test_a_socket_swept_away_comes_back(running: Postgres) -> None:
    running.ensure()
    (running.socket_folder / server_socket.NAME).unlink()
    running.ensure()
    assert asked(running, "select 1") == 1


def test_a_moved_home_keeps_its_data(home: Path) -> None:
    before, after = Postgres(home / "before", durable=False), Postgres(home / "after", durable=False)
    before.ensure()
    asked_in_own_transaction(before, "create table kept as select 3 as found")
    before.home.rename(after.home)
    after.ensure()
    assert asked(after, "select found from kept") == 3


def test_a_full_server_is_not_started_again(running: Postgres) -> None:
    running.ensure()
    pid = running.status().pid
    held = []
    with pytest.raises(psycopg.OperationalError, match=r"too many clients|connection slots"):
        while True:
            held.append(psycopg.connect(running.dsn()))
    assert running.ensure() == running.dsn()
    for connection in held:
        connection.close()
    assert running.status().pid == pid


def broken_programs(home: Path, program: str, says: str) -> Path:
    """A PostgreSQL of which one program fails with these words."""
    real = programs.find_programs(programs.server_os_user())
    folder = home / "broken/bin"
    folder.mkdir(parents=True)
    for name in ("postgres", "initdb", "pg_ctl"):
        (folder / name).write_text(f'#!/bin/sh\nexec {real.path(name)} "$@"\n')
    (folder / program).write_text(f"#!/bin/sh\necho '{says}' >&2\nexit 1\n")
    for name in ("postgres", "initdb", "pg_ctl"):
        (folder / name).chmod(0o755)
    return folder


@pytest.mark.parametrize("program", ["initdb", "pg_ctl"])
def test_a_full_disk_is_named(home: Path, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    says = "could not write file: No space left on device"
    monkeypatch.setenv("ANQI_PG_BIN", str(broken_programs(home, program, says)))
    server = Postgres(home / "server", durable=False)
    with pytest.raises(NoPostgres, match=r"is full.*run the same command again"):
        server.ensure()
    assert not list(server.home.glob("data.new*"))
    monkeypatch.delenv("ANQI_PG_BIN")
    server.ensure()
    assert asked(server, "select 1") == 1


def test_a_tight_umask_does_not_shut_the_server_out(home: Path) -> None:
    before = os.umask(0o077)
    try:
        server = Postgres(home / "tight/server", durable=False)
        server.ensure()
    finally:
        os.umask(before)
    assert asked(server, "select 1") == 1


def test_a_start_that_can_not_succeed_says_why_at_once(server: Postgres) -> None:
    server.ensure()
    server.stop()
    with (server.data / "postgresql.auto.conf").open("a") as settings:
        settings.write("shared_buffers = 'a lot'\n")
    with pytest.raises(NoPostgres, match=r"(?s)does not start.*shared_buffers"):
        server.ensure()


@as_root
def test_a_home_closed_to_the_servers_user_is_refused(home: Path) -> None:
    home.chmod(0o700)
    with pytest.raises(NoPostgres, match="a folder above it is closed"):
        Postgres(home / "server").ensure()


def test_the_log_keeps_what_people_typed_to_itself(server: Postgres) -> None:
    server.ensure()
    asked_in_own_transaction(server, "create table person (phone text unique)")
    asked_in_own_transaction(server, "insert into person values ('13800138000')")
    with pytest.raises(psycopg.errors.UniqueViolation):
        asked_in_own_transaction(server, "insert into person values ('13800138000')")
    server.stop()
    written = server.log.read_text()
    assert "duplicate key" in written
    assert "13800138000" not in written


def test_a_log_grown_large_is_put_aside(server: Postgres) -> None:
    server.ensure()
    server.stop()
    with server.log.open("a") as log:
        log.write("x" * 10_000_001)
    server.ensure()
    assert server.log.stat().st_size < 10_000
    assert server.log.with_suffix(".log.1").exists()


def test_drop_leaves_nothing_and_the_next_start_is_empty(server: Postgres, home: Path) -> None:
    server.ensure()
    asked_in_own_transaction(server, "create table lost as select 1 as found")
    pid = server.status().pid
    assert pid
    server.drop()
    assert [path.name for path in home.iterdir()] == ["lock"]
    assert server_files.postmaster(server.data) is None
    server.drop()
    server.ensure()
    assert asked(server, "select to_regclass('lost')") is None


def test_two_databases_on_one_server(home: Path) -> None:
    one, two = Postgres(home, durable=False, name="one"), Postgres(home, durable=False, name="two")
    one.ensure()
    two.ensure()
    assert one.status().pid == two.status().pid
    assert asked(two, "select current_database()") == "two"
