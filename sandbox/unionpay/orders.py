"""What a merchant asks for, checked field by field."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sandbox import clock
from sandbox.unionpay import refusals
from sandbox.unionpay.envelope import COMMON, Call
from sandbox.unionpay.keys import Account

_TIME = "%Y%m%d%H%M%S"
_ORDER_ID = re.compile(r"[A-Za-z0-9]{8,40}")
_AMOUNT = re.compile(r"[1-9][0-9]{0,11}")
_QUERY_ID = re.compile(r"[0-9]{21}")
_DAY = re.compile(r"[0-9]{4}")
_RESERVED = re.compile(r"[^&=\r\n]{1,1024}")
NAME = re.compile(r"[^&={}\s][^&={}\r\n]{0,29}")
_LONGEST_LIFE, _EARLIEST, _LATEST = timedelta(days=30), timedelta(minutes=60), timedelta(minutes=10)
_LONGEST_DESCRIPTION = 32
_MONEY = {"txnAmt", "currencyCode", "backUrl"}
# By operation: what must stand in it besides the common fields, and what may.
_REQUIRED = {
    "pay": _MONEY | {"frontUrl", "payTimeout", "orderDesc"},
    "open": {"tokenPayData", "frontUrl", "backUrl"},
    "open_query": set(),
    "remove": {"tokenPayData"},
    "debit": _MONEY | {"tokenPayData", "orderDesc"},
    "refund": _MONEY | {"origQryId"},
    "payout": _MONEY | {"accType", "tokenPayData", "customerInfo"},
    "query": set(),
    "balance": set(),
    "certificate": {"certType"},
    "statement": {"fileType", "settleDate"},
}
_RESERVES = ("pay", "open", "debit", "refund", "payout")


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request whose fields are all there and of the right form; each operation has its own of them."""

    operation: str
    order_id: str
    txn_time: str
    biz_type: str
    amount_minor: int | None = None
    description: str | None = None
    front_url: str | None = None
    back_url: str | None = None
    reserved: str | None = None
    expires_at: datetime | None = None
    token: str | None = None
    orig_query_id: str | None = None
    payee: str | None = None
    settle_mmdd: str | None = None

    @property
    def ends_at(self) -> datetime:
        assert self.expires_at is not None, "a page has an end"
        return self.expires_at


def read(call: Call, account: Account, *, now: datetime) -> Request:
    """The request; Refused names the field that is wrong."""
    fields, operation = call.fields, call.operation
    _check_names(fields, operation)
    _check_constants(fields)
    return Request(
        operation=operation,
        order_id=_fitting(fields, "orderId", _ORDER_ID, "8 到 40 位字母或数字"),
        txn_time=_txn_time(fields, now=now),
        biz_type=fields["bizType"],
        amount_minor=_amount(fields),
        description=_description(fields),
        front_url=_address(fields, "frontUrl"),
        back_url=_address(fields, "backUrl", takes_query=False),
        reserved=_optional(fields, "reqReserved", _RESERVED, "不含和号与等号的 1 到 1024 个字符"),
        expires_at=_expiry(fields, operation),
        token=_token(fields, operation, account),
        orig_query_id=_optional(fields, "origQryId", _QUERY_ID, "21 位数字"),
        payee=_payee(fields),
        settle_mmdd=_optional(fields, "settleDate", _DAY, "MMDD"),
    )


def refuse_stale(request: Request, *, now: datetime) -> None:
    """Refused for a new order whose time is long past; whoever asks after an old one states its old time."""
    if to_time(request.txn_time) < now - _EARLIEST:
        raise refusals.malformed("txnTime 早于 60 分钟前，新订单应为当前北京时间")


def to_time(text: str) -> datetime:
    """The instant of a wire time; ValueError unless it is exactly in the wire format."""
    moment = datetime.strptime(text, _TIME).replace(tzinfo=clock.SHANGHAI)
    if moment.strftime(_TIME) != text:
        raise ValueError(text)
    return moment


def _check_names(fields: Mapping[str, str], operation: str) -> None:
    required = COMMON | _REQUIRED[operation]
    if missing := sorted(name for name in required if not fields.get(name)):
        raise refusals.malformed(f"缺少 {missing[0]}")
    optional = {"reqReserved"} if operation in _RESERVES else set()
    # The real gateway ignores what it doesn't know; here a misspelt field should be found on the first day.
    if unknown := sorted(set(fields) - required - optional):
        raise refusals.malformed(f"不认识的字段 {unknown[0]}" if unknown[0].isalnum() else "不认识的字段")


