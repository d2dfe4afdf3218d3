"""The merchant's account at Alipay: the wap page on phones, the web page elsewhere; debits; payouts to wallets."""

import time
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from alipay import AliPay, DCAliPay
from alipay.exceptions import AliPayException
from alipay.utils import AliPayConfig

from anqi.payments.channels import forms
from anqi.payments.channels.alipay import bills, debits, gateway, mandates, payouts, refunds, trades, wire
from anqi.payments.channels.papers import Paper, pem, roots
from anqi.payments.channels.protocol import (
    CASHIER_LIFE,
    Accepted,
    AnnounceRequest,
    BadSignature,
    ChargeRequest,
    DebitRequest,
    DebitRules,
    MandateFound,
    MandateRequest,
    NotFound,
    Notification,
    NotOurs,
    PayoutRequest,
    RawRequest,
    RawResponse,
    Redirect,
    RefundRequest,
    Result,
    Unknown,
)
from anqi.payments.statements import Statement

_TIMEOUT_SECONDS = 10
_PAGES = {
    "wap": ("alipay.trade.wap.pay", "QUICK_WAP_WAY"),
    "page": ("alipay.trade.page.pay", "FAST_INSTANT_TRADE_PAY"),
}


def connect(stated: Mapping[str, str]) -> "Alipay":
    """The channel for one merchant account: gateway, app_id, seller_id, and the paths of its PEM files.

    Those are app_private_key and either alipay_public_key or the three certificates app_cert, alipay_cert and
    alipay_root_cert: with these every call is in certificate mode, without which Alipay pays nothing out.
    With sign_scene, the scene that Alipay has opened for the merchant, agreements to be debited are signed;
    single_minor is the most that Alipay lets one debit be.
    """
    assert time.localtime(0).tm_gmtoff == 8 * 3600, (
        "Alipay is sent this process's local time, so the process must run in Asia/Shanghai: see TIME_ZONE"
    )
    sdk = _certified(stated) if "app_cert" in stated else _keyed(stated)
    assert sdk.alipay_public_key.n != sdk.app_private_key.n, (
        "Alipay's key is the application's own: it must be the one that Alipay shows for the application"
    )
    # The SDK takes no gateway but its own two; this attribute is what its requests go to.
    assert hasattr(sdk, "_gateway"), "this version of the SDK keeps its gateway elsewhere"
    sdk._gateway = stated["gateway"]
    return Alipay(
        sdk,
        app_id=stated["app_id"],
        seller_id=stated["seller_id"],
        sign_scene=stated.get("sign_scene", ""),
        single_minor=int(stated["single_minor"]) if "single_minor" in stated else None,
    )


def _keyed(stated: Mapping[str, str]) -> AliPay:
    return AliPay(
        appid=stated["app_id"],
        app_private_key_string=Path(stated["app_private_key"]).read_text(),
        alipay_public_key_string=Path(stated["alipay_public_key"]).read_text(),
        sign_type="RSA2",
        config=AliPayConfig(timeout=_TIMEOUT_SECONDS),
    )


def _certified(stated: Mapping[str, str]) -> DCAliPay:
    sdk = DCAliPay(
        appid=stated["app_id"],
        app_private_key_string=Path(stated["app_private_key"]).read_text(),
        app_public_key_cert_string=Path(stated["app_cert"]).read_text(),
        alipay_public_key_cert_string=Path(stated["alipay_cert"]).read_text(),
        alipay_root_cert_string=Path(stated["alipay_root_cert"]).read_text(),
        sign_type="RSA2",
    )
    # This kind takes no config, and looks at two of its certificates at the first call only: broken ones show now.
    sdk._config = AliPayConfig(timeout=_TIMEOUT_SECONDS)
    assert sdk.app_cert_sn and sdk.alipay_root_cert_sn, "alipay_root_cert holds no certificate for RSA"
    return sdk


def papers(stated: Mapping[str, str]) -> list[Paper]:
    """The three certificates; none where keys are stated."""
    return [
        *pem(stated, "app_cert", "app"), *pem(stated, "alipay_cert", "channel"),
        *roots(stated, "alipay_root_cert", "root"),
    ]  # fmt: skip


