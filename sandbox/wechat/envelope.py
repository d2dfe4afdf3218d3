"""A merchant's request: who signed it, and what it asks. An answer, signed."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox import clock
from sandbox.replies import Reply
from sandbox.store import Connection
from sandbox.wechat import refusals, signing
from sandbox.wechat.keys import Keys

_SKEW_SECONDS = 300
_PAIR = re.compile(r'([a-z_]+)="([^"]*)"')
_FIELDS = {"mchid", "nonce_str", "signature", "timestamp", "serial_no"}
_NONCE = re.compile(r"[A-Za-z0-9]{16,32}")


@dataclass(frozen=True, kw_only=True)
class Knock:
    """A request as it came in. `target` is what was signed: path and query, without the stand-in's own prefix."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    # The stand-in's own address, as the merchant knows it.
    base_url: str


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request whose signature, merchant and time are right."""

    method: str
    path: str
    query: str
    fields: dict[str, Any]
    nonce: str
    base_url: str


def open_call(knock: Knock, keys: Keys, *, real_now: datetime) -> Call:
    """The call inside the request; Refused in the order in which the gateway looks."""
    signed = _authorization(knock.headers.get("authorization", ""))
    if signed["mchid"] != keys.account.mchid:
        raise refusals.unsigned("商户号有误", "mchid not match")
    if signed["serial_no"] != keys.account.cert_serial:
        raise refusals.unsigned("商户证书序列号有误，请使用签名私钥匹配的证书序列号", "serial_no not match")
    if not _is_fresh(signed["timestamp"], real_now):
        raise refusals.unsigned(
            "Authorization 中的 timestamp 与发起请求的时间不得超过5分钟", "timestamp expired"
        )
    if not _NONCE.fullmatch(signed["nonce_str"]):
        raise refusals.unsigned("nonce_str 应为16到32位字母和数字", "nonce_str malformed")
    body = _text(knock.body)
    text = f"{knock.method}\n{knock.target}\n{signed['timestamp']}\n{signed['nonce_str']}\n{body}\n"
    if not signing.verifies(text, signed["signature"], keys.merchant_key):
        raise refusals.unsigned("错误的签名，验签失败", "sign not match")
    _check_headers(knock, keys)
    path, _, query = knock.target.partition("?")
    return Call(
        method=knock.method,
        path=path,
        query=query,
        fields=_fields(body) if knock.method == "POST" else {},
        nonce=signed["nonce_str"],
        base_url=knock.base_url,
    )


def _authorization(header: str) -> dict[str, str]:
    scheme, _, rest = header.partition(" ")
    pairs = _PAIR.findall(rest)
    # Nothing but the five pairs, each once.
    whole = ",".join(f'{name}="{value}"' for name, value in pairs)
    if (
        scheme != signing.SCHEME
        or len(pairs) != len(_FIELDS)
        or dict(pairs).keys() != _FIELDS
        or whole != rest
    ):
        raise refusals.unsigned(
            "Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》", "malformed"
        )
    return dict(pairs)


def _is_fresh(stamp: str, real_now: datetime) -> bool:
    return (
        bool(re.fullmatch(r"[0-9]{1,12}", stamp)) and abs(real_now.timestamp() - int(stamp)) <= _SKEW_SECONDS
    )


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise refusals.request("请求体不是 UTF-8 文本") from None


def _check_headers(knock: Knock, keys: Keys) -> None:
    if "application/json" not in knock.headers.get("accept", "") or not knock.headers.get("user-agent"):
        raise refusals.request("HTTP 头 Accept 应为 application/json，且应有 User-Agent")
    if (
        knock.method == "POST"
        and knock.headers.get("content-type", "").partition(";")[0] != "application/json"
    ):
        raise refusals.request("HTTP 头 Content-Type 应为 application/json")
    # In the mode of the public key the merchant says which one it verifies with.
    if knock.headers.get("wechatpay-serial") not in (
        keys.account.public_key_id,
        keys.account.next_public_key_id,
    ):
        raise refusals.request("HTTP 头 Wechatpay-Serial 应为商户的微信支付公钥ID")


def _fields(body: str) -> dict[str, Any]:
    try:
        fields = json.loads(body)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise refusals.parameter("", "请求体不是 JSON 对象")
    return fields


def use_nonce(connection: Connection, nonce: str) -> None:
    """Refused when the same nonce was used before: the real gateway is said to be less strict."""
    connection.execute(
        "DELETE FROM wechat_nonces WHERE used_at < ?", (clock.real_seconds() - 2 * _SKEW_SECONDS,)
    )
    fresh = connection.execute(
        "INSERT INTO wechat_nonces VALUES (?, ?) ON CONFLICT DO NOTHING", (nonce, clock.real_seconds())
    )
    if not fresh.rowcount:
        raise refusals.unsigned("nonce_str 已经用过", "nonce_str reused")


def seal(status: int, content: Mapping[str, Any] | None, keys: Keys, *, how: str = "right") -> Reply:
    """The answer; one of status 2xx is signed, over an empty body as well."""
    body = "" if content is None else json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    is_error = status >= 300
    headers = {} if is_error else signing.headers(body, keys, at=int(clock.real_seconds()), how=how)
    return Reply(
        body=body.encode(), status=status, content_type="application/json; charset=utf-8", headers=headers
    )
