"""Alipay's fields: yuan as text, Shanghai's time, numbers. What can't be read is Unreadable."""

import hashlib
import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from anqi.payments.channels.protocol import Unreadable
from anqi.rows.days import SHANGHAI

_TIME = "%Y-%m-%d %H:%M:%S"
_YUAN = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?")
_NOTHING = re.compile(r"(0(\.0{1,2})?)?")
_NUMBER = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MESSAGE_ID = re.compile(r"[!-~]{1,96}")


def to_yuan(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


def to_minor(yuan: object) -> int:
    if not isinstance(yuan, str) or not _YUAN.fullmatch(yuan) or not Decimal(yuan):
        raise Unreadable
    return int(Decimal(yuan) * 100)


def is_nothing(yuan: str) -> bool:
    """Whether a field that may be left out says no more than one that was."""
    return bool(_NOTHING.fullmatch(yuan))


def to_time(instant: datetime) -> str:
    return instant.astimezone(SHANGHAI).strftime(_TIME)


def to_instant(text: object) -> datetime:
    try:
        return datetime.strptime(str(text), _TIME).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise Unreadable from None


def to_day(text: object) -> date:
    """A day, or the day of an instant: Alipay's pages show the one and the other for the same field."""
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return to_instant(text).date()


def number(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise Unreadable
    return value


def message_key(fields: Mapping[str, str], body: bytes) -> str:
    message_id = fields.get("notify_id", "")
    return message_id if _MESSAGE_ID.fullmatch(message_id) else hashlib.sha256(body).hexdigest()
