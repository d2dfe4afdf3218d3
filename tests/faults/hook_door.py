"""The hooks' door on a port of its own, for a sandbox that knocks by itself."""

import threading
from collections.abc import Iterable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.core.handlers.wsgi import WSGIHandler
from django.db import connections


class Door:
    """The borrower's site in threads of this process, on the database that Django is connected to."""

    def __init__(self) -> None:
        self._handle = WSGIHandler()
        self._server = make_server(
            "127.0.0.1", 0, self._answer, server_class=_Threads, handler_class=_Quiet
        )
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        try:
            response: Any = self._handle(environ, start_response)
            body = b"".join(response)
            response.close()
            return [body]
        finally:
            # A thread lives for one request here, and its connection must not outlive it.
            connections.close_all()

    def close(self) -> None:
        """Nobody knocks any more; requests under way are answered first."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = False


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass
