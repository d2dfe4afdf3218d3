"""The cashier: the pages on which a buyer pays."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox import clock
from sandbox.alipay import notices, payments, trades
from sandbox.alipay.payments import CannotPay
from sandbox.alipay.refusals import Refused
from sandbox.alipay.trades import Trade
from sandbox.site import Site
from sandbox.store import Connection


def show(site: Site, request: Request) -> Response:
    """The cashier for a trade that waits, or an honest page about what became of it."""
    now = clock.business_now()
    with site.store.begin() as connection:
        trade = trades.by_token(connection, request.path_params["token"])
        if trade is None:
            return refuse_unknown(site)
        trade = payments.as_of(connection, site, trade, now=now)
    return _page(site, trade)


def pay(site: Site, request: Request, fields: dict[str, str]) -> Response:
    """The buyer pressed the button: back to the page, which then tells the truth."""
    buyer = fields.get("buyer", "")
    with site.store.begin() as connection:
        trade = trades.by_token(connection, request.path_params["token"])
        if trade is None:
            return refuse_unknown(site)
        trouble = _try_to_pay(connection, site, trade, buyer=buyer, password=fields.get("password", ""))
    site.courier.send_before_reply(channel="alipay", order_no=trade.out_trade_no)
    if trouble is not None and not trouble.code.startswith("TRADE_HAS"):
        return _page(site, trade, chosen=buyer, trouble=trouble)
    return RedirectResponse(trade.path, 303)


def _try_to_pay(
    connection: Connection, site: Site, trade: Trade, *, buyer: str, password: str
) -> CannotPay | None:
    try:
        payments.pay(connection, site, trade, buyer=buyer, password=password, now=clock.business_now())
    except CannotPay as trouble:
        return trouble
    return None


def refuse_call(site: Site, refusal: Refused) -> Response:
    """The page on which a merchant's wrong call ends."""
    return _refuse(site, status=400, code=refusal.sub_code, message=refusal.sub_message)


def refuse_unknown(site: Site) -> Response:
    return _refuse(
        site, status=404, code="CASHIER_NOT_EXIST", message="没有这个付款页面，请回商家重新发起付款"
    )


def _refuse(site: Site, *, status: int, code: str, message: str) -> Response:
    return site.render(
        "alipay_refused.html", status=status, code=code, message=message, what="无法付款",
        why="商家发来的付款请求有问题，这次没有扣款。请返回商家重新发起付款。",
    )  # fmt: skip


def _page(site: Site, trade: Trade, *, chosen: str = "", trouble: CannotPay | None = None) -> Response:
    with site.store.begin() as connection:
        wallets = trades.wallets(connection)
    return site.render(
        "alipay_cashier.html",
        status=422 if trouble else 200,
        trade=trade,
        payee=site.home.settings.payee,
        wallets=[wallet for wallet in wallets if wallet.trouble is None],
        troubled=[wallet for wallet in wallets if wallet.trouble is not None],
        chosen=chosen or wallets[0].buyer_id,
        trouble=trouble,
        buyer=next((wallet for wallet in wallets if wallet.buyer_id == trade.buyer_id), None),
        return_link=notices.return_link(site, trade, now=clock.business_now()) if trade.paid_at else None,
        quit_link=trade.quit_url or trade.return_url,
    )
