"""One merchant account at WeChat Pay: H5 on phones, a code to scan elsewhere; fen, and instants with their zone."""

import hashlib
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote

from wechatpayv3 import WeChatPay, WeChatPayType

from anqi.payments.channels.papers import Paper, pem
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
    Qr,
    RawRequest,
    RawResponse,
    Redirect,
    RefundRequest,
    Result,
    Unknown,
    Unreadable,
)
from anqi.payments.channels.wechat import bills, contracts, debits, gateway, papay, papay_notices, wire
from anqi.payments.channels.wechat.gateway import Answer, Untrusted
from anqi.payments.channels.wechat.papay import Papay
from anqi.payments.statements import Statement
from anqi.rows.days import SHANGHAI

# Of all codes only those whose meaning is certain; the older spelling is that of the first edition of v3.
_NO_SUCH_ORDER = ("ORDER_NOT_EXIST", "ORDERNOTEXIST")
_NO_SUCH_REFUND = "RESOURCE_NOT_EXISTS"
_KEY = re.compile(r"[A-Za-z0-9_*-]{6,32}")
_STAMP = re.compile(r"[0-9]{1,12}")
_OLDEST_SECONDS = 300
_MESSAGE_ID = re.compile(r"[!-~]{1,96}")
# Five minutes by WeChat's word; whoever taps in the last seconds shall still get there.
_H5_OPENS_FOR = timedelta(minutes=4, seconds=30)
_LONGEST_DESCRIPTION, _LONGEST_REASON = 127, 80


def connect(stated: Mapping[str, str]) -> "Wechat":
    """The channel for one merchant account.

    gateway without a slash at its end, mchid, appid, cert_serial of the merchant's certificate, public_key_id, and
    the paths of three files: private_key (the merchant's), public_key (WeChat's), apiv3_key. While WeChat changes
    its key, next_public_key and next_public_key_id name the other one. With a template for debits also what
    `papay.connect` wants.
    """
    sdk, template = gateway.connect(stated), papay.connect(stated)
    return Wechat(sdk, mchid=stated["mchid"], appid=stated["appid"], template=template)


def papers(stated: Mapping[str, str]) -> list[Paper]:
    """The merchant's certificate, where its file is stated: nothing but this needs it."""
    return pem(stated, "merchant_cert", "merchant")


