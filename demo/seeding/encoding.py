"""Rows as PostgreSQL's COPY reads them in its binary format, by the fields of their models."""

import json
import struct
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection, models

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
Encode = Callable[[Any], bytes]

_NULL = struct.pack(">i", -1)
_FIRST_INSTANT, _FIRST_DAY = datetime(2000, 1, 1, tzinfo=UTC), date(2000, 1, 1)
_MICROSECOND = timedelta(microseconds=1)


def encode(model: type[models.Model], stated: Mapping[str, Any]) -> bytes:
    """The row: what is stated, and the model's own defaults for the rest. Bytes and marks stand as they are."""
    columns = _columns(model)
    assert stated.keys() <= columns.keys(), f"{model.__name__} has no {stated.keys() - columns.keys()}"
    values = []
    for name, (field, encode_one) in columns.items():
        value = stated[name] if name in stated else _default(field)
        values.append(_NULL if value is None else _sized(encode_one(value)))
    return struct.pack(">h", len(columns)) + b"".join(values)


def copy_statement(model: type[models.Model]) -> str:
    """The statement that takes rows of this model."""
    return f"copy {model._meta.db_table} ({', '.join(_columns(model))}) from stdin (format binary)"


@cache
def _columns(model: type[models.Model]) -> "dict[str, tuple[models.Field[Any, Any], Encode]]":
    fields = [field for field in model._meta.concrete_fields if field.column]
    return {field.attname: (field, _encoder(field)) for field in fields}


def _encoder(field: "models.Field[Any, Any]") -> Encode:
    type = (field.db_type(connection) or "").split("(")[0]
    return _ENCODERS[type]


def _default(field: "models.Field[Any, Any]") -> Any:
    assert field.null or field.has_default(), f"{field.model.__name__}.{field.attname} must be stated"
    return field.get_default() if field.has_default() else None


def _sized(value: bytes) -> bytes:
    return struct.pack(">i", len(value)) + value


def _text(value: object) -> bytes:
    return str(value).encode()


def _bytes(value: bytes | str) -> bytes:
    return value.encode() if isinstance(value, str) else value


def _json(value: object) -> bytes:
    return b"\x01" + json.dumps(value, ensure_ascii=False).encode()


def _instant(value: datetime) -> bytes:
    return struct.pack(">q", (value - _FIRST_INSTANT) // _MICROSECOND)


def _day(value: date) -> bytes:
    return struct.pack(">i", (value - _FIRST_DAY).days)


def _uuid(value: UUID) -> bytes:
    return value.bytes


def _number(layout: str) -> Encode:
    return struct.Struct(layout).pack


def _numbers(values: Sequence[int]) -> bytes:
    """An array of one dimension, numbered from 1, of bigints, whose type's number is 20."""
    sized = (each for value in values for each in (8, value))
    return struct.pack(f">iiIii{'iq' * len(values)}", 1, 0, 20, len(values), 1, *sized)


_ENCODERS: dict[str, Encode] = {
    "varchar": _text,
    "text": _text,
    "uuid": _uuid,
    "bytea": _bytes,
    "jsonb": _json,
    "date": _day,
    "timestamp with time zone": _instant,
    "bigint": _number(">q"),
    "bigint[]": _numbers,
    "integer": _number(">i"),
    "smallint": _number(">h"),
    "boolean": _number(">?"),
}
