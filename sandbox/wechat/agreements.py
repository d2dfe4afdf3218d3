"""What happens to contracts: asked for, signed, ended; always inside a transaction."""

import secrets
from datetime import datetime, timedelta

from sandbox import clock, faults
from sandbox.site import Site
from sandbox.store import Connection
from sandbox.wechat import contracts, papay_notices, payers
from sandbox.wechat.catalogue import CONTRACT_FAULTS
from sandbox.wechat.contracts import Contract
from sandbox.wechat.v2 import Declined

_PAGE_LIFE = timedelta(minutes=10)
_TERM = timedelta(days=3650)


class CannotSign(Exception):
    """The signing page's answer is no."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def ask(connection: Connection, fields: dict[str, str], *, now: datetime) -> Contract:
    """The contract that waits to be signed, with a new way to its page."""
    code, token, until = fields["contract_code"], secrets.token_urlsafe(24), clock.to_wire(now + _PAGE_LIFE)
    known = contracts.find(connection, code, now=now)
    if known is None:
        if contracts.serial_is_used(connection, fields["request_serial"]):
            raise Declined("PARAM_ERROR", "请求序列号重复")
        connection.execute(
            "INSERT INTO wechat_contracts (contract_code, request_serial, display_account, notify_url, token,"
            " opens_until, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (code, fields["request_serial"], fields["contract_display_account"], fields["notify_url"], token, until,
             clock.to_wire(now)),
        )  # fmt: skip
    elif known.signed_at:
        # A code is good for one signature, also when it has ended.
        raise Declined("PARAM_ERROR", "签约协议号已使用")
    else:
        contracts.change(connection, known, token=token, opens_until=until)
    found = contracts.find(connection, code, now=now)
    assert found is not None
    return found


def sign(connection: Connection, site: Site, contract: Contract, *, payer: str, now: datetime) -> Contract:
    """The contract, signed by that payer, who is told nothing; the merchant is. CannotSign says why not."""
    if contract.signed_at:
        raise CannotSign("CONTRACT_USED", "这份协议已经签过了")
    if contract.opens_until <= clock.to_wire(now):
        raise CannotSign("PAGE_EXPIRED", "签约页面已失效，没有签约，请回商家重新发起")
    signer = payers.find(connection, payer)
    if signer is None:
        raise CannotSign("PAYER_NOT_EXIST", "请选择一个账户")
    ends_at = now + _TERM
    for strike in _strike(connection, contract, "signed"):
        ends_at = now + timedelta(seconds=strike.seconds)
    contract = contracts.change(
        connection,
        contract,
        contract_id=f"{now:%Y%m%d}{secrets.randbelow(10**10):010d}",
        openid=signer.openid,
        signed_at=clock.to_wire(now),
        expires_at=clock.to_wire(ends_at),
    )
    papay_notices.tell_contract(connection, site, contract, event="signed", now=now)
    return contract


def end(
    connection: Connection, site: Site, contract: Contract, *, mode: int, now: datetime, remark: str = ""
) -> Contract:
    """The contract, ended by somebody, and the merchant told."""
    contract = contracts.change(
        connection, contract, ended_at=clock.to_wire(now), ended_mode=mode, remark=remark
    )
    papay_notices.tell_contract(connection, site, contract, event="ended", now=now)
    return contract


def _strike(connection: Connection, contract: Contract, operation: str) -> list[faults.Strike]:
    return faults.strike(
        connection, channel="wechat", faults=CONTRACT_FAULTS, order_no=contract.contract_code, operation=operation
    )
