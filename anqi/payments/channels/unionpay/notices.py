"""What UnionPay tells by itself, of success only: of a failure it is asked, or it is never heard."""

from collections.abc import Mapping
from typing import Literal

from anqi.payments.channels import forms
from anqi.payments.channels.protocol import (
    Accepted,
    BadSignature,
    Notification,
    NotOurs,
    RawRequest,
    Result,
    Unreadable,
)
from anqi.payments.channels.unionpay import codes, orders, wire
from anqi.payments.channels.unionpay.certificates import Untrusted
from anqi.payments.channels.unionpay.codes import Meanings
from anqi.payments.channels.unionpay.gateway import Gateway

# By txnType: what it is about, and what a code says of it.
_PAID: dict[str, tuple[Literal["charge", "refund", "payout"], Meanings]] = {
    "01": ("charge", codes.COLLECTED),
    "04": ("refund", codes.REFUNDED),
    "12": ("payout", codes.PAID_OUT),
}
_CARD_OPENED = "79"


def read(way: Gateway, raw: RawRequest) -> Notification:
    """The message in the request. BadSignature, NotOurs, Unreadable: in this order it is looked at."""
    fields = _signed_fields(way, raw)
    if fields.get("merId") != way.mer_id:
        raise NotOurs
    key = wire.number(fields, "orderId")
    if fields.get("txnType") == _CARD_OPENED:
        # It holds the token of a card. That is asked for, so that it stands in no message that is kept.
        return Notification(
            message_key=_message_key(fields), kind="card", key=key, result=Accepted(), is_secret=True
        )
    if fields.get("txnType") not in _PAID:
        raise Unreadable
    kind, end = _PAID[fields["txnType"]]
    return Notification(message_key=_message_key(fields), kind=kind, key=key, result=_result(fields, end))


def _result(fields: Mapping[str, str], end: Meanings) -> Result:
    return orders.result(fields, code=fields.get("respCode", ""), end=end)


def _message_key(fields: Mapping[str, str]) -> str:
    """UnionPay numbers no messages, and dates none: these four together are what one says."""
    return ":".join(fields.get(name, "")[:40] for name in ("orderId", "txnTime", "queryId", "respCode"))


def _signed_fields(way: Gateway, raw: RawRequest) -> dict[str, str]:
    try:
        fields = forms.fields(raw.body)
        way.must_be_believed(fields)
    except (ValueError, Untrusted):
        fields = {}
    if not fields:
        # Outside the handler, so that nothing of the message hangs on to the exception.
        raise BadSignature
    return fields
