"""The gateway's back doors: a merchant's request in, a signed answer out."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sandbox import clock, faults, replies, store
from sandbox.faults import Strike
from sandbox.replies import Reply
from sandbox.site import Site
from sandbox.store import Connection
from sandbox.unionpay import (
    envelope,
    keys,
    messages,
    openings,
    orders,
    payments,
    refusals,
    rows,
    statement,
    taking,
)
from sandbox.unionpay.catalogue import ANSWER_FAULTS, KEY_FAULTS, QUERY_FAULTS
from sandbox.unionpay.envelope import Knock
from sandbox.unionpay.orders import Request
from sandbox.unionpay.refusals import Refused
from sandbox.unionpay.rows import Order

Content = Mapping[str, str]


def answer(site: Site, knock: Knock) -> Reply:
    """The answer to a merchant's call."""
    now, known = clock.business_now(), keys.prepare(site.home.folder)
    echoed: Content = {}
    try:
        fields = envelope.read(knock)
        echoed = envelope.echo(fields)
        call = envelope.open_call(knock, fields, known)
        # What no order of ours stands for is asked with the world's time, wherever business time is.
        request = orders.read(call, known.account, now=max(now, clock.real_now()))
    except Refused as refusal:
        with site.store.begin() as connection:
            record(connection, knock.door, echoed.get("orderId"), refusal.code, [], now)
        return envelope.seal({**_frame(), **echoed, **_refused(refusal)}, known)
    with site.store.begin() as connection:
        subject_id, content, strikes = _perform(connection, site, request, now=now)
    site.courier.send_before_reply(channel="unionpay", order_no=subject_id)
    return _seal(known, {**echoed, **content}, strikes)


def _frame() -> dict[str, str]:
    return {"version": "5.1.0", "encoding": "UTF-8", "signMethod": "01"}


def _refused(refusal: Refused) -> dict[str, str]:
    return {"respCode": refusal.code, "respMsg": refusal.message}


def _perform(
    connection: Connection, site: Site, request: Request, *, now: datetime
) -> tuple[str, Content, list[Strike]]:
    subject_id = _subject(connection, request)
    strikes = faults.strike(
        connection,
        channel="unionpay",
        faults=(*ANSWER_FAULTS, *KEY_FAULTS),
        order_no=subject_id,
        operation=request.operation,
    )
    try:
        if any(strike.name == "system_error" for strike in strikes):
            raise Refused("06")
        done = all(strike.applies for strike in strikes)
        content = _OPERATIONS[request.operation](connection, site, request, now) if done else messages.code("00")
    except Refused as refusal:
        content = _refused(refusal)
    record(connection, request.operation, subject_id, content["respCode"], strikes, now)
    return subject_id, content, strikes


def _subject(connection: Connection, request: Request) -> str:
    """The order that the faults are tied to: of a refund, that of its payment."""
    order = rows.find(connection, request.order_id)
    if order is None and request.orig_query_id:
        order = rows.by_query_id(connection, request.orig_query_id)
    return order.subject_id if order else request.order_id


def _seal(known: keys.Keys, content: Content, strikes: list[Strike]) -> Reply:
    names = {strike.name for strike in strikes}
    for name, code in _ANSWERED.items():
        if name in names:
            content = {**content, "respCode": code, "respMsg": refusals.MESSAGES.get(code, "未知结果")}
    how = next((how for name, how in _SIGNED_HOW.items() if name in names), "right")
    return replies.spoil(envelope.seal(content, known, how=how), strikes)


_ANSWERED = {
    "answered_01": "01",
    "answered_03": "03",
    "answered_12": "12",
    "answered_34": "34",
    "answered_60": "60",
    "system_error_after": "06",
    "unlisted_code": "58",
}
_SIGNED_HOW = {
    "bad_signature": "wrong",
    "no_signature": "none",
    "answer_unknown_certificate": "unknown",
    "rotated_key": "next",
}


