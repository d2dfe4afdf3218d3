"""Agreements to be debited at WeChat: signed on its page, announced before each debit, ended by either side."""

import re
import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from wechatpayv3 import WeChatPay
from wechatpayv3.type import RequestType

from anqi.payments.channels.protocol import (
    Accepted,
    AnnounceRequest,
    Closed,
    Failed,
    MandateFound,
    MandateRequest,
    NotFound,
    Redirect,
    Result,
    Unknown,
    Unreadable,
)
from anqi.payments.channels.wechat import codes, gateway, papay, wire
from anqi.payments.channels.wechat.papay import Papay

_KEY = re.compile(r"[A-Za-z0-9]{1,32}")
_VERSION = "1.0"
# Ten minutes by WeChat's word; whoever taps in the last seconds shall still get there.
_PAGE_OPENS_FOR = timedelta(minutes=9, seconds=30)
_LONGEST_NAME, _LONGEST_REMARK = 32, 512
# From the second day after the announcement on; as many as WeChat itself takes where nobody says.
_DAYS_TO_DEBIT = 7
# The older spelling is that of the oldest edition.
_NO_SUCH_CONTRACT = ("CONTRACT_NOT_EXIST", "CONTRACTNOTEXIST")
_SIGNED, _ENDED = "0", "1"
# By whom: 1 by its own end, 3 by our call, 4 at our desk at WeChat. Everything else, 2 and 5 above all, is the payer
# or what became of the payer's account.
_ENDED_BY = {"1": "expired", "3": "ended_by_us", "4": "ended_by_us"}


def sign(way: Papay, request: MandateRequest) -> Result:
    """Where the payer signs. WeChat leads back to the page its payer came from, so that it is told of no other.

    What is signed is the template: it says how much and how often, and each announcement says when.
    """
    assert _KEY.fullmatch(request.key), "a contract's code that WeChat doesn't take"
    if not request.payer_ip:
        # WeChat compares it with the payer's.
        return Unknown(cause="no_payer_ip")
    asked = {
        "plan_id": way.plan_id,
        "contract_code": request.key,
        "request_serial": str(_serial(request)),
        "contract_display_account": request.name[:_LONGEST_NAME],
        "notify_url": request.notify_url,
        "version": _VERSION,
        "clientip": request.payer_ip,
    }
    answer = way.ask_for_page("/papay/h5entrustweb", asked)
    if isinstance(answer, Unknown):
        return answer
    url = answer.get("redirect_url", "")
    if not url.startswith("http"):
        return Unknown(cause="unreadable")
    return Accepted(action=Redirect(url=url, opens_for=_PAGE_OPENS_FOR, wants_page=True))


def _serial(request: MandateRequest) -> int:
    """A number below 2**63 that grows with time, the same at each repeat."""
    microseconds = int(request.opened_at.timestamp()) * 10**6 + request.opened_at.microsecond
    return microseconds * 1000 + zlib.crc32(request.key.encode()) % 1000


def query(way: Papay, key: str) -> MandateFound | Result:
    """The contract as WeChat has it now. One that nobody has signed yet is none."""
    answer = way.ask("/papay/querycontract", _named(way, key))
    if isinstance(answer, Unknown):
        return answer
    if answer.get("result_code") != "SUCCESS":
        said = papay.code(answer)
        return NotFound() if said in _NO_SUCH_CONTRACT else Unknown(cause=said)
    try:
        return _found(way, answer, key)
    except Unreadable:
        return Unknown(cause="unreadable")


def _found(way: Papay, answer: Mapping[str, str], key: str) -> MandateFound | Result:
    if (answer.get("contract_code"), answer.get("plan_id")) != (key, way.plan_id):
        raise Unreadable
    state = answer.get("contract_state")
    if state == _SIGNED:
        ends_at = _instant(answer, "contract_expired_time")
        signed_at = _instant(answer, "contract_signed_time")
        if signed_at is None:
            raise Unreadable
        ref = wire.number(answer, "contract_id")
        return MandateFound(ref=ref, account="", signed_at=signed_at, ends_on=ends_at.date() if ends_at else None)
    if state != _ENDED:
        return Unknown(cause="unlisted_status")
    mode = answer.get("contract_termination_mode", "")
    at = _instant(answer, "contract_terminated_time")
    return Failed(reason=_ENDED_BY.get(mode, "ended_by_payer"), code=f"MODE_{mode}"[:32], at=at)


def _instant(answer: Mapping[str, str], name: str) -> datetime | None:
    return wire.older_instant(answer[name]) if answer.get(name) else None


def end(way: Papay, key: str, *, why: str) -> Result:
    """Closed once WeChat, asked after it, has no such contract any more; Accepted while it still has it."""
    asked = _named(way, key) | {"contract_termination_remark": why[:_LONGEST_REMARK]}
    answer = way.ask("/papay/deletecontract", asked)
    if isinstance(answer, Unknown):
        return answer
    # Ended, ended before, or a no of any other kind: only a query tells what there is now.
    found = query(way, key)
    if isinstance(found, MandateFound):
        return Accepted(ref=found.ref)
    return Closed() if isinstance(found, Failed) else found


def _named(way: Papay, key: str) -> dict[str, str]:
    return {"plan_id": way.plan_id, "contract_code": key, "version": _VERSION}


def announce(sdk: WeChatPay, way: Papay, request: AnnounceRequest) -> Result:
    """Whether WeChat has told the payer. Failed: not told now, and why."""
    assert request.currency == "CNY", "WeChat Pay debits yuan only"
    told = {
        "mchid": way.mchid,
        "appid": way.appid,
        "deduct_duration": {"count": _DAYS_TO_DEBIT, "unit": "DAY"},
        "estimated_amount": {"amount": request.amount_minor, "currency": "CNY"},
    }
    path = f"/v3/papay/contracts/{request.ref}/notify"
    answer = gateway.ask(lambda: sdk._core.request(path, RequestType.POST, told))
    if isinstance(answer, Unknown):
        return answer
    # An error's body is anybody's, but no money hangs on this one: at worst the payer is told again.
    if answer.status == 204 or answer.code in codes.ANNOUNCED_BEFORE:
        return Accepted()
    reason = codes.NOT_ANNOUNCED.get(answer.code)
    return Failed(reason=reason, code=answer.code) if reason else answer.as_unknown
