"""The gateway: a merchant's request in, a signed answer out."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sandbox import clock, faults, replies, store
from sandbox.faults import Strike
from sandbox.replies import Reply
from sandbox.site import Site
from sandbox.store import Connection
from sandbox.wechat import (
    bills,
    contracts,
    envelope,
    keys,
    messages,
    orders,
    payments,
    periods,
    refunds,
    refusals,
    rows,
)
from sandbox.wechat.catalogue import ANSWER_FAULTS, BILL_CALLS, KEY_FAULTS, QUERY_FAULTS, TAKING_FAULTS
from sandbox.wechat.envelope import Call, Knock
from sandbox.wechat.keys import Keys
from sandbox.wechat.refusals import Refused
from sandbox.wechat.rows import Trade

# What is answered as it is, and unsigned: a file.
Content = dict[str, Any] | bytes | None


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A call at its address: which operation, and the number in the path."""

    operation: str
    number: str
    call: Call
    keys: Keys


def answer(site: Site, knock: Knock) -> Reply:
    """The answer to a merchant's call."""
    now, known = clock.business_now(), keys.prepare(site.home.folder)
    try:
        call = envelope.open_call(knock, known, real_now=clock.real_now())
    except Refused as refusal:
        with site.store.begin() as connection:
            _record(connection, knock.target.partition("?")[0], None, refusal.code, [], now)
        return envelope.seal(refusal.status, refusal.content, known)
    with site.store.begin() as connection:
        order_no, status, content, strikes = _perform(connection, site, call, known, now=now)
    if order_no:
        site.courier.send_before_reply(channel="wechat", order_no=order_no)
    return _seal(known, status, content, strikes)


def _perform(
    connection: Connection, site: Site, call: Call, known: Keys, *, now: datetime
) -> tuple[str | None, int, Content, list[Strike]]:
    operation, order_no, strikes = call.path, None, []
    try:
        envelope.use_nonce(connection, call.nonce)
        ask = _ask(call, known)
        operation, order_no = ask.operation, _order_no(connection, ask)
        strikes = faults.strike(
            connection,
            channel="wechat",
            faults=(*ANSWER_FAULTS, *KEY_FAULTS),
            order_no=order_no,
            operation=operation,
        )
        status, content = _do_or_drop(connection, site, ask, strikes, now=now)
        code = str(status)
    except Refused as refusal:
        status, content, code = refusal.status, refusal.content, refusal.code
    _record(connection, operation, order_no, code, strikes, now)
    return order_no, status, content, strikes


def _do_or_drop(
    connection: Connection, site: Site, ask: Ask, strikes: list[Strike], *, now: datetime
) -> tuple[int, Content]:
    if any(strike.name == "frequency_limited" for strike in strikes):
        raise refusals.limited("频率超限，请降低请求接口频率")
    if not all(strike.applies for strike in strikes):
        return 500, None
    return _OPERATIONS[ask.operation](connection, site, ask, now)


def _seal(known: Keys, status: int, content: Content, strikes: list[Strike]) -> Reply:
    names = {strike.name for strike in strikes}
    for name, refusal in (
        ("system_error_after", refusals.system_error()),
        ("unlisted_code", refusals.unlisted()),
    ):
        if name in names:
            status, content = refusal.status, refusal.content
    if isinstance(content, bytes):
        return replies.spoil(
            Reply(body=content, status=status, content_type="application/octet-stream"), strikes
        )
    how = next((how for name, how in _SIGNED_HOW.items() if name in names), "right")
    return replies.spoil(envelope.seal(status, content, known, how=how), strikes)


_SIGNED_HOW = {"bad_signature": "wrong", "no_signature": "none", "rotated_key": "rotated"}

_ADDRESSES = (
    ("POST", r"/v3/pay/transactions/(?P<operation>h5|native)"),
    ("GET", r"/v3/pay/transactions/out-trade-no/(?P<number>[^/]+)"),
    ("GET", r"/v3/pay/transactions/id/(?P<number>[^/]+)"),
    ("POST", r"/v3/pay/transactions/out-trade-no/(?P<number>[^/]+)/close"),
    ("POST", r"/v3/refund/domestic/refunds"),
    ("GET", r"/v3/refund/domestic/refunds/(?P<number>[^/]+)"),
    ("POST", r"/v3/papay/contracts/(?P<number>[^/]+)/notify"),
    ("GET", r"/v3/bill/tradebill"),
    ("GET", r"/v3/bill/fundflowbill"),
    ("GET", r"/v3/billdownload/file"),
)
_NAMES = ("", "query", "query", "close", "refund", "refund_query", "announce", *BILL_CALLS)


def _ask(call: Call, known: Keys) -> Ask:
    for (method, pattern), name in zip(_ADDRESSES, _NAMES, strict=True):
        found = re.fullmatch(pattern, call.path)
        if found and method == call.method:
            groups = found.groupdict()
            operation = groups.get("operation") or name
            return Ask(operation=operation, number=groups.get("number", ""), call=call, keys=known)
    raise refusals.no_such_address()


