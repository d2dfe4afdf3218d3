"""What WeChat tells by itself in XML: that a contract was signed or has ended, and what became of a debit."""

import hashlib
from collections.abc import Mapping

from anqi.payments.channels.protocol import (
    Accepted,
    BadSignature,
    Failed,
    Notification,
    NotOurs,
    RawRequest,
    RawResponse,
    Result,
    Unknown,
    Unreadable,
)
from anqi.payments.channels.wechat import codes, debits, papay, v2, wire
from anqi.payments.channels.wechat.papay import Papay

_THANKS = RawResponse(
    status=200,
    body=v2.to_xml({"return_code": "SUCCESS", "return_msg": "OK"}),
    content_type=v2.CONTENT_TYPE,
)


def is_one(raw: RawRequest) -> bool:
    """Whether the message is in XML; everything newer is JSON."""
    return raw.body.lstrip()[:1] == b"<"


def read(way: Papay | None, raw: RawRequest) -> Notification:
    """The message. BadSignature, NotOurs, Unreadable: in this order it is looked at."""
    try:
        fields = v2.read(raw.body)
    except Unreadable:
        fields = {}
    # What can't be read can't be signed, and where there is no template nobody holds a key to sign with.
    if way is None or not v2.is_signed(fields, way.key):
        raise BadSignature
    of_contract = "change_type" in fields
    if not way.is_ours(fields, "mch_id", "plan_id" if of_contract else "appid"):
        raise NotOurs
    if fields.get("return_code") != "SUCCESS":
        raise Unreadable
    # It has no number of its own: the same bytes are the same message.
    message_key = hashlib.sha256(raw.body).hexdigest()
    if of_contract:
        key, result = _contract(fields)
        return Notification(message_key=message_key, kind="mandate", key=key, result=result, thanks=_THANKS)
    key, result = _debit(fields)
    return Notification(message_key=message_key, kind="charge", key=key, result=result, thanks=_THANKS)


def _contract(fields: Mapping[str, str]) -> tuple[str, Result]:
    if fields.get("result_code") != "SUCCESS" or fields["change_type"] not in ("ADD", "DELETE"):
        raise Unreadable
    # Signed or ended: who wants to know asks, since the two may come in any order.
    return wire.number(fields, "contract_code"), Accepted()


def _debit(fields: Mapping[str, str]) -> tuple[str, Result]:
    key = wire.number(fields, "out_trade_no")
    if fields.get("result_code") == "SUCCESS":
        return key, debits.paid(fields)
    if fields.get("result_code") != "FAIL":
        raise Unreadable
    said = papay.code(fields)
    return key, Failed(reason=codes.ENDED[said], code=said) if said in codes.ENDED else Unknown(cause=said)
