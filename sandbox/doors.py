"""What all doors share: reading a request's fields, JSON answers, and headers that keep pages harmless."""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Endpoint = Callable[[Request], Awaitable[Response]]
_LARGEST_BODY = 256 * 1024
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:;"
    " form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Malformed(Exception):
    """The request cannot be read."""


def json_door(handler: Callable[[Request, dict[str, Any]], Response]) -> Endpoint:
    """An endpoint that gives `handler` the JSON object of the body, in a thread of its own."""

    async def endpoint(request: Request) -> Response:
        try:
            body = await read_body(request)
            fields = read_json(body) if body else {}
        except Malformed as trouble:
            return refuse(400, "malformed", str(trouble))
        return await run_in_threadpool(handler, request, fields)

    return endpoint


def form_door(handler: Callable[[Request, dict[str, str]], Response]) -> Endpoint:
    """An endpoint that gives `handler` the form's fields, in a thread of its own."""

    async def endpoint(request: Request) -> Response:
        try:
            fields = read_fields((await read_body(request)).decode(errors="strict"))
        except (Malformed, UnicodeDecodeError) as trouble:
            return PlainTextResponse(f"表单无法读取 / unreadable form: {trouble}", 400)
        return await run_in_threadpool(handler, request, fields)

    return endpoint


async def read_body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST_BODY:
            raise Malformed(f"the body is larger than {_LARGEST_BODY} bytes")
    return body


def read_fields(text: str) -> dict[str, str]:
    """The fields of a query string or form; one field twice is refused, for who knows which one counts."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=100, errors="strict")
    except ValueError as trouble:
        raise Malformed(str(trouble)) from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Malformed("a field is there twice")
    return fields


def read_json(body: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(body)
    except ValueError as trouble:
        raise Malformed(f"the body is not JSON: {trouble}") from None
    if not isinstance(fields, dict):
        raise Malformed("the body must be a JSON object")
    return fields


def answer(fields: Any, status: int = 200) -> JSONResponse:
    return JSONResponse(fields, status_code=status)


def refuse(status: int, code: str, message: str, **more: Any) -> JSONResponse:
    return JSONResponse({"error": code, "message": message, **more}, status_code=status)


class Guard:
    """Adds the headers, and turns away forms that other sites post into the sandbox's own pages."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _comes_from_elsewhere(scope):
            refusal = refuse(403, "cross_site", "this form was posted by another site")
            await refusal(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    # A page that leads on to a merchant's says so itself.
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _comes_from_elsewhere(scope: Scope) -> bool:
    # Only to the gateways a merchant's page posts by trade.
    if scope["method"] == "GET" or scope["path"].endswith(".do"):
        return False
    return Headers(scope=scope).get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
