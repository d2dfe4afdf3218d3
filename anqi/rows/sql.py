"""Hand-written statements, prepared on the server: planned once for a connection, not once for a payment."""

from collections.abc import Mapping, Sequence
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


def values(rows: Sequence[Sequence[Any]]) -> tuple[str, list[Any]]:
    """The placeholders and the parameters of an insert of these rows."""
    row = f"({', '.join(['%s'] * len(rows[0]))})"
    return ", ".join([row] * len(rows)), [each for row in rows for each in row]
