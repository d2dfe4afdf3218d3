"""An export: every file of one day, out of one moment of the database."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection
from psycopg import IsolationLevel
from psycopg.types.string import TextLoader

from anqi.config.exports import files, standings, tables
from anqi.config.exports.tables import Row
from anqi.engine.refusals import Refused
from anqi.rows.days import end_of

FORMATS = ("csv", "parquet")
# So many rows are fetched at a time, whatever the size of the book.
_ROWS = 1_000


class NoExport(Exception):
    """There is no export, and why."""


def export(on: date, folder: Path, *, format: str = "csv") -> dict[str, int]:
    """Writes the files of that day into the folder, which it makes; how many rows each has, by its name.

    As known now: what counts on that day or before. Files of an earlier export are replaced, all of them at the end
    or none. NoExport when the folder can't be written to, or a loan's facts make no sense to the engine.
    """
    ends = {table.name: folder / f"{table.name}.{format}" for table in tables.TABLES}
    parts = {name: path.with_name(f"{path.name}.part") for name, path in ends.items()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        counts = _write(on, parts, format)
        for name, part in parts.items():
            part.replace(ends[name])
    except OSError as error:
        raise NoExport(f"Nothing can be written there: {error}") from None
    finally:
        for part in parts.values():
            with suppress(OSError):
                part.unlink()
    return counts


def _write(on: date, parts: Mapping[str, Path], format: str) -> dict[str, int]:
    asked = {"on": on, "end": end_of(on)}
    counts = dict.fromkeys(parts, 0)
    with _snapshot() as source, ExitStack() as stack:
        out = {
            table.name: stack.enter_context(files.opened(parts[table.name], table, format=format))
            for table in tables.TABLES
        }

        def put(name: str, row: Row) -> None:
            out[name].write(row)
            counts[name] += 1

        for row in _stream(source, tables.READ_POSTINGS, asked):
            put("postings", row)
        for row in _stream(source, tables.READ_LOANS, asked):
            stated = _state(row, on)
            put("loans", stated.loan)
            for instalment in stated.instalments:
                put("instalments", instalment)
        for row in _stream(source, tables.READ_PAYMENTS, asked):
            put("payments", row)
    return counts


def _state(row: Row, on: date) -> standings.Stated:
    try:
        return standings.state(row, on=on)
    except Refused as refused:
        raise NoExport(f"Loan {row[1]} can't be told on {on}: {refused.code}. Run `anqi verify`.") from refused


@contextmanager
def _snapshot() -> Iterator[psycopg.Connection[Any]]:
    """A connection of its own that sees one moment, however long the files take, and can change nothing."""
    own = connection.copy()
    try:
        own.ensure_connection()
        source = own.connection
        source.isolation_level, source.read_only = IsolationLevel.REPEATABLE_READ, True
        # Ids are only handed on.
        source.adapters.register_loader("uuid", TextLoader)
        with source.transaction():
            # The first rows of a large book may be long in coming, and nobody waits for a lock of ours.
            source.execute("set local statement_timeout = 0")
            yield source
    finally:
        own.close()


def _stream(source: psycopg.Connection[Any], statement: str, asked: Mapping[str, Any]) -> Iterator[Row]:
    with psycopg.ServerCursor(source, "export") as cursor:
        cursor.itersize = _ROWS
        cursor.execute(statement, asked)
        yield from cursor
