"""The files beside and inside a server's data: its settings, its pid file, its log."""

import os
import subprocess
import tempfile
from pathlib import Path

_LOG_MAX_BYTES = 10_000_000

_SETTINGS = """\
# Written at every start by anqi; changes here are lost. Settings of your own go to data/postgresql.auto.conf
# (ALTER SYSTEM), which is read after this file.
listen_addresses = ''
unix_socket_directories = '{socket_folder}'
hba_file = '{home}/pg_hba.conf'
ident_file = '{home}/pg_ident.conf'
max_connections = 100
timezone = 'UTC'
log_timezone = 'UTC'

# A small machine that does other things as well. Parallel queries would only take its few cores away from
# payments, and compiling a query costs more than our short ones take.
shared_buffers = '256MB'
max_wal_size = '1GB'
max_parallel_workers_per_gather = 0
jit = off
# Shared memory as files in the data folder: /dev/shm is 64 MB in a container, and systemd removes what an
# ordinary user has there when that user logs out.
dynamic_shared_memory_type = mmap

# Statements and details carry what people typed; names and numbers of people never reach a log.
log_min_messages = warning
log_min_error_statement = panic
log_error_verbosity = terse
log_parameter_max_length = 0
log_lock_waits = on
log_checkpoints = off
"""

_NOT_DURABLE = """
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
"""


def write_settings(home: Path, *, os_user: str, role: str, durable: bool, socket_folder: Path) -> None:
    """Settings stay out of the data folder, which is the server's: root writes none of its files there."""
    settings = _SETTINGS.format(socket_folder=_quoted(socket_folder), home=_quoted(home))
    _replace(home / "server.conf", settings + ("" if durable else _NOT_DURABLE))
    # No trust, no password, no network: the kernel says who is at the other end of the socket.
    _replace(home / "pg_hba.conf", "local all all peer map=anqi\nlocal replication all peer map=anqi\n")
    # Root is named too: it can become any user anyway, and runs the commands when it started the server.
    _replace(home / "pg_ident.conf", f'anqi "{os_user}" {role}\nanqi root {role}\n')


def include_settings(data: Path) -> None:
    """Make fresh data read the settings beside it, wherever the two are moved to later."""
    with (data / "postgresql.conf").open("a") as settings:
        settings.write("\ninclude '../server.conf'\n")


def remove_settings(home: Path) -> None:
    for name in ("server.conf", "pg_hba.conf", "pg_ident.conf", "pg_ctl.log"):
        (home / name).unlink(missing_ok=True)


def postmaster(data: Path) -> int | None:
    """The server's process id while it runs; None when the pid file is absent, stale or names a stranger."""
    pid = _written_pid(data / "postmaster.pid")
    return pid if pid and _may_be_postmaster(pid, data) else None


def is_ready(data: Path) -> bool:
    """Whether the running server has said that it takes connections."""
    return _lines(data / "postmaster.pid")[7:8] == ["ready"]


def drop_stale_pids(data: Path, *, socket_folder: Path) -> None:
    """Remove pid files whose number belongs to another process by now, else PostgreSQL never starts again.

    That happens in a container that was started again: numbers are handed out anew and ours is taken at once.
    A number nobody has is left to PostgreSQL, whose own check of shared memory also guards against orphans.
    """
    for file in (data / "postmaster.pid", socket_folder / ".s.PGSQL.5432.lock"):
        pid = _written_pid(file)
        if pid and _exists(pid) and not _may_be_postmaster(pid, data):
            file.unlink(missing_ok=True)


def keep_log_small(log: Path) -> None:
    if log.exists() and log.stat().st_size > _LOG_MAX_BYTES:
        log.replace(log.with_suffix(".log.1"))


def _lines(file: Path) -> list[str]:
    try:
        return [line.strip() for line in file.read_text().splitlines()]
    except OSError:
        return []


def _written_pid(file: Path) -> int | None:
    first = "".join(_lines(file)[:1])
    # Never 0 or less: as a signal's target that is a whole group of processes.
    return int(first) if first.isdecimal() and int(first) > 0 else None


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _may_be_postmaster(pid: int, data: Path) -> bool:
    """In doubt yes: to take our server for a stranger costs data, the other way round a start."""
    if not _exists(pid):
        return False
    if not Path("/proc/self/stat").exists():
        command = ["ps", "-o", "comm=", "-p", str(pid)]
        return "postgres" in subprocess.run(command, capture_output=True, text=True, check=False).stdout
    try:
        name, state = _name_and_state(pid)
        # A zombie stays for as long as nobody asks for its exit code: in a container without init, for ever.
        if "postgres" not in name or state in "ZX":
            return False
        # Another checkout's postmaster may have got our number. Each stands in its own data folder.
        return Path(f"/proc/{pid}/cwd").readlink() == data.resolve()
    except PermissionError:
        return True
    except (FileNotFoundError, ProcessLookupError):
        return False


def _name_and_state(pid: int) -> tuple[str, str]:
    # The name stands in brackets and may hold spaces and brackets of its own.
    before, _, after = Path(f"/proc/{pid}/stat").read_text().rpartition(")")
    return before.partition("(")[2], after.split()[0]


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _replace(file: Path, text: str) -> None:
    handle, written = tempfile.mkstemp(dir=file.parent)
    with os.fdopen(handle, "w") as new:
        new.write(text)
    Path(written).chmod(0o644)
    Path(written).replace(file)
