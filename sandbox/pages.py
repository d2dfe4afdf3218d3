"""The pages and control doors that belong to no single channel: home, notifications, health."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox import clock, doors, fault_pages, faults, replies
from sandbox.site import Channel, Site

Channels = Sequence[Channel]


def routes(site: Site, channels: Channels) -> list[BaseRoute]:
    def view(handler: Callable[..., Response]) -> Callable[..., Response]:
        return partial(handler, site, channels)

    return [
        Route("/", view(_home)),
        Route("/healthz", view(_health)),
        Route(replies.LOGIN_PATH, replies.login_page),
        Route("/_control/notify/flush", doors.json_door(view(_flush)), methods=["POST"]),
        *fault_pages.routes(site, channels),
    ]


def _home(site: Site, channels: Channels, request: Request) -> Response:
    with site.store.begin() as connection:
        parts = [(channel.HOME_PART, channel.recent(connection)) for channel in channels]
        rules = faults.rules(connection)
    return site.render("home.html", parts=parts, rules=rules, now=clock.to_wire(clock.business_now()))


def _health(site: Site, channels: Channels, request: Request) -> Response:
    with site.store.begin() as connection:
        connection.execute("SELECT count(*) FROM notifications").fetchone()
    return doors.answer({"status": "ok", "channels": [channel.NAME for channel in channels]})


def _flush(site: Site, channels: Channels, request: Request, body: dict[str, Any]) -> Response:
    if unknown := set(body) - {"out_trade_no", "due_only"}:
        return doors.refuse(422, "unknown_key", f"unknown key {sorted(unknown)[0]}")
    for channel in channels:
        channel.sweep(site)
    if body.get("due_only"):
        return doors.answer({"sent": site.courier.send_due()})
    return doors.answer({"sent": site.courier.send_waiting(order_no=body.get("out_trade_no"))})
