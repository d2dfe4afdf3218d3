"""The methods a merchant's server calls: the business part of a good answer; Refused when it is no."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sandbox import faults, money
from sandbox.alipay import agreement_life, bills, debits, orders, payments, payouts, refunds, refusals, trades
from sandbox.alipay.agreement_orders import read_debit
from sandbox.alipay.catalogue import BILL_METHOD, QUERY_FAULTS
from sandbox.alipay.envelope import Call
from sandbox.alipay.trades import Trade
from sandbox.site import Site
from sandbox.store import Connection

Content = dict[str, Any]
_QUERY, _REFUND_QUERY = "alipay.trade.query", "alipay.trade.fastpay.refund.query"


def perform(call: Call, *, connection: Connection, site: Site, now: datetime) -> Content:
    """What the method answers, after it has done what it does."""
    if call.method in _WITH_CALL:
        return _WITH_CALL[call.method](connection, site, call, now)
    return _METHODS[call.method](connection, site, call.biz, now)


def _pay(connection: Connection, site: Site, call: Call, now: datetime) -> Content:
    trade = debits.pay(connection, site, read_debit(call), now=now)
    content = {**_numbers(trade), "total_amount": money.to_yuan(trade.total_minor)}
    if trade.paid_at is None:
        return {"code": "10003", "msg": "order success pay inprocess", **content}
    buyer = _buyer(connection, trade)
    paid_at = {"gmt_payment": buyer.pop("send_pay_date")}
    return {**content, **_amounts(content["total_amount"]), **buyer, **paid_at}


def _query(connection: Connection, site: Site, biz: Content, now: datetime) -> Content:
    debits.catch_up(connection, site, now=now)
    trade = payments.find(connection, site, orders.read_reference(biz, "query_options"), now=now)
    strikes = _query_strikes(connection, trade, _QUERY, "query_not_exist", "query_waiting")
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
    debits.catch_up(connection, site, now=now)
    trade = payments.find(connection, site, orders.read_reference(biz, "operator_id"), now=now)
    return _numbers(payments.close(connection, site, trade, now=now))


def _refund(connection: Connection, site: Site, biz: Content, now: datetime) -> Content:
    order = orders.read_refund(biz)
    trade = payments.find(connection, site, order.reference, now=now)
    trade, moved = refunds.make(connection, site, trade, order, now=now)
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
    question = orders.read_refund_query(biz)
    trade = payments.find(connection, site, question.reference, now=now)
    strikes = _query_strikes(connection, trade, _REFUND_QUERY, "query_not_exist", "refund_lag")
    if "query_not_exist" in strikes:
        raise refusals.no_such_trade()
    number = question.out_request_no
    refund = trades.find_refund(connection, out_trade_no=trade.out_trade_no, out_request_no=number)
    if refund is None or "refund_lag" in strikes:
        # The real gateway says success here too: without refund_status nothing was refunded.
        return {}
    time = {"gmt_refund_pay": refund.refunded_at} if question.wants_time else {}
    return {
        **_numbers(trade),
        "out_request_no": number,
        "total_amount": money.to_yuan(trade.total_minor),
        "refund_amount": money.to_yuan(refund.amount_minor),
        "refund_status": "REFUND_SUCCESS",
        **time,
    }


_METHODS: dict[str, Callable[[Connection, Site, Content, datetime], Content]] = {
    _QUERY: _query,
    "alipay.trade.close": _close,
    "alipay.trade.refund": _refund,
    _REFUND_QUERY: _refund_query,
    "alipay.user.agreement.query": agreement_life.query,
    "alipay.user.agreement.executionplan.modify": agreement_life.move,
    "alipay.fund.trans.uni.transfer": payouts.transfer,
    "alipay.fund.trans.common.query": payouts.query,
    "alipay.fund.account.query": payouts.account,
}
# Those that need more of the call: where notices go, or where the merchant found us.
_WITH_CALL: dict[str, Callable[[Connection, Site, Call, datetime], Content]] = {
    "alipay.trade.pay": _pay,
    "alipay.user.agreement.unsign": agreement_life.unsign,
    BILL_METHOD: bills.tell_address,
}
