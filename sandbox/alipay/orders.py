"""What a merchant asks for, checked field by field."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sandbox import clock, money
from sandbox.alipay import refusals
from sandbox.alipay.envelope import Call, is_web_address

_NUMBER = re.compile(r"[A-Za-z0-9_-]{1,64}")
# The oldest and the present name of the same product: the SDK's helper still sends the older one.
_PRODUCT_CODES = {
    "alipay.trade.wap.pay": ("QUICK_WAP_WAY", "QUICK_WAP_PAY"),
    "alipay.trade.page.pay": ("FAST_INSTANT_TRADE_PAY",),
}
_REFUND_OPTIONS = ("gmt_refund_pay", "refund_detail_item_list", "deposit_back_info")
_LIFE_WITHOUT_EXPIRY = timedelta(days=15)


@dataclass(frozen=True, kw_only=True)
class Order:
    """A trade as the merchant describes it."""

    out_trade_no: str
    method: str
    total_minor: int
    subject: str
    expires_at: datetime
    notify_url: str | None
    return_url: str | None
    quit_url: str | None
    passback_params: str | None


@dataclass(frozen=True, kw_only=True)
class Reference:
    """Which trade is meant: by the merchant's number, the gateway's, or both."""

    out_trade_no: str | None
    trade_no: str | None


@dataclass(frozen=True, kw_only=True)
class RefundQuestion:
    reference: Reference
    out_request_no: str
    # The time of a refund is told to those only who ask for it.
    wants_time: bool


@dataclass(frozen=True, kw_only=True)
class RefundOrder:
    reference: Reference
    amount_minor: int
    # Only a refund of everything may go without a number of its own.
    out_request_no: str | None
    reason: str | None


def read_order(call: Call, *, now: datetime) -> Order:
    """The order in a page call. `expires_at` may lie in the past: the trade decides if that matters."""
    refuse_unknown(
        call.biz,
        "out_trade_no", "total_amount", "subject", "product_code", "time_expire", "quit_url", "body",
        "passback_params", "qr_pay_mode", "integration_type",
    )  # fmt: skip
    _check_product_code(call)
    return Order(
        out_trade_no=number(call.biz, "out_trade_no"),
        method=call.method,
        total_minor=amount(call.biz, "total_amount"),
        subject=subject(call.biz),
        expires_at=_expiry(call.biz, now=now),
        notify_url=call.notify_url,
        return_url=call.return_url,
        quit_url=optional(call.biz, "quit_url", longest=256, fits=is_web_address),
        passback_params=optional(call.biz, "passback_params", longest=512),
    )


def read_reference(biz: Mapping[str, Any], *also_known: str) -> Reference:
    """The trade that `biz` means; one of the two numbers must be there."""
    refuse_unknown(biz, "out_trade_no", "trade_no", *also_known)
    out_trade_no = number(biz, "out_trade_no") if biz.get("out_trade_no") else None
    trade_no = optional(biz, "trade_no", longest=64)
    if not (out_trade_no or trade_no):
        raise refusals.bad_parameter("out_trade_no 与 trade_no 不能同时为空")
    return Reference(out_trade_no=out_trade_no, trade_no=trade_no)


def read_refund(biz: Mapping[str, Any]) -> RefundOrder:
    reference = read_reference(biz, "refund_amount", "out_request_no", "refund_reason", "operator_id")
    return RefundOrder(
        reference=reference,
        amount_minor=amount(biz, "refund_amount"),
        out_request_no=number(biz, "out_request_no") if biz.get("out_request_no") else None,
        reason=optional(biz, "refund_reason", longest=256),
    )


def read_refund_query(biz: Mapping[str, Any]) -> RefundQuestion:
    reference = read_reference(biz, "out_request_no", "query_options")
    options = biz.get("query_options", [])
    if not isinstance(options, list) or not all(option in _REFUND_OPTIONS for option in options):
        raise refusals.bad_parameter(f"query_options 应为列表，可选 {', '.join(_REFUND_OPTIONS)}")
    return RefundQuestion(
        reference=reference,
        out_request_no=number(biz, "out_request_no"),
        wants_time="gmt_refund_pay" in options,
    )


def refuse_unknown(biz: Mapping[str, Any], *known: str) -> None:
    # The real gateway ignores what it doesn't know; here a misspelt field should be found on the first day.
    if unknown := set(biz) - set(known):
        raise refusals.bad_parameter(f"不认识的字段 {sorted(unknown)[0]}")


def _check_product_code(call: Call) -> None:
    codes = _PRODUCT_CODES[call.method]
    if call.biz.get("product_code") not in codes:
        raise refusals.bad_parameter(f"{call.method} 的 product_code 应为 {codes[0]}")


def number(biz: Mapping[str, Any], name: str) -> str:
    value = biz.get(name)
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise refusals.bad_parameter(f"{name} 应为1到64位字母、数字、下划线或短横线")
    return value


def amount(biz: Mapping[str, Any], name: str) -> int:
    try:
        return money.to_minor(biz.get(name))
    except ValueError:
        raise refusals.bad_parameter(
            f'{name} 应为带两位小数的文本，如 "12.30"，0.01 到 100000000.00'
        ) from None


def subject(biz: Mapping[str, Any]) -> str:
    text = biz.get("subject")
    if not isinstance(text, str) or not text.strip() or len(text) > 256:
        raise refusals.bad_parameter("subject 应为1到256个字符")
    # Braces break the SDK's search for the signed text; the other three are forbidden by the gateway.
    if set(text) & set("/=&{}"):
        raise refusals.bad_parameter("subject 不能含有 / = & { }")
    return text


def _expiry(biz: Mapping[str, Any], *, now: datetime) -> datetime:
    text = biz.get("time_expire")
    if text is None:
        return now + _LIFE_WITHOUT_EXPIRY
    try:
        return clock.from_wire(text)
    except (ValueError, TypeError):
        raise refusals.bad_parameter("time_expire 格式应为 yyyy-MM-dd HH:mm:ss") from None


def optional(
    biz: Mapping[str, Any], name: str, *, longest: int, fits: Callable[[str], bool] = lambda value: True
) -> str | None:
    value = biz.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > longest or not fits(value):
        raise refusals.bad_parameter(f"{name} 格式不对或超过{longest}个字符")
    return value
