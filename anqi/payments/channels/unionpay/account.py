"""One merchant's account at UnionPay: cards paid with on its page, bound, debited and paid to."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from anqi.payments.channels.protocol import (
    Accepted,
    ChargeRequest,
    Form,
    Notification,
    RawRequest,
    RawResponse,
    RefundRequest,
    Result,
)
from anqi.payments.channels.unionpay import codes, gateway, notices, orders, wire
from anqi.payments.channels.unionpay.gateway import Gateway

_PAY = ("01", "01", "000201")
_REFUND = ("04", "00", "000201")
_LONGEST_DESCRIPTION = 32


def connect(stated: Mapping[str, str]) -> "Unionpay":
    """The channel for one merchant.

    gateway and file_gateway without a slash at their ends, mer_id, tr_id of the token service, and the paths of
    three files: sign_pfx, sign_pfx_password, and roots, a PEM of one or more issuers.
    """
    return Unionpay(gateway.connect(stated), tr_id=stated["tr_id"])


class Unionpay:
    """One merchant's account at UnionPay, as `protocol.Channel`."""

    code = "unionpay"
    # Nobody can close an order there but its own end, and until then a given-up one may still be paid.
    life = timedelta(minutes=10)

    def __init__(self, way: Gateway, *, tr_id: str) -> None:
        self._way = way
        self._tr_id = tr_id

    def charge(self, request: ChargeRequest) -> Result:
        """The signed form for UnionPay's page. Nothing is sent: UnionPay hears of it when the browser gets there."""
        assert request.currency == "CNY", "UnionPay collects yuan only"
        assert not set(request.subject) & set("{}&="), "a subject that would divide UnionPay's answers elsewhere"
        order = {
            "txnAmt": str(request.amount_minor),
            "currencyCode": wire.YUAN,
            "frontUrl": request.return_url,
            "backUrl": request.notify_url,
            "payTimeout": wire.to_time(request.expires_at),
            "orderDesc": request.subject[:_LONGEST_DESCRIPTION],
        }
        fields = self._way.signed(
            _PAY, key=request.key, opened_at=request.opened_at, more=order, on_phone=request.how == "wap"
        )
        return Accepted(action=Form(url=self._way.front(), fields=fields))

    def query(self, key: str, *, opened_at: datetime) -> Result:
        """What became of the charge, by UnionPay's word now."""
        return orders.query(self._way, _PAY[2], key=key, opened_at=opened_at, end=codes.COLLECTED)

    def close(self, key: str, *, opened_at: datetime) -> Result:
        """The same: an order at UnionPay closes by its own end only."""
        return self.query(key, opened_at=opened_at)

    def refund(self, request: RefundRequest) -> Result:
        """Whether UnionPay has taken the refund. The same number and time once more are the same refund."""
        assert request.currency == "CNY", "UnionPay gives back yuan only"
        order = {
            "origQryId": request.payment_ref,
            "txnAmt": str(request.amount_minor),
            "currencyCode": wire.YUAN,
            "backUrl": request.notify_url,
        }
        return orders.place(
            self._way, _REFUND, key=request.key, opened_at=request.opened_at, more=order,
            reply=codes.REFUNDING, end=codes.REFUNDED,
        )  # fmt: skip

    def query_refund(self, key: str, *, charge_key: str, opened_at: datetime) -> Result:
        """What became of the refund, by UnionPay's word now."""
        return orders.query(self._way, _REFUND[2], key=key, opened_at=opened_at, end=codes.REFUNDED)

    def parse_notification(self, raw: RawRequest) -> Notification:
        """The message in the request. BadSignature, NotOurs, Unreadable: in this order it is looked at."""
        return notices.read(self._way, raw)

    def acknowledge(self, ok: bool) -> RawResponse:
        """The status that ends the repeats, or one that asks for another."""
        return RawResponse(status=200, body=b"ok") if ok else RawResponse(status=400, body=b"refused")
