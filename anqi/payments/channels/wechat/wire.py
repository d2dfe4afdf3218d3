"""What WeChat's fields say: whole fen, and instants with their zone. NotOurs and Unreadable where they don't."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from anqi.payments.channels.protocol import (
    Accepted,
    Closed,
    Failed,
    NotOurs,
    Result,
    Succeeded,
    Unknown,
    Unreadable,
)
from anqi.payments.channels.wechat import codes
from anqi.rows.days import SHANGHAI

_NUMBER = re.compile(r"[A-Za-z0-9_|*@-]{1,64}")
_SECONDS = re.compile(r"[0-9]{10}")
_LARGEST_MINOR = 10**11


def check_account(fields: Mapping[str, Any], ours: Mapping[str, str]) -> None:
    """NotOurs unless the fields name the account that `ours` names."""
    if any(fields.get(name) != value for name, value in ours.items()):
        raise NotOurs


def trade_result(fields: Mapping[str, Any], *, key: str) -> Result:
    """What a trade's fields say, from a query as from a notice."""
    if fields.get("out_trade_no") != key:
        raise Unreadable
    state = fields.get("trade_state")
    # REFUND: paid, and some or all of it given back since; what was given back is the refunds' affair.
    if state in ("SUCCESS", "REFUND"):
        return Succeeded(
            ref=number(fields, "transaction_id"),
            amount_minor=_fen(fields, "total", else_currency=""),
            paid_at=_instant(fields.get("success_time")),
        )
    # The number of the transaction is born with the payment.
    if state in ("NOTPAY", "USERPAYING", "ACCEPT"):
        return Accepted()
    # Of a debit: its payer was not there to pay otherwise.
    if state == "PAY_FAIL":
        return pay_fail(fields)
    if state == "CLOSED":
        return Closed()
    return (
        Failed(reason="pay_error", code="PAYERROR")
        if state == "PAYERROR"
        else Unknown(cause="unlisted_status")
    )


def pay_fail(fields: Mapping[str, Any]) -> Failed:
    """The debit that has failed for good; the reason as far as WeChat says it."""
    said = fields.get("err_code")
    if isinstance(said, str) and said in codes.ENDED:
        return Failed(reason=codes.ENDED[said], code=said)
    return Failed(reason=codes.NOT_SAID, code="PAY_FAIL")


def refund_result(fields: Mapping[str, Any], *, key: str, status: object) -> Result:
    """What a refund's fields say; where its status stands differs between a query and a notice."""
    if fields.get("out_refund_no") != key:
        raise Unreadable
    if status == "SUCCESS":
        return Succeeded(
            ref=number(fields, "refund_id"),
            amount_minor=_fen(fields, "refund", else_currency="CNY"),
            paid_at=_instant(fields.get("success_time")),
        )
    if status == "PROCESSING":
        return Accepted(ref=number(fields, "refund_id"))
    # ABNORMAL: the payer's card or account takes nothing, and a person must choose another way at WeChat's desk.
    reasons = {"CLOSED": "closed", "ABNORMAL": "abnormal"}
    if status in reasons:
        return Failed(reason=reasons[str(status)], code=str(status))
    return Unknown(cause="unlisted_status")


def older_instant(text: str) -> datetime:
    """An instant in a contract's fields: WeChat's pages show both seconds since 1970 and Shanghai's time."""
    try:
        if _SECONDS.fullmatch(text):
            return datetime.fromtimestamp(int(text), SHANGHAI)
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)
    except ValueError:
        raise Unreadable from None


def cut(text: str, longest: int) -> str:
    """WeChat's pages disagree on whether its limits count characters or bytes: bytes satisfy both."""
    return text.encode()[:longest].decode(errors="ignore")


def number(fields: Mapping[str, Any], name: str) -> str:
    """An order number, ours or theirs."""
    value = fields.get(name)
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise Unreadable
    return value


def _fen(fields: Mapping[str, Any], name: str, *, else_currency: str) -> int:
    amount = fields.get("amount")
    # Notices of refunds name no currency, everything else does.
    if not isinstance(amount, dict) or amount.get("currency", else_currency) != "CNY":
        raise Unreadable
    minor = amount.get(name)
    if type(minor) is not int or not 0 < minor <= _LARGEST_MINOR:
        raise Unreadable
    return minor


def _instant(text: object) -> datetime:
    try:
        instant = datetime.fromisoformat(text if isinstance(text, str) else "")
    except ValueError:
        raise Unreadable from None
    if instant.tzinfo is None:
        raise Unreadable
    return instant.astimezone(SHANGHAI)
