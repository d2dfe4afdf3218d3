"""The pages of agreements: on which a payer signs, and on which people see one and end it as its payer would."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox import clock, notify
from sandbox.alipay import agreement_doors, agreement_life, agreement_notices, agreements, trades
from sandbox.alipay.agreement_life import CannotSign
from sandbox.alipay.agreements import Agreement
from sandbox.alipay.refusals import Refused
from sandbox.site import Site
from sandbox.store import Connection


def show_signing(site: Site, request: Request) -> Response:
    """The signing page of an agreement that waits, or an honest page about what became of it."""
    with site.store.begin() as connection:
        agreement = agreements.by_token(connection, request.path_params["token"])
        if agreement is None:
            return _refuse_unknown(site)
        agreement = agreement_life.as_of(connection, site, agreement, now=clock.business_now())
    return _page(site, agreement)


def agree(site: Site, request: Request, fields: dict[str, str]) -> Response:
    """The payer pressed the button: back to the page, which then tells the truth."""
    buyer, trouble = fields.get("buyer", ""), None
    with site.store.begin() as connection:
        agreement = agreements.by_token(connection, request.path_params["token"])
        if agreement is None:
            return _refuse_unknown(site)
        try:
            agreement = agreement_life.sign(connection, site, agreement, buyer=buyer, now=clock.business_now())
        except CannotSign as no:
            trouble = no
    site.courier.send_before_reply(channel="alipay", order_no=agreement.external_agreement_no)
    if trouble is not None and agreement.state == "TEMP":
        return _page(site, agreement, chosen=buyer, trouble=trouble)
    return RedirectResponse(agreement.path, 303)


def refuse(site: Site, request: Request, fields: dict[str, str]) -> Response:
    """The payer doesn't want to."""
    with site.store.begin() as connection:
        agreement = agreements.by_token(connection, request.path_params["token"])
        if agreement is None:
            return _refuse_unknown(site)
        agreement = agreement_life.refuse(connection, site, agreement, now=clock.business_now())
    return RedirectResponse(agreement.path, 303)


def refuse_call(site: Site, refusal: Refused) -> Response:
    """The page on which a merchant's wrong call ends."""
    return _refuse(site, status=400, code=refusal.sub_code, message=refusal.sub_message)


def _refuse_unknown(site: Site) -> Response:
    return _refuse(site, status=404, code="SIGNING_NOT_EXIST", message="没有这个签约页面，请回商家重新发起")


def _refuse(site: Site, *, status: int, code: str, message: str) -> Response:
    return site.render(
        "alipay_refused.html", status=status, code=code, message=message, what="无法签约",
        why="商家发来的签约请求有问题，没有签约，也不会扣款。请返回商家重新发起。",
    )  # fmt: skip


def _page(
    site: Site, agreement: Agreement, *, chosen: str = "", trouble: CannotSign | None = None
) -> Response:
    with site.store.begin() as connection:
        wallets = trades.wallets(connection)
        signed = agreement.signed_at is not None
        back = (
            agreement_notices.return_link(connection, site, agreement, now=clock.business_now()) if signed else None
        )
    return site.render(
        "alipay_sign.html",
        status=422 if trouble else 200,
        agreement=agreement,
        payee=site.home.settings.payee,
        wallets=[wallet for wallet in wallets if wallet.trouble is None],
        troubled=[wallet for wallet in wallets if wallet.trouble is not None],
        chosen=chosen or wallets[0].buyer_id,
        trouble=trouble,
        payer=next((wallet for wallet in wallets if wallet.buyer_id == agreement.buyer_id), None),
        back=back or agreement.return_url,
    )


def show(site: Site, request: Request) -> Response:
    with site.store.begin() as connection:
        agreement = _find(connection, site, request)
        if agreement is None:
            return site.render("missing.html", status=404, what="这份扣款协议", english="agreement")
        payer = trades.find_wallet(connection, agreement.buyer_id or "")
        story = agreement_doors.story(connection, agreement)
    return site.render(
        "alipay_agreement.html", agreement=agreement, payer=payer, describe=notify.describe, **story
    )


def end(site: Site, request: Request, fields: dict[str, str]) -> Response:
    """As its payer would, in the app."""
    with site.store.begin() as connection:
        agreement = _find(connection, site, request)
        if agreement is not None:
            agreement_life.end_by_payer(connection, site, agreement, now=clock.business_now())
    return _to_its_page(request)


def expire(site: Site, request: Request, fields: dict[str, str]) -> Response:
    """As if the time that it was signed for were over."""
    with site.store.begin() as connection:
        agreement = _find(connection, site, request)
        if agreement is not None:
            agreement_life.expire(connection, site, agreement, now=clock.business_now())
    return _to_its_page(request)


def _find(connection: Connection, site: Site, request: Request) -> Agreement | None:
    agreement = agreements.by_key(connection, request.path_params["number"])
    if agreement is None:
        return None
    return agreement_life.as_of(connection, site, agreement, now=clock.business_now())


def _to_its_page(request: Request) -> Response:
    # Where the path leads to nothing, its page says so.
    return RedirectResponse(request.url.path.rpartition("/")[0], 303)