def _order_no(connection: Connection, ask: Ask) -> str | None:
    """The merchant's number of the order that is meant, for the faults tied to it."""
    if ask.operation == "refund_query":
        refund = rows.find_refund(connection, ask.number)
        return refund.out_trade_no if refund else None
    if ask.operation == "announce":
        contract = contracts.by_id(connection, ask.number, now=clock.business_now())
        return contract.contract_code if contract else None
    if "/id/" in ask.call.path:
        trade = rows.by_transaction(connection, ask.number)
        return trade.out_trade_no if trade else None
    number = ask.number or ask.call.fields.get("out_trade_no")
    return number if isinstance(number, str) else None


def _place(connection: Connection, site: Site, ask: Ask, now: datetime) -> tuple[int, Content]:
    order = orders.read_order(ask.call.fields, ask.operation, ask.keys.account, now=now)
    trade, link = payments.place(connection, order, now=now)
    if _struck(connection, trade, ask.operation, TAKING_FAULTS):
        payments.fail(connection, trade, now=now)
    if ask.operation == "native":
        return 200, {"code_url": f"weixin://wxpay/bizpayurl?pr={link.token}"}
    query = urlencode({"prepay_id": link.token, "package": link.token[:10]})
    return 200, {"h5_url": f"{ask.call.base_url}/wechat/h5/checkmweb?{query}"}


def _query(connection: Connection, site: Site, ask: Ask, now: datetime) -> tuple[int, Content]:
    mchid = dict(parse_qsl(ask.call.query)).get("mchid")
    orders.check_mchid(mchid, ask.keys.account, location="query")
    if "/id/" in ask.call.path:
        trade = rows.by_transaction(connection, ask.number)
    else:
        trade = rows.find(connection, orders.trade_number(ask.number, location="path"))
    if trade is None:
        raise refusals.no_such_order()
    struck = _struck(connection, trade, ask.operation, QUERY_FAULTS)
    if "query_not_exist" in struck:
        raise refusals.no_such_order()
    told = messages.transaction(connection, ask.keys.account, trade)
    return 200, messages.unpaid(told) if "query_waiting" in struck else told


def _close(connection: Connection, site: Site, ask: Ask, now: datetime) -> tuple[int, Content]:
    orders.read_close(ask.call.fields, ask.keys.account)
    trade = rows.find(connection, orders.trade_number(ask.number, location="path"))
    if trade is None:
        raise refusals.no_such_order()
    if trade.trade_type not in orders.TRADE_TYPES.values():
        raise refusals.request("委托代扣的订单不能关闭")
    payments.close(connection, site, trade, now=now)
    return 204, None


def _refund(connection: Connection, site: Site, ask: Ask, now: datetime) -> tuple[int, Content]:
    trade, refund = refunds.take(connection, site, orders.read_refund(ask.call.fields), now=now)
    return 200, messages.refund_answer(connection, trade, refund)


def _refund_query(connection: Connection, site: Site, ask: Ask, now: datetime) -> tuple[int, Content]:
    refund = rows.find_refund(connection, ask.number)
    trade = rows.find(connection, refund.out_trade_no) if refund else None
    if (
        refund is None
        or trade is None
        or "query_not_exist" in _struck(connection, trade, ask.operation, QUERY_FAULTS)
    ):
        raise refusals.no_such_refund()
    return 200, messages.refund_answer(connection, trade, refund)


def _announce(connection: Connection, site: Site, ask: Ask, now: datetime) -> tuple[int, Content]:
    contract = contracts.by_id(connection, ask.number, now=now)
    periods.announce(connection, contract, ask.call.fields, ask.keys.account, now=now)
    return 204, None


def _bill(connection: Connection, site: Site, ask: Ask, now: datetime) -> tuple[int, Content]:
    call = ask.call
    told = bills.tell_address(
        connection, ask.operation, call.query, ask.keys.account, base_url=call.base_url, now=now
    )
    return 200, told


def _download(connection: Connection, site: Site, ask: Ask, now: datetime) -> tuple[int, Content]:
    return 200, bills.download(connection, ask.call.query)


def _struck(connection: Connection, trade: Trade, operation: str, able: tuple[faults.Fault, ...]) -> set[str]:
    strikes = faults.strike(
        connection, channel="wechat", faults=able, order_no=trade.out_trade_no, operation=operation
    )
    return {strike.name for strike in strikes}


_OPERATIONS: dict[str, Callable[[Connection, Site, Ask, datetime], tuple[int, Content]]] = {
    "h5": _place,
    "native": _place,
    "query": _query,
    "close": _close,
    "refund": _refund,
    "refund_query": _refund_query,
    "announce": _announce,
    **dict(zip(BILL_CALLS, (_bill, _bill, _download), strict=True)),
}


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
        channel="wechat",
        operation=operation[:128],
        order_no=order_no,
        outcome=outcome,
        faults=" ".join(strike.name for strike in strikes),
        called_at=clock.to_wire(now),
    )