def _check_constants(fields: Mapping[str, str]) -> None:
    for name, value in {"currencyCode": "156", "accType": "01", "certType": "01", "fileType": "00"}.items():
        if fields.get(name, value) != value:
            raise refusals.malformed(f"{name} 应为 {value}")


def _fitting(fields: Mapping[str, str], name: str, pattern: re.Pattern[str], form: str) -> str:
    value = fields[name]
    if not pattern.fullmatch(value):
        raise refusals.malformed(f"{name} 应为{form}")
    return value


def _optional(fields: Mapping[str, str], name: str, pattern: re.Pattern[str], form: str) -> str | None:
    return _fitting(fields, name, pattern, form) if fields.get(name) else None


def _txn_time(fields: Mapping[str, str], *, now: datetime) -> str:
    try:
        moment = to_time(fields["txnTime"])
    except ValueError:
        raise refusals.malformed("txnTime 应为北京时间 YYYYMMDDhhmmss") from None
    if moment > now + _LATEST:
        raise refusals.malformed("txnTime 晚于当前北京时间")
    return fields["txnTime"]


def _amount(fields: Mapping[str, str]) -> int | None:
    text = _optional(fields, "txnAmt", _AMOUNT, "以分为单位的正整数，至多 12 位")
    return int(text) if text else None


def _description(fields: Mapping[str, str]) -> str | None:
    text = fields.get("orderDesc")
    if text is None:
        return None
    if len(text) > _LONGEST_DESCRIPTION or not text.isprintable() or set(text) & set("&={}"):
        raise refusals.malformed("orderDesc 至多 32 个字符，不含换行、和号、等号与花括号")
    return text


def _address(fields: Mapping[str, str], name: str, *, takes_query: bool = True) -> str | None:
    url = fields.get(name)
    if url is None:
        return None
    parts = urlsplit(url)
    is_fit = parts.scheme in ("http", "https") and parts.netloc and url.isprintable() and not set(url) & set(" #")
    if not is_fit or len(url) > 256:
        raise refusals.malformed(f"{name} 应为 http 或 https 地址，至多 256 个字符")
    if parts.query and not takes_query:
        # Its fields would get among those of the notice, and no signature would fit any more.
        raise refusals.malformed(f"{name} 不能带参数")
    return url


def _expiry(fields: Mapping[str, str], operation: str) -> datetime | None:
    if operation == "open":
        return to_time(fields["txnTime"]) + _EARLIEST
    if operation != "pay":
        return None
    try:
        expires_at = to_time(fields["payTimeout"])
    except ValueError:
        raise refusals.malformed("payTimeout 应为北京时间 YYYYMMDDhhmmss") from None
    begun_at = to_time(fields["txnTime"])
    if not begun_at < expires_at <= begun_at + _LONGEST_LIFE:
        raise refusals.malformed("payTimeout 应晚于 txnTime，至多 30 天")
    return expires_at


def _token(fields: Mapping[str, str], operation: str, account: Account) -> str | None:
    if "tokenPayData" not in fields:
        return None
    inside = _inner(fields["tokenPayData"], "tokenPayData")
    if inside.get("trId") != account.tr_id:
        raise refusals.malformed("tokenPayData 的 trId 不是本商户的")
    known = {"trId": account.tr_id, "tokenType": "01"} if operation == "open" else {"trId": account.tr_id}
    names = set(known) if operation == "open" else {*known, "token"}
    if set(inside) != names or any(inside[name] != value for name, value in known.items()):
        raise refusals.malformed(f"tokenPayData 应含且只含 {'、'.join(sorted(names))}，tokenType 为 01")
    return inside.get("token")


def _inner(text: str, name: str) -> dict[str, str]:
    """The fields in a value such as {a=1&b=2}."""
    pairs = [pair.partition("=") for pair in text[1:-1].split("&")]
    inside = {key: value for key, _, value in pairs}
    if text[:1] + text[-1:] != "{}" or len(inside) != len(pairs) or not all(k and v for k, v in inside.items()):
        raise refusals.malformed(f"{name} 应为一对花括号里的名与值，以和号相连")
    return inside


def _payee(fields: Mapping[str, str]) -> str | None:
    if "customerInfo" not in fields:
        return None
    try:
        text = base64.b64decode(fields["customerInfo"], validate=True).decode()
    except (binascii.Error, ValueError):
        raise refusals.malformed("customerInfo 应为 UTF-8 文本的 Base64") from None
    inside = _inner(text, "customerInfo")
    if set(inside) != {"customerNm"} or not NAME.fullmatch(inside["customerNm"]):
        raise refusals.malformed("customerInfo 应含且只含 customerNm，至多 30 个字符")
    return inside["customerNm"]
