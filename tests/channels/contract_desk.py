"""A payer who signs at the sandbox's WeChat, and is debited there; days pass by the sandbox's clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import requests

from anqi.payments.channels.protocol import (
    Accepted,
    AnnounceRequest,
    DebitRequest,
    MandateFound,
    MandateRequest,
    RawRequest,
    Redirect,
)
from anqi.payments.channels.wechat import Wechat, papay
from anqi.rows.days import SHANGHAI
from sandbox.wechat import keys, v2
from tests.channels import till
from tests.channels.till import ACCOUNT, NOTIFY_URL
from tests.sandbox.sandbox_stand import Sandbox, wait_until

AMOUNT_MINOR = 30_000
# Fault: the cause that is noted, and whether WeChat had done what it was asked.
BROKEN_ANSWERS = {
    "lost_before": ("no_answer", False),
    "lost_after": ("no_answer", True),
    "slow": ("timeout", True),
    "http_500": ("http_500", False),
    "http_500_after": ("http_500", True),
    "http_502": ("http_502", False),
    "http_503": ("http_503", False),
    "http_429": ("http_429", False),
    "html": ("unreadable", False),
    "cut": ("no_answer", True),
    "proxy_407": ("http_407", False),
    "proxy_login": ("http_302", False),
    "bad_signature": ("bad_signature", True),
    "no_signature": ("no_signature", True),
    "papay_answer_md5": ("bad_signature", True),
    "system_error_after": ("SYSTEMERROR", True),
    "unlisted_code": ("CODE_NOBODY_LISTED", True),
    "frequency_limited": ("FREQUENCY_LIMITED", False),
}
# The page of ours that the payer comes from, and goes back to.
OUR_PAGE = "http://localhost:8000/mandates/1"


def stated(sandbox: Sandbox) -> dict[str, str]:
    """The settings of WeChat's channel, with a template for debits."""
    return till.stated(sandbox) | {
        "v2_gateway": f"{sandbox.url}/wechat",
        "v2_key": str(sandbox.home / "wechat_v2_key"),
        "papay_plan_id": ACCOUNT.plan_id,
    }


@dataclass(frozen=True, kw_only=True)
class ContractDesk:
    sandbox: Sandbox
    wx: Wechat

    def day(self, days: int, *, hour: int = 10) -> None:
        """It is that hour, so many days from today, in the sandbox."""
        now = datetime.now(SHANGHAI)
        then = now.replace(hour=hour, minute=0, second=0) + timedelta(days=days)
        self.sandbox.shift_clock(int((then - now).total_seconds()))

    def sign(self, key: str, *, payer: str = "lin") -> MandateFound:
        """The contract, signed this morning by that payer."""
        self.day(0)
        answer = self.sandbox.control("wechat/sign", url=page(self.wx.sign_mandate(asked(key))), payer=payer)
        assert answer.status_code == 200, answer.text
        found = self.wx.query_mandate(key)
        assert isinstance(found, MandateFound), found
        return found

    def announced(self, key: str, *, payer: str = "lin", amount_minor: int = AMOUNT_MINOR) -> MandateFound:
        """The contract, signed, announced the day after; it is the first day on which it may be debited."""
        found = self.sign(key, payer=payer)
        self.day(1)
        assert self.wx.announce(announcement(key, found, amount_minor=amount_minor)) == Accepted()
        self.day(3)
        return found

    def settle(self, key: str) -> Any:
        """What a query says of the debit, once the sandbox has brought it to its end."""
        wait_until(lambda: bool(self.debit(key)["paid_at"] or self.debit(key)["closed_at"]))
        return self.wx.query_debit(key)

    def debit(self, key: str) -> dict[str, Any]:
        found: dict[str, Any] = self.sandbox.http.get(f"/_control/wechat/trades/{key}").json()
        return found

    def contract(self, key: str) -> dict[str, Any]:
        found: dict[str, Any] = self.sandbox.http.get(f"/_control/wechat/contracts/{key}").json()
        return found

    def fault(self, name: str, key: str, **more: Any) -> None:
        self.sandbox.fault(name, channel="wechat", out_trade_no=key, **more)

    def end_as_payer(self, key: str) -> None:
        assert self.sandbox.control(f"wechat/contracts/{key}/end").status_code == 200

    def notices(self, told: dict[str, Any]) -> list[RawRequest]:
        """What the sandbox has for the merchant of a contract or a debit, oldest first."""
        return [raw(each["body"].encode()) for each in told["notifications"]]

    def answers(self, monkeypatch: pytest.MonkeyPatch, fields: dict[str, str]) -> None:
        """WeChat says this, under its signature, to whatever it is asked: what only a broken one would."""
        said = SimpleNamespace(status_code=200, content=self.signed(**fields).body)
        monkeypatch.setattr(papay.requests, "request", lambda *asked, **how: said)

    def signed(self, how: str = "right", /, **fields: str) -> RawRequest:
        """A notice as WeChat itself would sign it: what only a broken WeChat could send."""
        whole = {"return_code": "SUCCESS", "mch_id": ACCOUNT.mchid, **fields}
        return raw(v2.seal(whole, keys.prepare(self.sandbox.home).v2_key, how=how).encode())


def asked(key: str, **more: Any) -> MandateRequest:
    return MandateRequest(
        key=key,
        opened_at=more.pop("opened_at", datetime.now(SHANGHAI)),
        name=more.pop("name", "按期分期还款"),
        single_minor=AMOUNT_MINOR,
        first_on=(datetime.now(SHANGHAI) + timedelta(days=3)).date(),
        every="month",
        times=3,
        return_url=OUR_PAGE,
        notify_url=NOTIFY_URL,
        payer_ip=more.pop("payer_ip", "203.0.113.7"),
    )


def announcement(key: str, found: MandateFound, *, amount_minor: int = AMOUNT_MINOR) -> AnnounceRequest:
    on = (datetime.now(SHANGHAI) + timedelta(days=3)).date()
    return AnnounceRequest(key=f"{key[:30]}an", ref=found.ref, amount_minor=amount_minor, on=on, currency="CNY")


def order(key: str, found: MandateFound, *, amount_minor: int = AMOUNT_MINOR, **more: Any) -> DebitRequest:
    return DebitRequest(
        key=key,
        opened_at=datetime.now(SHANGHAI),
        token=found.ref,
        amount_minor=amount_minor,
        currency="CNY",
        subject=more.pop("subject", "按期还款 AQ1"),
        notify_url=NOTIFY_URL,
    )


def page(result: object) -> str:
    """Where an accepted mandate is signed."""
    assert isinstance(result, Accepted), result
    assert isinstance(result.action, Redirect)
    return result.action.url


def opened(url: str, *, referer: str | None = OUR_PAGE) -> requests.Response:
    """The page as a browser opens it."""
    return requests.get(url, headers={"Referer": referer} if referer else {}, timeout=10)


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits ten seconds for a slow answer here."""
    monkeypatch.setattr(papay, "_TIMEOUT_SECONDS", (1, 1))


def raw(body: bytes) -> RawRequest:
    return RawRequest(
        method="POST", headers={"Content-Type": "text/xml"}, query="", body=body, received_at=datetime.now(SHANGHAI)
    )
