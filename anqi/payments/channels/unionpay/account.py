"""One merchant's account at UnionPay: cards paid with on its page, bound, debited and paid to."""

import time
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from anqi.payments.channels.papers import Paper, pfx, roots
from anqi.payments.channels.protocol import (
    Accepted,
    CardBound,
    CardRequest,
    ChargeRequest,
    DebitRequest,
    DebitRules,
    Form,
    Notification,
    PayoutRequest,
    RawRequest,
    RawResponse,
    RefundRequest,
    Result,
)
from anqi.payments.channels.unionpay import cards, codes, gateway, notices, orders, payouts, statement, wire
from anqi.payments.channels.unionpay.gateway import Gateway
from anqi.payments.statements import Statement
from anqi.rows.days import SHANGHAI

_PAY = ("01", "01", "000201")
_REFUND = ("04", "00", "000201")


def connect(stated: Mapping[str, str]) -> "Unionpay":
    """The channel for one merchant.

    gateway and file_gateway without a slash at their ends, mer_id, tr_id of the token service, and the paths of
    three files: sign_pfx, sign_pfx_password, and roots, a PEM of one or more issuers.
    """
    return Unionpay(gateway.connect(stated), tr_id=stated["tr_id"])


def papers(stated: Mapping[str, str]) -> list[Paper]:
    """The merchant's certificate, and UnionPay's issuers."""
    return [*pfx(stated, "sign_pfx", "merchant"), *roots(stated, "roots", "root")]


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
        order = {
            "txnAmt": str(request.amount_minor),
            "currencyCode": wire.YUAN,
            "frontUrl": request.return_url,
            "backUrl": request.notify_url,
            "payTimeout": wire.to_time(request.expires_at),
            "orderDesc": wire.description(request.subject),
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

    def open_card(self, request: CardRequest) -> Result:
        """The signed form for UnionPay's page, where a card is opened for us."""
        return cards.open_card(self._way, self._tr_id, request)

    def query_card(self, key: str, *, opened_at: datetime) -> CardBound | Result:
        """The card that was opened; Accepted while it isn't yet."""
        return cards.query(self._way, key, opened_at=opened_at)

    def end_card(self, key: str, *, opened_at: datetime, token: str) -> Result:
        """Closed once the token is good for nothing. The key and the time are those of this act."""
        return cards.end(self._way, self._tr_id, key, opened_at=opened_at, token=token)

    def debit_rules(self) -> DebitRules:
        """UnionPay itself names no hours and wants no announcement; its banks are back by seven."""
        return DebitRules()

    def debit(self, request: DebitRequest) -> Result:
        """Whether UnionPay has taken the debit of a bound card."""
        return cards.debit(self._way, self._tr_id, request)

    def query_debit(self, key: str, *, opened_at: datetime) -> Result:
        """What became of the debit, by UnionPay's word now."""
        return cards.query_debit(self._way, key, opened_at=opened_at)

    def payout(self, request: PayoutRequest) -> Result:
        """Whether UnionPay has taken the payout to a bound card."""
        return payouts.pay(self._way, self._tr_id, request)

    def query_payout(self, key: str, *, opened_at: datetime) -> Result:
        """What became of the payout, by UnionPay's word now."""
        return payouts.query(self._way, key, opened_at=opened_at)

    def balance_minor(self) -> int | None:
        """What can be paid out now, in fen."""
        return payouts.balance_minor(self._way, now=_world_now())

    def statement_kinds(self) -> tuple[str, ...]:
        """One file tells it all, payouts that came back too."""
        return ("clearing",)

    def statement(self, day: date, *, kind: str) -> Statement:
        """The file of that clearing day, as UnionPay signed it."""
        return self.handed_in(statement.fetch(self._way, day=day, now=_world_now()), day=day, kind=kind)

    def handed_in(self, file: bytes, *, day: date, kind: str) -> Statement:
        """A file of that day from wherever it came."""
        return Statement(channel=self.code, kind=kind, day=day, account=self._way.mer_id, file=file)

    def parse_notification(self, raw: RawRequest) -> Notification:
        """The message in the request. BadSignature, NotOurs, Unreadable: in this order it is looked at."""
        return notices.read(self._way, raw)

    def acknowledge(self, ok: bool) -> RawResponse:
        """The status that ends the repeats, or one that asks for another."""
        return RawResponse(status=200, body=b"ok") if ok else RawResponse(status=400, body=b"refused")


def _world_now() -> datetime:
    """UnionPay refuses questions that are not of this hour, and no row of ours says when they were asked."""
    return datetime.fromtimestamp(time.time(), SHANGHAI)
