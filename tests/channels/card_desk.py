"""A card's holder at the sandbox's UnionPay, and the notices that come of it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from anqi.payments.channels.protocol import (
    Accepted,
    CardBound,
    CardRequest,
    ChargeRequest,
    DebitRequest,
    Form,
    Payee,
    PayoutRequest,
    RawRequest,
    RefundRequest,
    Result,
    Succeeded,
)
from anqi.payments.channels.unionpay import Unionpay
from anqi.rows.days import SHANGHAI
from sandbox.unionpay import keys, signing
from tests.sandbox.sandbox_stand import Sandbox, wait_until

# Nobody listens there: tests carry the notices themselves.
NOTIFY_URL = "http://127.0.0.1:9/hooks/unionpay"
RETURN_URL = "http://localhost:8000/charges/1"
AMOUNT_MINOR = 53309
HOLDER = "林晓"


def stated(sandbox: Sandbox) -> dict[str, str]:
    """The settings of UnionPay's channel."""
    home, account = sandbox.home / "unionpay", keys.Account()
    return {
        "gateway": f"{sandbox.url}/unionpay/gateway/api",
        "file_gateway": f"{sandbox.url}/unionpay/file",
        "mer_id": account.mer_id,
        "sign_pfx": str(home / "merchant.pfx"),
        "sign_pfx_password": str(home / "merchant.pfx.password"),
        "roots": str(home / "root.pem"),
        "tr_id": account.tr_id,
    }


@dataclass(frozen=True, kw_only=True)
class CardDesk:
    """What a holder does with the forms that the channel gave, and what the sandbox has for the merchant."""

    sandbox: Sandbox
    up: Unionpay
    # When each order was made: half of its number.
    made_at: dict[str, datetime] = field(default_factory=dict)

    def at(self, key: str) -> datetime:
        return self.made_at.setdefault(key, datetime.now(SHANGHAI))

    def ordered(self, key: str, *, how: Any = "wap", amount_minor: int = AMOUNT_MINOR, **more: Any) -> ChargeRequest:
        return ChargeRequest(
            key=key,
            amount_minor=amount_minor,
            currency="CNY",
            subject=more.pop("subject", "按期还款 AQ1、AQ2"),
            how=how,
            expires_at=self.at(key) + timedelta(minutes=more.pop("minutes", 10)),
            return_url=RETURN_URL,
            notify_url=NOTIFY_URL,
            opened_at=self.at(key),
        )

    def form(self, key: str, **more: Any) -> dict[str, str]:
        return form_of(self.up.charge(self.ordered(key, **more)))

    def open(self, key: str, **more: Any) -> None:
        """The browser that sends the form."""
        answer = self.sandbox.control("unionpay/open", fields=self.form(key, **more))
        assert answer.status_code == 200, answer.text

    def pay(self, key: str, *, card: str = "icbc", **more: Any) -> Any:
        return self.sandbox.control("unionpay/pay", fields=self.form(key, **more), card=card)

    def query(self, key: str) -> Result:
        return self.up.query(key, opened_at=self.at(key))

    def query_debit(self, key: str) -> Result:
        return self.up.query_debit(key, opened_at=self.at(key))

    def refund(self, key: str, charge_key: str, *, amount_minor: int = AMOUNT_MINOR) -> Result:
        paid = self.query(charge_key)
        assert isinstance(paid, Succeeded)
        return self.up.refund(
            RefundRequest(
                key=key,
                charge_key=charge_key,
                amount_minor=amount_minor,
                charge_amount_minor=AMOUNT_MINOR,
                currency="CNY",
                why="多付的款原路退回",
                notify_url=NOTIFY_URL,
                opened_at=self.at(key),
                payment_ref=paid.ref,
            )
        )

    def query_refund(self, key: str, charge_key: str) -> Result:
        return self.up.query_refund(key, charge_key=charge_key, opened_at=self.at(key))

    def opening(self, key: str) -> dict[str, str]:
        request = CardRequest(
            key=key, opened_at=self.at(key), return_url="http://localhost:8000/cards/1", notify_url=NOTIFY_URL
        )
        return form_of(self.up.open_card(request))

    def bind(self, key: str, *, card: str = "icbc") -> CardBound:
        """A card, opened by its holder."""
        answer = self.sandbox.control("unionpay/bind", fields=self.opening(key), card=card, holder=HOLDER)
        assert answer.status_code == 200, answer.text
        bound = self.up.query_card(key, opened_at=self.at(key))
        assert isinstance(bound, CardBound)
        return bound

    def debit(self, key: str, token: str, *, amount_minor: int = AMOUNT_MINOR) -> Result:
        return self.up.debit(
            DebitRequest(
                key=key,
                opened_at=self.at(key),
                token=token,
                amount_minor=amount_minor,
                currency="CNY",
                subject="按期自动还款 AQ1",
                notify_url=NOTIFY_URL,
            )
        )

    def payout(self, key: str, token: str, *, name: str = HOLDER, amount_minor: int = AMOUNT_MINOR) -> Result:
        return self.up.payout(
            PayoutRequest(
                key=key,
                opened_at=self.at(key),
                payee=Payee(account=token, name=name),
                amount_minor=amount_minor,
                currency="CNY",
                why="按期放款",
                notify_url=NOTIFY_URL,
            )
        )

    def query_payout(self, key: str) -> Result:
        return self.up.query_payout(key, opened_at=self.at(key))

    def settle(self, key: str) -> dict[str, Any]:
        """The order, once the sandbox has brought it to its end."""
        wait_until(lambda: self.order(key)["state"] != "PROCESSING")
        return self.order(key)

    def order(self, key: str) -> dict[str, Any]:
        found: dict[str, Any] = self.sandbox.http.get(f"/_control/unionpay/trades/{key}").json()
        return found

    def fault(self, name: str, key: str, **more: Any) -> None:
        self.sandbox.fault(name, channel="unionpay", out_trade_no=key, **more)

    def notices(self, key: str) -> list[RawRequest]:
        """What the sandbox has for the merchant, oldest first."""
        return [raw(each["body"].encode()) for each in self.order(key)["notifications"]]

    def signed(self, fields: dict[str, str], *, how: str = "right") -> RawRequest:
        """A notice as UnionPay itself would sign it: what only a broken UnionPay could send."""
        return raw(urlencode(signing.signed(fields, keys.prepare(self.sandbox.home), how=how)).encode())


def form_of(result: object) -> dict[str, str]:
    """The form by which an accepted charge or opening leads the browser on."""
    assert isinstance(result, Accepted), result
    assert isinstance(result.action, Form)
    assert result.action.url.endswith("/frontTransReq.do")
    return result.action.fields


def raw(body: bytes) -> RawRequest:
    return RawRequest(method="POST", headers={}, query="", body=body, received_at=datetime.now(SHANGHAI))
