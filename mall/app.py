"""The shop as an ASGI app: routes, security headers, error pages."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import httpx
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mall import accounts, webhooks, words
from mall.clock import Clock
from mall.doors import Shop, View, for_customer, for_shopkeeper, open_door, read_body
from mall.merchant_api import MerchantApi
from mall.money import yuan
from mall.pages import checkout, customers, office, purchased, storefront
from mall.purchases import Purchases
from mall.refusals import WebhookRefused
from mall.settings import Settings
from mall.store import Store

HERE = Path(__file__).parent
WEBHOOK_BYTES_MAX = 64 * 1024
# No script at all. No `form-action` towards the lender is needed: the way there is a link and a refresh.
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
        " frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
ENCODED_SECURITY_HEADERS = tuple(
    (name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()
)


def build(
    settings: Settings, *, clock: Clock | None = None, transport: httpx.BaseTransport | None = None
) -> Starlette:
    """The app of one shop; the transport stands in for the network where there is none."""
    shop = _open_shop(settings, clock=clock or Clock(offset_file=settings.clock_file), transport=transport)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        shop.api.close()

    app = Starlette(
        routes=[
            *_routes(shop),
            Route("/webhooks/anqi", _webhook_door(shop), methods=["POST"]),
            Route("/healthz", _health, methods=["GET"]),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ],
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers={HTTPException: partial(_missing, shop), Exception: partial(_broken, shop)},
        lifespan=lifespan,
    )
    app.state.shop = shop
    return app


def _open_shop(settings: Settings, *, clock: Clock, transport: httpx.BaseTransport | None) -> Shop:
    store = Store(settings.home)
    with store.transaction() as rows:
        accounts.plant(rows, now=clock.now())
    api = MerchantApi(url=settings.api_url, key=settings.api_key, transport=transport)
    return Shop(
        settings=settings, clock=clock, store=store, api=api, templates=_templates(),
        purchases=Purchases(store=store, api=api, clock=clock, base_url=settings.base_url),
    )


def _templates() -> Environment:
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )
    templates.filters |= {
        "yuan": yuan, "day": words.day, "long_day": words.long_day, "moment": words.moment,
    }
    templates.globals |= {
        "STATES": words.STATES, "ROADS": words.ROADS, "ACTS": words.ACTS, "CALL_STATES": words.CALL_STATES,
    }
    return templates


def _routes(shop: Shop) -> list[BaseRoute]:
    def get(path: str, view: View) -> Route:
        return Route(path, open_door(shop, view), methods=["GET"])

    def post(path: str, view: View) -> Route:
        return Route(path, open_door(shop, view), methods=["POST"])

    def form(path: str, view: View) -> Route:
        return Route(path, open_door(shop, view), methods=["GET", "POST"])

    return [
        get("/", storefront.front),
        get("/phones/{slug}", partial(storefront.phone, storefront.PlanPreview())),
        get("/cart", storefront.cart),
        post("/cart/add", storefront.cart_add),
        post("/cart/change", storefront.cart_change),
        form("/login", customers.login),
        form("/sign-up", customers.sign_up),
        post("/log-out", customers.log_out),
        form("/checkout", for_customer(checkout.checkout)),
        get("/orders", for_customer(purchased.order_list)),
        get("/orders/{number}", for_customer(purchased.order_detail)),
        get("/orders/{number}/sign", for_customer(purchased.sign)),
        post("/orders/{number}/again", for_customer(purchased.submit_again)),
        post("/orders/{number}/cancel", for_customer(purchased.cancel)),
        form("/shop/login", customers.shopkeeper_login),
        post("/shop/log-out", customers.shopkeeper_log_out),
        get("/shop", for_shopkeeper(office.order_list)),
        get("/shop/webhooks", for_shopkeeper(office.webhook_list)),
        get("/shop/settlements", for_shopkeeper(office.settlements)),
        get("/shop/orders/{number}", for_shopkeeper(office.order_detail)),
        post("/shop/orders/{number}/ship", for_shopkeeper(office.ship)),
        post("/shop/orders/{number}/cancel", for_shopkeeper(office.cancel)),
        post("/shop/orders/{number}/return", for_shopkeeper(office.take_back)),
        post("/shop/orders/{number}/again", for_shopkeeper(office.submit_again)),
    ]


def _webhook_door(shop: Shop) -> Callable[[Request], Awaitable[Response]]:
    async def receive(request: Request) -> Response:
        body = await read_body(request, bytes_max=WEBHOOK_BYTES_MAX)
        if body is None:
            return PlainTextResponse("too long", 413)
        try:
            await run_in_threadpool(
                webhooks.receive, shop.store, headers=request.headers, body=body,
                secret=shop.settings.webhook_secret, now=shop.clock.now(),
            )
        except WebhookRefused:
            return PlainTextResponse("not verified", 401)
        return Response(status_code=204)

    return receive


async def _health(_: Request) -> Response:
    return PlainTextResponse("ok")


async def _missing(shop: Shop, _: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    message = "没有找到这个页面，它可能已经改名。" if error.status_code == 404 else "这个地址不能这样打开。"
    return _plain_page(shop, message, error.status_code)


async def _broken(shop: Shop, _: Request, __: Exception) -> Response:
    """The server's log has the trace; the visitor gets what can be done."""
    message = (
        "小店这边出了问题，刚才的操作可能没有完成。"
        "请到“我的订单”看结果；同一页再提交一次也不会重复下单。"
    )
    answer = _plain_page(shop, message, 500)
    # This answer is made outside the middleware that adds them to all others.
    answer.headers.update(SECURITY_HEADERS)
    # The server hangs up after it; who is not told sends the next request to nobody.
    answer.headers["connection"] = "close"
    return answer


def _plain_page(shop: Shop, message: str, status: int) -> Response:
    page = shop.templates.get_template("plain.html")
    return HTMLResponse(page.render(message=message), status)


class SecurityHeaders:
    """Adds the headers to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *ENCODED_SECURITY_HEADERS]
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)