class Alipay:
    """One merchant account at Alipay, as `protocol.Channel` with mandates, payouts and statements."""

    code = "alipay"
    life = CASHIER_LIFE

    def __init__(
        self, sdk: AliPay, *, app_id: str, seller_id: str, sign_scene: str = "", single_minor: int | None = None
    ) -> None:
        self._sdk = sdk
        self._ours = {"app_id": app_id, "seller_id": seller_id}
        self._scene = sign_scene
        self._rules = mandates.rules(single_minor)

    def charge(self, request: ChargeRequest) -> Result:
        """The signed address of the cashier. Nothing is sent: Alipay hears of it when the page is opened."""
        assert request.currency == "CNY", "Alipay collects yuan only"
        trades.check_subject(request.subject)
        method, product_code = _PAGES[request.how]
        order = {
            "out_trade_no": request.key,
            "product_code": product_code,
            "total_amount": wire.to_yuan(request.amount_minor),
            "subject": request.subject,
            # Absolute: a relative time would only begin when the page is opened.
            "time_expire": wire.to_time(request.expires_at),
            "quit_url": request.return_url,
        }
        query = self._sdk.client_api(
            method, order, return_url=request.return_url, notify_url=request.notify_url
        )
        return Accepted(action=Redirect(url=f"{self._sdk._gateway}?{query}"))

    def query(self, key: str, *, opened_at: datetime | None = None) -> Result:
        """What became of the charge, by Alipay's word now."""
        return trades.query(self._sdk, key)

    def close(self, key: str, *, opened_at: datetime | None = None) -> Result:
        """What became of the charge after Alipay was asked to close it."""
        answer = gateway.ask(self._sdk, "alipay.trade.close", {"out_trade_no": key})
        if isinstance(answer, Unknown):
            return answer
        said = gateway.said(answer)
        # Somebody may have paid in the same moment, so that only a query tells how the trade ended.
        if said in (gateway.DONE, gateway.WRONG_STATE):
            return self.query(key)
        return NotFound() if said == gateway.NO_SUCH_TRADE else Unknown(cause=said)

    def refund(self, request: RefundRequest) -> Result:
        """What became of the refund after Alipay was asked for it. The notice of it goes where the charge's went."""
        return refunds.ask(self._sdk, request)

    def query_refund(self, key: str, *, charge_key: str, opened_at: datetime | None = None) -> Result:
        """What became of the refund, by Alipay's word now."""
        return refunds.query(self._sdk, key, charge_key=charge_key)

    def sign_mandate(self, request: MandateRequest) -> Result:
        """The signed address of the page on which the payer agrees to be debited. Nothing is sent."""
        assert self._scene, "without sign_scene nothing is signed: see ANQI_ALIPAY_SIGN_SCENE"
        return mandates.sign(self._sdk, self._scene, request)

    def query_mandate(self, key: str, *, opened_at: datetime | None = None) -> MandateFound | Result:
        """The agreement, by Alipay's word now."""
        return mandates.query(self._sdk, self._scene, key)

    def move_mandate(self, key: str, *, ref: str, to: date) -> MandateFound | Result:
        """The agreement, by Alipay's word after it was asked to let the next debit be made until that day."""
        return mandates.move(self._sdk, self._scene, key, ref=ref, to=to)

    def end_mandate(self, key: str, *, ref: str, why: str) -> Result:
        """Closed once the agreement has ended; Accepted until then, to be asked again. The reason stays with us."""
        return mandates.end(self._sdk, self._scene, key, ref=ref)

    def announce(self, request: AnnounceRequest) -> Result:
        """Accepted at once: Alipay wants no announcement, and nothing is sent."""
        return Accepted()

    def debit_rules(self) -> DebitRules:
        """Once in each period, within six days that end on the agreed date; the hours are our own."""
        return self._rules

    def debit(self, request: DebitRequest) -> Result:
        """What became of the debit after Alipay was asked for it."""
        return debits.take(self._sdk, request)

    def query_debit(self, key: str, *, opened_at: datetime | None = None) -> Result:
        """What became of the debit, by Alipay's word now."""
        return trades.query(self._sdk, key)

    def payout(self, request: PayoutRequest) -> Result:
        """What became of the payout after Alipay was asked for it. No notice of it is asked for."""
        return payouts.send(self._sdk, request)

    def query_payout(self, key: str, *, opened_at: datetime | None = None) -> Result:
        """What became of the payout, by Alipay's word now."""
        return payouts.query(self._sdk, key)

    def balance_minor(self) -> int | None:
        """What is left on the account that payouts leave from."""
        return payouts.balance_minor(self._sdk, owner=self._ours["seller_id"])

    def statement_kinds(self) -> tuple[str, ...]:
        """Trades with their fees, and what moved on the account."""
        return tuple(bills.TYPES)

    def statement(self, day: date, *, kind: str) -> Statement:
        """The file of that day, from nine the next morning on, or later."""
        return self.handed_in(bills.fetch(self._sdk, day=day, kind=kind), day=day, kind=kind)

    def handed_in(self, file: bytes, *, day: date, kind: str) -> Statement:
        """A file of that day from wherever it came."""
        return Statement(channel=self.code, kind=kind, day=day, account=self._ours["seller_id"], file=file)

    def parse_notification(self, raw: RawRequest) -> Notification:
        """The message in the request. BadSignature, NotOurs, Unreadable: in this order it is looked at."""
        fields = self._signed_fields(raw)
        is_of_mandate = mandates.is_told_by(fields)
        # Agreements are signed with an application: their notices name no account that is paid.
        names = ("app_id",) if is_of_mandate else tuple(self._ours)
        if any(fields.get(name) != self._ours[name] for name in names):
            raise NotOurs
        message_key = wire.message_key(fields, raw.body)
        if is_of_mandate:
            key, result = mandates.told_by(fields)
            return Notification(message_key=message_key, kind="mandate", key=key, result=result)
        if refunds.is_told_by(fields):
            key, result = refunds.told_by(fields)
            return Notification(message_key=message_key, kind="refund", key=key, result=result)
        key = wire.number(fields, "out_trade_no")
        result = trades.result(fields, key=key, paid_at="gmt_payment")
        return Notification(message_key=message_key, kind="charge", key=key, result=result)

    def _signed_fields(self, raw: RawRequest) -> dict[str, str]:
        try:
            fields = forms.fields(raw.body)
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

