"""A buyer at the sandbox's cashier, and the notices that come of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from anqi.payments.channels.alipay import Alipay
from anqi.payments.channels.protocol import Accepted, ChargeRequest, RawRequest
from anqi.rows.days import SHANGHAI
from sandbox.alipay import signing
from tests.sandbox.sandbox_stand import Sandbox

# Nobody listens there: tests carry the notices themselves.
NOTIFY_URL = "http://127.0.0.1:9/hooks/alipay"
AMOUNT_MINOR = 53309


@dataclass(frozen=True, kw_only=True)
class Cashier:
    """What the borrower does with the address that `charge` gave."""

    sandbox: Sandbox
    ali: Alipay

    def open(self, key: str, **more: Any) -> None:
        answer = self.sandbox.control("alipay/open", url=address(self.ali.charge(ordered(key, **more))))
        assert answer.status_code == 200, answer.text

    def pay(self, key: str) -> None:
        """Opens the page and pays."""
        self.open(key)
        answer = self.sandbox.control("alipay/pay", out_trade_no=key)
        assert answer.status_code == 200, answer.text

    def notices(self, key: str) -> list[dict[str, Any]]:
        """What the sandbox has for the merchant, oldest first, whether it may send it or not."""
        found: list[dict[str, Any]] = self.sandbox.trade(key)["notifications"]
        return found

    def bodies(self, key: str) -> list[bytes]:
        return [notice["body"].encode() for notice in self.notices(key)]

    def signed(self, fields: dict[str, str]) -> bytes:
        """Fields as the gateway itself would sign them: what only a broken gateway could send."""
        signature = signing.sign(signing.notice_text(fields), _gateway_key(self.sandbox.home))
        return urlencode({**fields, "sign_type": "RSA2", "sign": signature}).encode()


@cache
def _gateway_key(home: Path) -> RSAPrivateKey:
    key = load_pem_private_key((home / "alipay_private.pem").read_bytes(), None)
    assert isinstance(key, RSAPrivateKey)
    return key


def ordered(
    key: str, *, how: Any = "wap", amount_minor: int = AMOUNT_MINOR, minutes: int = 15
) -> ChargeRequest:
    return ChargeRequest(
        key=key,
        amount_minor=amount_minor,
        currency="CNY",
        subject="按期还款 AQ1、AQ2",
        how=how,
        expires_at=datetime.now(SHANGHAI) + timedelta(minutes=minutes),
        return_url="http://localhost:8000/charges/1",
        notify_url=NOTIFY_URL,
        opened_at=datetime.now(SHANGHAI),
    )


def address(result: object) -> str:
    """Where an accepted charge sends the borrower."""
    assert isinstance(result, Accepted)
    assert result.action
    assert urlsplit(result.action.url).scheme == "http"
    return result.action.url


def raw(body: bytes) -> RawRequest:
    return RawRequest(method="POST", headers={}, query="", body=body, received_at=datetime.now(SHANGHAI))
