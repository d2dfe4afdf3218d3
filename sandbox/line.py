"""The HTTP connection, with the one thing ASGI lacks: hanging up without an answer."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

from starlette.requests import Request
from uvicorn.protocols.http.h11_impl import H11Protocol

_HANG_UP = "sandbox.hang_up"


class Line(H11Protocol):
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        plain = self.app

        async def app_that_can_hang_up(scope: Any, receive: Any, send: Any) -> None:
            scope[_HANG_UP] = transport.abort
            await plain(scope, receive, send)

        self.app = app_that_can_hang_up


async def hang_up(request: Request) -> None:
    """Reset the client's connection: it sees neither a status nor a body."""
    abort = cast("Callable[[], None]", request.scope[_HANG_UP])
    abort()
    # The server learns of the loss in the loop's next turns; only then does it stop expecting an answer.
    while not await request.is_disconnected():
        await asyncio.sleep(0.001)
