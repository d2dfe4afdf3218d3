"""What WeChat tells by itself in XML: of contracts, and of debits; each kind tried again on a schedule of its own."""

import secrets
from dataclasses import replace
from datetime import datetime
from typing import Any

from sandbox import clock, faults, notify
from sandbox.site import Site
from sandbox.store import Connection, Row
from sandbox.wechat import keys, parcels, v2
from sandbox.wechat.catalogue import NOTIFY_FAULTS, PAPAY_NOTIFY_FAULTS
from sandbox.wechat.contracts import Contract
from sandbox.wechat.parcels import Bend, Parcel
from sandbox.wechat.rows import Trade

# Messages' own channels, since each has its own schedule; faults are WeChat's.
CONTRACTS, DEBITS = "wechat_contract", "wechat_debit"
_CONTRACT_SECONDS = (*[10] * 3, *[30] * 3, *[300] * 23)
_DEBIT_SECONDS = (15, 15, 30, 180, 1800, 1800, 1800, 1800, 3600)
_TIMEOUT_SECONDS = 5


def tell_contract(connection: Connection, site: Site, contract: Contract, *, event: str, now: datetime) -> None:
    """Keep the notice that the contract was signed, or has ended, for sending."""
    account = keys.prepare(site.home.folder).account
    assert contract.contract_id is not None and contract.openid is not None
    told = {
        "return_code": "SUCCESS",
        "return_msg": "OK",
        "result_code": "SUCCESS",
        "mch_id": account.mchid,
        "contract_code": contract.contract_code,
        "plan_id": account.plan_id,
        "openid": contract.openid,
        "change_type": "ADD" if event == "signed" else "DELETE",
        "operate_time": clock.to_wire(now),
        "contract_id": contract.contract_id,
        "contract_expired_time": contract.expires_at or "",
        "request_serial": contract.request_serial,
    }
    if event == "ended":
        told |= {"contract_termination_mode": str(contract.ended_mode)}
    # The end is told where the template says, whoever asked for the signature.
    url = contract.notify_url if event == "signed" else account.end_notify_url or contract.notify_url
    parcel = Parcel(event_type=event, resource=told)
    _post(connection, site, parcel, channel=CONTRACTS, order_no=contract.contract_code, url=url, now=now)


def tell_debit(
    connection: Connection,
    site: Site,
    trade: Trade,
    contract: Contract,
    *,
    failed: str | None,
    now: datetime,
    before_reply: bool = False,
) -> None:
    """Keep the notice of a debit's end for sending."""
    account = keys.prepare(site.home.folder).account
    told = {
        "return_code": "SUCCESS",
        "return_msg": "OK",
        "appid": account.appid,
        "mch_id": account.mchid,
        "nonce_str": secrets.token_hex(16),
        "result_code": "FAIL" if failed else "SUCCESS",
        "out_trade_no": trade.out_trade_no,
        "contract_id": contract.contract_id or "",
        "openid": contract.openid or "",
        "total_fee": str(trade.total_minor),
        "fee_type": "CNY",
    }
    told |= _failed(failed) if failed else paid(trade)
    parcel = Parcel(event_type="debited", resource=told, before_reply=before_reply)
    _post(
        connection, site, parcel, channel=DEBITS, order_no=trade.out_trade_no, url=trade.notify_url, now=now
    )


def _failed(code: str) -> dict[str, str]:
    return {"err_code": code, "err_code_des": "扣款失败"}


def paid(trade: Trade) -> dict[str, str]:
    """What is said of a debit that was done, in a notice as in an answer."""
    assert trade.paid_at is not None and trade.transaction_id is not None
    return {
        "trade_type": "PAP",
        "trade_state": trade.state,
        "bank_type": "OTHERS",
        "cash_fee": str(trade.total_minor),
        "transaction_id": trade.transaction_id,
        "time_end": clock.from_wire(trade.paid_at).strftime("%Y%m%d%H%M%S"),
    }


