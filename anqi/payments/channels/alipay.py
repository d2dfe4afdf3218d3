"""Alipay: the wap page on phones, the web page elsewhere; yuan as text and Shanghai's time on the wire."""

import hashlib
import re
import time
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qsl

from alipay import AliPay
from alipay.exceptions import AliPayException, AliPayValidationError
from alipay.utils import AliPayConfig

from anqi.payments.channels.protocol import (
    Accepted,
    BadSignature,
    ChargeRequest,
    Closed,
    NotFound,
    Notification,
    NotOurs,
    RawRequest,
    RawResponse,
    Redirect,
    Result,
    Succeeded,
    Unknown,
    Unreadable,
)
from anqi.rows.days import SHANGHAI

_TIMEOUT_SECONDS = 10
_PAGES = {
    "wap": ("alipay.trade.wap.pay", "QUICK_WAP_WAY"),
    "page": ("alipay.trade.page.pay", "FAST_INSTANT_TRADE_PAY"),
}
# Of all codes only those whose meaning is certain; any other leaves the result unknown.
_DONE, _NO_SUCH_TRADE, _NOT_WAITING = "10000", "40004 ACQ.TRADE_NOT_EXIST", "40004 ACQ.TRADE_STATUS_ERROR"
_TIME = "%Y-%m-%d %H:%M:%S"
_YUAN = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?")
_NUMBER = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MESSAGE_ID = re.compile(r"[!-~]{1,96}")


def connect(stated: Mapping[str, str]) -> "Alipay":
    """The channel for one merchant account: gateway, app_id, seller_id, and the paths of two PEM files."""
    assert time.localtime(0).tm_gmtoff == 8 * 3600, (
        "Alipay is sent this process's local time, so the process must run in Asia/Shanghai: see TIME_ZONE"
    )
    sdk = AliPay(
        appid=stated["app_id"],
        app_private_key_string=Path(stated["app_private_key"]).read_text(),
        alipay_public_key_string=Path(stated["alipay_public_key"]).read_text(),
        sign_type="RSA2",
        config=AliPayConfig(timeout=_TIMEOUT_SECONDS),
    )
    assert sdk.alipay_public_key.n != sdk.app_private_key.n, (
        "alipay_public_key is the application's own: it must be the one that Alipay shows for the application"
    )
    # The SDK takes no gateway but its own two; this attribute is what its requests go to.
    assert hasattr(sdk, "_gateway"), "this version of the SDK keeps its gateway elsewhere"
    sdk._gateway = stated["gateway"]
    return Alipay(sdk, app_id=stated["app_id"], seller_id=stated["seller_id"])


