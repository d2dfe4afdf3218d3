"""Records: rows of models in statements written by hand, so that one statement writes or reads several tables."""

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Field, Model

from anqi.rows import sql

Row = TypeVar("Row", bound=Model)


def insert(row: Model) -> None:
    """Adds the row: at once, or at the end of the block that `sql.together` opened."""
    fields = _fields(type(row)).values()
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    sql.write(_insert_into(type(row)), values)
    row._state.adding, row._state.db = False, connection.alias


@cache
def _insert_into(model: type[Model]) -> str:
    columns = list(_fields(model))
    values = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
    return f"insert into {model._meta.db_table} ({', '.join(columns)}) values ({values})"


def from_json(model: type[Row], stated: Mapping[str, Any]) -> Row:
    """The row that `to_jsonb` has told; a column that it was told without is read when it is asked for.

    Encrypted columns must be left out: they are no text in JSON.
    """
    told = {field.attname: field.to_python(stated[name]) for name, field in _fields(model).items() if name in stated}
    return model.from_db(connection.alias, list(told), list(told.values()))


@cache
def _fields(model: type[Model]) -> dict[str, "Field[Any, Any]"]:
    return {field.column: field for field in model._meta.concrete_fields if field.column}
