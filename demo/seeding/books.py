"""Seeding a book: refused where it would mix with anything else, then written by as many processes as told.

Refused
├── NotHere
├── HoldsOthers
└── SeedTaken    seed
"""

import multiprocessing
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

from anqi.ledger import books
from anqi.lending.models import Merchant
from anqi.people.models import PhoneEntry
from anqi.people.phones import fingerprint
from anqi.rows import sql
from anqi.rows.days import SHANGHAI
from anqi.rows.refusals import Refused
from demo.seeding import lives, nights, people, street, worker, writing
from demo.seeding.writing import Task

_MORE_THAN_A_MONTH = timedelta(days=32)


class NotHere(Refused):
    """Invented books have no place beside a lender's own: this is for ANQI_MODE=demo or test."""

    code = "not_here"


class HoldsOthers(Refused):
    """This database holds people or shops that were not seeded. To add a seeded book to them, add --add."""

    code = "holds_others"


class SeedTaken(Refused):
    """The book of seed {seed} is here already, or a part of it. Choose another seed, or an empty database."""

    code = "seed_taken"


@dataclass(frozen=True, kw_only=True)
class Seeded:
    """What was written: borrowers, loans, and rows by table."""

    borrowers: int
    loans: int
    rows: Counter[str]


def seed(
    *, loans: int, seed: int, today: date, processes: int = 2, adds: bool = False, is_lean: bool = False,
    note: Callable[[int], None] = lambda borrowers: None,
) -> Seeded:  # fmt: skip
    """Writes the book of that seed with so many loans, as it stands on the morning of that day, all days before closed.

    Lean, it has nothing of channels and messages. `note` is told how many borrowers have been written.
    Refuses NotHere, HoldsOthers, SeedTaken.
    """
    _refuse_wrong_place(seed, adds=adds)
    began = datetime.combine(today, time(9), SHANGHAI) - lives.MONTHS * _MORE_THAN_A_MONTH
    drawn = lives.draw(loans=loans, seed=seed, today=today)
    tasks = list(
        writing.tasks(
            drawn, street=street.open_street(now=began), today=today, first_open_on=books.first_open_on(),
            is_lean=is_lean,
        )
    )  # fmt: skip
    rows: Counter[str] = Counter()
    borrowers = 0
    for task, counts in zip(tasks, _written(tasks, processes), strict=True):
        rows.update(counts)
        borrowers += sum(life.copies for life in task.lives)
        note(borrowers)
    nights.finish(today)
    return Seeded(borrowers=borrowers, loans=loans, rows=rows)


def _refuse_wrong_place(seed: int, *, adds: bool) -> None:
    if settings.ANQI_MODE == "production":
        raise NotHere
    if not adds and _holds_others():
        raise HoldsOthers
    if PhoneEntry.objects.filter(phone_hash=fingerprint(people.nobody(seed, 0).phone)).exists():
        raise SeedTaken(seed=seed)


def _holds_others() -> bool:
    if Merchant.objects.exclude(code__startswith=street.PREFIX).exists():
        return True
    [(is_other,)] = sql.fetch(_OTHERS, [])
    return bool(is_other)


_OTHERS = f"""
    select exists (
        select from people_borrower b where not exists (
            select from lending_credit_line c join lending_lender l on l.id = c.lender_id
            where c.borrower_id = b.id and l.code = '{street.LENDER}'))
"""


def _written(tasks: Sequence[Task], processes: int) -> Iterator[Counter[str]]:
    if processes == 1:
        yield from map(writing.write, tasks)
        return
    with _environment(), ProcessPoolExecutor(
        processes, mp_context=multiprocessing.get_context("spawn"), initializer=worker.set_up
    ) as pool:
        yield from pool.map(worker.write, tasks)


@contextmanager
def _environment() -> Iterator[None]:
    """What new processes are told: the database that this one is connected to."""
    before = os.environ.get("DATABASE_URL")
    stated = connection.get_connection_params()
    names = ("host", "port", "user", "password", "dbname")
    os.environ["DATABASE_URL"] = make_conninfo(**{name: stated[name] for name in names if stated.get(name)})
    try:
        yield
    finally:
        if before is None:
            del os.environ["DATABASE_URL"]
        else:
            os.environ["DATABASE_URL"] = before
