"""Orders at UnionPay: asked for under a number of ours, and what became of them by a query or a notice."""

from collections.abc import Mapping
from datetime import datetime

from anqi.payments.channels.protocol import Accepted, Failed, NotFound, Result, Succeeded, Unknown, Unreadable
from anqi.payments.channels.unionpay import codes, gateway, wire
from anqi.payments.channels.unionpay.codes import Meanings
from anqi.payments.channels.unionpay.gateway import Gateway, Kind

_QUERY = ("00", "00")


def place(
    way: Gateway, kind: Kind, *, key: str, opened_at: datetime, more: Mapping[str, str], reply: Meanings, end: Meanings
) -> Result:
    """What became of an order once UnionPay was asked for it. A yes says no more than that it was taken."""
    answer = way.ask(gateway.BACK, kind, key=key, opened_at=opened_at, more=more)
    if isinstance(answer, Unknown):
        return answer
    code = answer.get("respCode", "")
    if code in codes.DONE:
        return Accepted(ref=answer.get("queryId", "")[:64])
    said = reply.of(code)
    if code != codes.DUPLICATE and not isinstance(said, Failed):
        return said
    # A no may be about a repeat, whose first, its answer lost, was taken.
    found = query(way, kind[2], key=key, opened_at=opened_at, end=end)
    return said if isinstance(found, NotFound) else found


def query(way: Gateway, biz_type: str, *, key: str, opened_at: datetime, end: Meanings) -> Result:
    """What became of an order, by UnionPay's word now."""
    answer = way.ask(gateway.QUERY, (*_QUERY, biz_type), key=key, opened_at=opened_at, more={})
    if isinstance(answer, Unknown):
        return answer
    code = answer.get("respCode", "")
    if code not in codes.DONE:
        return NotFound() if code == codes.NOT_FOUND else Unknown(cause=f"code_{code}"[:32])
    try:
        if (answer.get("orderId"), answer.get("txnTime")) != (key, wire.to_time(opened_at)):
            raise Unreadable
        return result(answer, code=answer.get("origRespCode", ""), end=end)
    except Unreadable:
        return Unknown(cause="unreadable")


def result(fields: Mapping[str, str], *, code: str, end: Meanings) -> Result:
    """What an order's fields say, from a query as from a notice."""
    if code not in codes.DONE:
        return end.of(code)
    return Succeeded(
        ref=wire.number(fields, "queryId"), amount_minor=wire.to_minor(fields), paid_at=wire.paid_at(fields)
    )
