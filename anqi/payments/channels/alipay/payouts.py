"""Payouts at Alipay, to a wallet by its login and its owner's name: one number is one transfer, however often sent."""

from collections.abc import Mapping
from typing import Any

from alipay import AliPay

from anqi.payments.channels.alipay import gateway, wire
from anqi.payments.channels.protocol import (
    Accepted,
    Failed,
    NotFound,
    PayoutRequest,
    Result,
    Succeeded,
    Unknown,
    Unreadable,
)

_PRODUCT = {"product_code": "TRANS_ACCOUNT_NO_PWD", "biz_scene": "DIRECT_TRANSFER"}
_NO_SUCH_TRANSFER = "40004 ORDER_NOT_EXIST"
# Final for this payee and amount. An empty account, the lender's own limits of a day or month and a system error
# pass: those stay unknown, to be sent again under the same number.
_REASONS = {
    "PAYEE_USER_INFO_ERROR": "name_mismatch",
    "PAYEE_NOT_EXIST": "no_such_account",
    "PAYEE_ACCOUNT_NOT_EXSIT": "no_such_account",
    "PAYEE_ACC_OCUPIED": "no_such_account",
    "PAYEE_ACCOUNT_STATUS_ERROR": "account_unfit",
    "PAYEE_USERINFO_STATUS_ERROR": "account_unfit",
    "NO_ACCOUNT_RECEIVE_PERMISSION": "account_unfit",
    "PERMIT_NON_BANK_LIMIT_PAYEE": "account_unfit",
    "PERM_AML_NOT_REALNAME_REV": "account_unfit",
    "EXCEED_LIMIT_UNRN_DM_AMOUNT": "account_unfit",
    "EXCEED_LIMIT_SM_AMOUNT": "over_limit",
    "EXCEED_LIMIT_PERSONAL_SM_AMOUNT": "over_limit",
    "EXCEED_LIMIT_SM_MIN_AMOUNT": "over_limit",
}


def send(sdk: AliPay, request: PayoutRequest) -> Result:
    """What became of the payout once Alipay was asked for it."""
    assert request.currency == "CNY", "Alipay pays out yuan only"
    assert not set(request.why) & set("{}"), "the SDK cannot check an answer that holds a brace"
    order = {
        "out_biz_no": request.key,
        "trans_amount": wire.to_yuan(request.amount_minor),
        **_PRODUCT,
        "payee_info": {
            "identity": request.payee.account,
            "identity_type": "ALIPAY_LOGON_ID",
            "name": request.payee.name,
        },
        "order_title": request.why,
        # Wanted by law from 50,000 yuan.
        "remark": request.why,
    }
    answer = gateway.ask(sdk, "alipay.fund.trans.uni.transfer", order)
    if isinstance(answer, Unknown):
        return answer
    said = gateway.said(answer)
    if said == gateway.DONE:
        # The answer repeats no amount: whatever has this number has this amount, or Alipay would have refused it.
        return _read(answer, key=request.key, amount=order["trans_amount"], paid_at="trans_date")
    reason = _REASONS.get(str(answer.get("sub_code"))) if said.startswith("40004 ") else None
    return _refused(sdk, request.key, reason, said) if reason else Unknown(cause=said)


def _refused(sdk: AliPay, key: str, reason: str, said: str) -> Result:
    # This call was refused; an earlier one under this number, its answer lost, may have paid.
    found = query(sdk, key)
    return Failed(reason=reason, code=said) if isinstance(found, NotFound) else found


def query(sdk: AliPay, key: str) -> Result:
    """What became of the payout, by Alipay's word now; NotFound soon after it was sent is no proof of anything."""
    answer = gateway.ask(sdk, "alipay.fund.trans.common.query", {"out_biz_no": key, **_PRODUCT})
    if isinstance(answer, Unknown):
        return answer
    said = gateway.said(answer)
    if said != gateway.DONE:
        return NotFound() if said == _NO_SUCH_TRANSFER else Unknown(cause=said)
    return _read(answer, key=key, amount=answer.get("trans_amount"), paid_at="pay_date")


def balance_minor(sdk: AliPay, *, owner: str) -> int | None:
    """What can be paid out of the owner's account now, in fen; None when there is no answer to believe."""
    question = {"alipay_user_id": owner, "account_type": "ACCTRANS_ACCOUNT"}
    answer = gateway.ask(sdk, "alipay.fund.account.query", question)
    if isinstance(answer, Unknown) or gateway.said(answer) != gateway.DONE:
        return None
    left = answer.get("available_amount")
    try:
        return 0 if left and wire.is_nothing(str(left)) else wire.to_minor(left)
    except Unreadable:
        return None


def _read(answer: Mapping[str, Any], *, key: str, amount: object, paid_at: str) -> Result:
    try:
        return _result(answer, key=key, amount=amount, paid_at=paid_at)
    except Unreadable:
        return Unknown(cause="unreadable")


def _result(answer: Mapping[str, Any], *, key: str, amount: object, paid_at: str) -> Result:
    if answer.get("out_biz_no") != key:
        raise Unreadable
    status, code = answer.get("status"), str(answer.get("error_code", ""))[:64]
    if status == "SUCCESS":
        return Succeeded(
            ref=wire.number(answer, "order_id"),
            amount_minor=wire.to_minor(amount),
            paid_at=wire.to_instant(answer.get(paid_at)),
        )
    if status == "DEALING":
        return Accepted(ref=wire.number(answer, "order_id"))
    if status == "FAIL":
        return Failed(reason=_REASONS.get(code, "refused"), code=code)
    if status == "REFUND":
        # No field says when it came back: that is the day on which it is seen.
        return Failed(reason="returned", code="REFUND")
    return Unknown(cause="unlisted_status")
