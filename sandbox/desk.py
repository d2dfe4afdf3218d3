"""Where a gateway of messages is reached: the same door for SMS and for mail."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox import clock, doors, faults, replies, store
from sandbox.faults import RESPONSE_FAULTS, Strike
from sandbox.replies import Reply
from sandbox.site import Site

_SKEW_SECONDS = 300
_MOST = 200


class Unfit(Exception):
    """The message can't be accepted."""

    def __init__(self, reasons: dict[str, str]) -> None:
        super().__init__()
        self.reasons = reasons


class Conflict(Exception):
    """The same out_id was used for another message."""


class Message(Protocol):
    """What every message has: the sender's number for it."""

    @property
    def out_id(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A gateway: its name, its secret, by what its messages are looked for, and what it does with them."""

    name: str
    secret: Callable[[Site], bytes]
    finds_by: str
    read: Callable[[dict[str, Any]], Any]
    accept: Callable[[store.Connection, Any], store.Row]
    find: Callable[[store.Connection, str], store.Row | None]
    newest: Callable[..., list[dict[str, Any]]]
    to_fields: Callable[[store.Row], dict[str, Any]]


def routes(site: Site, desk: Desk) -> list[BaseRoute]:
    def status(request: Request) -> Response:
        return _status(site, desk, request)

    def page(request: Request) -> Response:
        return _page(site, desk, request)

    def listing(request: Request) -> Response:
        return _list(site, desk, request)

    async def send(request: Request) -> Response:
        try:
            body = await doors.read_body(request)
        except doors.Malformed as trouble:
            return doors.refuse(413, "too_large", str(trouble))
        response, strikes = await run_in_threadpool(_send, site, desk, request, body)
        reply = Reply(body=bytes(response.body), status=response.status_code)
        return await replies.send(request, replies.spoil(reply, strikes))

    return [
        Route(f"/{desk.name}/send", send, methods=["POST"]),
        Route(f"/{desk.name}/status/{{message_id}}", status),
        Route(f"/{desk.name}", page),
        Route(f"/_control/{desk.name}", listing),
    ]


def _send(site: Site, desk: Desk, request: Request, body: bytes) -> tuple[Response, list[Strike]]:
    refusal = _check_signature(site, desk, request, body)
    if refusal is not None:
        return refusal, []
    try:
        message = desk.read(doors.read_json(body))
    except doors.Malformed as trouble:
        return doors.refuse(400, "malformed", str(trouble)), []
    except Unfit as unfit:
        return doors.refuse(422, "unfit", "see reasons", reasons=unfit.reasons), []
    with site.store.begin() as connection:
        strikes = faults.strike(
            connection, channel=desk.name, faults=RESPONSE_FAULTS, order_no=message.out_id, operation="send"
        )
        if not all(strike.applies for strike in strikes):
            response: Response = doors.answer({})
        else:
            response = _accept(connection, desk, message)
        _record(connection, desk, message, response, strikes)
    return response, strikes


def _check_signature(site: Site, desk: Desk, request: Request, body: bytes) -> Response | None:
    timestamp = request.headers.get(f"x-{desk.name}-timestamp", "")
    signature = request.headers.get(f"x-{desk.name}-signature", "")
    header = f"X-{desk.name.title()}"
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12 and signature):
        return doors.refuse(401, "unsigned", f"send {header}-Timestamp (Unix seconds) and {header}-Signature")
    text = timestamp.encode() + b"." + body
    expected = hmac.new(desk.secret(site), text, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        return doors.refuse(
            401, "wrong_signature", f"{header}-Signature is hex(HMAC-SHA256(secret, timestamp.body))"
        )
    # A client may live on the shifted clock that the tests give to all processes.
    clocks = (clock.real_now(), clock.business_now())
    if all(abs(now.timestamp() - int(timestamp)) > _SKEW_SECONDS for now in clocks):
        return doors.refuse(401, "stale", f"{header}-Timestamp is more than {_SKEW_SECONDS} seconds off")
    return None


def _accept(connection: store.Connection, desk: Desk, message: Message) -> Response:
    try:
        row = desk.accept(connection, message)
    except Conflict:
        return doors.refuse(409, "out_id_reused", "this out_id was used for another message")
    return doors.answer({"message_id": row["message_id"], "status": "accepted"})


def _record(
    connection: store.Connection, desk: Desk, message: Message, response: Response, strikes: list[Strike]
) -> None:
    dropped = not all(strike.applies for strike in strikes)
    store.record_call(
        connection,
        channel=desk.name,
        operation="send",
        order_no=message.out_id,
        outcome="dropped" if dropped else str(response.status_code),
        faults=" ".join(strike.name for strike in strikes),
        called_at=clock.to_wire(clock.business_now()),
    )


def _status(site: Site, desk: Desk, request: Request) -> Response:
    with site.store.begin() as connection:
        row = desk.find(connection, request.path_params["message_id"])
    if row is None:
        return doors.refuse(404, "no_such_message", "no message has this message_id")
    fields: dict[str, Any] = desk.to_fields(row)
    return doors.answer({name: fields[name] for name in ("message_id", "out_id", "status", "sent_at")})


def _page(site: Site, desk: Desk, request: Request) -> Response:
    wanted = request.query_params.get(desk.finds_by, "").strip()
    with site.store.begin() as connection:
        found = desk.newest(connection, wanted, limit=_MOST)
    context: dict[str, Any] = {"messages": found, desk.finds_by: wanted}
    return site.render(f"{desk.name}.html", **context)


def _list(site: Site, desk: Desk, request: Request) -> Response:
    with site.store.begin() as connection:
        found = desk.newest(connection, request.query_params.get(desk.finds_by, ""), limit=_MOST)
    return doors.answer({"messages": found})
