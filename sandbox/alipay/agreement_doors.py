"""The JSON doors to agreements: what their payers do, without a browser."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox import clock, doors, notify, store
from sandbox.alipay import agreement_life, agreements, control, trades
from sandbox.alipay.agreement_life import CannotSign
from sandbox.alipay.agreements import Agreement
from sandbox.alipay.control import Unfit
from sandbox.site import Site
from sandbox.store import Connection

_NEWEST = 50
_FIRST_BUYER = "lin"


def recent(connection: Connection) -> dict[str, Any]:
    """What the home page shows of agreements: the newest, and whose they are."""
    names = {wallet.buyer_id: wallet.name for wallet in trades.wallets(connection)}
    return {"agreements": agreements.newest(connection, _NEWEST), "names": names}


def story(connection: Connection, agreement: Agreement) -> dict[str, Any]:
    """What the merchant was told of the agreement, and what it asked."""
    number = agreement.external_agreement_no
    calls = [
        dict(call)
        for order_no in (number, agreement.agreement_no)
        for call in store.calls_of(connection, channel="alipay", order_no=order_no)
    ]
    return {
        "notifications": notify.of_order(connection, channel="alipay", order_no=number),
        "calls": sorted(calls, key=lambda call: int(call["id"])),
    }


def sign(site: Site, request: Request, body: dict[str, Any]) -> Response:
    """`{"url" or "external_agreement_no", "buyer"?}`: what the signing page's button does."""
    try:
        agreement = _open(site, body["url"]) if "url" in body else _find(site, body.get("external_agreement_no"))
    except Unfit as unfit:
        return unfit.answer
    with site.store.begin() as connection:
        # Found before this transaction: somebody else may have signed it since.
        current = agreements.by_key(connection, agreement.external_agreement_no)
        assert current is not None
        try:
            agreement = agreement_life.sign(
                connection, site, current, buyer=str(body.get("buyer", _FIRST_BUYER)), now=clock.business_now()
            )
        except CannotSign as trouble:
            return doors.refuse(409, trouble.code, trouble.message)
    site.courier.send_before_reply(channel="alipay", order_no=agreement.external_agreement_no)
    return doors.answer(agreement_life.to_fields(agreement))


def tell_all(site: Site, request: Request) -> Response:
    """The newest agreements, without what was told of them."""
    with site.store.begin() as connection:
        found = agreements.newest(connection, _NEWEST)
    return doors.answer([agreement_life.to_fields(each) for each in found])


def tell(site: Site, request: Request) -> Response:
    return _with(site, request, agreement_life.as_of)


def end(site: Site, request: Request, body: dict[str, Any]) -> Response:
    """`{}`: its payer ends the agreement, in the app."""
    return _with(site, request, agreement_life.end_by_payer)


def expire(site: Site, request: Request, body: dict[str, Any]) -> Response:
    """`{}`: the time that it was signed for is over, and nobody is told."""
    return _with(site, request, agreement_life.expire)


def fall_behind(site: Site, request: Request, body: dict[str, Any]) -> Response:
    """`{"on"}`: the day of its next debit was that one, and has stayed there since it passed without one."""
    try:
        on = date.fromisoformat(str(body.get("on")))
    except ValueError:
        return doors.refuse(422, "unfit_day", "on must be a day such as 2026-10-12")

    def act(connection: Connection, _: Site, agreement: Agreement, *, now: datetime) -> Agreement:
        return agreement_life.fall_behind(connection, agreement, on=on)

    return _with(site, request, act)


def _with(site: Site, request: Request, act: Callable[..., Agreement]) -> Response:
    with site.store.begin() as connection:
        agreement = agreements.by_key(connection, request.path_params["number"])
        if agreement is None:
            return _no_such_agreement()
        agreement = act(connection, site, agreement, now=clock.business_now())
        told = story(connection, agreement)
    return doors.answer({**agreement_life.to_fields(agreement), **told})


def _open(site: Site, url: object) -> Agreement:
    page = control.open_address(site, url)
    if not isinstance(page, Agreement):
        raise Unfit(doors.refuse(400, "other_page", "nothing is signed on that page: it is the cashier's"))
    return page


def _find(site: Site, number: object) -> Agreement:
    with site.store.begin() as connection:
        agreement = agreements.by_key(connection, str(number))
    if agreement is None:
        raise Unfit(_no_such_agreement())
    return agreement


def _no_such_agreement() -> Response:
    return doors.refuse(404, "USER_AGREEMENT_NOT_EXIST", "no such agreement: open its signing page first")
