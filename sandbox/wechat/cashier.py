"""The pages on which a buyer pays, inside WeChat: reached from an H5 address or from a scanned code."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox import clock
from sandbox.site import Site
from sandbox.store import Connection
from sandbox.wechat import payments, rows
from sandbox.wechat.payments import CannotPay
from sandbox.wechat.rows import Link, Trade


class CannotOpen(Exception):
    """This way to the cashier doesn't lead there any more, or never did."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def open_h5(site: Site, request: Request) -> Response:
    """The page between browser and WeChat: on to the cashier."""
    try:
        # The real one compares it with the merchant's registered domain, and refuses a page that hides it.
        if not request.headers.get("referer"):
            raise CannotOpen("REFERER_EMPTY", "商家参数格式有误：浏览器没有说明从哪个网页来（Referer 为空）")
        link = enter(
            site,
            request.query_params.get("prepay_id", ""),
            trade_type="MWEB",
            redirect_url=request.query_params.get("redirect_url"),
        )
    except CannotOpen as trouble:
        return refuse(site, trouble)
    return RedirectResponse(f"/wechat/cashier/{link.token}", 303)


def enter(site: Site, token: str, *, trade_type: str, redirect_url: str | None = None) -> Link:
    """The link that this secret opens, where the buyer is to go afterwards noted on it."""
    if redirect_url and not redirect_url.startswith(("http://", "https://")):
        raise CannotOpen("REDIRECT_URL_INVALID", "商家给的返回地址不是网址")
    now = clock.to_wire(clock.business_now())
    with site.store.begin() as connection:
        link = rows.find_link(connection, token)
        trade = rows.find(connection, link.out_trade_no) if link else None
        if link is None or trade is None or trade.trade_type != trade_type:
            raise CannotOpen("LINK_NOT_EXIST", "没有这笔订单，请回商家重新发起付款")
        # Whoever paid may look at it again.
        if link.opens_until <= now and trade.state == "NOTPAY":
            raise CannotOpen("LINK_EXPIRED", "付款链接已失效，没有扣款，请回商家重新发起付款")
        return rows.lead_back(connection, link, redirect_url) if redirect_url else link


def show(site: Site, request: Request) -> Response:
    """The cashier for an order that waits, or an honest page about what became of it."""
    with site.store.begin() as connection:
        found = _find(connection, request.path_params["token"])
    return _page(site, *found) if found else _refuse_unknown(site)


def pay(site: Site, request: Request, fields: dict[str, str]) -> Response:
    """The buyer pressed the button: back to the page, which then tells the truth."""
    buyer = fields.get("buyer", "")
    with site.store.begin() as connection:
        found = _find(connection, request.path_params["token"])
        if found is None:
            return _refuse_unknown(site)
        link, trade = found
        trouble = _try_to_pay(connection, site, trade, buyer=buyer, password=fields.get("password", ""))
    site.courier.send_before_reply(channel="wechat", order_no=trade.out_trade_no)
    if trouble is not None and not trouble.code.startswith("ORDER"):
        return _page(site, link, trade, chosen=buyer, trouble=trouble)
    return RedirectResponse(f"/wechat/cashier/{link.token}", 303)


def _find(connection: Connection, token: str) -> tuple[Link, Trade] | None:
    link = rows.find_link(connection, token)
    trade = rows.find(connection, link.out_trade_no) if link else None
    return (link, trade) if link and trade else None


def _try_to_pay(
    connection: Connection, site: Site, trade: Trade, *, buyer: str, password: str
) -> CannotPay | None:
    try:
        payments.pay(connection, site, trade, buyer=buyer, password=password, now=clock.business_now())
    except CannotPay as trouble:
        return trouble
    return None


def refuse(site: Site, trouble: CannotOpen, *, status: int = 400) -> Response:
    return site.render("wechat_refused.html", status=status, code=trouble.code, message=trouble.message)


def _refuse_unknown(site: Site) -> Response:
    return refuse(site, CannotOpen("LINK_NOT_EXIST", "没有这个付款页面，请回商家重新发起付款"), status=404)


def _page(
    site: Site, link: Link, trade: Trade, *, chosen: str = "", trouble: CannotPay | None = None
) -> Response:
    with site.store.begin() as connection:
        wallets = rows.wallets(connection)
    return site.render(
        "wechat_cashier.html",
        status=422 if trouble else 200,
        trade=trade,
        link=link,
        has_expired=trade.expires_at <= clock.to_wire(clock.business_now()),
        payee=site.home.settings.payee,
        wallets=wallets,
        chosen=chosen or wallets[0].openid,
        trouble=trouble,
        buyer=next((wallet for wallet in wallets if wallet.openid == trade.openid), None),
    )
