"""A merchant's request: who signed it, and what it asks. An answer, signed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox import doors
from sandbox.replies import Reply
from sandbox.unionpay import refusals, rows, signing
from sandbox.unionpay.keys import Keys

_FORM = "application/x-www-form-urlencoded"
# By door: operation of txnType, txnSubType, bizType.
_OPERATIONS = {
    "front": {rows.TYPES["pay"]: "pay", rows.TYPES["open"]: "open"},
    "back": {
        ("78", "02", "000902"): "open_query",
        rows.TYPES["remove"]: "remove",
        rows.TYPES["debit"]: "debit",
        rows.TYPES["refund"]: "refund",
        rows.TYPES["payout"]: "payout",
        ("71", "00", "000401"): "balance",
        ("95", "00", "000000"): "certificate",
    },
    "query": {("00", "00", biz_type): "query" for biz_type in ("000201", "000902", "000401")},
    "file": {("76", "01", "000000"): "statement"},
}
_PLAIN = re.compile(r"[A-Za-z0-9.-]{1,40}")
_ECHOED = (
    "version", "encoding", "signMethod", "txnType", "txnSubType", "bizType", "accessType", "merId", "orderId",
    "txnTime",
)  # fmt: skip
# What stands in every request, and the only value it may have.
_CONSTANTS = {"version": "5.1.0", "encoding": "UTF-8", "signMethod": "01", "accessType": "0"}
_CHANNEL_TYPES = ("07", "08")
COMMON = {*_ECHOED, "certId", "channelType", "signature"}


@dataclass(frozen=True, kw_only=True)
class Knock:
    """A request as it came in: front, back, query or file."""

    door: str
    content_type: str
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request that the merchant has signed, of an operation that this door does."""

    operation: str
    fields: dict[str, str]


def read(knock: Knock) -> dict[str, str]:
    """The form's fields."""
    if knock.content_type.partition(";")[0].strip().lower() != _FORM:
        raise refusals.malformed(f"Content-Type 应为 {_FORM}")
    try:
        return doors.read_fields(knock.body.decode())
    except (doors.Malformed, UnicodeDecodeError):
        raise refusals.malformed("表单无法读取，或同一字段出现两次") from None


def open_call(knock: Knock, fields: Mapping[str, str], keys: Keys) -> Call:
    """The call inside the fields; Refused in the order in which the gateway looks."""
    for name, value in _CONSTANTS.items():
        if fields.get(name) != value:
            raise refusals.malformed(f"{name} 应为 {value}")
    if fields.get("certId") != str(keys.merchant.serial_number):
        raise refusals.unsigned("certId 不是商户签名证书的序列号（十进制）")
    if not signing.verifies(fields, keys.merchant_key):
        raise refusals.unsigned("signature 与报文不符")
    if fields.get("merId") != keys.account.mer_id:
        raise refusals.Refused("31", "merId 与签名证书的商户不一致")
    if fields.get("channelType") not in _CHANNEL_TYPES:
        raise refusals.malformed("channelType 应为 07 或 08")
    kind = (fields.get("txnType", ""), fields.get("txnSubType", ""), fields.get("bizType", ""))
    operation = _OPERATIONS[knock.door].get(kind)
    if operation is None:
        raise refusals.Refused("13", "这个地址不受理这种 txnType、txnSubType、bizType")
    return Call(operation=operation, fields=dict(fields))


def echo(fields: Mapping[str, str]) -> dict[str, str]:
    """Those fields of a request that its answer repeats, as far as they are harmless in one."""
    return {name: fields[name] for name in _ECHOED if _PLAIN.fullmatch(fields.get(name, ""))}


def seal(fields: Mapping[str, str], keys: Keys, *, how: str = "right") -> Reply:
    """The answer: signed fields, joined as they are, for nothing in it is escaped."""
    told = signing.signed(fields, keys, how=how)
    body = "&".join(f"{name}={value}" for name, value in told.items())
    return Reply(body=body.encode(), content_type="text/html;charset=UTF-8")
