"""The gateway behind `gateway.do`: a request's parameters in, a sealed answer or a way to the cashier out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox import clock, faults, replies, store
from sandbox.alipay import agreement_life, envelope, methods, orders, payments, refusals
from sandbox.alipay.agreement_orders import SignOrder, read_sign
from sandbox.alipay.agreements import Agreement
from sandbox.alipay.catalogue import (
    AGREEMENT_METHODS,
    ANSWER_FAULTS,
    FUND_METHODS,
    PAGE_METHODS,
    SERVER_METHODS,
    SIGN_METHOD,
)
from sandbox.alipay.envelope import Call
from sandbox.alipay.orders import Order
from sandbox.alipay.refusals import Refused
from sandbox.alipay.trades import Trade
from sandbox.faults import Strike
from sandbox.replies import Reply
from sandbox.site import Site
from sandbox.store import Connection

Content = dict[str, Any]
# What the gateway says instead of the truth, whether it has done the work or not.
_SAID_INSTEAD: dict[str, Callable[[], Refused]] = {
    "system_error": refusals.system_error,
    "system_error_after": refusals.system_error,
    "unlisted_code": lambda: refusals.declined("ACQ.CODE_NOBODY_LISTED", "未知结果"),
    "unavailable_after": refusals.away,
    "call_limited": lambda: refusals.limited("调用太频繁"),
    "clock_refused": lambda: refusals.wrong_time("与北京时间相差超过15分钟"),
}
# What a call may name its order by; whichever comes first.
_NUMBERS = ("out_trade_no", "out_biz_no", "external_agreement_no", "agreement_no")
_SIGNATURES = {"bad_signature": "wrong", "no_signature": "none", "answer_other_key": "other"}


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A page call's result: what waits on the page, or the reply that a fault puts in its place."""

    page: Trade | Agreement | None
    strikes: list[Strike]


def is_page_call(parameters: Mapping[str, str]) -> bool:
    return parameters.get("method") in PAGE_METHODS


def answer(site: Site, parameters: Mapping[str, str], *, base_url: str) -> Reply:
    """The sealed answer to a server's call."""
    now = clock.business_now()
    try:
        call = envelope.open_call(
            parameters, home=site.home, methods=SERVER_METHODS, real_now=clock.real_now(), base_url=base_url
        )
    except Refused as refusal:
        return _refuse(site, parameters, refusal, now=now)
    order_no = next((_text(call.biz[name]) for name in _NUMBERS if call.biz.get(name)), None)
    with site.store.begin() as connection:
        strikes = faults.strike(
            connection, channel="alipay", faults=ANSWER_FAULTS, order_no=order_no, operation=call.method
        )
        content = _perform_or_drop(connection, site, call, strikes, now=now)
        _record(connection, call.method, order_no, content.get("sub_code") or content["code"], strikes, now)
    if order_no:
        site.courier.send_before_reply(channel="alipay", order_no=order_no)
    return _seal(site, call, content, strikes)


def _refuse(site: Site, parameters: Mapping[str, str], refusal: Refused, *, now: datetime) -> Reply:
    method = parameters.get("method", "")
    with site.store.begin() as connection:
        _record(connection, method, None, refusal.sub_code, [], now)
    # Whom the gateway doesn't know, it has no key to answer with.
    signature = "none" if refusal.sub_code.endswith("app-id") else "right"
    name = _response_name(method) if method in SERVER_METHODS else "error_response"
    return _reply(envelope.seal(refusal.content, name=name, home=site.home, signature=signature))


def _perform_or_drop(
    connection: Connection, site: Site, call: Call, strikes: list[Strike], *, now: datetime
) -> Content:
    if not all(strike.applies for strike in strikes):
        return {"code": "", "sub_code": "dropped"}
    try:
        content = methods.perform(call, connection=connection, site=site, now=now)
    except Refused as refusal:
        return _in_words_of(call.method, refusal.content)
    return {"code": "10000", "msg": "Success", **content}


def _in_words_of(method: str, content: Content) -> Content:
    # The others say the same, without the first half that the trade methods put before it.
    if method not in (*FUND_METHODS, *AGREEMENT_METHODS, SIGN_METHOD):
        return content
    return {**content, "sub_code": content["sub_code"].removeprefix("ACQ.")}


def _seal(site: Site, call: Call, content: Content, strikes: list[Strike]) -> Reply:
    signature = "right"
    for strike in strikes:
        if strike.name in _SAID_INSTEAD:
            content = _in_words_of(call.method, _SAID_INSTEAD[strike.name]().content)
        signature = _SIGNATURES.get(strike.name, signature)
    body = envelope.seal(
        content, name=_response_name(call.method), home=site.home, signature=signature,
        is_certified=call.is_certified,
    )  # fmt: skip
    return replies.spoil(_reply(body), strikes)


def _reply(body: bytes) -> Reply:
    return Reply(body=body, content_type="text/html;charset=utf-8")


def _response_name(method: str) -> str:
    return method.replace(".", "_") + "_response"


def open_page(site: Site, parameters: Mapping[str, str]) -> Opened:
    """The trade or agreement that a browser brought along, waiting on its page; Refused when the call is wrong."""
    now = clock.business_now()
    with site.store.begin() as connection:
        try:
            return _open(connection, site, parameters, now=now)
        except Refused as refusal:
            _record(connection, parameters.get("method", ""), None, refusal.sub_code, [], now)
            refused = refusal
    raise refused


def _open(connection: Connection, site: Site, parameters: Mapping[str, str], *, now: datetime) -> Opened:
    call = envelope.open_call(parameters, home=site.home, methods=PAGE_METHODS, real_now=clock.real_now())
    order = _read(call, site, now=now)
    number = order.external_agreement_no if isinstance(order, SignOrder) else order.out_trade_no
    strikes = faults.strike(
        connection, channel="alipay", faults=ANSWER_FAULTS, order_no=number, operation=call.method, named_only=True
    )
    for strike in strikes:
        if strike.name in _SAID_INSTEAD and not strike.applies:
            raise _SAID_INSTEAD[strike.name]()
    page: Trade | Agreement | None = None
    if all(strike.applies for strike in strikes):
        if isinstance(order, SignOrder):
            page = agreement_life.open_page(connection, site, order, now=now)
        else:
            page = payments.open_trade(connection, site, order, now=now)
    _record(connection, call.method, number, page.state if page else "dropped", strikes, now)
    return Opened(page=page, strikes=strikes)


def _read(call: Call, site: Site, *, now: datetime) -> SignOrder | Order:
    if call.method == SIGN_METHOD:
        return read_sign(call, home=site.home, today=now.date())
    return orders.read_order(call, now=now)


def _record(
    connection: Connection,
    operation: str,
    order_no: str | None,
    outcome: str,
    strikes: list[Strike],
    now: datetime,
) -> None:
    store.record_call(
        connection,
        channel="alipay",
        operation=operation[:128],
        order_no=order_no,
        outcome=outcome,
        faults=" ".join(strike.name for strike in strikes),
        called_at=clock.to_wire(now),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
