"""The SQLite file: one short transaction at a time, so that every decision sees a settled state."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

Connection = sqlite3.Connection
Row = sqlite3.Row

SCHEMA = """
CREATE TABLE IF NOT EXISTS calls (
    id INTEGER PRIMARY KEY, channel TEXT NOT NULL, operation TEXT NOT NULL, order_no TEXT,
    outcome TEXT NOT NULL, faults TEXT NOT NULL, called_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS calls_by_order ON calls (channel, order_no);
"""


@dataclass(frozen=True)
class Store:
    path: Path

    def create(self, *schemas: str) -> None:
        """Make the tables that are missing."""
        with self._open() as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            for schema in schemas:
                connection.executescript(schema)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction that holds the only write lock from its first moment: all of it or nothing."""
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def _open(self) -> Iterator[Connection]:
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=10)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        try:
            yield connection
        finally:
            connection.close()


def record_call(
    connection: Connection,
    *,
    channel: str,
    operation: str,
    order_no: str | None,
    outcome: str,
    faults: str,
    called_at: str,
) -> None:
    connection.execute(
        "INSERT INTO calls (channel, operation, order_no, outcome, faults, called_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (channel, operation, order_no, outcome, faults, called_at),
    )


def calls_of(connection: Connection, *, channel: str, order_no: str) -> list[Row]:
    """What a client asked about one order, oldest first."""
    return connection.execute(
        "SELECT * FROM calls WHERE channel = ? AND order_no = ? ORDER BY id", (channel, order_no)
    ).fetchall()