class Wechat:
    """One merchant account at WeChat Pay, as `protocol.Channel`, `MandateChannel` and `StatementChannel`."""

    code = "wechat"
    life = CASHIER_LIFE

    def __init__(self, sdk: WeChatPay, *, mchid: str, appid: str, template: Papay | None = None) -> None:
        self._sdk = sdk
        self._template = template
        self._account = {"mchid": mchid}
        self._application = {"mchid": mchid, "appid": appid}

    def charge(self, request: ChargeRequest) -> Result:
        """Where to pay: a page of WeChat's on a phone, else a code to scan. Asked again it gives another one."""
        assert request.currency == "CNY", "WeChat Pay collects yuan only"
        assert _KEY.fullmatch(request.key), "an order number that WeChat doesn't take"
        if request.how == "wap" and not request.payer_ip:
            # WeChat compares it with the payer's. A worker that delivers for a request that died has none.
            return Unknown(cause="no_payer_ip")
        order = _order(request)
        answer = gateway.ask(lambda: self._sdk.pay(**order))
        if isinstance(answer, Unknown):
            return answer
        if answer.code == "ORDERPAID":
            return self.query(request.key)
        return _offered(answer.fields, request) if answer.status == 200 else answer.as_unknown

    def query(self, key: str, *, opened_at: datetime | None = None) -> Result:
        """What became of the charge, by WeChat's word now."""
        answer = gateway.ask(lambda: self._sdk.query(out_trade_no=key))
        if isinstance(answer, Unknown):
            return answer
        if answer.status != 200:
            # Not there now: whether it comes to nothing is decided by time, since this word is not signed.
            return NotFound() if answer.code in _NO_SUCH_ORDER else answer.as_unknown
        try:
            wire.check_account(answer.fields, self._application)
            return wire.trade_result(answer.fields, key=key)
        except (NotOurs, Unreadable) as trouble:
            return Unknown(cause=_word(trouble))

    def close(self, key: str, *, opened_at: datetime | None = None) -> Result:
        """What became of the charge after WeChat was asked to close it."""
        answer = gateway.ask(lambda: self._sdk.close(out_trade_no=key))
        # Closed, paid before, closed before, or a no of any other kind: somebody may have paid in the same moment,
        # so that only a query tells how the order ended.
        return answer if isinstance(answer, Unknown) else self.query(key)

    def refund(self, request: RefundRequest) -> Result:
        """Whether WeChat has taken the refund. The same number once more is the same refund."""
        assert request.currency == "CNY", "WeChat Pay gives back yuan only"
        order = _refund(request)
        answer = gateway.ask(lambda: self._sdk.refund(**order))
        if isinstance(answer, Unknown):
            return answer
        # An error body is anybody's: a refund that WeChat seems to decline is asked for again under its number.
        return (
            _refund_result(answer, request.key, request.charge_key)
            if answer.status == 200
            else answer.as_unknown
        )

    def query_refund(self, key: str, *, charge_key: str, opened_at: datetime | None = None) -> Result:
        """What became of the refund, by WeChat's word now."""
        answer = gateway.ask(lambda: self._sdk.query_refund(out_refund_no=key))
        if isinstance(answer, Unknown):
            return answer
        if answer.status != 200:
            return NotFound() if answer.code == _NO_SUCH_REFUND else answer.as_unknown
        return _refund_result(answer, key, charge_key)

    def sign_mandate(self, request: MandateRequest) -> Result:
        """Where the payer signs, in WeChat."""
        return contracts.sign(self._papay, request)

    def query_mandate(self, key: str, *, opened_at: datetime | None = None) -> MandateFound | Result:
        """The contract as WeChat has it now; NotFound until it is signed."""
        return contracts.query(self._papay, key)

    def end_mandate(self, key: str, *, ref: str, why: str) -> Result:
        """Closed once WeChat, asked after it, says that it has ended."""
        return contracts.end(self._papay, key, why=why)

    def announce(self, request: AnnounceRequest) -> Result:
        """Whether WeChat has told the payer what will be debited; the same once more is told once."""
        return contracts.announce(self._sdk, self._papay, request)

    def debit_rules(self) -> DebitRules:
        """WeChat's own rules, and the template's limits."""
        return DebitRules(
            announced_days=2,
            once_a_period=True,
            single_minor=self._papay.single_minor,
            day_minor=self._papay.day_minor,
        )

    def debit(self, request: DebitRequest) -> Result:
        """Whether WeChat has taken the debit. The same number once more is the same debit."""
        return debits.debit(self._papay, request)

    def query_debit(self, key: str, *, opened_at: datetime | None = None) -> Result:
        """What became of the debit, by WeChat's word now."""
        return debits.query(self._papay, key)

    def statement_kinds(self) -> tuple[str, ...]:
        """Trades with their fees, and what moved on the account."""
        return bills.KINDS

    def statement(self, day: date, *, kind: str) -> Statement:
        """The file of that day, from ten the next morning on."""
        return self.handed_in(bills.fetch(self._sdk, day=day, kind=kind), day=day, kind=kind)

    def handed_in(self, file: bytes, *, day: date, kind: str) -> Statement:
        """A file of that day from wherever it came."""
        return Statement(channel=self.code, kind=kind, day=day, account=self._account["mchid"], file=file)

    @property
    def _papay(self) -> Papay:
        assert self._template, "no template for debits is set up at WeChat"
        return self._template

    def parse_notification(self, raw: RawRequest) -> Notification:
        """The message in the request. BadSignature, NotOurs, Unreadable: in this order it is looked at."""
        if papay_notices.is_one(raw):
            return papay_notices.read(self._template, raw)
        message = self._opened(raw)
        kind = str(message.get("event_type")).partition(".")[0]
        resource = message.get("resource")
        if not isinstance(resource, dict) or kind not in ("TRANSACTION", "REFUND"):
            raise Unreadable
        # No list of nonces: a message that is repeated within its five minutes has the number of the first, which
        # the inbox keeps once.
        message_key = _message_key(message, raw.body)
        if kind == "REFUND":
            wire.check_account(resource, self._account)
            key = wire.number(resource, "out_refund_no")
            refunded = wire.refund_result(resource, key=key, status=resource.get("refund_status"))
            return Notification(message_key=message_key, kind="refund", key=key, result=refunded)
        wire.check_account(resource, self._application)
        key = wire.number(resource, "out_trade_no")
        return Notification(
            message_key=message_key, kind="charge", key=key, result=wire.trade_result(resource, key=key)
        )

    def _opened(self, raw: RawRequest) -> dict[str, Any]:
        headers = {name.title(): value for name, value in raw.headers.items()}
        if not _is_fresh(headers.get("Wechatpay-Timestamp", ""), raw.received_at):
            raise BadSignature
        refusal: type[Exception] | None = None
        try:
            message = self._sdk.callback(headers, raw.body)
        except (Untrusted, UnicodeDecodeError):
            refusal = BadSignature
        except Exception:
            refusal = Unreadable
        # Outside the handler, so that nothing of the message hangs on to the exception.
        if refusal:
            raise refusal
        # None: signed, and yet not to be decrypted with our key.
        if not isinstance(message, dict):
            raise Unreadable
        return message

    def acknowledge(self, ok: bool) -> RawResponse:
        """The status that ends the repeats, or one that asks for another."""
        if ok:
            return RawResponse(status=204, body=b"")
        return RawResponse(
            status=401, body=b'{"code": "FAIL", "message": "refused"}', content_type="application/json"
        )


