"""Rows written out for people who take them along: every column by its name, as JSON has it."""

from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Model

from anqi.rows.fields import EncryptedText


def write(row: Model, *, opens: bool = False, but: Collection[str] = ()) -> dict[str, Any]:
    """The row without the columns `but`; what stands encrypted only where `opens` says so."""
    shown = [each.attname for each in row._meta.concrete_fields if each.column and _is_shown(each, opens)]
    return {name: plain(getattr(row, name)) for name in shown if name not in but}


def _is_shown(field: Any, opens: bool) -> bool:
    return opens or not isinstance(field, EncryptedText)


def plain(value: Any) -> Any:
    """The value as JSON takes it: instants and days as ISO writes them, bytes in hex."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    return value
