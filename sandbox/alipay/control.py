"""The JSON doors for tests and demonstrations: what a buyer does with the cashier, without a browser."""

from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from sandbox import clock, doors
from sandbox.alipay import agreement_life, gateway, pages, payments, trades
from sandbox.alipay.agreements import Agreement
from sandbox.alipay.payments import CannotPay
from sandbox.alipay.refusals import Refused
from sandbox.alipay.trades import Trade
from sandbox.site import Site

_PASSWORD = "123456"
_FIRST_BUYER = "lin"


class Unfit(Exception):
    """The control request can't be done; the answer is ready."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


def open_page(site: Site, request: Request, body: dict[str, Any]) -> Response:
    """`{"url"}`: what opening that address in a browser does."""
    try:
        page = open_address(site, body.get("url"))
    except Unfit as unfit:
        return unfit.answer
    return doors.answer(pages.to_fields(page) if isinstance(page, Trade) else agreement_life.to_fields(page))


def pay(site: Site, request: Request, body: dict[str, Any]) -> Response:
    """`{"out_trade_no" or "url", "buyer"?, "password"?}`: what the cashier's button does."""
    try:
        trade = _open_cashier(site, body["url"]) if "url" in body else _find(site, body.get("out_trade_no"))
        trade = _pay(site, trade, body)
    except Unfit as unfit:
        return unfit.answer
    site.courier.send_before_reply(channel="alipay", order_no=trade.out_trade_no)
    return doors.answer(pages.to_fields(trade))


def _open_cashier(site: Site, url: object) -> Trade:
    page = open_address(site, url)
    if not isinstance(page, Trade):
        raise Unfit(doors.refuse(400, "other_page", "nothing is paid on that page: an agreement is signed there"))
    return page


def open_address(site: Site, url: object) -> Trade | Agreement:
    """What waits on the page at that address. Unfit says why nothing does."""
    try:
        parameters = doors.read_fields(urlsplit(url if isinstance(url, str) else "").query)
        opened = gateway.open_page(site, parameters)
    except doors.Malformed as trouble:
        raise Unfit(doors.refuse(400, "malformed", str(trouble))) from None
    except Refused as refusal:
        raise Unfit(doors.refuse(400, refusal.sub_code, refusal.sub_message)) from None
    if opened.page is None:
        raise Unfit(doors.refuse(502, "dropped", "a fault kept the page from opening"))
    return opened.page


def _find(site: Site, out_trade_no: object) -> Trade:
    with site.store.begin() as connection:
        trade = trades.by_number(connection, str(out_trade_no))
    if trade is None:
        raise Unfit(doors.refuse(404, "ACQ.TRADE_NOT_EXIST", "no such trade: open its cashier page first"))
    return trade


def _pay(site: Site, trade: Trade, body: dict[str, Any]) -> Trade:
    buyer, password = str(body.get("buyer", _FIRST_BUYER)), str(body.get("password", _PASSWORD))
    with site.store.begin() as connection:
        # Found before this transaction: somebody else may have paid it since.
        current = trades.by_number(connection, trade.out_trade_no)
        assert current is not None
        try:
            return payments.pay(
                connection, site, current, buyer=buyer, password=password, now=clock.business_now()
            )
        except CannotPay as trouble:
            unfit = Unfit(doors.refuse(409, trouble.code, trouble.message))
    raise unfit