def _query(connection: Connection, site: Site, request: Request, now: datetime) -> Content:
    order = _find(connection, site, request, now=now)
    if order.kind not in rows.TYPES or order.amount_minor is None:
        raise refusals.no_such_order()
    if rows.TYPES[order.kind][2] != request.biz_type:
        raise refusals.malformed("bizType 与原交易不一致")
    if order.state == "EXPIRED" and order.resp_code == "34":
        raise refusals.no_such_order()
    names = payments.struck_names(connection, order, QUERY_FAULTS, "query")
    if "query_not_found" in names:
        raise refusals.no_such_order()
    told = messages.found(connection, order)
    return messages.unfinished(told) if "query_processing" in names else told


def _open_query(connection: Connection, site: Site, request: Request, now: datetime) -> Content:
    order = _find(connection, site, request, now=now)
    names = payments.struck_names(connection, order, QUERY_FAULTS, "open_query")
    if order.kind != "open" or "query_not_found" in names:
        raise refusals.no_such_order()
    if "query_processing" in names:
        return {**messages.code("00"), "activateStatus": "0"}
    account = keys.prepare(site.home.folder).account
    return {**messages.code("00"), **messages.opening(connection, account, order)}


def _find(connection: Connection, site: Site, request: Request, *, now: datetime) -> Order:
    order = rows.find(connection, request.order_id)
    if order is None or order.txn_time != request.txn_time:
        raise refusals.no_such_order()
    return payments.as_of(connection, site, order, now=now)


def _remove(connection: Connection, site: Site, request: Request, now: datetime) -> Content:
    openings.remove(connection, request, now=now)
    return messages.code("00")


def _take(connection: Connection, site: Site, request: Request, now: datetime) -> Content:
    order = _TAKEN[request.operation](connection, site, request, now=now)
    # A yes says that it was taken, however it has ended since.
    code = order.resp_code if order.state == "FAILED" else "00"
    return {
        **messages.code(code),
        "queryId": order.query_id,
        "txnAmt": str(order.amount),
        "currencyCode": "156",
        "reqReserved": order.reserved or "",
    }


_TAKEN: dict[str, Callable[..., Order]] = {
    "debit": taking.debit,
    "refund": taking.refund,
    "payout": taking.payout,
}


def _balance(connection: Connection, site: Site, request: Request, now: datetime) -> Content:
    return {**messages.code("00"), "balanceAmt": str(rows.balance(connection)), "currencyCode": "156"}


def _certificate(connection: Connection, site: Site, request: Request, now: datetime) -> Content:
    return {**messages.code("00"), "encryptPubKeyCert": keys.prepare(site.home.folder).encrypt_pem}


def _statement(connection: Connection, site: Site, request: Request, now: datetime) -> Content:
    assert request.settle_mmdd is not None
    mer_id = keys.prepare(site.home.folder).account.mer_id
    name, file = statement.of(connection, request.settle_mmdd, mer_id, now=now)
    return {
        **messages.code("00"),
        "settleDate": request.settle_mmdd,
        "fileType": "00",
        "fileName": name,
        "fileContent": file,
    }


_OPERATIONS: dict[str, Callable[[Connection, Site, Request, datetime], Content]] = {
    "query": _query,
    "open_query": _open_query,
    "remove": _remove,
    "debit": _take,
    "refund": _take,
    "payout": _take,
    "balance": _balance,
    "certificate": _certificate,
    "statement": _statement,
}


def record(
    connection: Connection,
    operation: str,
    order_no: str | None,
    outcome: str,
    strikes: list[Strike],
    now: datetime,
) -> None:
    """Keep that a merchant called, and what the answer was to be."""
    store.record_call(
        connection,
        channel="unionpay",
        operation=operation,
        order_no=order_no,
        outcome=outcome,
        faults=" ".join(strike.name for strike in strikes),
        called_at=clock.to_wire(now),
    )
