"""The outer parameters of a request, and the signed envelope of an answer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sandbox import clock
from sandbox.alipay import refusals, signing
from sandbox.alipay.catalogue import FUND_METHODS
from sandbox.home import Home

_SKEW = timedelta(minutes=15)
_REQUIRED = (
    ("app_id", "isv.missing-app-id", "缺少appId参数"),
    ("method", "isv.missing-method", "缺少方法名参数"),
    ("sign_type", "isv.missing-signature-type", "缺少签名类型参数"),
    ("sign", "isv.missing-signature", "缺少签名参数"),
    ("timestamp", "isv.missing-timestamp", "缺少时间戳参数"),
    ("version", "isv.missing-version", "缺少版本参数"),
    ("charset", "isv.missing-charset", "缺少编码参数"),
    ("biz_content", "isv.missing-biz-content", "缺少biz_content参数"),
)
_APP_CERTIFICATE, _ROOT_CERTIFICATE = "app_cert_sn", "alipay_root_cert_sn"
_KNOWN = {name for name, _, _ in _REQUIRED} | {
    "format", "notify_url", "return_url", "app_auth_token", _APP_CERTIFICATE, _ROOT_CERTIFICATE,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request whose signature, app and time are right."""

    method: str
    biz: dict[str, Any]
    notify_url: str | None
    return_url: str | None
    # Whether the merchant calls in certificate mode, and wants to know whose certificate the answer goes with.
    is_certified: bool
    # The stand-in's own address, as the merchant knows it.
    base_url: str = ""


def open_call(
    parameters: Mapping[str, str], *, home: Home, methods: tuple[str, ...], real_now: datetime, base_url: str = ""
) -> Call:
    """The call inside the parameters; Refused in the order in which the gateway looks."""
    for name, sub_code, sub_message in _REQUIRED:
        if not parameters.get(name):
            raise refusals.missing(sub_code, sub_message)
    _check_common(parameters, home=home, real_now=real_now)
    # Unsigned senders learn nothing about methods: the signature comes first.
    if not signing.verifies(signing.request_text(parameters), parameters["sign"], home.app_public_key):
        raise refusals.invalid(
            "isv.invalid-signature", "验签出错，建议检查签名字符串或签名私钥与应用公钥是否匹配"
        )
    if parameters["method"] not in methods:
        raise refusals.invalid("isv.invalid-method", "不存在的方法名")
    is_certified = _check_certificates(parameters, home=home)
    return Call(
        method=parameters["method"],
        biz=_biz(parameters["biz_content"]),
        notify_url=_url(parameters, "notify_url"),
        return_url=_url(parameters, "return_url"),
        is_certified=is_certified,
        base_url=base_url,
    )


def _check_common(parameters: Mapping[str, str], *, home: Home, real_now: datetime) -> None:
    if parameters["app_id"] != home.settings.app_id:
        raise refusals.invalid("isv.invalid-app-id", "无效的AppID参数")
    if parameters["sign_type"] != "RSA2":
        raise refusals.invalid("isv.invalid-signature-type", "无效的签名类型，请使用RSA2")
    if parameters["charset"].lower() != "utf-8":
        raise refusals.invalid("isv.invalid-charset", "字符集错误，请使用utf-8")
    if parameters.get("format", "JSON").upper() != "JSON":
        raise refusals.invalid("isv.invalid-format", "无效的数据格式，仅支持JSON")
    if parameters["version"] != "1.0":
        raise refusals.invalid("isv.invalid-parameter", "version 固定为 1.0")
    if unknown := set(parameters) - _KNOWN:
        raise refusals.invalid("isv.invalid-parameter", f"不认识的公共参数 {sorted(unknown)[0]}")
    _check_timestamp(parameters["timestamp"], real_now)


def _check_certificates(parameters: Mapping[str, str], *, home: Home) -> bool:
    app, root = parameters.get(_APP_CERTIFICATE), parameters.get(_ROOT_CERTIFICATE)
    # Whoever moves money out must come with certificates; others may.
    if not (app or root) and parameters["method"] not in FUND_METHODS:
        return False
    if not app:
        raise refusals.missing("isv.missing-app-cert-sn", "缺少应用公钥证书序列号")
    if not root:
        raise refusals.missing("isv.missing-alipay-root-cert-sn", "缺少支付宝根证书序列号")
    if app != home.certificate_numbers.app:
        raise refusals.invalid("isv.app-cert-not-exist", "应用公钥证书不存在")
    if root != home.certificate_numbers.root:
        raise refusals.invalid("isv.invalid-alipay-root-cert-sn", "无效的支付宝根证书序列号")
    return True


def _check_timestamp(text: str, real_now: datetime) -> None:
    try:
        sent_at = clock.from_wire(text)
    except ValueError:
        raise refusals.wrong_time("格式应为 yyyy-MM-dd HH:mm:ss") from None
    if abs(real_now - sent_at) > _SKEW:
        raise refusals.wrong_time("与北京时间相差超过15分钟")


def _biz(text: str) -> dict[str, Any]:
    try:
        biz = json.loads(text)
    except ValueError:
        biz = None
    if not isinstance(biz, dict):
        raise refusals.invalid("isv.invalid-parameter", "biz_content 不是 JSON 对象")
    return biz


def _url(parameters: Mapping[str, str], name: str) -> str | None:
    url = parameters.get(name)
    if url and not is_web_address(url):
        raise refusals.invalid("isv.invalid-parameter", f"{name} 应为 http/https 开头、不超过256个字符的地址")
    return url or None


def is_web_address(url: str) -> bool:
    scheme, mark, rest = url.partition("://")
    return (
        scheme in ("http", "https")
        and bool(mark and rest)
        and len(url) <= 256
        and url.isprintable()
        and " " not in url
    )


def seal(
    content: Mapping[str, Any], *, name: str, home: Home, signature: str = "right", is_certified: bool = False
) -> bytes:
    """The answer as the SDKs take it apart: the signature covers exactly the inner object's text."""
    inner = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    if signature == "none":
        return f'{{"{name}":{inner}}}'.encode()
    key = home.gateway_next_key if signature == "other" else home.gateway_key
    signed = signing.sign(f"{inner} " if signature == "wrong" else inner, key)
    certificate = f'"alipay_cert_sn":"{home.certificate_numbers.gateway}",' if is_certified else ""
    return f'{{"{name}":{inner},{certificate}"sign":"{signed}"}}'.encode()
