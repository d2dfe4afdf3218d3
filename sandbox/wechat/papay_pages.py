"""The page on which a payer signs, inside WeChat, and the one on which the payer sees a contract and ends it."""

import json
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox import clock, notify
from sandbox.site import Site
from sandbox.store import Connection
from sandbox.wechat import agreements, cashier, contracts, keys, pages, papay_notices, payers, periods
from sandbox.wechat.agreements import CannotSign
from sandbox.wechat.cashier import CannotOpen
from sandbox.wechat.contracts import Contract


def show_signing(site: Site, request: Request) -> Response:
    """The page; whoever has been on it once may look at it again."""
    with site.store.begin() as connection:
        contract = contracts.by_token(connection, request.path_params["token"], now=clock.business_now())
        if contract is None:
            return _refuse(site, "LINK_NOT_EXIST", "没有这个签约页面，请回商家重新发起签约", status=404)
        came_from = request.headers.get("referer")
        if contract.back_url is None:
            # The real one compares it with the merchant's registered domain, and leads back to it.
            if not came_from:
                return _refuse(site, "REFERER_EMPTY", "发起签约的页面非法：浏览器没有说明从哪个网页来（Referer 为空）")
            contract = contracts.change(connection, contract, back_url=came_from)
    return _signing(site, contract)


def _refuse(site: Site, code: str, message: str, *, status: int = 400) -> Response:
    return cashier.refuse(site, CannotOpen(code, message), status=status)


def sign(site: Site, request: Request, fields: dict[str, str]) -> Response:
    """The payer agreed: back to the page, which then tells the truth."""
    with site.store.begin() as connection:
        contract = contracts.by_token(connection, request.path_params["token"], now=clock.business_now())
        if contract is None:
            return _refuse(site, "LINK_NOT_EXIST", "没有这个签约页面，请回商家重新发起签约", status=404)
        trouble = None if contract.signed_at else _try_to_sign(connection, site, contract, fields.get("payer", ""))
    site.courier.send_before_reply(channel=papay_notices.CONTRACTS, order_no=contract.contract_code)
    if trouble:
        return _signing(site, contract, trouble=trouble)
    return RedirectResponse(f"/wechat/papay/sign/{contract.token}", 303)


def _try_to_sign(connection: Connection, site: Site, contract: Contract, payer: str) -> CannotSign | None:
    try:
        agreements.sign(connection, site, contract, payer=payer, now=clock.business_now())
    except CannotSign as trouble:
        return trouble
    return None


def _signing(site: Site, contract: Contract, *, trouble: CannotSign | None = None) -> Response:
    with site.store.begin() as connection:
        listed = payers.listed(connection)
    account = keys.prepare(site.home.folder).account
    return site.render(
        "wechat_signing.html",
        status=422 if trouble else 200,
        contract=contract,
        has_expired=contract.opens_until <= clock.to_wire(clock.business_now()),
        # With a domain alone there is nowhere to lead back to.
        back=contract.back_url if contract.back_url and contract.back_url.count("/") > 3 else None,
        payee=site.home.settings.payee,
        payers=listed,
        signer=next((each for each in listed if each.openid == contract.openid), None),
        single_minor=account.single_minor,
        trouble=trouble,
    )


def show_contract(site: Site, request: Request) -> Response:
    with site.store.begin() as connection:
        contract = _find(connection, request)
        if contract is None:
            return site.render("missing.html", status=404, what="这份委托代扣协议", english="contract")
        told = story(connection, contract)
    return site.render("wechat_contract.html", contract=contract, describe=partial(_describe, site), **told)


def _find(connection: Connection, request: Request) -> Contract | None:
    return contracts.find(connection, request.path_params["contract_code"], now=clock.business_now())


def _describe(site: Site, notification: dict[str, Any]) -> str:
    return json.dumps(pages.opened(site, notification), ensure_ascii=False, indent=2)


def end(site: Site, request: Request, fields: dict[str, str]) -> Response:
    """The payer ends it, and the merchant is told; what has ended before stays as it is."""
    now = clock.business_now()
    with site.store.begin() as connection:
        contract = _find(connection, request)
        if contract is None:
            return site.render("missing.html", status=404, what="这份委托代扣协议", english="contract")
        if contract.state == "SIGNED":
            agreements.end(connection, site, contract, mode=contracts.BY_PAYER, now=now)
    return RedirectResponse(f"/wechat/contracts/{contract.contract_code}", 303)


def story(connection: Connection, contract: Contract) -> dict[str, Any]:
    """What a contract's page and its twin show beside the contract itself."""
    debits = connection.execute(
        "SELECT out_trade_no, total_minor, taken_on, fail_code, paid_at FROM wechat_debits"
        " JOIN wechat_trades USING (out_trade_no) WHERE contract_code = ? ORDER BY wechat_debits.rowid",
        (contract.contract_code,),
    ).fetchall()
    return {
        "payer": payers.find(connection, contract.openid or ""),
        "periods": periods.of(connection, contract),
        "debits": [dict(each) for each in debits],
        "notifications": notify.of_order(
            connection, channel=papay_notices.CONTRACTS, order_no=contract.contract_code
        ),
    }
