"""The way to WeChat Pay: the SDK, the keys that WeChat may sign with, and what an answer is worth."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from wechatpayv3 import WeChatPay, WeChatPayType

from anqi.payments.channels.protocol import Unknown

_TIMEOUT_SECONDS = (3, 10)
_SIGNATURE_TYPE = "WECHATPAY2-SHA256-RSA2048"
_CODE = re.compile(r"[A-Z][A-Z0-9_]{1,63}")


class Untrusted(Exception):
    """What came is signed with no key of WeChat's that we know, or not at all."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What WeChat said. Only the fields of a status 200 are signed; a code is a hint that anybody could write."""

    status: int
    code: str
    fields: dict[str, Any]

    @property
    def as_unknown(self) -> Unknown:
        """A no that decides nothing, in few words."""
        return Unknown(cause=f"{self.status} {self.code}" if self.code else f"http_{self.status}")


def connect(stated: Mapping[str, str]) -> WeChatPay:
    """The SDK for one merchant account, in the mode of WeChat's public key; while keys change, of two of them."""
    sdks = [_make(stated, key="public_key", key_id="public_key_id")]
    if stated.get("next_public_key_id"):
        sdks.append(_make(stated, key="next_public_key", key_id="next_public_key_id"))
    for sdk in sdks:
        _check(sdk)
    first = sdks[0]._core
    first._verify_signature = _verifier(
        {sdk._core._public_key_id: sdk._core._verify_signature for sdk in sdks}
    )
    # The SDK takes no gateway but WeChat's own; this attribute is what its requests go to.
    first._gate_way = stated["gateway"]
    return sdks[0]


def _make(stated: Mapping[str, str], *, key: str, key_id: str) -> WeChatPay:
    return WeChatPay(
        WeChatPayType.NATIVE,
        mchid=stated["mchid"],
        appid=stated["appid"],
        private_key=Path(stated["private_key"]).read_text(),
        cert_serial_no=stated["cert_serial"],
        apiv3_key=Path(stated["apiv3_key"]).read_text().strip(),
        public_key=Path(stated[key]).read_text(),
        public_key_id=stated[key_id],
        timeout=_TIMEOUT_SECONDS,
        # It would be told whole messages.
        logger=None,
    )


def _check(sdk: WeChatPay) -> None:
    core = sdk._core
    for name in (
        "_gate_way",
        "_verify_signature",
        "_public_key",
        "_public_key_id",
        "_private_key",
        "_apiv3_key",
        "request",
    ):
        assert hasattr(core, name), f"this version of the SDK keeps {name} elsewhere"
    assert core._public_key_id.startswith("PUB_KEY_ID_"), (
        "public_key_id is not the id of a public key of WeChat's"
    )
    assert len(core._apiv3_key) == 32, "an APIv3 key has 32 characters"
    own = core._private_key.public_key().public_numbers()
    assert core._public_key.public_numbers() != own, (
        "public_key is the merchant's own: it must be the one that WeChat shows for the account"
    )


def _verifier(verify_by: Mapping[str, Callable[[Any, str], bool]]) -> Callable[[Any, str], bool]:
    """In place of the SDK's own, which knows one key and, seeing the number of another, fetches certificates:
    one forged message would be one request of ours, and each answer during a change of keys a lost one.
    """

    def verify(headers: Any, body: str) -> bool:
        if (
            not headers.get("Wechatpay-Signature")
            or headers.get("Wechatpay-Signature-Type") != _SIGNATURE_TYPE
        ):
            raise Untrusted("no_signature")
        serial = headers.get("Wechatpay-Serial", "")
        if serial not in verify_by:
            raise Untrusted("unknown_serial")
        if not verify_by[serial](headers, body):
            raise Untrusted("bad_signature")
        return True

    return verify


def ask(call: Callable[[], tuple[int, Any]]) -> Answer | Unknown:
    """What WeChat answers to this call of the SDK's."""
    try:
        status, text = call()
        return _answer(status, text)
    # Whatever went wrong, WeChat may have done what it was asked. Only the kind of trouble goes on.
    except Exception as trouble:
        return Unknown(cause=cause(trouble))


def download(call: Callable[[], tuple[int, Any]]) -> bytes | Unknown:
    """The file that this call of the SDK's fetches; it is unsigned, and its hash is for the caller to look at."""
    try:
        status, content = call()
    except Exception as trouble:
        return Unknown(cause=cause(trouble))
    return content if status == 200 and isinstance(content, bytes) else Unknown(cause=f"http_{status}")


def _answer(status: int, text: Any) -> Answer:
    if status == 204:
        return Answer(status=status, code="", fields={})
    if status != 200:
        return Answer(status=status, code=_code(text), fields={})
    fields = json.loads(text)
    if not isinstance(fields, dict):
        raise ValueError
    return Answer(status=status, code="", fields=fields)


def _code(text: Any) -> str:
    try:
        code = json.loads(text)["code"]
    except (ValueError, TypeError, LookupError):
        return ""
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def cause(trouble: Exception) -> str:
    """The kind of trouble that left a question without an answer to believe."""
    if isinstance(trouble, Untrusted):
        return trouble.cause
    return next((word for kind, word in _CAUSES if isinstance(trouble, kind)), "unreadable")


_CAUSES = (
    (requests.Timeout, "timeout"),
    (requests.exceptions.JSONDecodeError, "unreadable"),
    (requests.RequestException, "no_answer"),
)