class Alipay:
    """One merchant account at Alipay, as `protocol.Channel`."""

    code = "alipay"

    def __init__(self, sdk: AliPay, *, app_id: str, seller_id: str) -> None:
        self._sdk = sdk
        self._ours = {"app_id": app_id, "seller_id": seller_id}

    def charge(self, request: ChargeRequest) -> Result:
        """The signed address of the cashier. Nothing is sent: Alipay hears of it when the page is opened."""
        assert request.currency == "CNY", "Alipay collects yuan only"
        # Alipay refuses the first three; the SDK cannot check an answer that holds a brace.
        assert not set(request.subject) & set("/=&{}"), "a subject with a character that Alipay doesn't take"
        method, product_code = _PAGES[request.how]
        order = {
            "out_trade_no": request.key,
            "product_code": product_code,
            "total_amount": _to_yuan(request.amount_minor),
            "subject": request.subject,
            # Absolute: a relative time would only begin when the page is opened.
            "time_expire": request.expires_at.astimezone(SHANGHAI).strftime(_TIME),
            "quit_url": request.return_url,
        }
        query = self._sdk.client_api(
            method, order, return_url=request.return_url, notify_url=request.notify_url
        )
        return Accepted(action=Redirect(url=f"{self._sdk._gateway}?{query}"))

    def query(self, key: str) -> Result:
        """What became of the charge, by Alipay's word now."""
        answer = self._ask("alipay.trade.query", key)
        if isinstance(answer, Unknown):
            return answer
        said = _said(answer)
        if said != _DONE:
            return NotFound() if said == _NO_SUCH_TRADE else Unknown(cause=said)
        try:
            return _result(answer, key=key, paid_at="send_pay_date")
        except Unreadable:
            return Unknown(cause="unreadable")

    def close(self, key: str) -> Result:
        """What became of the charge after Alipay was asked to close it."""
        answer = self._ask("alipay.trade.close", key)
        if isinstance(answer, Unknown):
            return answer
        said = _said(answer)
        # Somebody may have paid in the same moment, so that only a query tells how the trade ended.
        if said in (_DONE, _NOT_WAITING):
            return self.query(key)
        return NotFound() if said == _NO_SUCH_TRADE else Unknown(cause=said)

    def _ask(self, method: str, key: str) -> dict[str, Any] | Unknown:
        question = self._sdk.build_body(method, {"out_trade_no": key})
        try:
            answer: dict[str, Any] = self._sdk.verified_sync_response(
                question, f"{method.replace('.', '_')}_response"
            )
        # Whatever went wrong, Alipay may have done what it was asked. Only the kind of trouble goes on,
        # because the SDK puts whole answers into its exceptions.
        except Exception as trouble:
            return Unknown(cause=_cause(trouble))
        return answer

    def parse_notification(self, raw: RawRequest) -> Notification:
        """The message in the request. BadSignature, NotOurs, Unreadable: in this order it is looked at."""
        fields = self._signed_fields(raw)
        if any(fields.get(name) != ours for name, ours in self._ours.items()):
            raise NotOurs
        key = _number(fields, "out_trade_no")
        message_key = _message_key(fields, raw.body)
        if fields.get("refund_fee", "0.00") != "0.00":
            result: Result = Accepted(ref=_number(fields, "trade_no"))
            return Notification(message_key=message_key, kind="refund", key=key, result=result)
        result = _result(fields, key=key, paid_at="gmt_payment")
        return Notification(message_key=message_key, kind="charge", key=key, result=result)

    def _signed_fields(self, raw: RawRequest) -> dict[str, str]:
        try:
            fields = _fields(raw.body)
            # The SDK takes sign_type out of what it is given.
            is_signed = self._sdk.verify(fields, fields.pop("sign"))
        except (ValueError, KeyError, AliPayException):
            is_signed = False
        if not is_signed:
            # Outside the handler, so that nothing of the message hangs on to the exception.
            raise BadSignature
        return fields

    def acknowledge(self, ok: bool) -> RawResponse:
        """The seven letters that end the repeats, or an answer that asks for another one."""
        return RawResponse(status=200, body=b"success") if ok else RawResponse(status=400, body=b"failure")


def _said(answer: dict[str, Any]) -> str:
    return " ".join(str(answer[name]) for name in ("code", "sub_code") if answer.get(name))[:64]


def _cause(trouble: Exception) -> str:
    if isinstance(trouble, HTTPError):
        trouble.close()
        return f"http_{trouble.code}"
    return next((cause for kinds, cause in _CAUSES if isinstance(trouble, kinds)), "unreadable")


_CAUSES = (
    (AliPayValidationError, "bad_signature"),
    (AliPayException, "no_signature"),
    (TimeoutError, "timeout"),
    ((OSError, HTTPException), "no_answer"),
)


def _fields(body: bytes) -> dict[str, str]:
    pairs = parse_qsl(
        body.decode(), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=100
    )
    fields = dict(pairs)
    if len(fields) != len(pairs):
        # Which of two fields with one name was signed is anybody's guess.
        raise ValueError
    return fields


def _result(fields: Mapping[str, Any], *, key: str, paid_at: str) -> Result:
    """What a trade's fields say, from a query as from a notice; `paid_at` names the field with that time."""
    if fields.get("out_trade_no") != key:
        raise Unreadable
    status, ref = fields.get("trade_status"), _number(fields, "trade_no")
    if status in ("TRADE_SUCCESS", "TRADE_FINISHED"):
        return Succeeded(
            ref=ref, amount_minor=_to_minor(fields.get("total_amount")), paid_at=_instant(fields.get(paid_at))
        )
    if status == "WAIT_BUYER_PAY":
        return Accepted(ref=ref)
    if status == "TRADE_CLOSED":
        # A trade that was paid and wholly given back is closed as well: not unpaid, and not ours to guess.
        return Unknown(cause="closed_after_payment") if fields.get(paid_at) else Closed()
    return Unknown(cause="unlisted_status")


def _to_yuan(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


def _to_minor(yuan: object) -> int:
    if not isinstance(yuan, str) or not _YUAN.fullmatch(yuan) or not Decimal(yuan):
        raise Unreadable
    return int(Decimal(yuan) * 100)


def _instant(text: object) -> datetime:
    try:
        return datetime.strptime(str(text), _TIME).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise Unreadable from None


def _number(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise Unreadable
    return value


def _message_key(fields: Mapping[str, str], body: bytes) -> str:
    message_id = fields.get("notify_id", "")
    return message_id if _MESSAGE_ID.fullmatch(message_id) else hashlib.sha256(body).hexdigest()
