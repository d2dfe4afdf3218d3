"""The queue: exceptions first, each with how many there are and since when, and the lists behind the counts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Min, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy

from anqi.ledger import books
from anqi.ledger import inspection as ledger
from anqi.lending import courses, store
from anqi.web.office import paper_rows
from anqi.web.office.kinds import Kind
from anqi.web.office.queue_kinds import KINDS

# Engine and books of so many loans are compared for the queue; all of them only by verification.
_COMPARED_LOANS = 100
_COMPARED_FOR_SECONDS = 60
# The most urgent first.
_TONES = ("bad", "warn", "")
BOOKS, PAPERS = lazy("账与引擎不一致"), lazy("渠道证书快到期或读不出来")


@dataclass(frozen=True, kw_only=True)
class Lane:
    """One line of the queue."""

    slug: str
    title: str | Promise
    tone: str
    count: int
    checked_at: datetime
    oldest_at: datetime | None = None
    oldest_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Compared:
    """The loans written to today whose books were compared with the engine, and those that differ."""

    at: datetime
    count: int
    differing: tuple[tuple[UUID, UUID], ...]


def lanes(now: datetime) -> list[Lane]:
    """The whole queue: what waits, the most urgent first, then the empty kinds, which say when they were looked at."""
    compared, waiting = compare(now), _waiting(now)
    found = [*(_lane(kind, *waiting[kind.slug], now) for kind in KINDS), _books(compared), _papers(now)]
    return sorted(found, key=lambda lane: (not lane.count, _TONES.index(lane.tone)))


def compare(now: datetime) -> Compared:
    """Loans into whose books something was written today, engine against books. At most once a minute."""
    known: Compared | None = cache.get("office:compared")
    if known is None:
        known = _compare(now)
        cache.set("office:compared", known, _COMPARED_FOR_SECONDS)
    return known


def kind(slug: str) -> Kind | None:
    """The kind of that name."""
    return next((each for each in KINDS if each.slug == slug), None)


def _waiting(now: datetime) -> dict[str, tuple[int, str | None]]:
    """How many there are of each kind, and since when: one statement, because each page of the office asks."""
    statement, values = _counting(now.replace(second=0, microsecond=0))
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return {slug: (count, since) for slug, count, since in cursor.fetchall()}


@lru_cache(maxsize=1)
def _counting(minute: datetime) -> tuple[str, tuple[Any, ...]]:
    # Kept for a minute, because putting it together out of all rooms takes several times as long as running it.
    first, *others = (_counted(kind, minute) for kind in KINDS)
    return first.union(*others, all=True).query.sql_with_params()


def _counted(kind: Kind, now: datetime) -> QuerySet[Any, Any]:
    # As text, since some stand since a day and some since an instant.
    rows = kind.rows(now).order_by().select_related(None).annotate(lane=Value(kind.slug)).values("lane")
    counted: QuerySet[Any, Any] = rows.annotate(lane_count=Count("*"), lane_since=Cast(Min(kind.since), TextField()))
    return counted


def _lane(kind: Kind, count: int, oldest: str | None, now: datetime) -> Lane:
    is_day = oldest is not None and len(oldest) == len("2026-11-27")
    return Lane(
        slug=kind.slug,
        title=kind.title,
        tone=kind.tone if count else "",
        count=count,
        oldest_at=datetime.fromisoformat(oldest) if oldest and not is_day else None,
        oldest_on=date.fromisoformat(oldest) if oldest and is_day else None,
        checked_at=now,
    )


def _books(compared: Compared) -> Lane:
    count = len(compared.differing)
    return Lane(slug="books", title=BOOKS, tone="bad" if count else "", count=count, checked_at=compared.at)


def _papers(now: datetime) -> Lane:
    # They stand in files and not in a table, so that the one statement knows nothing of them.
    urgent = paper_rows.urgent(now)
    ends = [on for stated in urgent if (on := paper_rows.ends_on(stated))]
    return Lane(
        slug="papers", title=PAPERS, tone="bad" if urgent else "", count=len(urgent),
        oldest_on=min(ends, default=None), checked_at=now,
    )  # fmt: skip


def _compare(now: datetime) -> Compared:
    pairs = sorted(ledger.loans_booked_on(now.date(), limit=_COMPARED_LOANS))
    differing = [
        (borrower_id, loan_id)
        for borrower_id, group in groupby(pairs, key=lambda pair: pair[0])
        for loan_id in _differing(borrower_id, [loan_id for _, loan_id in group], now)
    ]
    return Compared(at=now, count=len(pairs), differing=tuple(differing))


def _differing(borrower_id: UUID, loan_ids: Sequence[UUID], now: datetime) -> Iterable[UUID]:
    booked = books.read(borrower_id, loan_ids).balances
    for held in store.read(borrower_id, loan_ids).values():
        wanted = courses.expected(held, today=now.date())
        if ledger.differences(wanted=wanted, booked=booked[held.id]):
            yield held.id
