"""A small web server that keeps what is sent to it and answers as it is told."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# Answered with this status, the connection is cut instead, without a word.
CUT = -1


class _Server(ThreadingHTTPServer):
    # Forty senders at once are more than the five that may wait at the door by default.
    request_queue_size = 128


class PostOffice:
    """The server: `answers` are given one after the other, the last one for ever."""

    def __init__(self) -> None:
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[tuple[int, bytes]] = [(200, b"{}")]
        self.headers: dict[str, str] = {}
        self.silent_seconds = 0.0
        self.drips = False
        office, lock = self, threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                with lock:
                    office.received.append(({name.lower(): text for name, text in self.headers.items()}, body))
                    status, answer = office.answers.pop(0) if len(office.answers) > 1 else office.answers[0]
                time.sleep(office.silent_seconds)
                if status == CUT:
                    self.close_connection = True
                    return
                self.send_response(status)
                for name, text in office.headers.items():
                    self.send_header(name, text)
                if not office.drips:
                    self.send_header("content-length", str(len(answer)))
                self.end_headers()
                office._give(self, answer)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/take"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def _give(self, handler: BaseHTTPRequestHandler, answer: bytes) -> None:
        try:
            handler.wfile.write(answer)
            # Three seconds are for ever to these tests, and let one that waits in vain end.
            ends_at = time.monotonic() + 3
            while self.drips and time.monotonic() < ends_at:
                handler.wfile.write(b" ")
                handler.wfile.flush()
                time.sleep(0.02)
        except OSError:
            pass

    def stop(self) -> None:
        self.drips = False
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def open_office() -> Iterator[PostOffice]:
    office = PostOffice()
    try:
        yield office
    finally:
        office.stop()
