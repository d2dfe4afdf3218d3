"""Lives written into the database, whole borrowers at a time, by COPY."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from django.db import connection, models, transaction

from demo.seeding import encoding, living
from demo.seeding.lives import Life
from demo.seeding.street import Street

# So many borrowers share a transaction, as far as lives are whole: some megabytes of rows.
_TOGETHER = 200


@dataclass(frozen=True, kw_only=True)
class Task:
    """Lives that are written in one transaction, and what all of them share."""

    lives: Sequence[Life]
    street: Street
    today: date
    first_open_on: date
    is_lean: bool = False


def tasks(lives: Sequence[Life], **shared: Any) -> Iterator[Task]:
    """The lives in portions, in their order, with what all tasks share."""
    portion, borrowers = list[Life](), 0
    for life in lives:
        portion.append(life)
        borrowers += life.copies
        if borrowers >= _TOGETHER:
            yield Task(lives=portion, **shared)
            portion, borrowers = [], 0
    if portion:
        yield Task(lives=portion, **shared)


def write(task: Task) -> Counter[str]:
    """How many rows each table has received; all of them, or none."""
    pieces: dict[type[models.Model], list[bytes]] = {}
    counts: Counter[str] = Counter()
    for life in task.lives:
        written = living.live(
            life, task.street, today=task.today, first_open_on=task.first_open_on, is_lean=task.is_lean
        )
        for copy in range(life.copies):
            for model, rows in written.of(copy).items():
                pieces.setdefault(model, []).append(rows)
        counts.update({model._meta.db_table: count * life.copies for model, count in written.counts.items()})
    with transaction.atomic(durable=True):
        for model, gathered in pieces.items():
            _copy(model, gathered)
    return counts


def _copy(model: type[models.Model], rows: list[bytes]) -> None:
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        with cursor.copy(encoding.copy_statement(model)) as copy:
            copy.write(encoding.HEADER)
            for each in rows:
                copy.write(each)
            copy.write(encoding.TRAILER)
