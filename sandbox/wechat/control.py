"""The JSON doors for tests and demonstrations: what a buyer does, without a browser or a phone."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import Response

from sandbox import clock, doors
from sandbox.site import Site
from sandbox.wechat import cashier, pages, payments, rows, scanning
from sandbox.wechat.cashier import CannotOpen
from sandbox.wechat.payments import CannotPay
from sandbox.wechat.rows import Trade

_PASSWORD = "123456"
_FIRST_BUYER = "lin"


class Unfit(Exception):
    """The control request can't be done; the answer is ready."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


def open_page(site: Site, request: Request, body: dict[str, Any]) -> Response:
    """`{"url"}`: what opening an h5_url in a browser does, or scanning a code_url."""
    try:
        trade, path = _open(site, body.get("url"))
    except Unfit as unfit:
        return unfit.answer
    return doors.answer({**pages.to_fields(trade), "cashier_path": path})


def pay(site: Site, request: Request, body: dict[str, Any]) -> Response:
    """`{"out_trade_no" or "url", "buyer"?, "password"?}`: what the cashier's button does."""
    try:
        trade = _open(site, body["url"])[0] if "url" in body else _find(site, body.get("out_trade_no"))
        trade = _pay(site, trade, body)
    except Unfit as unfit:
        return unfit.answer
    site.courier.send_before_reply(channel="wechat", order_no=trade.out_trade_no)
    return doors.answer(pages.to_fields(trade))


def _open(site: Site, url: object) -> tuple[Trade, str]:
    text = url if isinstance(url, str) else ""
    query = {name: values[0] for name, values in parse_qs(urlsplit(text).query).items()}
    try:
        if text.startswith("weixin:"):
            link = cashier.enter(site, scanning.read(text), trade_type="NATIVE")
        else:
            link = cashier.enter(
                site, query.get("prepay_id", ""), trade_type="MWEB", redirect_url=query.get("redirect_url")
            )
    except CannotOpen as trouble:
        raise Unfit(doors.refuse(400, trouble.code, trouble.message)) from None
    return _find(site, link.out_trade_no), f"/wechat/cashier/{link.token}"


def _find(site: Site, out_trade_no: object) -> Trade:
    with site.store.begin() as connection:
        trade = rows.find(connection, str(out_trade_no))
    if trade is None:
        raise Unfit(doors.refuse(404, "ORDER_NOT_EXIST", "no such order"))
    return trade


def _pay(site: Site, trade: Trade, body: dict[str, Any]) -> Trade:
    buyer, password = str(body.get("buyer", _FIRST_BUYER)), str(body.get("password", _PASSWORD))
    with site.store.begin() as connection:
        current = rows.find(connection, trade.out_trade_no)
        assert current is not None, "orders are never removed"
        try:
            return payments.pay(
                connection, site, current, buyer=buyer, password=password, now=clock.business_now()
            )
        except CannotPay as trouble:
            unfit = Unfit(doors.refuse(409, trouble.code, trouble.message))
    raise unfit
