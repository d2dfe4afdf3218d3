"""The older wire: flat XML both ways, signed by HMAC-SHA256 with the key of version 2, and every way it says no."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from html import escape

from defusedxml import ElementTree

CONTENT_TYPE = "text/xml; charset=utf-8"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
# What the faults declare before a message, and name inside it.
_ENTITY = b'<!DOCTYPE xml [<!ENTITY word "SUCCESS">]>'


class NotTaken(Exception):
    """A request that is no request: answered return_code FAIL, without a signature."""


class Declined(Exception):
    """A request understood and declined: answered result_code FAIL with a code, under a signature."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def sign(fields: Mapping[str, str], key: bytes, *, how: str = "right") -> str:
    """The signature: how is right, wrong or md5."""
    said = sorted((name, value) for name, value in fields.items() if value and name != "sign")
    text = "&".join(f"{name}={value}" for name, value in said).encode() + b"&key=" + key
    if how == "md5":
        return hashlib.md5(text).hexdigest().upper()  # noqa: S324 -- what a merchant must not believe.
    return hmac.new(key if how == "right" else b"x", text, hashlib.sha256).hexdigest().upper()


def seal(fields: Mapping[str, str], key: bytes, *, how: str = "right") -> str:
    """The message: how is right, wrong, md5, none or entity."""
    if how == "none":
        return _xml(fields)
    signature = sign(fields, key, how=how if how in ("wrong", "md5") else "right")
    text = _xml({**fields, "sign": signature})
    if how != "entity":
        return text
    return _ENTITY.decode() + text.replace(">SUCCESS<", ">&word;<")


def _xml(fields: Mapping[str, str]) -> str:
    # As the real one writes it; no value of ours ends a section.
    inside = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items())
    return f"<xml>{inside}</xml>"


def read(body: bytes) -> dict[str, str]:
    """The fields of a merchant's message. NotTaken unless it is one flat list, each name once."""
    try:
        root = ElementTree.fromstring(body, forbid_dtd=True)
    except (ElementTree.ParseError, ValueError, LookupError):
        raise NotTaken("XML格式错误") from None
    fields = {each.tag: each.text or "" for each in root}
    is_flat = root.tag == "xml" and not any(len(each) or each.attrib for each in root)
    if not is_flat or len(fields) != len(root) or not all(_NAME.fullmatch(name) for name in fields):
        raise NotTaken("XML格式错误")
    return fields


def written(body: str) -> dict[str, str]:
    """The fields of a message of ours, for people and tests; of one that a fault has spoilt, its text."""
    try:
        return read(body.encode())
    except NotTaken:
        return {"xml": escape(body, quote=False)}


def check_signature(fields: Mapping[str, str], key: bytes) -> None:
    """NotTaken unless signed by HMAC-SHA256; the real one takes MD5 as well."""
    good = sign(fields, key)
    if fields.get("sign_type") != "HMAC-SHA256" or not hmac.compare_digest(
        good.encode(), fields.get("sign", "").encode()
    ):
        raise NotTaken("签名错误")