def _post(
    connection: Connection, site: Site, parcel: Parcel, *, channel: str, order_no: str, url: str, now: datetime
) -> None:
    strikes = faults.strike(
        connection, channel="wechat", faults=_ABLE, order_no=order_no, operation=parcel.event_type
    )
    key = keys.prepare(site.home.folder).v2_key
    for each in parcels.bend(parcel, strikes, connection, bends=_BENDS):
        notify.enqueue(
            connection,
            channel=channel,
            order_no=order_no,
            event=parcel.event_type,
            url=url,
            body=each.old["body"] if each.old else v2.seal(each.resource, key, how=each.signed_how),
            faults=" ".join(strike.name for strike in strikes),
            written_at=clock.to_wire(now),
            due_at=clock.real_seconds() + each.delay_seconds,
            copies=each.copies,
            before_reply=each.before_reply,
            withheld=each.withheld,
        )


def _replay(told: list[Parcel], strike: faults.Strike, connection: Connection) -> list[Parcel]:
    channel = DEBITS if told[0].event_type == "debited" else CONTRACTS
    old: Row | None = connection.execute(
        "SELECT body FROM notifications WHERE channel = ? AND state = 'delivered' ORDER BY id LIMIT 1", (channel,)
    ).fetchone()
    return [*told, replace(told[0], delay_seconds=told[0].delay_seconds + 1, old=old)]


def _then_failed(told: list[Parcel], strike: faults.Strike, connection: Connection) -> list[Parcel]:
    first = told[0]
    since = ("trade_type", "trade_state", "bank_type", "cash_fee", "transaction_id", "time_end")
    kept = {name: value for name, value in first.resource.items() if name not in since}
    failed = kept | _failed("NOTENOUGH") | {"result_code": "FAIL"}
    return [*told, replace(first, resource=failed, delay_seconds=first.delay_seconds + 1)]


def _changed(name: str, last: str) -> Bend:
    """That field with another last letter, where the message has it."""

    def alter(told: dict[str, Any]) -> dict[str, Any]:
        return {name: f"{told[name][:-1]}{last}"} if name in told else {}

    return parcels.altered(alter)


def _other_amount(told: dict[str, Any]) -> dict[str, Any]:
    return {"total_fee": str(int(told["total_fee"]) + 1)} if "total_fee" in told else {}


def _other_order(told: dict[str, Any]) -> dict[str, Any]:
    name = "out_trade_no" if "out_trade_no" in told else "contract_code"
    return {name: f"{told[name][:31]}X"}


_BENDS: dict[str, Bend] = {
    **{
        name: parcels.BENDS[name]
        for name in (
            "duplicate", "duplicate_at_once", "late", "before_response", "never", "wrong_signature",
        )
    },
    "altered_amount": parcels.altered(_other_amount),
    "altered_order": parcels.altered(_other_order),
    "altered_mchid": _changed("mch_id", "8"),
    "altered_appid": _changed("appid", "9"),
    "altered_currency": parcels.altered(lambda told: {"fee_type": "USD"} if "fee_type" in told else {}),
    "replay": _replay,
    "papay_md5_signature": parcels.each(signed_how="md5"),
    "papay_unsigned": parcels.each(signed_how="none"),
    "papay_entity": parcels.each(signed_how="entity"),
    "papay_altered_plan": _changed("plan_id", "9"),
    "papay_then_failed": _then_failed,
}  # fmt: skip
_ABLE = tuple(fault for fault in (*NOTIFY_FAULTS, *PAPAY_NOTIFY_FAULTS) if fault.name in _BENDS)


def _manner(retry_seconds: tuple[int, ...]) -> notify.Manner:
    return notify.Manner(
        headers=lambda row: {"Content-Type": v2.CONTENT_TYPE},
        accepts=_accepts,
        retry_seconds=retry_seconds,
        timeout_seconds=_TIMEOUT_SECONDS,
    )


def _accepts(status: int, body: bytes) -> bool:
    """Whether the merchant has said SUCCESS, in XML; a status alone ends nothing here."""
    try:
        return status == 200 and v2.read(body).get("return_code") == "SUCCESS"
    except v2.NotTaken:
        return False


# Together two hours, and three and a half.
MANNERS = {CONTRACTS: _manner(_CONTRACT_SECONDS), DEBITS: _manner(_DEBIT_SECONDS)}
