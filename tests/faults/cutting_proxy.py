"""A stranger between Django and PostgreSQL who understands their frames, and cuts the line at a chosen message."""

import contextlib
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from anqi.config import server_socket

Side = Literal["before", "after"]
# What a server answers with ReadyForQuery: a simple query, and the end of an extended one.
_ASKS_FOR_READY = (b"Q", b"S")
_PATIENCE_SECONDS = 60


class CuttingProxy:
    """Takes connections on a socket of its own and leads each to the server's. Counts only while it is armed.

    Messages are the frontend's, over all connections. Not counted are the first of each, which has no letter, and
    the last, which nobody waits for and which may come through after the next connection's first.
    """

    def __init__(self, server_folder: Path) -> None:
        self._server = server_folder / server_socket.NAME
        self.folder = Path(tempfile.mkdtemp(prefix="anqi-cut-"))
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(self.folder / server_socket.NAME))
        self._listening.listen()
        self._lines: list[_Line] = []
        self.plan: Plan | None = None
        self._thread = threading.Thread(target=self._take, daemon=True)
        self._thread.start()

    def arm(self, n: int | None = None, *, side: Side = "before") -> "Plan":
        """From here on messages are counted, and the line is cut at the n-th: before or after it arrives."""
        self.plan = Plan(n=n, side=side)
        return self.plan

    def disarm(self) -> None:
        self.plan = None

    def close(self) -> None:
        """Nobody comes through any more."""
        # Closing alone doesn't wake a thread that waits for somebody to come.
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(_PATIENCE_SECONDS)
        for line in self._lines:
            line.cut()
        shutil.rmtree(self.folder)

    def _take(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(str(self._server))
            self._lines.append(_Line(self, client, server))


@dataclass(kw_only=True)
class Plan:
    """Where to cut, and what was seen: each message's letter with the beginning of its statement."""

    n: int | None
    side: Side
    seen: list[str] = field(default_factory=list)
    is_cut: bool = False

    def count(self, letter: bytes, body: bytes) -> bool:
        """Whether this message is the one."""
        self.seen.append(f"{letter.decode()} {_statement(letter, body)}".strip())
        return len(self.seen) == self.n


class _Line:
    """One connection, pumped by two threads."""

    def __init__(self, proxy: CuttingProxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy, self._client, self._server = proxy, client, server
        self._ready = threading.Event()
        self._is_mute = False
        for pump in (self._forth, self._back):
            threading.Thread(target=self._pump, args=(pump,), daemon=True).start()

    def _pump(self, pump: Callable[[], None]) -> None:
        try:
            pump()
        except (OSError, EOFError):
            # One side hung up, or we have cut: the other one must see it too.
            pass
        finally:
            self.cut()

    def _forth(self) -> None:
        frames = _Frames(self._client)
        self._server.sendall(frames.startup())
        while True:
            letter, body = frames.next()
            plan = self._proxy.plan
            if plan and letter != b"X" and plan.count(letter, body):
                if plan.side == "after":
                    self._deliver_unanswered(letter, body)
                plan.is_cut = True
                return
            self._server.sendall(_framed(letter, body))

    def _deliver_unanswered(self, letter: bytes, body: bytes) -> None:
        """What the server does is done before anybody sees that the line is cut: no race with the next try."""
        self._is_mute = True
        self._ready.clear()
        self._server.sendall(_framed(letter, body))
        if letter in _ASKS_FOR_READY:
            assert self._ready.wait(_PATIENCE_SECONDS), "the server never said that it is ready"

    def _back(self) -> None:
        frames = _Frames(self._server)
        while True:
            letter, body = frames.next()
            if not self._is_mute:
                self._client.sendall(_framed(letter, body))
            if letter == b"Z":
                self._ready.set()

    def cut(self) -> None:
        for end in (self._client, self._server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


class _Frames:
    """Protocol 3's frames: a letter, the length of the rest with itself, the rest. The first has no letter."""

    def __init__(self, end: socket.socket) -> None:
        self._file = end.makefile("rb")

    def startup(self) -> bytes:
        length = self._exactly(4)
        return length + self._exactly(int.from_bytes(length) - 4)

    def next(self) -> tuple[bytes, bytes]:
        letter = self._exactly(1)
        return letter, self._exactly(int.from_bytes(self._exactly(4)) - 4)

    def _exactly(self, count: int) -> bytes:
        found = self._file.read(count)
        if len(found) < count:
            raise EOFError
        return found


def _framed(letter: bytes, body: bytes) -> bytes:
    return letter + (len(body) + 4).to_bytes(4) + body


def _statement(letter: bytes, body: bytes) -> str:
    # A Parse names the prepared statement first.
    text = body.split(b"\0")[1 if letter == b"P" else 0] if letter in (b"P", b"Q") else b""
    return " ".join(text.decode().split())[:60]
