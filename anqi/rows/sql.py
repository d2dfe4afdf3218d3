"""Hand-written statements, prepared on the server: planned once for a connection, not once for a payment."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

Parameters = Sequence[Any] | Mapping[str, Any]


def fetch(query: str, parameters: Parameters) -> list[tuple[Any, ...]]:
    """The rows that the statement returns; none for one that returns nothing.

    Django's own cursors put the values into the text, which makes every statement a new one to the server.
    """
    connection.ensure_connection()
    if connection.queries_logged:
        connection.queries_log.append({"sql": query, "time": "0"})
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(query, parameters, prepare=True)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def together() -> Iterator[None]:
    """Statements sent without waiting for each one's answer; the first that fails is raised at the end.

    For writes whose answers nobody needs. PostgreSQL's pipeline mode: one journey instead of one for each.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def write(query: str, parameters: Parameters) -> None:
    """Runs the statement; alone it has ended when this returns, `together` it may still be on its way."""
    connection.ensure_connection()
    if connection.queries_logged:
        connection.queries_log.append({"sql": query, "time": "0"})
    with connection.wrap_database_errors:
        psycopg.Cursor(connection.connection).execute(query, parameters, prepare=True)


def table(types: Sequence[str], rows: Sequence[Sequence[Any]]) -> tuple[str, list[list[Any]]]:
    """The rows as something to select from, and its parameters: one text for any number of rows."""
    placeholders = ", ".join(f"%s::{each}[]" for each in types)
    return f"unnest({placeholders})", [list(column) for column in zip(*rows, strict=True)]
