"""The pages on which a holder pays by card or opens one, reached by the merchant's form."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox import clock
from sandbox.site import Site
from sandbox.store import Connection
from sandbox.unionpay import cards, notices, openings, payments, rows
from sandbox.unionpay.openings import Entry
from sandbox.unionpay.payments import CannotPay
from sandbox.unionpay.refusals import Refused
from sandbox.unionpay.rows import Order

_TEMPLATES = {"pay": "unionpay_cashier.html", "open": "unionpay_opening.html"}
# Troubles that no other try helps: the page itself tells of them.
_ENDED = ("ORDER_DONE", "ORDER_EXPIRED")


def show(site: Site, request: Request) -> Response:
    """The page of an order that waits, or an honest one about what became of it."""
    with site.store.begin() as connection:
        order = _find(connection, site, request)
    return _page(site, order, {}) if order else refuse_unknown(site)


def use(site: Site, request: Request, fields: dict[str, str]) -> Response:
    """The holder pressed the button: back to the page, which then tells the truth."""
    with site.store.begin() as connection:
        order = _find(connection, site, request)
        if order is None:
            return refuse_unknown(site)
        order, trouble = do(connection, site, order, fields)
    site.courier.send_before_reply(channel="unionpay", order_no=order.order_id)
    if trouble is not None and trouble.code not in _ENDED:
        return _page(site, order, fields, trouble=trouble)
    return RedirectResponse(f"/unionpay/cashier/{order.page}", 303)


def do(
    connection: Connection, site: Site, order: Order, fields: dict[str, str]
) -> tuple[Order, CannotPay | None]:
    """What the page's button does with what stands on the page."""
    now = clock.business_now()
    if order.kind == "pay":
        return payments.try_to_pay(
            connection, site, order, card=fields.get("card", ""), code=fields.get("code", ""), now=now
        )
    entry = Entry(
        number=fields.get("number", "").replace(" ", ""),
        holder=fields.get("holder", "").strip(),
        phone=fields.get("phone", "").strip(),
        code=fields.get("code", "").strip(),
    )
    return openings.try_to_open(connection, site, order, entry, now=now)


def _find(connection: Connection, site: Site, request: Request) -> Order | None:
    order = rows.by_page(connection, request.path_params["page"])
    return payments.as_of(connection, site, order, now=clock.business_now()) if order else None


def refuse_call(site: Site, refusal: Refused) -> Response:
    """The page on which a merchant's wrong form ends."""
    return site.render("unionpay_refused.html", status=400, code=refusal.code, message=refusal.message)


def refuse_unknown(site: Site) -> Response:
    return site.render(
        "unionpay_refused.html", status=404, code="34", message="没有这个页面，请回商家重新发起"
    )


def _page(
    site: Site, order: Order, entered: dict[str, str], *, trouble: CannotPay | None = None
) -> Response:
    with site.store.begin() as connection:
        known = rows.all_cards(connection)
        back = notices.back(connection, site, order)
    page = site.render(
        _TEMPLATES[order.kind],
        status=422 if trouble else 200,
        order=order,
        payee=site.home.settings.payee,
        sound=[card for card in known if card.fate is None],
        fated=[card for card in known if card.fate is not None],
        kinds=cards.KINDS,
        entered=entered,
        chosen=entered.get("card") or known[0].number,
        trouble=trouble,
        card=next((card for card in known if card.number == order.card_no), None),
        back=back,
    )
    page.headers["Content-Security-Policy"] = _policy(order.front_url or "")
    return page


def _policy(front_url: str) -> str:
    """A page whose form goes to the shop, by itself where the browser runs scripts."""
    parts = urlsplit(front_url)
    return (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self';"
        f" form-action 'self' {parts.scheme}://{parts.netloc}; frame-ancestors 'none'; base-uri 'none'"
    )
