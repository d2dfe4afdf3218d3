"""Agreements to be debited at Alipay (周期扣款): signed on its page, ended by either side, one debit in each period."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from alipay import AliPay

from anqi.payments.channels.alipay import gateway, wire
from anqi.payments.channels.protocol import (
    Accepted,
    Closed,
    DebitRules,
    Failed,
    MandateFound,
    MandateRequest,
    NotFound,
    Redirect,
    Result,
    Unknown,
    Unreadable,
)
from anqi.rows.days import SHANGHAI

PRODUCT_CODE, _PERSONAL_PRODUCT_CODE = "CYCLE_PAY_AUTH", "CYCLE_PAY_AUTH_P"
_NO_SUCH_AGREEMENT = "40004 USER_AGREEMENT_NOT_EXIST"
_NOTICES = ("dut_user_sign", "dut_user_unsign")
_LAST_DAY_OF_MONTH, _SHORTEST_PERIOD_DAYS = 28, 7
# What Alipay says of an agreement that was signed for no certain time.
_WITHOUT_END = "2115-02-01 00:00:00"


def rules(single_minor: int | None) -> DebitRules:
    """Alipay debits on the five days before an agreed date and on that date: three of them may follow the due day."""
    return DebitRules(
        names_days=True, last_day_of_month=_LAST_DAY_OF_MONTH, once_a_period=True, single_minor=single_minor
    )


def sign(sdk: AliPay, scene: str, request: MandateRequest) -> Result:
    """The signed address of Alipay's page. Nothing is sent; what the payer reads there is the scene's own text."""
    order = {
        "product_code": PRODUCT_CODE,
        **_named(request.key, scene),
        "access_params": {"channel": "ALIPAYAPP"},
        "period_rule_params": _period(request),
    }
    query = sdk.client_api(
        "alipay.user.agreement.page.sign", order, return_url=request.return_url, notify_url=request.notify_url
    )
    return Accepted(action=Redirect(url=f"{sdk._gateway}?{query}"))


def _named(key: str, scene: str) -> dict[str, str]:
    return {"personal_product_code": _PERSONAL_PRODUCT_CODE, "sign_scene": scene, "external_agreement_no": key}


def _period(request: MandateRequest) -> dict[str, Any]:
    if request.every == "month":
        assert request.first_on.day <= _LAST_DAY_OF_MONTH, "Alipay agrees on no day that some month lacks"
        period, times = {"period_type": "MONTH", "period": 1}, request.times
    else:
        days = (request.first_on - request.opened_at.astimezone(SHANGHAI).date()).days
        period, times = {"period_type": "DAY", "period": max(days, _SHORTEST_PERIOD_DAYS)}, 1
    return period | {
        "execute_time": request.first_on.isoformat(),
        "single_amount": wire.to_yuan(request.single_minor),
        "total_payments": times,
    }


def query(sdk: AliPay, scene: str, key: str) -> MandateFound | Result:
    """The agreement as Alipay has it now; NotFound before its page was opened, and maybe after it has ended.

    Alipay doesn't say who ended it: whoever has asked it to knows that it wasn't the payer.
    """
    answer = gateway.ask(sdk, "alipay.user.agreement.query", _named(key, scene))
    if isinstance(answer, Unknown):
        return answer
    said = gateway.said(answer)
    if said != gateway.DONE:
        return NotFound() if said == _NO_SUCH_AGREEMENT else Unknown(cause=said)
    try:
        return _result(answer, named=_named(key, scene))
    except Unreadable:
        return Unknown(cause="unreadable")


def _result(answer: Mapping[str, Any], *, named: Mapping[str, str]) -> MandateFound | Result:
    if any(answer.get(name) != value for name, value in named.items()):
        raise Unreadable
    status = answer.get("status")
    if status == "NORMAL":
        return _found(answer)
    if status == "TEMP":
        return Accepted()
    return _ended(answer) if status == "STOP" else Unknown(cause="unlisted_status")


def _found(answer: Mapping[str, Any]) -> MandateFound:
    ends_at, limit = _ends_at(answer), answer.get("single_quota")
    return MandateFound(
        ref=wire.number(answer, "agreement_no"),
        account=str(answer.get("alipay_logon_id", ""))[:64],
        signed_at=wire.to_instant(answer.get("sign_time")),
        ends_on=_day(ends_at) if ends_at else None,
        limit_minor=None if limit is None or wire.is_nothing(str(limit)) else wire.to_minor(limit),
        next_on=wire.to_day(answer["next_deduct_time"]) if answer.get("next_deduct_time") else None,
    )


def _ended(answer: Mapping[str, Any]) -> Failed:
    ends_at = _ends_at(answer)
    # Ours are signed for no certain time: only of what Alipay itself let run out is one told.
    return Failed(reason="expired" if ends_at else "ended_by_payer", code="STOP", at=ends_at)


def _ends_at(answer: Mapping[str, Any]) -> datetime | None:
    text = answer.get("invalid_time")
    return None if text in (None, "", _WITHOUT_END) else wire.to_instant(text)


def _day(instant: datetime) -> date:
    return instant.astimezone(SHANGHAI).date()


def move(sdk: AliPay, scene: str, key: str, *, ref: str, to: date) -> MandateFound | Result:
    """The agreement after Alipay was asked to move the day of its next debit, by its own word and whatever it answered.

    A day that passes without a debit stays, and until it is moved nothing is debited.
    """
    assert to.day <= _LAST_DAY_OF_MONTH, "Alipay agrees on no day that some month lacks"
    gateway.ask(
        sdk, "alipay.user.agreement.executionplan.modify",
        {"agreement_no": ref, "deduct_time": to.isoformat(), "memo": "下一期还款日"},
    )  # fmt: skip
    return query(sdk, scene, key)


def end(sdk: AliPay, scene: str, key: str, *, ref: str) -> Result:
    """Closed once a query shows no agreement: Alipay takes the wish, and ends it afterwards."""
    answer = gateway.ask(sdk, "alipay.user.agreement.unsign", {"agreement_no": ref})
    if isinstance(answer, Unknown):
        return answer
    said = gateway.said(answer)
    if said not in (gateway.DONE, _NO_SUCH_AGREEMENT):
        return Unknown(cause=said)
    found = query(sdk, scene, key)
    if isinstance(found, MandateFound):
        return Accepted(ref=ref)
    return Closed() if isinstance(found, Failed | NotFound) else found


def is_told_by(fields: Mapping[str, str]) -> bool:
    """Whether a notice is of an agreement: signed, or ended."""
    return fields.get("notify_type") in _NOTICES


def told_by(fields: Mapping[str, str]) -> tuple[str, Result]:
    """Our number of the agreement that a notice is about. How it stands now only a query says: notices come late."""
    return wire.number(fields, "external_agreement_no"), Accepted()
