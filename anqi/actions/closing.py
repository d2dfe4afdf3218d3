"""The end of day, once its loans are brought on: the day is shut, proved and summed up; what fails waits for people."""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from heapq import merge
from itertools import groupby
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from anqi.ledger import accruals as ledger_accruals
from anqi.ledger import books, days
from anqi.ledger import inspection as ledger
from anqi.lending import courses, set_aside, store
from anqi.lending import inspection as lending
from anqi.lending.accruals import Accrued
from anqi.lending.models import Loan, SetAside
from anqi.lending.store import LoanInHand
from anqi.rows.days import day_of

# A seventh of the book each night: within a week every loan is proved, whatever happens to it.
_NIGHTS = 7
_log = logging.getLogger("anqi.close")
_PAUSE = timedelta(milliseconds=50)

Pair = tuple[UUID, UUID]


@dataclass(frozen=True, kw_only=True)
class Proved:
    """How many loans were looked at, and how many of them differ from their books."""

    count: int = 0
    differing: int = 0

    def __add__(self, other: "Proved") -> "Proved":
        return Proved(count=self.count + other.count, differing=self.differing + other.differing)


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A stretch of the book: the borrowers after that one, up to and with this one; None for no such border."""

    after: UUID | None
    until: UUID | None
    is_anybodys: bool = False


def days_due(*, now: datetime) -> list[date]:
    """The business days that are over and have no finished run yet, in their order.

    From the day after the last finished one, or from the first on which anything was booked.
    """
    yesterday, last = day_of(now) - timedelta(days=1), days.last_finished()
    first = last + timedelta(days=1) if last else days.first_booked()
    if first is None:
        return []
    return [first + timedelta(days=n) for n in range((yesterday - first).days + 1)]


def shut(day: date, *, now: datetime) -> None:
    """Nothing is booked into the day any more when this returns.

    Those who read the books before are waited for: their transactions end within the time that the database allows
    them, and no payer ever waits for us.
    """
    with transaction.atomic(durable=True):
        shut_by = days.shut(day, now=now)
    while not days.is_over(shut_by):
        time.sleep(_PAUSE.total_seconds())


def turn(*, is_last: bool) -> Turn:
    """Whose turn it is: on the last day of a run a seventh of the book, in the order of its borrowers; else nobody's.

    Neighbours lie beside each other on disk, too. Whoever comes late is proved with what was written of them.
    """
    after = days.proved_to()
    if not is_last:
        return Turn(after=after, until=after)
    count = lending.count_begun() // _NIGHTS + 1
    last = _begun_after(after).values_list("borrower_id", flat=True)[count - 1 : count]
    return Turn(after=after, until=next(iter(last), None), is_anybodys=True)


def to_prove(day: date, whose: Turn) -> Iterator[Pair]:
    """The loans that were written to on that day, and those whose turn it is, by id."""
    # Both come in the order of their ids, so that none of them need be held in memory to be told once.
    for pair, _ in groupby(merge(ledger.each_loan_booked_on(day), _those_of(whose))):
        yield pair


def everything() -> Iterator[Pair]:
    """Every loan that has begun."""
    yield from _pairs(_begun_after(None))


def _those_of(whose: Turn) -> Iterator[Pair]:
    if whose.is_anybodys:
        begun = _begun_after(whose.after)
        yield from _pairs(begun.filter(borrower_id__lte=whose.until) if whose.until else begun)


def _begun_after(borrower_id: UUID | None) -> QuerySet[Loan]:
    begun = Loan.objects.exclude(starts_on=None).order_by("borrower_id", "id")
    return begun.filter(borrower_id__gt=borrower_id) if borrower_id else begun


def _pairs(begun: QuerySet[Loan]) -> Iterator[Pair]:
    yield from begun.values_list("borrower_id", "id").iterator(chunk_size=5000)


def prove(pairs: Sequence[Pair], *, day: date, now: datetime) -> Proved:
    """Compares the books of these loans with the engine; those that differ wait for people, the others come back.

    Both are read in one snapshot, so that a payment in between is no difference. A loan whose next day has come is
    compared as of the day before it: nothing has changed by itself until then. One that could not be brought on, and
    that a payment has brought on since, comes back too.
    """
    with transaction.atomic():
        connection.cursor().execute("set transaction isolation level repeatable read, read only")
        failed = set_aside.waiting(kind=SetAside.Kind.FAILED)
        read = store.read_pairs(pairs)
        held = [each for each in read if each.has_begun and not _waits(each, failed, day)]
        booked = books.read_pairs(pairs).balances if held else {}
    today = day_of(now)
    differing = {(each.borrower_id, each.id): told for each in held if (told := _differences(each, booked, today))}
    _set_aside(differing, day, now)
    agreeing = [pair for each in held if (pair := (each.borrower_id, each.id)) not in differing]
    set_aside.resolve(agreeing, kind=SetAside.Kind.DIFFERS, by="proof", now=now)
    brought = [pair for each in held if (pair := (each.borrower_id, each.id)) in failed]
    set_aside.resolve(brought, kind=SetAside.Kind.FAILED, by="proof", now=now)
    return Proved(count=len(held), differing=len(differing))


def _waits(held: LoanInHand, failed: set[Pair], day: date) -> bool:
    """Whether it waits for people already, since it could not be brought on."""
    is_due = held.next_wake_on is not None and held.next_wake_on <= day
    return is_due and (held.borrower_id, held.id) in failed


def _differences(held: LoanInHand, booked: Mapping[UUID, dict[str, int]], today: date) -> dict[str, list[int]]:
    try:
        wanted = courses.expected(held, today=today)
    except Exception as failure:
        _log.exception("loan_not_proved", extra={"borrower": str(held.borrower_id), "loan": str(held.id)})
        # The kind of failure, never its text: that may hold what is nobody's business.
        return {type(failure).__name__: [0, 0]}
    found = ledger.differences(wanted=wanted, booked=booked[held.id])
    return {each.account: [each.wanted_minor, each.booked_minor] for each in found}


def _set_aside(differing: dict[Pair, dict[str, list[int]]], day: date, now: datetime) -> None:
    for pair, accounts in differing.items():
        with transaction.atomic(durable=True):
            set_aside.put(
                pair, kind=SetAside.Kind.DIFFERS, day=day, why="books", details={"accounts": accounts}, now=now
            )


def finish(
    day: date, *, woken: int, proved: int, whose: Turn, accrued: Sequence[Accrued], now: datetime
) -> None:
    """Keeps the day's totals, what has accrued, and what its run found; days of which nothing waits are closed."""
    with transaction.atomic(durable=True):
        days.sum_up(day, loans=lending.PRODUCTS_OF_LOANS)
        ledger_accruals.accrue(day, accrued)
        days.finish(
            day, woken=woken, proved=proved, set_aside=len(set_aside.waiting()), proved_to=whose.until, now=now
        )
        days.close_before(set_aside.since(), now=now)
