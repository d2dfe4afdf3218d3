"""A payer at the sandbox's signing page of Alipay, and agreements to be debited as the channel asks for them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from anqi.payments.channels.alipay import Alipay
from anqi.payments.channels.protocol import Accepted, DebitRequest, MandateFound, MandateRequest, Redirect
from anqi.rows.days import SHANGHAI
from tests.channels.cashier import AMOUNT_MINOR, NOTIFY_URL
from tests.sandbox.sandbox_stand import Sandbox

SCENE = "INDUSTRY|LOAN"
SINGLE_MINOR = 60_000
RETURN_URL = "http://localhost:8000/mandates/1"


@dataclass(frozen=True, kw_only=True)
class Signer:
    """What the payer does with the address that `sign_mandate` gave, and what Alipay has for the merchant."""

    sandbox: Sandbox
    ali: Alipay

    def open(self, key: str, **more: Any) -> None:
        answer = self.sandbox.control("alipay/open", url=address(self.ali.sign_mandate(asked(key, **more))))
        assert answer.status_code == 200, answer.text

    def sign(self, key: str, *, buyer: str = "lin", **more: Any) -> MandateFound:
        """Opens the page and signs; the agreement as the channel then finds it."""
        url = address(self.ali.sign_mandate(asked(key, **more)))
        answer = self.sandbox.control("alipay/sign", url=url, buyer=buyer)
        assert answer.status_code == 200, answer.text
        found = self.ali.query_mandate(key)
        assert isinstance(found, MandateFound), found
        return found

    def told(self, key: str) -> dict[str, Any]:
        """The agreement as the sandbox has it."""
        found: dict[str, Any] = self.sandbox.http.get(f"/_control/alipay/agreements/{key}").json()
        return found

    def end(self, key: str) -> None:
        """As its payer does it in the app."""
        assert self.sandbox.control(f"alipay/agreements/{key}/end").status_code == 200

    def bodies(self, key: str) -> list[bytes]:
        """What the sandbox has for the merchant, oldest first, whether it may send it or not."""
        return [each["body"].encode() for each in self.told(key)["notifications"]]


def address(result: object) -> str:
    """Where the payer is sent to sign."""
    assert isinstance(result, Accepted)
    assert isinstance(result.action, Redirect)
    return result.action.url


def soon(days: int = 3) -> date:
    return datetime.now(SHANGHAI).date() + timedelta(days=days)


def asked(key: str, **more: Any) -> MandateRequest:
    stated: dict[str, Any] = {
        "key": key,
        "opened_at": datetime.now(SHANGHAI),
        "name": "按期还款",
        "single_minor": SINGLE_MINOR,
        "first_on": soon(),
        # Whose day may be any, unlike a month's.
        "every": "once",
        "times": 1,
        "return_url": RETURN_URL,
        "notify_url": NOTIFY_URL,
    }
    return MandateRequest(**stated | more)


def due(key: str, ref: str, **more: Any) -> DebitRequest:
    stated: dict[str, Any] = {
        "key": key,
        "opened_at": datetime.now(SHANGHAI),
        "token": ref,
        "amount_minor": AMOUNT_MINOR,
        "currency": "CNY",
        "subject": "按期还款 AQ1",
        "notify_url": NOTIFY_URL,
    }
    return DebitRequest(**stated | more)
