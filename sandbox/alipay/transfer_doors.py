"""The page of a transfer, and the JSON doors to transfers, the account they are paid from, and their payees."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox import clock, doors, money, store
from sandbox.alipay import payouts, transfers
from sandbox.alipay.transfers import Transfer
from sandbox.site import Site
from sandbox.store import Connection

_NEWEST = 50


def recent(connection: Connection) -> dict[str, Any]:
    """What the home page shows of transfers: the newest, and what is left to pay out."""
    payouts.catch_up(connection, clock.business_now())
    return {
        "transfers": transfers.newest(connection, _NEWEST),
        "account_minor": transfers.balance_minor(connection),
    }


def show(site: Site, request: Request) -> Response:
    with site.store.begin() as connection:
        found = _find(connection, request)
        calls = _calls(connection, found) if found else []
    if found is None:
        return site.render("missing.html", status=404, what="这笔支付宝转账", english="transfer")
    return site.render("alipay_transfer.html", transfer=found, calls=calls)


def tell(site: Site, request: Request) -> Response:
    with site.store.begin() as connection:
        found = _find(connection, request)
        calls = _calls(connection, found) if found else []
    return doors.answer({**asdict(found), "calls": calls}) if found else _no_such_transfer()


def tell_all(site: Site, request: Request) -> Response:
    """The newest transfers, without their calls."""
    with site.store.begin() as connection:
        payouts.catch_up(connection, clock.business_now())
        found = transfers.newest(connection, _NEWEST)
    return doors.answer([asdict(each) for each in found])


def come_back(site: Site, request: Request, body: dict[str, Any]) -> Response:
    """`{"seconds"?}`: the payee's side sends the transfer back, then or now; one that isn't done yet, once it is."""
    seconds = body.get("seconds", 0)
    if set(body) - {"seconds"} or not isinstance(seconds, int) or seconds < 0:
        return doors.refuse(422, "malformed", "seconds must be a whole number, 0 or more")
    now = clock.business_now()
    with site.store.begin() as connection:
        found = _find(connection, request)
        if found is None:
            return _no_such_transfer()
        if found.state not in ("DEALING", "SUCCESS"):
            return doors.refuse(409, "ended", f"a transfer that is {found.state} can't come back")
        transfers.change(connection, found, returns_at=clock.to_wire(now + timedelta(seconds=seconds)))
        found = _find(connection, request)
        assert found is not None
    return doors.answer(asdict(found))


def tell_account(site: Site, request: Request) -> Response:
    with site.store.begin() as connection:
        payouts.catch_up(connection, clock.business_now())
        left_minor = transfers.balance_minor(connection)
    return doors.answer({"balance_minor": left_minor})


def set_account(site: Site, request: Request, body: dict[str, Any]) -> Response:
    """`{"balance"}`: what the merchant can pay out from now on, such as "12.30"."""
    try:
        left_minor = 0 if body.get("balance") == "0.00" else money.to_minor(body.get("balance"))
    except ValueError as trouble:
        return doors.refuse(422, "malformed", str(trouble))
    with site.store.begin() as connection:
        transfers.set_balance(connection, left_minor)
    return doors.answer({"balance_minor": left_minor})


def open_wallet(site: Site, request: Request, body: dict[str, Any]) -> Response:
    """`{"logon_id", "name"}`: somebody who can be paid; a login that is known gets the name."""
    logon_id, name = body.get("logon_id"), body.get("name")
    if not (isinstance(logon_id, str) and isinstance(name, str) and logon_id and name):
        return doors.refuse(422, "malformed", "say logon_id and name")
    with site.store.begin() as connection:
        buyer_id = transfers.open_wallet(connection, logon_id=logon_id, name=name)
    return doors.answer({"buyer_id": buyer_id, "logon_id": logon_id, "name": name})


def _find(connection: Connection, request: Request) -> Transfer | None:
    payouts.catch_up(connection, clock.business_now())
    return transfers.find(connection, out_biz_no=request.path_params["out_biz_no"])


def _calls(connection: Connection, found: Transfer) -> list[dict[str, Any]]:
    calls = store.calls_of(connection, channel="alipay", order_no=found.out_biz_no)
    return [dict(call) for call in calls]


def _no_such_transfer() -> Response:
    return doors.refuse(404, "ORDER_NOT_EXIST", "no such transfer")
