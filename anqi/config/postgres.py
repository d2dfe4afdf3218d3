"""The embedded PostgreSQL server: started by whoever needs it first, found by everybody after."""

import contextlib
import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from anqi.config import place, programs, server_files, server_socket
from anqi.config.programs import NoPostgres, Programs

__all__ = ["NoPostgres", "Postgres", "Status", "checkout_server", "database_url", "server_version"]

ROLE = "anqi"
_PATIENCE_SECONDS = 120
_HALF_MADE = "data.new-"
# These end by themselves: a killed postmaster's children still at work, or another start under way.
_PASSING = ("pre-existing shared memory block", '.pid" already exists', '.lock" already exists',
            "server did not start in time")


def database_url() -> str:
    """The address of the database: DATABASE_URL if set, else this checkout's own server, started if needed.

    Refuses (NoPostgres) a server that doesn't answer or is older than PostgreSQL 15.
    """
    given = os.environ.get("DATABASE_URL")
    if not given:
        return checkout_server().ensure()
    major = server_version(given) // 10000
    if major < programs.OLDEST_MAJOR:
        raise NoPostgres(f"DATABASE_URL names a PostgreSQL {major}; anqi needs {programs.OLDEST_MAJOR} or "
                         "newer. Upgrade that server, or unset DATABASE_URL to use the embedded one.")
    return given


def server_version(url: str) -> int:
    """What the server at this address says it is, as 180004 for 18.4."""
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            return connection.info.server_version
    except psycopg.Error as error:
        raise NoPostgres("DATABASE_URL is set, but no database answers there. PostgreSQL's client says: "
                         f"{str(error).strip()}") from None


def checkout_server() -> "Postgres":
    """The server of this checkout, started or not; its data survives until `anqi db drop`."""
    try:
        return Postgres(place.state_dir() / "postgres")
    except (OSError, RuntimeError, ValueError) as error:
        raise NoPostgres(f"There is no place for the database: {error}. "
                         "Set ANQI_HOME to a folder you may write to.") from None


@dataclass(frozen=True, kw_only=True)
class Status:
    """What is known about a server without starting it; `major` is its data's version, None before any."""

    is_running: bool
    answers: bool
    pid: int | None
    major: int | None
    folder: Path
    log: Path


