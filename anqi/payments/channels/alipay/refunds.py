"""Refunds at Alipay: asked for under a number of ours, and believed only when a query shows them."""

from collections.abc import Mapping
from typing import Any

from alipay import AliPay

from anqi.payments.channels.alipay import gateway, wire
from anqi.payments.channels.protocol import (
    Accepted,
    Failed,
    NotFound,
    RefundRequest,
    Result,
    Succeeded,
    Unknown,
    Unreadable,
)

# Final for a charge that was paid, and nobody is asked for less than is left of it. An empty account, a limit or
# a system error passes: those stay unknown, to be asked again with the same number.
_REASONS = {
    gateway.WRONG_STATE: "closed",
    "40004 ACQ.TRADE_HAS_CLOSE": "closed",
    "40004 ACQ.TRADE_HAS_FINISHED": "too_late",
    "40004 ACQ.REASON_TRADE_REFUND_FEE_ERR": "too_much",
}


def ask(sdk: AliPay, request: RefundRequest) -> Result:
    """What became of the refund once Alipay was asked for it."""
    assert request.currency == "CNY", "Alipay gives back yuan only"
    assert not set(request.why) & set("{}"), "the SDK cannot check an answer that holds a brace"
    order = {
        **_trade(request.charge_key, request.payment_ref),
        "out_request_no": request.key,
        "refund_amount": wire.to_yuan(request.amount_minor),
        "refund_reason": request.why,
    }
    answer = gateway.ask(sdk, "alipay.trade.refund", order)
    if isinstance(answer, Unknown):
        return answer
    said = gateway.said(answer)
    if said == gateway.DONE or said in _REASONS:
        return _see(sdk, request, said)
    return Unknown(cause=said)


def _see(sdk: AliPay, request: RefundRequest, said: str) -> Result:
    # A yes means no more than that the call was good, and fund_change is N for a repeat and for coupons too.
    # A no may be about a trade that an earlier call under this number, its answer lost, has closed.
    found = query(sdk, request.key, charge_key=request.charge_key, payment_ref=request.payment_ref)
    if isinstance(found, NotFound):
        return Failed(reason=_REASONS[said], code=said) if said in _REASONS else Accepted()
    if isinstance(found, Succeeded) and found.amount_minor != request.amount_minor:
        return Unknown(cause="other_amount")
    return found


def query(sdk: AliPay, key: str, *, charge_key: str, payment_ref: str = "") -> Result:
    """What Alipay shows of the refund now; NotFound is also what it says within ten seconds of being asked for it."""
    question = {
        **_trade(charge_key, payment_ref),
        "out_request_no": key,
        # The time is told to those only who want it.
        "query_options": ["gmt_refund_pay"],
    }
    answer = gateway.ask(sdk, "alipay.trade.fastpay.refund.query", question)
    if isinstance(answer, Unknown):
        return answer
    said = gateway.said(answer)
    if said != gateway.DONE:
        return NotFound() if said == gateway.NO_SUCH_TRADE else Unknown(cause=said)
    try:
        return _result(answer, key=key, charge_key=charge_key)
    except Unreadable:
        return Unknown(cause="unreadable")


def _trade(charge_key: str, payment_ref: str) -> dict[str, str]:
    # By our number alone Alipay would give back its first payment, which a loan has used, for a second one.
    return {"out_trade_no": charge_key} | ({"trade_no": payment_ref} if payment_ref else {})


def _result(answer: Mapping[str, Any], *, key: str, charge_key: str) -> Result:
    status = answer.get("refund_status")
    if not status:
        return NotFound()
    if (answer.get("out_trade_no"), answer.get("out_request_no")) != (charge_key, key):
        raise Unreadable
    if status != "REFUND_SUCCESS":
        return Unknown(cause="unlisted_status")
    return Succeeded(
        ref=wire.number(answer, "trade_no"),
        amount_minor=wire.to_minor(answer.get("refund_amount")),
        paid_at=wire.to_instant(answer.get("gmt_refund_pay")),
    )


def is_told_by(fields: Mapping[str, str]) -> bool:
    """Whether a notice is of a refund, though it calls itself one of the trade: closed, when all was given back."""
    return not wire.is_nothing(fields.get("refund_fee", ""))


def told_by(fields: Mapping[str, str]) -> tuple[str, Result]:
    """The number of the refund that a notice is about. How much it was only a query says: refund_fee is a sum."""
    return wire.number(fields, "out_biz_no"), Accepted(ref=wire.number(fields, "trade_no"))
