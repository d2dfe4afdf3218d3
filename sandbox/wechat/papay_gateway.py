"""The older gateway: contracts and debits asked for in XML, answered under a signature."""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sandbox import clock, faults, replies, store
from sandbox.faults import Strike
from sandbox.replies import Reply
from sandbox.site import Site
from sandbox.store import Connection
from sandbox.wechat import agreements, contracts, debits, keys, papay_notices, v2
from sandbox.wechat.catalogue import ANSWER_FAULTS, PAPAY_ANSWER_FAULTS, QUERY_FAULTS
from sandbox.wechat.keys import Keys
from sandbox.wechat.v2 import Declined, NotTaken

_SKEW_SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request in XML, or in the query of an address, before anything is checked."""

    # Method and path, without the stand-in's own prefix.
    address: str
    fields: dict[str, str]
    # The stand-in's own address, as the merchant knows it.
    base_url: str


def answer(site: Site, call: Call) -> Reply:
    """The answer to a merchant's call."""
    now, known = clock.business_now(), keys.prepare(site.home.folder)
    with site.store.begin() as connection:
        try:
            operation = _open(call, known)
        except NotTaken as trouble:
            _record(connection, call.address, None, "FAIL", [], now)
            return refuse(str(trouble))
        number = _number(call)
        strikes = faults.strike(
            connection,
            channel="wechat",
            faults=(*ANSWER_FAULTS, *PAPAY_ANSWER_FAULTS),
            order_no=number,
            operation=operation,
        )
        told, code = _perform(connection, site, call, operation, strikes, now=now)
        _record(connection, operation, number, code, strikes, now)
    for channel in (papay_notices.CONTRACTS, papay_notices.DEBITS):
        site.courier.send_before_reply(channel=channel, order_no=number)
    return _seal(known, operation, told, strikes)


def refuse(message: str) -> Reply:
    """What is no request: said without a signature."""
    return _reply(v2.seal({"return_code": "FAIL", "return_msg": message}, b"", how="none"))


def _reply(text: str) -> Reply:
    return Reply(body=text.encode(), content_type=v2.CONTENT_TYPE)


def _open(call: Call, known: Keys) -> str:
    operation, patterns = _ADDRESSES.get(call.address, ("", {}))
    if not operation:
        raise NotTaken("接口不存在")
    if unknown := call.fields.keys() - patterns.keys() - _COMMON.keys():
        # The real one ignores some; here a misspelt field should be found on the first day.
        raise NotTaken(f"不认识的参数 {sorted(unknown)[0]}")
    for name, pattern in {**_COMMON, **patterns}.items():
        if not re.fullmatch(pattern, call.fields.get(name, "")):
            raise NotTaken(f"参数格式错误 {name}")
    if (call.fields["appid"], call.fields["mch_id"]) != (known.account.appid, known.account.mchid):
        raise NotTaken("appid与mch_id不匹配")
    v2.check_signature(call.fields, known.v2_key)
    stamp = call.fields.get("timestamp")
    if stamp and abs(clock.real_seconds() - int(stamp)) > _SKEW_SECONDS:
        raise NotTaken("timestamp 与当前时间相差过大")
    if call.fields.get("plan_id", known.account.plan_id) != known.account.plan_id:
        raise NotTaken("模板不存在")
    return operation


def _number(call: Call) -> str:
    """The merchant's number of what is meant, for the faults tied to it."""
    return call.fields.get("contract_code") or call.fields["out_trade_no"]


def _perform(
    connection: Connection, site: Site, call: Call, operation: str, strikes: list[Strike], *, now: datetime
) -> tuple[dict[str, str], str]:
    try:
        if any(strike.name == "frequency_limited" for strike in strikes):
            raise Declined("FREQUENCY_LIMITED", "频率限制")
        if not all(strike.applies for strike in strikes):
            return {}, "200"
        return {"result_code": "SUCCESS", **_OPERATIONS[operation](connection, site, call, now)}, "200"
    except Declined as no:
        return _no(no.code, no.message), no.code


def _no(code: str, message: str) -> dict[str, str]:
    return {"result_code": "FAIL", "err_code": code, "err_code_des": message}


def _seal(known: Keys, operation: str, told: Mapping[str, str], strikes: list[Strike]) -> Reply:
    names = {strike.name for strike in strikes}
    if "system_error_after" in names:
        told = _no("SYSTEMERROR", "系统超时")
    if "unlisted_code" in names:
        told = _no("CODE_NOBODY_LISTED", "未知结果")
    common = {"return_code": "SUCCESS", "return_msg": "OK"}
    if operation == "sign":
        # Nobody signs this one.
        return replies.spoil(_reply(v2.seal({**common, **told}, b"", how="none")), strikes)
    ours = {"appid": known.account.appid, "mch_id": known.account.mchid, "nonce_str": secrets.token_hex(16)}
    how = next((how for name, how in _SIGNED_HOW.items() if name in names), "right")
    return replies.spoil(_reply(v2.seal({**common, **ours, **told}, known.v2_key, how=how)), strikes)


_SIGNED_HOW = {"bad_signature": "wrong", "no_signature": "none", "papay_answer_md5": "md5"}


def _sign(connection: Connection, site: Site, call: Call, now: datetime) -> dict[str, str]:
    contract = agreements.ask(connection, call.fields, now=now)
    return {"redirect_url": f"{call.base_url}/wechat/papay/sign/{contract.token}"}