def _order(request: ChargeRequest) -> dict[str, Any]:
    order = {
        "description": wire.cut(request.subject, _LONGEST_DESCRIPTION),
        "out_trade_no": request.key,
        "amount": {"total": request.amount_minor, "currency": "CNY"},
        # It stops paying and closes nothing: that is for us to ask.
        "time_expire": request.expires_at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
        "notify_url": request.notify_url,
        "pay_type": WeChatPayType.NATIVE,
    }
    if request.how == "wap":
        order["pay_type"] = WeChatPayType.H5
        order["scene_info"] = {"payer_client_ip": request.payer_ip, "h5_info": {"type": "Wap"}}
    return order


def _offered(fields: Mapping[str, Any], request: ChargeRequest) -> Result:
    name, beginning = ("h5_url", "http") if request.how == "wap" else ("code_url", "weixin://")
    text = fields.get(name)
    if not isinstance(text, str) or not text.startswith(beginning):
        return Unknown(cause="unreadable")
    if request.how == "page":
        return Accepted(action=Qr(text=text))
    url = f"{text}&redirect_url={quote(request.return_url, safe='')}"
    return Accepted(action=Redirect(url=url, opens_for=_H5_OPENS_FOR))


def _refund(request: RefundRequest) -> dict[str, Any]:
    return {
        "out_refund_no": request.key,
        "out_trade_no": request.charge_key,
        "amount": {"refund": request.amount_minor, "total": request.charge_amount_minor, "currency": "CNY"},
        "reason": wire.cut(request.why, _LONGEST_REASON),
        "notify_url": request.notify_url,
    }


def _refund_result(answer: Answer, key: str, charge_key: str) -> Result:
    if answer.fields.get("out_trade_no") != charge_key:
        return Unknown(cause="unreadable")
    try:
        return wire.refund_result(answer.fields, key=key, status=answer.fields.get("status"))
    except Unreadable:
        return Unknown(cause="unreadable")


def _is_fresh(stamp: str, received_at: datetime) -> bool:
    return bool(_STAMP.fullmatch(stamp)) and abs(int(received_at.timestamp()) - int(stamp)) <= _OLDEST_SECONDS


def _message_key(message: Mapping[str, Any], body: bytes) -> str:
    message_id = message.get("id")
    is_usable = isinstance(message_id, str) and _MESSAGE_ID.fullmatch(message_id)
    return str(message_id) if is_usable else hashlib.sha256(body).hexdigest()


def _word(trouble: Exception) -> str:
    return "not_ours" if isinstance(trouble, NotOurs) else "unreadable"
