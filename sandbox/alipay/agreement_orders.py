"""Which agreement a merchant wants signed, asks about or debits under; checked field by field."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sandbox.alipay import refusals
from sandbox.alipay.envelope import Call
from sandbox.alipay.orders import amount, number, optional, refuse_unknown, subject
from sandbox.home import Home

PRODUCT_CODE, PERSONAL_PRODUCT_CODE = "CYCLE_PAY_AUTH", "CYCLE_PAY_AUTH_P"
_KEY = re.compile(r"[A-Za-z0-9]{1,32}")
_VALIDITY = re.compile(r"[1-9][0-9]{0,3}[dm]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CHANNELS = ("ALIPAYAPP", "QRCODE", "QRCODEORSMS")
LAST_DAY_OF_MONTH, _SHORTEST_PERIOD_DAYS = 28, 7


@dataclass(frozen=True, kw_only=True)
class Rule:
    """When and how much may be debited under an agreement."""

    period_type: Literal["DAY", "MONTH"]
    period: int
    first_on: date
    single_minor: int
    total_minor: int | None
    total_payments: int | None


@dataclass(frozen=True, kw_only=True)
class SignOrder:
    """An agreement as the merchant wants it signed."""

    external_agreement_no: str
    sign_scene: str
    # Such as 12m or 90d; none: for no certain time.
    validity: str | None
    rule: Rule
    notify_url: str | None
    return_url: str | None


@dataclass(frozen=True, kw_only=True)
class AgreementReference:
    """Which agreement is meant: by the gateway's number, or by the merchant's."""

    agreement_no: str | None
    external_agreement_no: str | None
    sign_scene: str | None


@dataclass(frozen=True, kw_only=True)
class MoveOrder:
    """On which day an agreement's next debit is to be."""

    reference: AgreementReference
    on: date


@dataclass(frozen=True, kw_only=True)
class DebitOrder:
    out_trade_no: str
    agreement_no: str
    total_minor: int
    subject: str
    passback_params: str | None
    notify_url: str | None


def read_sign(call: Call, *, home: Home, today: date) -> SignOrder:
    refuse_unknown(
        call.biz,
        "product_code", "personal_product_code", "sign_scene", "external_agreement_no", "external_logon_id",
        "access_params", "period_rule_params", "sign_validity_period",
    )  # fmt: skip
    _check_product(call.biz, product_code=PRODUCT_CODE, personal_product_code=PERSONAL_PRODUCT_CODE)
    if call.biz.get("sign_scene") != home.settings.sign_scene:
        raise refusals.bad_parameter(f"sign_scene 应为商户签约的 {home.settings.sign_scene}")
    access = _part(call.biz, "access_params")
    refuse_unknown(access, "channel")
    if access.get("channel") not in _CHANNELS:
        raise refusals.bad_parameter(f"channel 应为 {', '.join(_CHANNELS)} 之一")
    return SignOrder(
        external_agreement_no=_key(call.biz),
        sign_scene=home.settings.sign_scene,
        validity=optional(
            call.biz, "sign_validity_period", longest=5, fits=lambda text: bool(_VALIDITY.fullmatch(text))
        ),
        rule=_rule(_part(call.biz, "period_rule_params"), home=home, today=today),
        notify_url=call.notify_url,
        return_url=call.return_url,
    )


def _rule(stated: Mapping[str, Any], *, home: Home, today: date) -> Rule:
    refuse_unknown(
        stated, "period_type", "period", "execute_time", "single_amount", "total_amount", "total_payments"
    )
    period_type, first_on = stated.get("period_type"), _day(stated, "execute_time")
    if period_type not in ("DAY", "MONTH"):
        raise refusals.bad_parameter("period_type 应为 DAY 或 MONTH")
    if first_on < today:
        raise refusals.bad_parameter("execute_time 已经过去")
    if period_type == "MONTH" and first_on.day > LAST_DAY_OF_MONTH:
        raise refusals.bad_parameter("period_type 为 MONTH 时 execute_time 不能是 28 日之后")
    period = _whole(stated, "period")
    if period_type == "DAY" and period < _SHORTEST_PERIOD_DAYS:
        raise refusals.bad_parameter("period_type 为 DAY 时 period 不能小于 7")
    single_minor = amount(stated, "single_amount")
    if single_minor > home.settings.agreement_single_minor:
        raise refusals.bad_parameter("single_amount 超过商户签约的单笔上限")
    return Rule(
        period_type=period_type,
        period=period,
        first_on=first_on,
        single_minor=single_minor,
        total_minor=amount(stated, "total_amount") if "total_amount" in stated else None,
        total_payments=_whole(stated, "total_payments") if "total_payments" in stated else None,
    )


def read_agreement_reference(biz: Mapping[str, Any]) -> AgreementReference:
    """The agreement that `biz` means; with the gateway's number beside it, the merchant's counts for nothing."""
    refuse_unknown(biz, "agreement_no", "personal_product_code", "sign_scene", "external_agreement_no")
    if biz.get("agreement_no"):
        return AgreementReference(
            agreement_no=number(biz, "agreement_no"), external_agreement_no=None, sign_scene=None
        )
    _check_product(biz, personal_product_code=PERSONAL_PRODUCT_CODE)
    scene = optional(biz, "sign_scene", longest=64)
    if scene is None or scene == "DEFAULT|DEFAULT":
        raise refusals.bad_parameter("传入 external_agreement_no 时 sign_scene 不能为空或默认值")
    return AgreementReference(agreement_no=None, external_agreement_no=_key(biz), sign_scene=scene)


def read_move(biz: Mapping[str, Any]) -> MoveOrder:
    refuse_unknown(biz, "agreement_no", "deduct_time", "memo")
    optional(biz, "memo", longest=128)
    reference = AgreementReference(
        agreement_no=number(biz, "agreement_no"), external_agreement_no=None, sign_scene=None
    )
    return MoveOrder(reference=reference, on=_day(biz, "deduct_time"))


def read_debit(call: Call) -> DebitOrder:
    refuse_unknown(
        call.biz, "out_trade_no", "product_code", "total_amount", "subject", "agreement_params", "passback_params"
    )
    _check_product(call.biz, product_code=PRODUCT_CODE)
    agreement = _part(call.biz, "agreement_params")
    refuse_unknown(agreement, "agreement_no")
    return DebitOrder(
        out_trade_no=number(call.biz, "out_trade_no"),
        agreement_no=number(agreement, "agreement_no"),
        total_minor=amount(call.biz, "total_amount"),
        subject=subject(call.biz),
        passback_params=optional(call.biz, "passback_params", longest=512),
        notify_url=call.notify_url,
    )


def _check_product(biz: Mapping[str, Any], **product: str) -> None:
    for name, only in product.items():
        if biz.get(name) != only:
            raise refusals.bad_parameter(f"{name} 应为 {only}")


def _key(biz: Mapping[str, Any]) -> str:
    value = biz.get("external_agreement_no")
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        raise refusals.bad_parameter("external_agreement_no 应为1到32位字母或数字")
    return value


def _part(biz: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = biz.get(name)
    if not isinstance(value, dict):
        raise refusals.bad_parameter(f"{name} 应为对象")
    return value


def _day(stated: Mapping[str, Any], name: str) -> date:
    value = stated.get(name)
    try:
        if isinstance(value, str) and _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise refusals.bad_parameter(f"{name} 格式应为 yyyy-MM-dd")


def _whole(stated: Mapping[str, Any], name: str) -> int:
    value = stated.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 9999:
        raise refusals.bad_parameter(f"{name} 应为 1 到 9999 的整数")
    return value
