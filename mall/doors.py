"""The way in for every page: session, form token, one view, and refusals turned into pages."""

import datetime as dt
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlencode

from jinja2 import Environment
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from mall import accounts, carts, sessions
from mall.accounts import Account
from mall.clock import Clock
from mall.merchant_api import MerchantApi
from mall.purchases import Purchases
from mall.refusals import FormStale, NotFound, Refused
from mall.sessions import Session
from mall.settings import Settings
from mall.store import Store

FORM_BYTES_MAX = 64 * 1024


@dataclass(frozen=True, kw_only=True)
class Shop:
    """Everything one running shop holds."""

    settings: Settings
    clock: Clock
    store: Store
    api: MerchantApi
    purchases: Purchases
    templates: Environment


@dataclass(kw_only=True)
class Visit:
    """One request of one browser, as a view sees it."""

    shop: Shop
    request: Request
    form: dict[str, str]
    session: Session
    now: dt.datetime

    @cached_property
    def customer(self) -> Account | None:
        """Who is logged in as a customer."""
        return self._account(self.session.customer_id)

    @cached_property
    def shopkeeper(self) -> Account | None:
        """Who is logged in to the back office; one browser may be both."""
        return self._account(self.session.shopkeeper_id)

    def text(self, name: str) -> str:
        """A form field, trimmed."""
        return self.form.get(name, "").strip()

    def path(self, name: str) -> str:
        """A part of the address."""
        return str(self.request.path_params[name])

    def query(self, name: str) -> str:
        """A query parameter, trimmed."""
        return self.request.query_params.get(name, "").strip()

    def render(self, template: str, *, status: int = 200, **facts: Any) -> Response:
        """A page, with the notice left for it."""
        with self.shop.store.reading() as rows:
            cart_count = carts.count(rows, owner=self.session.cart_owner)
        page = self.shop.templates.get_template(template)
        return HTMLResponse(
            page.render(visit=self, cart_count=cart_count, notice=self._take_notice(), **facts), status
        )

    def go(self, path: str, *, notice: str = "") -> Response:
        """On to another page of the shop, perhaps with a sentence for it."""
        if notice:
            with self.shop.store.transaction() as rows:
                sessions.leave_notice(rows, session=self.session, notice=notice)
        return RedirectResponse(path, HTTPStatus.SEE_OTHER)

    def enter(self, *, account: Account, path: str) -> Response:
        """Log in. The session gets a new token, so that one planted before the login is worth nothing."""
        both = {"customer_id": self.session.customer_id, "shopkeeper_id": self.session.shopkeeper_id}
        both[f"{account.kind}_id"] = account.id
        with self.shop.store.transaction() as rows:
            entered = sessions.open_session(rows, now=self.now, **both)
            if account.kind == "customer":
                # Another customer's cart stays with that customer.
                carts.move(
                    rows, from_owner=f"session:{self.session.token_hash}", to_owner=entered.cart_owner
                )
            sessions.close(rows, session=self.session)
        self.session = entered
        return self.go(path)

    def leave(self, *, kind: str, path: str) -> Response:
        """Log out of one of the two sides; the other stays."""
        both = {"customer_id": self.session.customer_id, "shopkeeper_id": self.session.shopkeeper_id}
        both[f"{kind}_id"] = None
        with self.shop.store.transaction() as rows:
            left = sessions.open_session(rows, now=self.now, **both)
            sessions.close(rows, session=self.session)
        self.session = left
        return self.go(path)

    def _account(self, account_id: int | None) -> Account | None:
        if account_id is None:
            return None
        with self.shop.store.reading() as rows:
            return accounts.find(rows, account_id=account_id)

    def _take_notice(self) -> str:
        if self.session.notice:
            with self.shop.store.transaction() as rows:
                sessions.leave_notice(rows, session=self.session, notice="")
        return self.session.notice


View = Callable[[Visit], Response]


def open_door(shop: Shop, view: View) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint of a view; the view itself runs in a thread, as SQLite and the lender make it wait."""

    async def endpoint(request: Request) -> Response:
        form = await _read_form(request) if request.method == "POST" else {}
        return await run_in_threadpool(_answer, shop, view, request, form)

    return endpoint


def for_customer(view: View) -> View:
    """The view for whoever is logged in; others log in first and come back."""

    def guarded(visit: Visit) -> Response:
        if visit.customer is None:
            return visit.go("/login?" + urlencode({"next": _way_back(visit)}))
        return view(visit)

    return guarded


def for_shopkeeper(view: View) -> View:
    """The view for the shopkeeper alone."""

    def guarded(visit: Visit) -> Response:
        return view(visit) if visit.shopkeeper is not None else visit.go("/shop/login")

    return guarded


def local_path(path: str) -> str:
    """A path of this shop, or the front page: a login link must not lead to another site after it."""
    local = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if local else "/"


def _way_back(visit: Visit) -> str:
    """A GET leads back to itself; a POST cannot be repeated by a link."""
    return visit.request.url.path if visit.request.method == "GET" else "/cart"


def _answer(shop: Shop, view: View, request: Request, form: dict[str, str]) -> Response:
    now = shop.clock.now()
    visit = Visit(shop=shop, request=request, form=form, session=_session(shop, request, now=now), now=now)
    try:
        if request.method == "POST":
            _check_form_token(visit)
        answer = view(visit)
    except Refused as refusal:
        answer = visit.render("refused.html", status=_status(refusal), message=str(refusal))
    if visit.session.fresh:
        answer.set_cookie(
            sessions.COOKIE, visit.session.token, max_age=int(sessions.LIFE.total_seconds()),
            httponly=True, samesite="lax", secure=shop.settings.secure,
        )
    answer.headers.setdefault("Cache-Control", "no-store")
    return answer


def _session(shop: Shop, request: Request, *, now: dt.datetime) -> Session:
    token = request.cookies.get(sessions.COOKIE, "")
    with shop.store.reading() as rows:
        found = sessions.find(rows, token=token, now=now)
    if found is not None:
        return found
    with shop.store.transaction() as rows:
        return sessions.open_session(rows, now=now)


def _check_form_token(visit: Visit) -> None:
    if not hmac.compare_digest(visit.text("form_key").encode(), visit.session.csrf_token.encode()):
        raise FormStale


def _status(refusal: Refused) -> int:
    if isinstance(refusal, NotFound):
        return HTTPStatus.NOT_FOUND
    return HTTPStatus.FORBIDDEN if isinstance(refusal, FormStale) else HTTPStatus.CONFLICT


async def _read_form(request: Request) -> dict[str, str]:
    """The fields of a form post; a longer body counts as none, and then lacks its token."""
    body = await read_body(request, bytes_max=FORM_BYTES_MAX)
    return dict(parse_qsl((body or b"").decode("utf-8", "replace"), keep_blank_values=True))


async def read_body(request: Request, *, bytes_max: int) -> bytes | None:
    """The body, or None when it is longer than it may be."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > bytes_max:
            return None
    return bytes(body)
