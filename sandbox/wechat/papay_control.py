"""The JSON doors for contracts: what a payer does, without a browser; and what time does."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from sandbox import clock, doors
from sandbox.site import Site
from sandbox.store import Connection
from sandbox.wechat import agreements, contracts, pages, papay_notices, papay_pages
from sandbox.wechat.agreements import CannotSign
from sandbox.wechat.contracts import Contract

_FIRST_PAYER = "lin"
_NONE = ("CONTRACT_NOT_EXIST", "no such contract")


def sign(site: Site, request: Request, body: dict[str, Any]) -> Response:
    """`{"url" or "contract_code", "payer"?}`: what the signing page's button does."""
    token, now = urlsplit(str(body.get("url", ""))).path.rpartition("/")[2], clock.business_now()
    with site.store.begin() as connection:
        found = contracts.by_token(connection, token, now=now) or contracts.find(
            connection, str(body.get("contract_code", "")), now=now
        )
        if found is None:
            return doors.refuse(404, *_NONE)
        try:
            payer = str(body.get("payer", _FIRST_PAYER))
            contract = agreements.sign(connection, site, found, payer=payer, now=now)
        except CannotSign as trouble:
            return doors.refuse(409, trouble.code, trouble.message)
    site.courier.send_before_reply(channel=papay_notices.CONTRACTS, order_no=contract.contract_code)
    return doors.answer(to_fields(contract))


def tell(site: Site, request: Request) -> Response:
    with site.store.begin() as connection:
        contract = _find(connection, request)
        if contract is None:
            return doors.refuse(404, *_NONE)
        story = papay_pages.story(connection, contract)
    notifications = [{**each, "opened": pages.opened(site, each)} for each in story["notifications"]]
    return doors.answer(
        {
            **to_fields(contract),
            "payer": story["payer"] and story["payer"].nickname,
            "periods": [asdict(each) for each in story["periods"]],
            "debits": story["debits"],
            "notifications": notifications,
        }
    )


def end(site: Site, request: Request, body: dict[str, Any]) -> Response:
    """The payer ends the contract."""
    with site.store.begin() as connection:
        contract = _find(connection, request)
        if contract is None or contract.state != "SIGNED":
            return doors.refuse(409, *_NONE)
        now = clock.business_now()
        contract = agreements.end(connection, site, contract, mode=contracts.BY_PAYER, now=now)
    return doors.answer(to_fields(contract))


def expire(site: Site, request: Request, body: dict[str, Any]) -> Response:
    """`{"seconds"?}`: the contract runs out then, or now, and nobody is told."""
    seconds = body.get("seconds", 0)
    if type(seconds) is not int or seconds < 0:
        return doors.refuse(422, "unfit_seconds", "seconds must be a whole number, 0 or more")
    with site.store.begin() as connection:
        contract = _find(connection, request)
        if contract is None or contract.state != "SIGNED":
            return doors.refuse(409, *_NONE)
        ends_at = clock.business_now() + timedelta(seconds=seconds)
        contracts.change(connection, contract, expires_at=clock.to_wire(ends_at))
        contract = _find(connection, request)
        assert contract is not None
    return doors.answer(to_fields(contract))


def _find(connection: Connection, request: Request) -> Contract | None:
    return contracts.find(connection, request.path_params["contract_code"], now=clock.business_now())


def to_fields(contract: Contract) -> dict[str, Any]:
    """The contract for a JSON answer."""
    return {**asdict(contract), "state": contract.state}
