"""The phone that scans: a code's text is pasted, or picked among those that wait."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox import clock
from sandbox.site import Site
from sandbox.wechat import cashier, rows
from sandbox.wechat.cashier import CannotOpen

_BEGINNING = "weixin://wxpay/bizpayurl?pr="


def show(site: Site, request: Request) -> Response:
    return _page(site, code=request.query_params.get("code", ""))


def scan(site: Site, request: Request, fields: dict[str, str]) -> Response:
    """On to the cashier of the code."""
    code = (fields.get("picked") or fields.get("code", "")).strip()
    try:
        link = cashier.enter(site, read(code), trade_type="NATIVE")
    except CannotOpen as trouble:
        return _page(site, code=code, trouble=trouble)
    return RedirectResponse(f"/wechat/cashier/{link.token}", 303)


def read(code: str) -> str:
    """The secret in a code's text."""
    if not code.startswith(_BEGINNING):
        raise CannotOpen("CODE_UNKNOWN", "这不是微信支付的收款码")
    return code.removeprefix(_BEGINNING)


def _page(site: Site, *, code: str, trouble: CannotOpen | None = None) -> Response:
    with site.store.begin() as connection:
        waiting = rows.waiting_codes(connection, now=clock.business_now())
    return site.render(
        "wechat_scan.html",
        status=422 if trouble else 200,
        code=code,
        trouble=trouble,
        waiting=[(f"{_BEGINNING}{link.token}", trade) for link, trade in waiting],
        payee=site.home.settings.payee,
    )
