"""A shop in its town: a clock that stands where the test puts it, browsers, a lender, one street for all."""

import base64
import datetime as dt
import html
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from mall_lender import KEY, Lender
from starlette.types import ASGIApp, Receive, Scope, Send

from mall import accounts, app, calls, orders, webhooks
from mall.clock import SHANGHAI, Clock
from mall.doors import Shop
from mall.orders import Order
from mall.settings import Settings

SECRET = "whsec_" + base64.b64encode(b"a secret of the webhooks").decode()
NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=SHANGHAI)


class StandingClock(Clock):
    def __init__(self) -> None:
        super().__init__()
        self.at = NOW

    def now(self) -> dt.datetime:
        return self.at


@dataclass(kw_only=True)
class Browser:
    """Follows links and presses buttons: a form is always sent with the hidden fields its page gave it."""

    client: httpx.Client
    page: str = ""
    path: str = ""
    status: int = 0
    fields: dict[str, str] = field(default_factory=dict)

    def open(self, path: str) -> "Browser":
        return self._take(self.client.get(path))

    def press(self, action: str, **typed: str) -> "Browser":
        return self._take(self.client.post(action, data=self.form(action) | typed))

    def form(self, action: str) -> dict[str, str]:
        for found in re.finditer(r'<form method="post" action="([^"]+)"[^>]*>(.*?)</form>', self.page, re.DOTALL):
            if html.unescape(found[1]) == action:
                hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found[2])
                return {name: html.unescape(value) for name, value in hidden}
        raise AssertionError(f"no form to {action} on {self.path}: {self.text()}")

    def text(self) -> str:
        return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", self.page)))

    def log_in(self, phone: str = accounts.DEMO_ACCOUNTS[0][1]) -> "Browser":
        return self.open("/login").press("/login?next=/", phone=phone, password=accounts.DEMO_PASSWORD)

    def log_in_shopkeeper(self) -> "Browser":
        return self.open("/shop/login").press(
            "/shop/login", login_name="shopkeeper", password=accounts.DEMO_PASSWORD
        )

    def put_into_cart(self, slug: str) -> "Browser":
        return self.open(f"/phones/{slug}").press("/cart/add", slug=slug)

    def check_out(self, plan: str = "p12", **typed: str) -> "Browser":
        self.open("/checkout")
        return self.press("/checkout", **({"plan": plan} | DELIVERY | typed))

    def _take(self, answer: Any) -> "Browser":
        self.page, self.path, self.status = answer.text, answer.url.path, answer.status_code
        return self


DELIVERY = {"recipient": "林小满", "recipient_phone": "13800006021", "address": "杭州市西湖区文三路 1 号"}


@dataclass(kw_only=True)
class Town:
    """A shop, its lender, and the browsers in it."""

    shop: Shop
    lender: Lender
    clock: StandingClock
    client: httpx.Client
    browsers: ExitStack

    def browser(self) -> Browser:
        client = self.browsers.enter_context(open_client(str(self.client.base_url)))
        return Browser(client=client)

    def buyer(self) -> Browser:
        return self.browser().log_in()

    def shopkeeper(self) -> Browser:
        return self.browser().log_in_shopkeeper()

    def order(self) -> Order:
        """The newest order, as the shop's file has it."""
        with self.shop.store.reading() as rows:
            return orders.newest(rows)[0]

    def calls(self) -> list[calls.Call]:
        with self.shop.store.reading() as rows:
            return calls.of_order(rows, order_number=self.order().number)

    def webhooks(self) -> list[webhooks.Webhook]:
        with self.shop.store.reading() as rows:
            return webhooks.newest(rows)

    def notify(
        self,
        event: str,
        *,
        webhook_id: str = "msg_1",
        secret: str = SECRET,
        age_seconds: int = 0,
        **changed: Any,
    ) -> int:
        """Deliver a webhook about the newest order, perhaps with other facts; the status comes back."""
        order = self.order()
        told = {
            "id": order.remote_id or self.lender.numbered(order.number)["id"], "order_number": order.number,
            "state": event.removeprefix("order."), "amount_minor": order.amount_minor,
        } | changed
        body = json.dumps({"type": event, "timestamp": "2026-11-24T02:00:00Z", "data": told}).encode()
        timestamp = str(int(self.clock.now().timestamp()) - age_seconds)
        signature = webhooks.sign(webhook_id=webhook_id, timestamp=timestamp, body=body, secret=secret)
        headers = {"webhook-id": webhook_id, "webhook-timestamp": timestamp, "webhook-signature": signature}
        return self.client.post("/webhooks/anqi", content=body, headers=headers).status_code


def open_client(address: str) -> httpx.Client:
    return httpx.Client(base_url=address, follow_redirects=True, trust_env=False)


class Street:
    """One real server for all tests, in which each test puts up its own shop."""

    app: ASGIApp
    address: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


@contextmanager
def open_town(street: Street, home: Path, lender: Lender) -> Iterator[Town]:
    settings = Settings(
        home=home, api_url="http://lender.test", api_key=KEY, webhook_secret=SECRET,
        base_url="http://mall.test",
    )
    clock = StandingClock()
    street.app = built = app.build(settings, clock=clock, transport=lender.transport)
    with open_client(street.address) as client, ExitStack() as browsers, closing(built.state.shop.api):
        yield Town(
            shop=built.state.shop, lender=lender, clock=clock, client=client, browsers=browsers
        )