class Postgres:
    """One server with its data in a folder of its own.

    `durable=False` is for tests: a crash of the machine may lose everything, a crash of the server nothing.
    """

    def __init__(self, home: Path, *, durable: bool = True, name: str = "anqi") -> None:
        self.home = home.absolute()
        self.name = name
        self.durable = durable
        self.data = self.home / "data"
        self.log = self.home / "log/server.log"

    def ensure(self) -> str:
        """A dsn that answers now. Starts the server, after making its data, when it isn't there.

        Any number of processes may ask at once and get the same server. Refuses with NoPostgres.
        """
        if not self._answers():
            with self._alone():
                if not self._answers():
                    self._start()
        return self.dsn()

    def dsn(self, database: str | None = None) -> str:
        """The address of one of its databases (by default its own), whether it runs or not."""
        return (f"postgresql://{ROLE}@/{quote(database or self.name, safe='')}"
                f"?host={quote(str(self.socket_folder), safe='')}")

    def status(self) -> Status:
        """What is so at this moment; starts nothing."""
        answers, pid = self._answers(), self._postmaster()
        return Status(is_running=pid is not None, answers=answers, pid=pid, major=self._data_major(),
                      folder=self.home, log=self.log)

    def stop(self, immediate: bool = False) -> None:
        """End the server, if it runs, and wait for its end; `immediate` leaves recovery to the next start."""
        if self.home.exists():
            with self._alone():
                self._stop("immediate" if immediate else "fast")

    def kill(self) -> None:
        """Kill the postmaster as a crash would; its children may go on for a moment. For fault tests."""
        pid = self._postmaster()
        assert pid, f"no server runs in {self.home}"
        os.kill(pid, signal.SIGKILL)

    def drop(self) -> None:
        """Stop the server and remove its data, for ever."""
        if not self.home.exists():
            return
        with self._alone():
            self._stop("immediate")
            self._refuse_strange_socket_folder()
            self._remove_half_made()
            for folder in (self.data, self.log.parent, self.socket_folder):
                if folder.exists():
                    shutil.rmtree(folder)
            server_files.remove_settings(self.home)
            # The lock file stays: whoever waits for it would else hold a lock nobody sees.

    @property
    def programs(self) -> Programs:
        """The PostgreSQL programs that fit the data, or would make it."""
        return programs.find_programs(self._os_user, major=self._data_major())

    @cached_property
    def socket_folder(self) -> Path:
        return server_socket.find_folder(self.home)

    @property
    def _os_user(self) -> pwd.struct_passwd:
        """The data's owner once there is one: which users exist may change, whose files they are may not."""
        if not self._has_data() or self.data.stat().st_uid == 0:
            return programs.server_os_user()
        owner = self.data.stat().st_uid
        if os.geteuid() not in (0, owner):
            raise NoPostgres(
                f"The database in {self.home} belongs to OS user {server_socket.user_name(owner)}. Run as "
                "that user, or set ANQI_HOME to another folder to start with an empty one."
            )
        return pwd.getpwuid(owner)

    def _has_data(self) -> bool:
        return self.data.is_dir()

    def _data_major(self) -> int | None:
        if not self._has_data():
            return None
        version = self.data / "PG_VERSION"
        if not version.exists():
            raise NoPostgres(f"{self.data} is no database: it has no PG_VERSION file. Put its files back "
                             "from a copy, or remove them with `anqi db drop`.")
        return int(version.read_text())

    def _answers(self) -> bool:
        """Never trusts a pid file, which can name anybody after a crash."""
        if not self.socket_folder.is_dir():
            return False
        self._refuse_strange_socket_folder()
        try:
            psycopg.connect(self.dsn(), connect_timeout=2).close()
        except psycopg.OperationalError as error:
            # Full, but up: starting another would be no help.
            return "too many clients" in str(error) or "remaining connection slots" in str(error)
        return True

    def _refuse_strange_socket_folder(self) -> None:
        server_socket.refuse_strange(self.socket_folder, owners={os.geteuid(), self._os_user.pw_uid})

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        try:
            place.make_folder(self.home, mode=0o755)
            lock = (self.home / "lock").open("a")
        except OSError as error:
            raise NoPostgres(f"The database's folder {self.home} can't be used: {error.strerror}. "
                             "Set ANQI_HOME to a folder you may write to.") from None
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            try:
                yield
            except OSError as error:
                _refuse_full_disk(os.strerror(error.errno or 0), self.home)
                raise

    def _start(self) -> None:
        os_user, chosen = self._os_user, self.programs
        for folder in (self.log.parent, self.socket_folder):
            folder.mkdir(mode=0o700, exist_ok=True)
            self._refuse_strange_socket_folder()
            os.chown(folder, os_user.pw_uid, os_user.pw_gid, follow_symlinks=False)
        self._refuse_closed_home(os_user)
        server_files.write_settings(self.home, os_user=os_user.pw_name, role=ROLE, durable=self.durable,
                                    socket_folder=self.socket_folder)
        self._remove_half_made()
        if not self._has_data():
            self._make_data(os_user, chosen)
        self._free_lost_socket()
        self._start_until_it_answers(chosen)
        self._make_database()

    def _refuse_closed_home(self, os_user: pwd.struct_passwd) -> None:
        if self._run("test", "-x", self.log.parent)[0] != 0:
            raise NoPostgres(
                f"OS user {os_user.pw_name}, who runs the server, can't reach {self.home}: a folder above it "
                "is closed to others. Set ANQI_HOME to a folder that is open to them."
            )

    def _make_data(self, os_user: pwd.struct_passwd, chosen: Programs) -> None:
        """Made aside and then renamed: half of it, from a kill or a full disk, never counts."""
        # A name of its own each time: when we are killed initdb goes on, and must not meet the next one.
        half = Path(tempfile.mkdtemp(prefix=_HALF_MADE, dir=self.home))
        os.chown(half, os_user.pw_uid, os_user.pw_gid)
        code, said = self._run(
            chosen.path("initdb"), "-D", half, "-U", ROLE, "-E", "UTF8", "--locale=C.UTF-8", "-A", "peer",
            "--data-checksums", *(() if self.durable else ("--no-sync",)),
        )
        if code != 0:
            self._remove_half_made()
            _refuse_full_disk(said, self.home)
            raise NoPostgres(f"initdb of PostgreSQL {chosen.version} failed. It says: {_end_of(said)}")
        server_files.include_settings(half)
        half.rename(self.data)

    def _remove_half_made(self) -> None:
        for half in self.home.glob(_HALF_MADE + "*"):
            shutil.rmtree(half, ignore_errors=True)

    def _free_lost_socket(self) -> None:
        """A server whose socket was swept away (a cleaned /tmp, a moved folder) can only be started again."""
        if self._postmaster() and self._is_ready() and not (self.socket_folder / server_socket.NAME).exists():
            self._stop("fast")

    def _start_until_it_answers(self, chosen: Programs) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        server_files.keep_log_small(self.log)
        while True:
            said = "" if self._postmaster() else self._try_to_start(chosen)
            if self._answers_maintenance():
                return
            _refuse_full_disk(said, self.home)
            if said and not any(words in said for words in _PASSING):
                raise NoPostgres(f"PostgreSQL {chosen.version} does not start. It says: {_end_of(said)}\n"
                                 f"All of it is in {self.log}.")
            if time.monotonic() > deadline:
                raise NoPostgres(self._patience_over(said))
            time.sleep(0.2)

    def _try_to_start(self, chosen: Programs) -> str:
        server_files.drop_stale_pids(self.data, socket_folder=self.socket_folder)
        seen = self.log.stat().st_size if self.log.exists() else 0
        code, said = self._run(chosen.path("pg_ctl"), "-D", self.data, "-l", self.log, "-w", "-t", "30",
                               "start")
        if code == 0:
            return ""
        # There may be no log: pg_ctl can fail before there is a server to write one.
        return said + (self.log.read_bytes()[seen:].decode(errors="replace") if self.log.exists() else "")

    def _patience_over(self, said: str) -> str:
        pid = self._postmaster()
        if pid:
            return (f"The server (process {pid}) has run for {_PATIENCE_SECONDS} seconds without answering; "
                    f"after a crash it may still be recovering. Read {self.log}, and try again.")
        return (f"The server did not start within {_PATIENCE_SECONDS} seconds. It says: {_end_of(said)}\n"
                f"All of it is in {self.log}.")

    def _answers_maintenance(self) -> bool:
        try:
            psycopg.connect(self.dsn("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _make_database(self) -> None:
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            there = connection.execute("select from pg_database where datname = %s", [self.name]).fetchone()
            if there is None:
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(self.name)))

    def _stop(self, mode: str) -> None:
        # pg_ctl believes the pid file and would signal whoever has that number now.
        if not self._postmaster():
            return
        pg_ctl = self.programs.path("pg_ctl")
        code, said = self._run(pg_ctl, "-D", self.data, "-m", mode, "-w", "-t", "60", "stop")
        if code != 0 and self._postmaster():
            raise NoPostgres(f"The server doesn't stop. pg_ctl says: {_end_of(said)}\nMore is in {self.log}.")

    def _postmaster(self) -> int | None:
        return server_files.postmaster(self.data)

    def _is_ready(self) -> bool:
        return server_files.is_ready(self.data)

    def _run(self, *command: str | Path) -> tuple[int, str]:
        with (self.home / "pg_ctl.log").open("wb+") as output:
            try:
                code = programs.run_as(self._os_user, *command, output=output.fileno(), home=self.home)
            except subprocess.SubprocessError as error:
                user = self._os_user.pw_name
                raise NoPostgres(f"{command[0]} can't be run as OS user {user}: {error}") from None
            output.seek(0)
            return code, output.read().decode(errors="replace")


def _refuse_full_disk(said: str, home: Path) -> None:
    if "No space left on device" in said or "Disk quota exceeded" in said:
        raise NoPostgres(f"The disk that holds {home} is full, so the database can't start. Nothing is lost: "
                         "make room and run the same command again.")


def _end_of(said: str) -> str:
    return "\n".join(said.strip().splitlines()[-8:]) or "(nothing)"
