"""What a merchant asks for, checked field by field."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sandbox.wechat import refusals
from sandbox.wechat.keys import Account

_TRADE_NUMBER = re.compile(r"[A-Za-z0-9_*-]{6,32}")
_REFUND_NUMBER = re.compile(r"[A-Za-z0-9_|*@-]{1,64}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")
_ADDRESS = re.compile(r"[0-9a-fA-F.:]{2,45}")
_LIFE_WITHOUT_EXPIRY = timedelta(days=7)
_SHORTEST_LIFE = timedelta(minutes=1)
_LARGEST_MINOR = 10_000_000_000
TRADE_TYPES = {"h5": "MWEB", "native": "NATIVE"}


@dataclass(frozen=True, kw_only=True)
class Order:
    """An order as the merchant describes it."""

    out_trade_no: str
    trade_type: str
    description: str
    total_minor: int
    notify_url: str
    attach: str | None
    time_expire: str | None
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class RefundOrder:
    out_trade_no: str | None
    transaction_id: str | None
    out_refund_no: str
    amount_minor: int
    total_minor: int
    reason: str | None
    notify_url: str | None


def read_order(fields: Mapping[str, Any], operation: str, account: Account, *, now: datetime) -> Order:
    """The order in a call for h5 or native."""
    _refuse_unknown(
        fields, "", "appid", "mchid", "description", "out_trade_no", "time_expire", "attach", "notify_url", "amount",
        "scene_info",
    )  # fmt: skip
    if (_text(fields, "appid", 32), _text(fields, "mchid", 32)) != (account.appid, account.mchid):
        raise refusals.other_merchant()
    _check_scene(fields.get("scene_info"), is_required=operation == "h5")
    amount = _object(fields, "amount")
    _refuse_unknown(amount, "/amount", "total", "currency")
    _check_currency(amount)
    return Order(
        out_trade_no=trade_number(fields.get("out_trade_no")),
        trade_type=TRADE_TYPES[operation],
        description=_text(fields, "description", 127),
        total_minor=_fen(amount, "/amount/total"),
        notify_url=_notify_url(_text(fields, "notify_url", 255)),
        attach=_text(fields, "attach", 128) if "attach" in fields else None,
        time_expire=fields.get("time_expire"),
        expires_at=_expiry(fields.get("time_expire"), now=now),
    )


def read_close(fields: Mapping[str, Any], account: Account) -> None:
    _refuse_unknown(fields, "", "mchid")
    check_mchid(fields.get("mchid"), account)


def read_refund(fields: Mapping[str, Any]) -> RefundOrder:
    _refuse_unknown(
        fields, "", "transaction_id", "out_trade_no", "out_refund_no", "reason", "notify_url", "amount"
    )
    amount = _object(fields, "amount")
    _refuse_unknown(amount, "/amount", "refund", "total", "currency")
    _check_currency(amount, is_required=True)
    if ("out_trade_no" in fields) == ("transaction_id" in fields):
        raise refusals.parameter("/out_trade_no", "transaction_id 与 out_trade_no 二选一")
    return RefundOrder(
        out_trade_no=trade_number(fields["out_trade_no"]) if "out_trade_no" in fields else None,
        transaction_id=_text(fields, "transaction_id", 32) if "transaction_id" in fields else None,
        out_refund_no=_refund_number(fields.get("out_refund_no")),
        amount_minor=_fen(amount, "/amount/refund"),
        total_minor=_fen(amount, "/amount/total"),
        reason=_text(fields, "reason", 80, in_bytes=True) if "reason" in fields else None,
        notify_url=_notify_url(_text(fields, "notify_url", 256)) if "notify_url" in fields else None,
    )


def trade_number(value: object, *, location: str = "body") -> str:
    if not isinstance(value, str) or not _TRADE_NUMBER.fullmatch(value):
        raise refusals.parameter("/out_trade_no", "应为6到32位字母、数字、_-*", location=location)
    return value


def check_mchid(value: object, account: Account, *, location: str = "body") -> None:
    if value != account.mchid:
        raise refusals.parameter("/mchid", "商户号与签名的商户不一致", location=location)


def _refuse_unknown(fields: Mapping[str, Any], path: str, *known: str) -> None:
    # The real gateway ignores what it doesn't know; here a misspelt field should be found on the first day.
    if unknown := set(fields) - set(known):
        raise refusals.parameter(f"{path}/{sorted(unknown)[0]}", "不认识的字段")


def _object(fields: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = fields.get(name)
    if not isinstance(value, dict):
        raise refusals.parameter(f"/{name}", "应为对象")
    return value


def _text(fields: Mapping[str, Any], name: str, longest: int, *, in_bytes: bool = False) -> str:
    value = fields.get(name)
    size = len(value.encode() if in_bytes else value) if isinstance(value, str) else 0
    if not isinstance(value, str) or not value.strip() or size > longest:
        raise refusals.parameter(f"/{name}", f"应为1到{longest}{'字节' if in_bytes else '个字符'}的文本")
    return value


def _fen(amount: Mapping[str, Any], path: str) -> int:
    value = amount.get(path.rpartition("/")[2])
    if type(value) is not int or not 1 <= value <= _LARGEST_MINOR:
        raise refusals.parameter(path, "应为整数，单位分，至少为1")
    return value


def _check_currency(amount: Mapping[str, Any], *, is_required: bool = False) -> None:
    if amount.get("currency", None if is_required else "CNY") != "CNY":
        raise refusals.parameter("/amount/currency", "应为 CNY")


def _check_scene(scene: object, *, is_required: bool) -> None:
    if scene is None and not is_required:
        return
    if not isinstance(scene, dict):
        raise refusals.parameter("/scene_info", "应为对象")
    _refuse_unknown(scene, "/scene_info", "payer_client_ip", "device_id", "h5_info")
    address = scene.get("payer_client_ip")
    if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
        raise refusals.parameter("/scene_info/payer_client_ip", "应为付款人的 IP 地址")
    if not is_required:
        return
    h5 = scene.get("h5_info")
    if not isinstance(h5, dict) or h5.get("type") not in ("iOS", "Android", "Wap"):
        raise refusals.parameter("/scene_info/h5_info/type", "应为 iOS、Android 或 Wap")
    _refuse_unknown(h5, "/scene_info/h5_info", "type", "app_name", "app_url")


def _notify_url(url: str) -> str:
    parts = urlsplit(url)
    if (
        parts.scheme not in ("http", "https")
        or not parts.netloc
        or parts.query
        or not url.isprintable()
        or " " in url
    ):
        raise refusals.parameter("/notify_url", "应为 http/https 开头、不带参数的地址")
    return url


def _expiry(text: object, *, now: datetime) -> datetime:
    if text is None:
        return now + _LIFE_WITHOUT_EXPIRY
    try:
        expires_at = datetime.fromisoformat(text if isinstance(text, str) and _TIME.fullmatch(text) else "")
    except ValueError:
        raise refusals.parameter("/time_expire", "格式应为 yyyy-MM-DDTHH:mm:ss+08:00") from None
    if expires_at < now + _SHORTEST_LIFE:
        raise refusals.parameter("/time_expire", "至少在下单一分钟之后")
    return expires_at


def _refund_number(value: object) -> str:
    if not isinstance(value, str) or not _REFUND_NUMBER.fullmatch(value):
        raise refusals.parameter("/out_refund_no", "应为1到64位字母、数字、_-|*@")
    return value
