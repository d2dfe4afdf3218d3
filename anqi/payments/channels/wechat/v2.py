"""WeChat's older wire: flat XML, signed by HMAC-SHA256 with a key that both sides hold."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from html import escape

from defusedxml import ElementTree

from anqi.payments.channels.protocol import Unreadable

# WeChat knows MD5 as well: we neither sign by it nor believe it.
METHOD = "HMAC-SHA256"
CONTENT_TYPE = "text/xml"
_LONGEST_BYTES = 64_000
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


def sign(fields: Mapping[str, str], key: bytes) -> str:
    """The signature over all fields that say something, in the order of their names."""
    said = sorted((name, value) for name, value in fields.items() if value and name != "sign")
    text = "&".join(f"{name}={value}" for name, value in said)
    return hmac.new(key, text.encode() + b"&key=" + key, hashlib.sha256).hexdigest().upper()


def is_signed(fields: Mapping[str, str], key: bytes) -> bool:
    """Whether whoever wrote them holds the key, and signed by our method."""
    if fields.get("sign_type", METHOD) != METHOD:
        return False
    return hmac.compare_digest(sign(fields, key).encode(), fields.get("sign", "").encode())


def to_xml(fields: Mapping[str, str]) -> bytes:
    """The fields as WeChat reads them."""
    inside = "".join(f"<{name}>{escape(value, quote=False)}</{name}>" for name, value in fields.items())
    return f"<xml>{inside}</xml>".encode()


def read(body: bytes) -> dict[str, str]:
    """The fields of a message. Unreadable where it is anything but one flat list, each name once."""
    if len(body) > _LONGEST_BYTES:
        raise Unreadable
    try:
        # A document that declares anything of its own, entities above all, is refused before it is read.
        root = ElementTree.fromstring(body, forbid_dtd=True)
    except (ElementTree.ParseError, ValueError, LookupError):
        root = None
    if root is None or root.tag != "xml" or any(len(each) or each.attrib for each in root):
        raise Unreadable
    fields = {each.tag: each.text or "" for each in root}
    if len(fields) != len(root) or not all(_NAME.fullmatch(name) for name in fields):
        raise Unreadable
    return fields
