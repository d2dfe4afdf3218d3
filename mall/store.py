"""The shop's one SQLite file and its transactions."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

Rows = sqlite3.Connection


class Store:
    """A home folder with `mall.sqlite3` in it; the schema is brought up at once."""

    def __init__(self, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = home / "mall.sqlite3"
        with closing(self._connect()) as rows:
            rows.execute("PRAGMA journal_mode = WAL")
            rows.executescript((Path(__file__).parent / "schema.sql").read_text())

    @contextmanager
    def transaction(self) -> Iterator[Rows]:
        """One writing transaction: all of it, or none of it when the block raises."""
        with closing(self._connect()) as rows:
            # IMMEDIATE, because two readers that both turn writers would end in "database is locked".
            rows.execute("BEGIN IMMEDIATE")
            try:
                yield rows
            except BaseException:
                rows.execute("ROLLBACK")
                raise
            rows.execute("COMMIT")

    @contextmanager
    def reading(self) -> Iterator[Rows]:
        """A connection that sees one moment of the file and writes nothing."""
        with closing(self._connect()) as rows:
            rows.execute("PRAGMA query_only = ON")
            rows.execute("BEGIN")
            yield rows

    def _connect(self) -> Rows:
        rows = sqlite3.connect(self.path, timeout=10, isolation_level=None)
        rows.row_factory = sqlite3.Row
        rows.execute("PRAGMA foreign_keys = ON")
        # FULL: a webhook that was answered with 2xx must survive a power cut.
        rows.execute("PRAGMA synchronous = FULL")
        return rows
