"""Debits under an agreement at Alipay: one number is one trade, answered at once or settled by a query."""

from collections.abc import Mapping

from alipay import AliPay

from anqi.payments.channels.alipay import gateway, mandates, trades, wire
from anqi.payments.channels.protocol import (
    Accepted,
    Closed,
    DebitRequest,
    Failed,
    NotFound,
    Result,
    Unknown,
    Unreadable,
)

_IN_PROGRESS = "10003"
# What is said of a number that has a trade already: that trade says what became of it.
_REPEATED = ("40004 ACQ.TRADE_HAS_SUCCESS", "40004 ACQ.TRADE_HAS_CLOSE", gateway.WRONG_STATE)
# Alipay's published words for a final no; any other, and a system error, leaves the result unknown.
_REASONS = {
    f"40004 ACQ.{code}": reason for reason, codes in {
        "balance": ("BUYER_BALANCE_NOT_ENOUGH", "BUYER_BANKCARD_BALANCE_NOT_ENOUGH"),
        "declined": ("PAYMENT_FAIL",),
        "risk": ("PAYMENT_REQUEST_HAS_RISK",),
        "day_limit": ("BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR", "BUYER_PAYMENT_AMOUNT_MONTH_LIMIT_ERROR"),
        "amount_limit": ("CYCLE_PAY_SINGLE_FEE_EXCEED", "CYCLE_PAY_TOTAL_FEE_EXCEED"),
        "outside_hours": ("CYCLE_PAY_DATE_NOT_MATCH",),
        "mandate_ended": (
            "AGREEMENT_NOT_EXIST", "AGREEMENT_INVALID", "AGREEMENT_STATUS_NOT_NORMAL", "CYCLE_PAY_TOTAL_TIMES_EXCEED",
        ),
        "account_state": (
            "BUYER_ENABLE_STATUS_FORBID", "BUYER_NOT_EXIST", "ERROR_BUYER_CERTIFY_LEVEL_LIMIT", "NOT_CERTIFIED_USER",
            "BUYER_NOT_MAINLAND_CERT", "ERROR_BALANCE_PAYMENT_DISABLE", "MOBILE_PAYMENT_SWITCH_OFF",
            "NO_PAYMENT_INSTRUMENTS_AVAILABLE", "USER_LOGONID_DUP",
        ),
        "merchant_limit": (
            "BEYOND_PAY_RESTRICTION", "BEYOND_PER_RECEIPT_RESTRICTION", "BEYOND_PER_RECEIPT_DAY_RESTRICTION",
            "BEYOND_PER_RECEIPT_SINGLE_RESTRICTION", "MERCHANT_PERM_RECEIPT_DAY_LIMIT",
            "MERCHANT_PERM_RECEIPT_SINGLE_LIMIT", "PRODUCT_AMOUNT_LIMIT_ERROR",
        ),
        "merchant_state": (
            "SELLER_BEEN_BLOCKED", "MERCHANT_STATUS_NOT_NORMAL", "MERCHANT_AGREEMENT_INVALID",
            "MERCHANT_AGREEMENT_NOT_EXIST", "MERCHANT_PERM_RECEIPT_SUSPEND_LIMIT",
        ),
        "no_rights": ("ACCESS_FORBIDDEN", "UN_SUPPORT_TRADE_SCENE"),
        "wrong_message": ("INVALID_PARAMETER", "TOTAL_FEE_EXCEED", "EXIST_FORBIDDEN_WORD"),
    }.items() for code in codes
}  # fmt: skip


def take(sdk: AliPay, request: DebitRequest) -> Result:
    """What became of the debit once Alipay was asked for it."""
    assert request.currency == "CNY", "Alipay collects yuan only"
    trades.check_subject(request.subject)
    order = {
        "out_trade_no": request.key,
        "product_code": mandates.PRODUCT_CODE,
        "total_amount": wire.to_yuan(request.amount_minor),
        "subject": request.subject,
        "agreement_params": {"agreement_no": request.token},
    }
    answer = gateway.ask(sdk, "alipay.trade.pay", order, notify_url=request.notify_url)
    if isinstance(answer, Unknown):
        return answer
    said = gateway.said(answer)
    if said == gateway.DONE:
        return _paid(answer, key=request.key)
    if said == _IN_PROGRESS:
        return Accepted()
    if said in _REPEATED:
        return trades.query(sdk, request.key)
    return _refused(sdk, request.key, said) if said in _REASONS else Unknown(cause=said)


def _paid(answer: Mapping[str, object], *, key: str) -> Result:
    try:
        # Of a payment this answer says everything but that it is one: that says its code.
        return trades.result({**answer, "trade_status": "TRADE_SUCCESS"}, key=key, paid_at="gmt_payment")
    except Unreadable:
        return Unknown(cause="unreadable")


def _refused(sdk: AliPay, key: str, said: str) -> Result:
    # This call was refused; an earlier one under this number, its answer lost, may have taken the money.
    found = trades.query(sdk, key)
    return Failed(reason=_REASONS[said], code=said) if isinstance(found, NotFound | Closed) else found
