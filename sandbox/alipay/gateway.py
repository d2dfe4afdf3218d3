"""The gateway behind `gateway.do`: a request's parameters in, a sealed answer or a way to the cashier out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox import clock, faults, money, replies, store
from sandbox.alipay import envelope, orders, payments, refusals, trades
from sandbox.alipay.catalogue import ANSWER_FAULTS, PAGE_METHODS, QUERY_FAULTS, SERVER_METHODS
from sandbox.alipay.envelope import Call
from sandbox.alipay.refusals import Refused
from sandbox.alipay.trades import Trade
from sandbox.faults import Strike
from sandbox.replies import Reply
from sandbox.site import Site
from sandbox.store import Connection

Content = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A page call's result: the trade at the cashier, or the reply that a fault puts in its place."""

    trade: Trade | None
    strikes: list[Strike]


def is_page_call(parameters: Mapping[str, str]) -> bool:
    return parameters.get("method") in PAGE_METHODS


def answer(site: Site, parameters: Mapping[str, str]) -> Reply:
    """The sealed answer to a server's call."""
    now = clock.business_now()
    try:
        call = envelope.open_call(
            parameters, home=site.home, methods=SERVER_METHODS, real_now=clock.real_now()
        )
    except Refused as refusal:
        return _refuse(site, parameters, refusal, now=now)
    order_no = _text(call.biz.get("out_trade_no"))
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
        return {"code": "10000", "msg": "Success", **_METHODS[call.method](connection, site, call.biz, now)}
    except Refused as refusal:
        return refusal.content


def _seal(site: Site, call: Call, content: Content, strikes: list[Strike]) -> Reply:
    names = {strike.name for strike in strikes}
    if "system_error_after" in names:
        content = refusals.declined("ACQ.SYSTEM_ERROR", "系统异常").content
    if "unlisted_code" in names:
        content = refusals.declined("ACQ.CODE_NOBODY_LISTED", "未知结果").content
    signature = "wrong" if "bad_signature" in names else "none" if "no_signature" in names else "right"
    body = envelope.seal(content, name=_response_name(call.method), home=site.home, signature=signature)
    return replies.spoil(_reply(body), strikes)


def _reply(body: bytes) -> Reply:
    return Reply(body=body, content_type="text/html;charset=utf-8")


def _response_name(method: str) -> str:
    return method.replace(".", "_") + "_response"


def _query(connection: Connection, site: Site, biz: Content, now: datetime) -> Content:
    trade = payments.find(connection, site, orders.read_reference(biz, "query_options"), now=now)
    strikes = _query_strikes(connection, trade, "alipay.trade.query", "query_not_exist", "query_waiting")
    if "query_not_exist" in strikes:
        raise refusals.no_such_trade()
    content = {
        **_numbers(trade),
        "trade_status": trade.state,
        "total_amount": money.to_yuan(trade.total_minor),
    }
    if trade.paid_at is None or "query_waiting" in strikes:
        status = "WAIT_BUYER_PAY" if "query_waiting" in strikes else trade.state
        return {**content, "trade_status": status, **_amounts("0.00")}
    return {**content, **_amounts(content["total_amount"]), **_buyer(connection, trade)}


def _query_strikes(connection: Connection, trade: Trade, operation: str, *names: str) -> set[str]:
    able = [fault for fault in QUERY_FAULTS if fault.name in names]
    strikes = faults.strike(
        connection, channel="alipay", faults=able, order_no=trade.out_trade_no, operation=operation
    )
    return {strike.name for strike in strikes}


def _numbers(trade: Trade) -> Content:
    return {"out_trade_no": trade.out_trade_no, "trade_no": trade.trade_no}


def _amounts(paid: str) -> Content:
    return {"receipt_amount": paid, "buyer_pay_amount": paid, "invoice_amount": paid, "point_amount": "0.00"}


def _buyer(connection: Connection, trade: Trade) -> Content:
    assert trade.buyer_id is not None
    wallet = trades.find_wallet(connection, trade.buyer_id)
    assert wallet is not None
    bill = {"amount": money.to_yuan(trade.total_minor), "fund_channel": wallet.fund_channel}
    return {
        "buyer_user_id": wallet.buyer_id,
        "buyer_logon_id": wallet.logon_id,
        "send_pay_date": trade.paid_at,
        "fund_bill_list": [bill],
    }


def _close(connection: Connection, site: Site, biz: Content, now: datetime) -> Content:
    trade = payments.find(connection, site, orders.read_reference(biz, "operator_id"), now=now)
    return _numbers(payments.close(connection, site, trade, now=now))


def _refund(connection: Connection, site: Site, biz: Content, now: datetime) -> Content:
    order = orders.read_refund(biz)
    trade = payments.find(connection, site, order.reference, now=now)
    trade, moved = payments.refund(connection, site, trade, order, now=now)
    buyer = _buyer(connection, trade)
    return {
        **_numbers(trade),
        "buyer_user_id": buyer["buyer_user_id"],
        "buyer_logon_id": buyer["buyer_logon_id"],
        "fund_change": "Y" if moved else "N",
        # All that was given back on this trade so far, not this refund alone.
        "refund_fee": money.to_yuan(trade.refunded_minor),
    }


def _refund_query(connection: Connection, site: Site, biz: Content, now: datetime) -> Content:
    reference, number = orders.read_refund_query(biz)
    trade = payments.find(connection, site, reference, now=now)
    refund = trades.find_refund(connection, out_trade_no=trade.out_trade_no, out_request_no=number)
    if refund is None or _query_strikes(connection, trade, "alipay.trade.fastpay.refund.query", "refund_lag"):
        # The real gateway says success here too: without refund_status nothing was refunded.
        return {}
    return {
        **_numbers(trade),
        "out_request_no": number,
        "total_amount": money.to_yuan(trade.total_minor),
        "refund_amount": money.to_yuan(refund.amount_minor),
        "refund_status": "REFUND_SUCCESS",
        "gmt_refund_pay": refund.refunded_at,
    }


_METHODS: dict[str, Callable[[Connection, Site, Content, datetime], Content]] = {
    "alipay.trade.query": _query,
    "alipay.trade.close": _close,
    "alipay.trade.refund": _refund,
    "alipay.trade.fastpay.refund.query": _refund_query,
}


def open_cashier(site: Site, parameters: Mapping[str, str]) -> Opened:
    """The trade that a browser brought along, waiting at the cashier; Refused when the call is wrong."""
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
    order = orders.read_order(call, now=now)
    strikes = faults.strike(
        connection,
        channel="alipay",
        faults=ANSWER_FAULTS,
        order_no=order.out_trade_no,
        operation=call.method,
        named_only=True,
    )
    trade = None
    if all(strike.applies for strike in strikes):
        trade = payments.open_trade(connection, site, order, now=now)
    _record(connection, call.method, order.out_trade_no, trade.state if trade else "dropped", strikes, now)
    return Opened(trade=trade, strikes=strikes)


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
