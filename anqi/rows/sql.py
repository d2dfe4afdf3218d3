"""Hand-written statements, prepared on the server: planned once for a connection, not once for a payment."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection


def fetch(query: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows that the statement returns; none for one that returns nothing. Parameters are $1, $2 and so on.

    Django's own cursors put the values into the text, which makes every statement a new one to the server.
    """
    connection.ensure_connection()
    if connection.queries_logged:
        connection.queries_log.append({"sql": query, "time": "0"})
    with connection.wrap_database_errors, psycopg.RawCursor(connection.connection) as cursor:
        cursor.execute(query, parameters, prepare=True)
        return cursor.fetchall() if cursor.pgresult and cursor.pgresult.nfields else []


@contextmanager
def together() -> Iterator[None]:
    """The writes inside become one statement when the block ends; they see nothing of each other.

    For writes whose answers nobody needs, to different rows: each statement costs planning, locking and a journey.
    A cluster takes rows of different tables in one statement from few forms only, so there they go one by one.
    """
    gathered: list[tuple[str, Sequence[Any]]] = []
    token = _gathered.set(gathered)
    try:
        yield
    finally:
        _gathered.reset(token)
    if not gathered:
        return
    for query, parameters in gathered if _is_cluster() else [_as_one(gathered)]:
        fetch(query, parameters)


def write(query: str, parameters: Sequence[Any]) -> None:
    """Runs the statement: at once, or at the end of the block that `together` opened."""
    gathered = _gathered.get()
    if gathered is None:
        fetch(query, parameters)
    else:
        gathered.append((query, parameters))


def _as_one(writes: Sequence[tuple[str, Sequence[Any]]]) -> tuple[str, list[Any]]:
    text = _text_of(*((query, len(parameters)) for query, parameters in writes))
    return text, [each for _, parameters in writes for each in parameters]


@lru_cache(maxsize=256)
def _text_of(*writes: tuple[str, int]) -> str:
    queries, before = [], 0
    for query, count in writes:
        queries.append(_shifted(query, before))
        before += count
    *first, last = queries
    named = ", ".join(f"w{n} as ({query})" for n, query in enumerate(first))
    return f"with {named} {last}" if named else last


def _shifted(query: str, by: int) -> str:
    return re.sub(r"\$(\d+)", lambda found: f"${int(found[1]) + by}", query)


@cache
def _is_cluster() -> bool:
    return bool(fetch("select 1 from pg_extension where extname = 'citus'", []))


_gathered: ContextVar[list[tuple[str, Sequence[Any]]] | None] = ContextVar("gathered", default=None)


def rows(parameter: str, columns: Mapping[str, str]) -> str:
    """Something to select from: the rows in a parameter, which `as_rows` made, with these columns and types."""
    typed = ", ".join(f"{name} {type}" for name, type in columns.items())
    return f"json_to_recordset({parameter}::json) as given({typed})"


def as_rows(rows: Iterable[str]) -> str:
    """Any number of JSON objects as one parameter, so that the statement is one text for any number of them."""
    return f"[{','.join(rows)}]"


def as_ids(ids: Iterable[UUID]) -> str:
    """Any number of ids as one parameter, for `$1::uuid[]`: the driver would take them one by one."""
    return f"{{{','.join(map(str, ids))}}}"
