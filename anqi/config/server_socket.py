"""Where the embedded server's socket lies, and whether that place can be trusted."""

import hashlib
import os
import pwd
from pathlib import Path

from anqi.config.programs import NoPostgres

NAME = ".s.PGSQL.5432"
# What the kernel takes for a socket's path (108 with the closing NUL).
_PATH_MAX = 107


def find_folder(home: Path) -> Path:
    """Beside the data, where nobody else gets at it; in /tmp only when that path is too long for a socket."""
    beside = home / "socket"
    if len(os.fsencode(beside / NAME)) <= _PATH_MAX:
        return beside
    return Path("/tmp") / f"anqi-{hashlib.sha256(os.fsencode(home)).hexdigest()[:12]}"


def refuse_strange(folder: Path, *, owners: set[int]) -> None:
    """In /tmp anybody can take the name first, and then be the server that we tell our secrets to."""
    if not (folder.exists() or folder.is_symlink()):
        return
    found = folder.lstat()
    ours = folder.is_dir() and not folder.is_symlink() and found.st_uid in owners
    if not ours or found.st_mode & 0o022:
        raise NoPostgres(
            f"{folder}, the place of the database's socket, belongs to OS user {user_name(found.st_uid)} or "
            "is open to others. Nothing was sent there. Find out who made it and remove it, or set ANQI_HOME "
            "to a shorter path."
        )


def user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
