"""Trades at Alipay: what they may be called, and what became of one, by a query or a notice."""

from collections.abc import Mapping
from typing import Any

from alipay import AliPay

from anqi.payments.channels.alipay import gateway, wire
from anqi.payments.channels.protocol import (
    GIVEN_BACK,
    Accepted,
    Closed,
    NotFound,
    Result,
    Succeeded,
    Unknown,
    Unreadable,
)


def check_subject(subject: str) -> None:
    """Alipay refuses the first three characters; the SDK cannot check an answer that holds a brace."""
    assert not set(subject) & set("/=&{}"), "a subject with a character that Alipay doesn't take"


def query(sdk: AliPay, key: str) -> Result:
    """What became of the trade under that number of ours, by Alipay's word now."""
    answer = gateway.ask(sdk, "alipay.trade.query", {"out_trade_no": key})
    if isinstance(answer, Unknown):
        return answer
    said = gateway.said(answer)
    if said != gateway.DONE:
        return NotFound() if said == gateway.NO_SUCH_TRADE else Unknown(cause=said)
    try:
        return result(answer, key=key, paid_at="send_pay_date")
    except Unreadable:
        return Unknown(cause="unreadable")


def result(fields: Mapping[str, Any], *, key: str, paid_at: str) -> Result:
    """What a trade's fields say; `paid_at` names the field with that time. Raises Unreadable."""
    if fields.get("out_trade_no") != key:
        raise Unreadable
    status, ref = fields.get("trade_status"), wire.number(fields, "trade_no")
    if status in ("TRADE_SUCCESS", "TRADE_FINISHED"):
        return Succeeded(
            ref=ref,
            amount_minor=wire.to_minor(fields.get("total_amount")),
            paid_at=wire.to_instant(fields.get(paid_at)),
        )
    if status == "WAIT_BUYER_PAY":
        return Accepted(ref=ref)
    if status == "TRADE_CLOSED":
        # A trade that was paid and wholly given back is closed as well: not unpaid, and not ours to guess.
        return GIVEN_BACK if fields.get(paid_at) else Closed()
    return Unknown(cause="unlisted_status")
