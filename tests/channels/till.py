"""A buyer at the sandbox's WeChat, and the notices that come of it."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from anqi.payments.channels.protocol import Accepted, ChargeRequest, Qr, RawRequest, Redirect, RefundRequest
from anqi.payments.channels.wechat import Wechat
from anqi.rows.days import SHANGHAI
from sandbox.wechat import keys, signing
from tests.sandbox.sandbox_stand import Sandbox, wait_until

# Nobody listens there: tests carry the notices themselves.
NOTIFY_URL = "http://127.0.0.1:9/hooks/wechat"
RETURN_URL = "http://localhost:8000/charges/1?from=cashier&x=按期"
AMOUNT_MINOR = 53309
ACCOUNT = keys.Account()


def stated(sandbox: Sandbox, *, next_key: bool = False) -> dict[str, str]:
    """The settings of WeChat's channel."""
    home = sandbox.home
    both = {
        "next_public_key": str(home / "wechat_next_public.pem"),
        "next_public_key_id": ACCOUNT.next_public_key_id,
    }
    return {
        "gateway": f"{sandbox.url}/wechat",
        "mchid": ACCOUNT.mchid,
        "appid": ACCOUNT.appid,
        "private_key": str(home / "wechat_merchant_private.pem"),
        "cert_serial": ACCOUNT.cert_serial,
        "apiv3_key": str(home / "wechat_apiv3_key"),
        "public_key": str(home / "wechat_public.pem"),
        "public_key_id": ACCOUNT.public_key_id,
    } | (both if next_key else {})


@dataclass(frozen=True, kw_only=True)
class Till:
    """What the borrower does with what `charge` gave, and what the sandbox has for the merchant."""

    sandbox: Sandbox
    wx: Wechat

    def open(self, key: str, **more: Any) -> str:
        """The charge, open at WeChat; where it is paid comes back."""
        return shown(self.wx.charge(ordered(key, **more)))

    def pay(self, key: str, **more: Any) -> None:
        """Opens what the charge gave, and pays."""
        answer = self.sandbox.control("wechat/pay", url=self.open(key, **more))
        assert answer.status_code == 200, answer.text

    def give_back(self, charge_key: str, key: str, amount_minor: int = AMOUNT_MINOR) -> Any:
        return self.wx.refund(refund_of(charge_key, key, amount_minor=amount_minor))

    def settle(self, charge_key: str, key: str) -> dict[str, Any]:
        """The refund, once the sandbox has brought it to its end."""

        def refund() -> dict[str, Any]:
            found = {each["out_refund_no"]: each for each in self.order(charge_key)["refunds"]}
            return found[key]

        wait_until(lambda: refund()["status"] != "PROCESSING")
        return refund()

    def order(self, key: str) -> dict[str, Any]:
        found: dict[str, Any] = self.sandbox.http.get(f"/_control/wechat/trades/{key}").json()
        return found

    def fault(self, name: str, key: str, **more: Any) -> None:
        self.sandbox.fault(name, channel="wechat", out_trade_no=key, **more)

    def notices(self, key: str) -> list[RawRequest]:
        """What the sandbox has for the merchant, oldest first, signed as it would leave now."""
        return [raw(each["body"].encode(), each["headers"]) for each in self.order(key)["notifications"]]

    def signed(self, inside: Any, /, *, how: str = "right", seconds: int = 0, **outer: Any) -> RawRequest:
        """A notice as WeChat itself would seal and sign it: what only a broken WeChat could send."""
        known = keys.prepare(self.sandbox.home)
        kind = "refund" if str(outer.get("event_type", "")).startswith("REFUND") else "transaction"
        sealed = signing.seal(json.dumps(inside), known, associated_data=kind)
        message = {
            "id": "EV-1",
            "event_type": "TRANSACTION.SUCCESS",
            "resource_type": "encrypt-resource",
            "resource": {"original_type": kind, **sealed},
        } | outer
        return self.stamped(json.dumps(message).encode(), how=how, seconds=seconds)

    def stamped(self, body: bytes, *, how: str = "right", seconds: int = 0) -> RawRequest:
        """Any body under a signature of WeChat's, so many seconds from now."""
        at = int(datetime.now(SHANGHAI).timestamp()) + seconds
        known = keys.prepare(self.sandbox.home)
        return raw(body, signing.headers(body.decode(), known, at=at, how=how))


def ordered(
    key: str, *, how: Any = "wap", amount_minor: int = AMOUNT_MINOR, minutes: int = 15, **more: Any
) -> ChargeRequest:
    return ChargeRequest(
        key=key,
        amount_minor=amount_minor,
        currency="CNY",
        subject=more.pop("subject", "按期还款 AQ1、AQ2"),
        how=how,
        expires_at=datetime.now(SHANGHAI).replace(microsecond=0) + timedelta(minutes=minutes),
        return_url=RETURN_URL,
        notify_url=NOTIFY_URL,
        opened_at=datetime.now(SHANGHAI),
        payer_ip=more.pop("payer_ip", "203.0.113.7"),
    )


def refund_of(charge_key: str, key: str, *, amount_minor: int = AMOUNT_MINOR, **more: Any) -> RefundRequest:
    return RefundRequest(
        key=key,
        charge_key=charge_key,
        amount_minor=amount_minor,
        charge_amount_minor=more.pop("charge_amount_minor", AMOUNT_MINOR),
        currency="CNY",
        why=more.pop("why", "多付的款原路退回"),
        notify_url=NOTIFY_URL,
        opened_at=datetime.now(SHANGHAI),
    )


def shown(result: object) -> str:
    """What an accepted charge shows the borrower: an address, or the text of a code."""
    assert isinstance(result, Accepted), result
    assert isinstance(result.action, Redirect | Qr)
    return result.action.url if isinstance(result.action, Redirect) else result.action.text


def raw(body: bytes, headers: dict[str, str], *, received_at: datetime | None = None) -> RawRequest:
    return RawRequest(
        method="POST", headers=headers, query="", body=body, received_at=received_at or datetime.now(SHANGHAI)
    )
