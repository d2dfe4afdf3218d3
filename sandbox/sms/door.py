"""Where the SMS gateway is reached."""

import hashlib
import hmac
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox import clock, doors, faults, replies, store
from sandbox.faults import RESPONSE_FAULTS, Strike
from sandbox.replies import Reply
from sandbox.site import Site
from sandbox.sms import messages

_SKEW_SECONDS = 300
_MOST = 200


def routes(site: Site) -> list[BaseRoute]:
    def status(request: Request) -> Response:
        return _status(site, request)

    def page(request: Request) -> Response:
        return _page(site, request)

    def listing(request: Request) -> Response:
        return _list(site, request)

    async def send(request: Request) -> Response:
        try:
            body = await doors.read_body(request)
        except doors.Malformed as trouble:
            return doors.refuse(413, "too_large", str(trouble))
        response, strikes = await run_in_threadpool(_send, site, request, body)
        reply = Reply(body=bytes(response.body), status=response.status_code)
        return await replies.send(request, replies.spoil(reply, strikes))

    return [
        Route("/sms/send", send, methods=["POST"]),
        Route("/sms/status/{message_id}", status),
        Route("/sms", page),
        Route("/_control/sms", listing),
    ]


def _send(site: Site, request: Request, body: bytes) -> tuple[Response, list[Strike]]:
    refusal = _check_signature(site, request, body)
    if refusal is not None:
        return refusal, []
    try:
        message = messages.read(doors.read_json(body))
    except doors.Malformed as trouble:
        return doors.refuse(400, "malformed", str(trouble)), []
    except messages.Unfit as unfit:
        return doors.refuse(422, "unfit", "see reasons", reasons=unfit.reasons), []
    with site.store.begin() as connection:
        strikes = faults.strike(
            connection, channel="sms", faults=RESPONSE_FAULTS, order_no=message.out_id, operation="send"
        )
        if not all(strike.applies for strike in strikes):
            response: Response = doors.answer({})
        else:
            response = _accept(connection, message)
        _record(connection, message, response, strikes)
    return response, strikes


def _check_signature(site: Site, request: Request, body: bytes) -> Response | None:
    timestamp = request.headers.get("x-sms-timestamp", "")
    signature = request.headers.get("x-sms-signature", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12 and signature):
        return doors.refuse(401, "unsigned", "send X-Sms-Timestamp (Unix seconds) and X-Sms-Signature")
    text = timestamp.encode() + b"." + body
    expected = hmac.new(site.home.sms_secret, text, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        return doors.refuse(
            401, "wrong_signature", "X-Sms-Signature is hex(HMAC-SHA256(secret, timestamp.body))"
        )
    # A client may live on the shifted clock that the tests give to all processes.
    clocks = (clock.real_now(), clock.business_now())
    if all(abs(now.timestamp() - int(timestamp)) > _SKEW_SECONDS for now in clocks):
        return doors.refuse(401, "stale", f"X-Sms-Timestamp is more than {_SKEW_SECONDS} seconds off")
    return None


def _accept(connection: store.Connection, message: messages.Message) -> Response:
    try:
        row = messages.accept(connection, message)
    except messages.Conflict:
        return doors.refuse(409, "out_id_reused", "this out_id was used for another message")
    return doors.answer({"message_id": row["message_id"], "status": "accepted"})


def _record(
    connection: store.Connection, message: messages.Message, response: Response, strikes: list[Strike]
) -> None:
    dropped = not all(strike.applies for strike in strikes)
    store.record_call(
        connection,
        channel="sms",
        operation="send",
        order_no=message.out_id,
        outcome="dropped" if dropped else str(response.status_code),
        faults=" ".join(strike.name for strike in strikes),
        called_at=clock.to_wire(clock.business_now()),
    )


def _status(site: Site, request: Request) -> Response:
    with site.store.begin() as connection:
        row = messages.find(connection, request.path_params["message_id"])
    if row is None:
        return doors.refuse(404, "no_such_message", "no message has this message_id")
    fields: dict[str, Any] = messages.to_fields(row)
    return doors.answer({name: fields[name] for name in ("message_id", "out_id", "status", "sent_at")})


def _page(site: Site, request: Request) -> Response:
    phone = request.query_params.get("phone", "").strip()
    with site.store.begin() as connection:
        found = messages.newest(connection, phone=phone, limit=_MOST)
    return site.render("sms.html", messages=found, phone=phone)


def _list(site: Site, request: Request) -> Response:
    with site.store.begin() as connection:
        found = messages.newest(connection, phone=request.query_params.get("phone", ""), limit=_MOST)
    return doors.answer({"messages": found})
