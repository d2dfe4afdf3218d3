"""Cards at UnionPay: opened by their holder on its page, known to us by a token, debited and ended."""

from datetime import datetime
from typing import Literal

from anqi.payments.channels.protocol import (
    Accepted,
    CardBound,
    CardRequest,
    Closed,
    DebitRequest,
    Form,
    NotFound,
    Result,
    Unknown,
    Unreadable,
)
from anqi.payments.channels.unionpay import codes, gateway, orders, wire
from anqi.payments.channels.unionpay.gateway import Gateway

_OPEN = ("79", "00", "000902")
_OPENED = ("78", "02", "000902")
_END = ("74", "01", "000902")
_DEBIT = ("01", "01", "000902")
_KINDS: dict[str, Literal["debit", "credit"]] = {"01": "debit", "02": "credit"}
# A token that UnionPay does not know is one that nobody can use.
_GONE = ("34", "61")


def open_card(way: Gateway, tr_id: str, request: CardRequest) -> Result:
    """The signed form for UnionPay's page, where the holder enters what we never see. Nothing is sent."""
    order = {
        "tokenPayData": wire.braced({"trId": tr_id, "tokenType": "01"}),
        "frontUrl": request.return_url,
        "backUrl": request.notify_url,
    }
    # One page for phones and desks.
    fields = way.signed(_OPEN, key=request.key, opened_at=request.opened_at, more=order, on_phone=True)
    return Accepted(action=Form(url=way.front(), fields=fields))


def query(way: Gateway, key: str, *, opened_at: datetime) -> CardBound | Result:
    """The card, once its holder has opened it; Accepted until then."""
    answer = way.ask(gateway.BACK, _OPENED, key=key, opened_at=opened_at, more={})
    if isinstance(answer, Unknown):
        return answer
    code = answer.get("respCode", "")
    if code not in codes.DONE:
        return NotFound() if code == codes.NOT_FOUND else Unknown(cause=f"code_{code}"[:32])
    if answer.get("activateStatus") == "0":
        return Accepted()
    try:
        return _bound(answer)
    except Unreadable:
        return Unknown(cause="unreadable")


def _bound(answer: dict[str, str]) -> CardBound:
    last4, kind = answer.get("accNo", "")[-4:], _KINDS.get(answer.get("payCardType", ""))
    if answer.get("activateStatus") != "1" or not (len(last4) == 4 and last4.isdecimal()) or not kind:
        raise Unreadable
    token = wire.number(wire.inner(answer.get("tokenPayData", "")), "token")
    return CardBound(token=token, bank=answer.get("payCardIssueName", "")[:64], last4=last4, kind=kind)


def end(way: Gateway, tr_id: str, key: str, *, opened_at: datetime, token: str) -> Result:
    """Closed once nobody can use the token any more."""
    answer = way.ask(gateway.BACK, _END, key=key, opened_at=opened_at, more=_named(tr_id, token))
    if isinstance(answer, Unknown):
        return answer
    code = answer.get("respCode", "")
    return Closed() if code in codes.DONE or code in _GONE else Unknown(cause=f"code_{code}"[:32])


def debit(way: Gateway, tr_id: str, request: DebitRequest) -> Result:
    """Whether UnionPay has taken the debit; what becomes of it is asked as of a charge."""
    assert request.currency == "CNY", "UnionPay collects yuan only"
    order = _named(tr_id, request.token) | {
        "txnAmt": str(request.amount_minor),
        "currencyCode": wire.YUAN,
        "backUrl": request.notify_url,
        "orderDesc": wire.description(request.subject),
    }
    return orders.place(
        way, _DEBIT, key=request.key, opened_at=request.opened_at, more=order,
        reply=codes.DEBITING, end=codes.COLLECTED,
    )  # fmt: skip


def query_debit(way: Gateway, key: str, *, opened_at: datetime) -> Result:
    """What became of a debit, by UnionPay's word now."""
    return orders.query(way, _DEBIT[2], key=key, opened_at=opened_at, end=codes.COLLECTED)


def _named(tr_id: str, token: str) -> dict[str, str]:
    return {"tokenPayData": wire.braced({"token": token, "trId": tr_id})}