def _contract_query(connection: Connection, site: Site, call: Call, now: datetime) -> dict[str, str]:
    contract = contracts.find(connection, call.fields["contract_code"], now=now)
    if contract is None or contract.signed_at is None or _struck(connection, call, "contract_query"):
        raise Declined("CONTRACT_NOT_EXIST", "签约协议不存在")
    told = {
        **_named(contract, call),
        "contract_display_account": contract.display_account,
        "contract_state": "1" if contract.ended_at else "0",
        "contract_signed_time": contract.signed_at,
        "contract_expired_time": contract.expires_at or "",
        "openid": contract.openid or "",
        "request_serial": contract.request_serial,
    }
    ended = {
        "contract_terminated_time": contract.ended_at or "",
        "contract_termination_mode": str(contract.ended_mode),
        "contract_termination_remark": contract.remark,
    }
    return told | ended if contract.ended_at else told


def _contract_end(connection: Connection, site: Site, call: Call, now: datetime) -> dict[str, str]:
    contract = contracts.find(connection, call.fields["contract_code"], now=now)
    if contract is None or contract.state != "SIGNED":
        raise Declined("CONTRACT_NOT_EXIST", "签约协议不存在或已解约")
    remark = call.fields["contract_termination_remark"]
    contract = agreements.end(connection, site, contract, mode=contracts.BY_MERCHANT, now=now, remark=remark)
    return _named(contract, call)


def _named(contract: contracts.Contract, call: Call) -> dict[str, str]:
    return {
        "contract_id": contract.contract_id or "",
        "plan_id": call.fields["plan_id"],
        "contract_code": contract.contract_code,
    }


def _debit(connection: Connection, site: Site, call: Call, now: datetime) -> dict[str, str]:
    debits.take(connection, site, call.fields, now=now)
    return {}


def _debit_query(connection: Connection, site: Site, call: Call, now: datetime) -> dict[str, str]:
    found = debits.seen(connection, call.fields["out_trade_no"], now=now)
    struck = _struck(connection, call, "debit_query") if found else set()
    if found is None or "query_not_exist" in struck:
        raise Declined("ORDERNOTEXIST", "订单不存在")
    trade, debit = found
    told = {"out_trade_no": trade.out_trade_no, "total_fee": str(trade.total_minor), "fee_type": "CNY"}
    if "query_waiting" in struck:
        return told | {"trade_state": "NOTPAY", "trade_state_desc": "未支付"}
    if trade.paid_at:
        return told | papay_notices.paid(trade) | {"trade_state_desc": "支付成功"}
    if debit.fail_code:
        # Why it failed is said in the notice only.
        return told | {"trade_state": "PAY_FAIL", "trade_state_desc": "支付失败"}
    return told | {"trade_state": "ACCEPT", "trade_state_desc": "已接收，等待扣款"}


def _struck(connection: Connection, call: Call, operation: str) -> set[str]:
    strikes = faults.strike(
        connection, channel="wechat", faults=QUERY_FAULTS, order_no=_number(call), operation=operation
    )
    return {strike.name for strike in strikes}


# Of every call; and of each its own fields, all of them wanted.
_COMMON = {
    "appid": r"wx[0-9a-z]{16}",
    "mch_id": r"[0-9]{8,10}",
    "sign": r"[0-9A-F]{32,64}",
    "sign_type": r"HMAC-SHA256|MD5",
}
_CONTRACT = {"plan_id": r"[0-9]{1,28}", "contract_code": r"[A-Za-z0-9]{1,32}", "version": r"1\.0"}
_ORDER = {"nonce_str": r"[0-9A-Za-z]{1,32}", "out_trade_no": r"[0-9A-Za-z_*-]{6,32}"}
_NOTIFY_URL = r"https?://[^\s?#]{1,240}"
_ADDRESS = r"[0-9a-fA-F.:]{2,45}"
_ADDRESSES: dict[str, tuple[str, dict[str, str]]] = {
    "GET /papay/h5entrustweb": (
        "sign",
        _CONTRACT | {
            # What has four bytes, like an emoji, is refused by the real one too.
            "request_serial": r"[1-9][0-9]{0,18}", "contract_display_account": "[\\u0020-\\uffff]{1,32}",
            "notify_url": _NOTIFY_URL, "timestamp": r"[0-9]{10}", "clientip": _ADDRESS,
        },
    ),
    "POST /papay/querycontract": ("contract_query", _CONTRACT),
    "POST /papay/deletecontract": ("contract_end", _CONTRACT | {"contract_termination_remark": r".{1,512}"}),
    "POST /pay/pappayapply": (
        "debit",
        _ORDER | {
            "body": r".{1,127}", "total_fee": r"[1-9][0-9]{0,9}", "fee_type": r"CNY", "spbill_create_ip": _ADDRESS,
            "notify_url": _NOTIFY_URL, "trade_type": r"PAP", "contract_id": r"[0-9A-Za-z]{1,32}",
        },
    ),
    "POST /pay/paporderquery": ("debit_query", _ORDER),
}  # fmt: skip
_OPERATIONS: dict[str, Callable[[Connection, Site, Call, datetime], dict[str, str]]] = {
    "sign": _sign,
    "contract_query": _contract_query,
    "contract_end": _contract_end,
    "debit": _debit,
    "debit_query": _debit_query,
}


def _record(
    connection: Connection, operation: str, number: str | None, outcome: str, strikes: list[Strike], now: datetime
) -> None:
    store.record_call(
        connection,
        channel="wechat",
        operation=operation[:128],
        order_no=number,
        outcome=outcome,
        faults=" ".join(strike.name for strike in strikes),
        called_at=clock.to_wire(now),
    )
