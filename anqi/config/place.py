"""Where this checkout keeps what is not code: its tag and its state folder."""

import fcntl
import os
import re
import secrets
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
_TAG = re.compile(r"[0-9a-f]{8}\n")


def state_dir() -> Path:
    """The folder of this checkout's database, keys and logs, made when missing; open to look into (755).

    Never inside the checkout, where `git clean` would take a lender's books with it, and never under
    root's home, which the database's OS user can't enter.
    """
    return make_folder(_given_home() or _shared_home() / tag(), mode=0o755)


def private_dir(name: str) -> Path:
    """A folder of that name in the state folder that only its owner can open (700), made when missing."""
    return make_folder(state_dir() / name, mode=0o700)


def programs_dir() -> Path:
    """Where programs are copied to when they can't be run from where they were installed (755)."""
    return make_folder((_given_home() or _shared_home()) / "programs", mode=0o755)


def make_folder(folder: Path, *, mode: int) -> Path:
    """The folder, made with its parents when missing; whatever the umask, `mode` holds for a new one."""
    if not folder.is_dir():
        missing = [parent for parent in folder.parents if not parent.exists()]
        folder.mkdir(mode=mode, parents=True, exist_ok=True)
        folder.chmod(mode)
        # Root's umask may be tight, and the database's OS user has to come through.
        for parent in missing if os.geteuid() == 0 else []:
            parent.chmod(0o755)
    return folder


def tag(checkout: Path = CHECKOUT) -> str:
    """Eight hex digits that name this checkout, drawn once: moving the checkout doesn't lose its data.

    Two processes that ask at once get the same tag. Refuses a `.anqi-tag` that somebody wrote by hand.
    """
    file = checkout / ".anqi-tag"
    found = file.read_text() if file.exists() else ""
    if not found:
        found = _drawn_tag(file)
    if not _TAG.fullmatch(found):
        raise ValueError(f"{file} does not hold a tag (8 hex digits and a newline). "
                         "Put the right one back, or remove the file to start with an empty database.")
    return found.strip()


def _drawn_tag(file: Path) -> str:
    # The lock, not O_EXCL, decides who draws: whoever comes second must not read a file still empty.
    with file.open("a+") as tag_file:
        fcntl.flock(tag_file, fcntl.LOCK_EX)
        tag_file.seek(0)
        found = tag_file.read()
        if not found:
            found = secrets.token_hex(4) + "\n"
            tag_file.write(found)
            tag_file.flush()
            os.fsync(tag_file.fileno())
        return found


def _given_home() -> Path | None:
    given = os.environ.get("ANQI_HOME")
    return Path(given).absolute() if given else None


def _shared_home() -> Path:
    if os.geteuid() == 0:
        return Path("/var/lib/anqi")
    xdg = Path(os.environ.get("XDG_DATA_HOME", ""))
    # The XDG rules say that a relative path is to be ignored.
    return (xdg if xdg.is_absolute() else Path.home() / ".local/share") / "anqi"
