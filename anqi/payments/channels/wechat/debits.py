"""Debits under a contract at WeChat: taken now, done a while later."""

import re
import secrets
from collections.abc import Mapping
from datetime import datetime

from anqi.payments.channels.protocol import (
    Accepted,
    Closed,
    DebitRequest,
    Failed,
    NotFound,
    Result,
    Succeeded,
    Unknown,
    Unreadable,
)
from anqi.payments.channels.wechat import codes, papay, wire
from anqi.payments.channels.wechat.papay import Papay
from anqi.rows.days import SHANGHAI

_KEY = re.compile(r"[A-Za-z0-9_*-]{6,32}")
_LONGEST_BODY = 127
_NO_SUCH_ORDER = ("ORDERNOTEXIST", "ORDER_NOT_EXIST")
_STAMP = re.compile(r"[0-9]{14}")
_FEN = re.compile(r"[1-9][0-9]{0,10}")


def debit(way: Papay, request: DebitRequest) -> Result:
    """Whether WeChat has taken the debit. The same number once more is the same debit."""
    assert request.currency == "CNY", "WeChat Pay debits yuan only"
    assert _KEY.fullmatch(request.key), "an order number that WeChat doesn't take"
    asked = {
        "nonce_str": secrets.token_hex(16),
        "body": wire.cut(request.subject, _LONGEST_BODY),
        "out_trade_no": request.key,
        "total_fee": str(request.amount_minor),
        "fee_type": "CNY",
        # Of the machine that asks, which WeChat sees for itself.
        "spbill_create_ip": "127.0.0.1",
        "notify_url": request.notify_url,
        "trade_type": "PAP",
        "contract_id": request.token,
    }
    answer = way.ask("/pay/pappayapply", asked)
    if isinstance(answer, Unknown):
        return answer
    if answer.get("result_code") == "SUCCESS":
        return Accepted()
    said = papay.code(answer)
    if said not in codes.REFUSED and said not in codes.TAKEN:
        return Unknown(cause=said)
    # This call was refused; an earlier one under this number, its answer lost, may have been taken.
    found = query(way, request.key)
    if not isinstance(found, NotFound):
        return found
    return Failed(reason=codes.REFUSED[said], code=said) if said in codes.REFUSED else Unknown(cause=said)


def query(way: Papay, key: str) -> Result:
    """What became of the debit, by WeChat's word now; right after it was taken WeChat may not know it yet."""
    asked = {"nonce_str": secrets.token_hex(16), "out_trade_no": key}
    answer = way.ask("/pay/paporderquery", asked)
    if isinstance(answer, Unknown):
        return answer
    if answer.get("result_code") != "SUCCESS":
        said = papay.code(answer)
        return NotFound() if said in _NO_SUCH_ORDER else Unknown(cause=said)
    try:
        return _state(answer, key)
    except Unreadable:
        return Unknown(cause="unreadable")


def _state(answer: Mapping[str, str], key: str) -> Result:
    if answer.get("out_trade_no") != key:
        raise Unreadable
    match answer.get("trade_state"):
        # REFUND: taken, and some or all of it given back since; what was given back is the refunds' affair.
        case "SUCCESS" | "REFUND":
            return paid(answer)
        case "ACCEPT" | "NOTPAY":
            return Accepted()
        case "PAY_FAIL":
            return wire.pay_fail(answer)
        case "CLOSED":
            return Closed()
    return Unknown(cause="unlisted_status")


def paid(fields: Mapping[str, str]) -> Succeeded:
    """The debit that the fields tell of, done. Unreadable where they don't."""
    fen, stamp = fields.get("total_fee", ""), fields.get("time_end", "")
    if not _FEN.fullmatch(fen) or not _STAMP.fullmatch(stamp) or fields.get("fee_type", "CNY") != "CNY":
        raise Unreadable
    try:
        paid_at = datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=SHANGHAI)
    except ValueError:
        raise Unreadable from None
    return Succeeded(ref=wire.number(fields, "transaction_id"), amount_minor=int(fen), paid_at=paid_at)
