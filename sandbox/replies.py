"""An answer on its way out, and what the response faults do to it."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from starlette.requests import Request
from starlette.responses import Response

from sandbox.faults import Strike
from sandbox.line import hang_up


@dataclass(frozen=True, kw_only=True)
class Reply:
    body: bytes = b""
    status: int = 200
    content_type: str = "application/json;charset=utf-8"
    location: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_seconds: int = 0
    hangs_up: bool = False
    cut: bool = False


# Where a proxy that stands between client and channel has its login.
LOGIN_PATH = "/proxy/login"
_BUSY_PAGE = (
    "<!DOCTYPE html><html><head><title>系统繁忙</title></head><body>系统繁忙，请稍后再试</body></html>"
)
_LOGIN_PAGE = (
    "<!DOCTYPE html><html><head><title>上网认证</title></head><body>请先登录，再访问网络</body></html>"
)
_SPOILS: dict[str, Callable[[Reply, Strike], Reply]] = {
    "lost_before": lambda reply, strike: replace(reply, hangs_up=True),
    "lost_after": lambda reply, strike: replace(reply, hangs_up=True),
    "slow": lambda reply, strike: replace(reply, delay_seconds=strike.seconds),
    "http_500": lambda reply, strike: _page(reply, status=500),
    "http_500_after": lambda reply, strike: _page(reply, status=500),
    "http_502": lambda reply, strike: _page(reply, status=502),
    "http_503": lambda reply, strike: _page(reply, status=503),
    "http_429": lambda reply, strike: _page(reply, status=429),
    "html": lambda reply, strike: _page(reply, status=200),
    "cut": lambda reply, strike: replace(reply, cut=True),
    "proxy_407": lambda reply, strike: _page(reply, status=407, page=_LOGIN_PAGE),
    # Clients follow it by themselves and are given a page with status 200.
    "proxy_login": lambda reply, strike: replace(_page(reply, status=302), location=LOGIN_PATH),
}


def spoil(reply: Reply, strikes: Iterable[Strike]) -> Reply:
    """The reply after the response faults every channel shares; other faults leave it as it is."""
    for strike in strikes:
        if strike.name in _SPOILS:
            reply = _SPOILS[strike.name](reply, strike)
    return reply


def _page(reply: Reply, *, status: int, page: str = _BUSY_PAGE) -> Reply:
    return replace(
        reply,
        body=page.encode(),
        status=status,
        content_type="text/html;charset=utf-8",
        location=None,
        headers={},
    )


def login_page(request: Request) -> Response:
    """What the proxy shows to whoever it doesn't know."""
    return Response(_LOGIN_PAGE, media_type="text/html;charset=utf-8")


async def send(request: Request, reply: Reply) -> Response:
    """The response to return, after the reply's delay; a reply that hangs up never reaches the client."""
    if reply.delay_seconds:
        await asyncio.sleep(reply.delay_seconds)
    if reply.hangs_up:
        await hang_up(request)
    headers = {**reply.headers, **({"location": reply.location} if reply.location else {})}
    if reply.cut:
        return _HalfResponse(
            reply.body, status_code=reply.status, media_type=reply.content_type, headers=headers
        )
    return Response(reply.body, status_code=reply.status, media_type=reply.content_type, headers=headers)


class _HalfResponse(Response):
    """Announces the whole length and sends half of the body, then the line goes dead."""

    async def __call__(self, scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        await asyncio.sleep(0.05)
        await hang_up(Request(scope, receive))
