"""Payouts at UnionPay: to a bound card, whose holder's name its bank compares."""

from base64 import b64encode
from datetime import datetime

from anqi.payments.channels.protocol import PayoutRequest, Result, Unknown
from anqi.payments.channels.unionpay import codes, gateway, orders, wire
from anqi.payments.channels.unionpay.gateway import Gateway
from anqi.payments.numbers import number_for
from anqi.rows.ids import uuid7

_PAYOUT = ("12", "00", "000401")
_BALANCE = ("71", "00", "000401")


def pay(way: Gateway, tr_id: str, request: PayoutRequest) -> Result:
    """Whether UnionPay has taken the payout. It may be asked what became of it after three minutes."""
    assert request.currency == "CNY", "UnionPay pays out yuan only"
    holder = wire.braced({"customerNm": wire.plain(request.payee.name)})
    order = {
        "accType": "01",
        "tokenPayData": wire.braced({"token": request.payee.account, "trId": tr_id}),
        "customerInfo": b64encode(holder.encode()).decode(),
        "txnAmt": str(request.amount_minor),
        "currencyCode": wire.YUAN,
        "backUrl": request.notify_url,
        "reqReserved": wire.plain(request.why),
    }
    return orders.place(
        way, _PAYOUT, key=request.key, opened_at=request.opened_at, more=order,
        reply=codes.PAYING_OUT, end=codes.PAID_OUT,
    )  # fmt: skip


def query(way: Gateway, key: str, *, opened_at: datetime) -> Result:
    """What became of a payout, by UnionPay's word now. One that came back later is told by the statement only."""
    return orders.query(way, _PAYOUT[2], key=key, opened_at=opened_at, end=codes.PAID_OUT)


def balance_minor(way: Gateway, *, now: datetime) -> int | None:
    """What the payout account holds, in fen."""
    answer = way.ask(gateway.BACK, _BALANCE, key=number_for("ab", uuid7()), opened_at=now, more={})
    if isinstance(answer, Unknown) or answer.get("respCode") not in codes.DONE:
        return None
    held = answer.get("balanceAmt", "")
    return int(held) if held.isascii() and held.isdecimal() else None
