"""The files of an export: CSV by Python's own library, Parquet by Arrow's. The same rows give the same bytes."""

import csv
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Protocol

import pyarrow as pa
from pyarrow import parquet

from anqi.config.exports.tables import Kind, Row, Table

# So many rows are held in memory, and are one row group of a Parquet file.
_ROWS = 20_000


class File(Protocol):
    """Takes rows, one by one."""

    def write(self, row: Row) -> None: ...


@contextmanager
def opened(path: Path, table: Table, *, format: str) -> Iterator[File]:
    """A new file for the table's rows, which only its owner can read; whole when the block ends."""
    kind = {"csv": _csv, "parquet": _parquet}[format]
    with open(path, "wb", opener=_privately) as out, kind(out, table) as file:
        yield file


def _privately(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


class _Csv:
    def __init__(self, out: Any, table: Table) -> None:
        self._lines = csv.writer(out, lineterminator="\n")
        self._lines.writerow(table.names)

    def write(self, row: Row) -> None:
        self._lines.writerow([_in_utc(value) if isinstance(value, datetime) else value for value in row])


def _in_utc(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


@contextmanager
def _csv(out: IO[bytes], table: Table) -> Iterator[File]:
    with io.TextIOWrapper(out, encoding="utf-8", newline="") as text:
        yield _Csv(text, table)


class _Parquet:
    def __init__(self, writer: parquet.ParquetWriter, table: Table) -> None:
        self._writer = writer
        self._columns = table.columns
        self._rows: list[Row] = []

    def write(self, row: Row) -> None:
        self._rows.append(row)
        if len(self._rows) == _ROWS:
            self.flush()

    def flush(self) -> None:
        if self._rows:
            by_column = zip(self._columns, zip(*self._rows, strict=True), strict=True)
            arrays = [pa.array(values, _TYPES[column.kind]) for column, values in by_column]
            self._writer.write_batch(pa.record_batch(arrays, schema=self._writer.schema))
            self._rows = []


@contextmanager
def _parquet(out: IO[bytes], table: Table) -> Iterator[File]:
    schema = pa.schema([pa.field(column.name, _TYPES[column.kind]) for column in table.columns])
    with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        file = _Parquet(writer, table)
        yield file
        file.flush()


_TYPES: dict[Kind, Any] = {
    "id": pa.string(),
    "text": pa.string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "int64": pa.int64(),
}
