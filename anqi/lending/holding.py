"""Plans on hold: while goods are on their way back or something is in dispute, nothing presses the borrower.

Refused
├── NoSuchHold
├── HoldOver
├── DayTooSoon        a hold lasts until tomorrow at least
├── ProlongingWaits   one wish at a time about one hold
└── NothingAsked      nobody asks for a later day
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import F, Max, QuerySet

from anqi.engine import events
from anqi.engine.facts import Reversal
from anqi.lending.models import Hold
from anqi.lending.store import LoanInHand, NewFact
from anqi.rows import sql
from anqi.rows.days import day_of
from anqi.rows.refusals import Refused

# One person may hold a plan for so long; for longer a second one has to look.
ALONE = timedelta(days=30)
# Shops and parcels need so long: then somebody asks.
RETURN_TAKES = timedelta(days=28)


class NoSuchHold(Refused):
    """This borrower has no such hold."""

    code = "no_such_hold"


class HoldOver(Refused):
    """This hold has ended."""

    code = "hold_over"


class DayTooSoon(Refused):
    """A hold lasts until tomorrow at least."""

    code = "day_too_soon"


class ProlongingWaits(Refused):
    """Somebody has asked for a later day already: decide about that first."""

    code = "prolonging_waits"


class NothingAsked(Refused):
    """Nobody asks for anything that would have to be decided."""

    code = "nothing_asked"


@dataclass(frozen=True, kw_only=True)
class Standstill:
    """Why a plan is on hold, and until when it should be over; nothing ends it but people."""

    kind: str
    until: date
    today: date

    @property
    def days_over(self) -> int:
        """For how many days it has gone on after the day on which it should have been over."""
        return max((self.today - self.until).days, 0)


def on(held: LoanInHand, day: date) -> bool:
    """Whether the plan is on hold at the end of that day, as far as is known now.

    Whoever debits, reminds, reports or calls asks this first, and does nothing about a loan that is.
    """
    return kind_on(held, day) is not None


def kind_on(held: LoanInHand, day: date) -> str | None:
    """What kind of hold the plan is under at the end of that day, the latest of several; None while it is not."""
    known = [fact for fact in held.facts if fact.on <= day]
    over = {fact.of for fact in known if isinstance(fact, events.Release | Reversal)}
    kinds = [fact.reason for fact in known if isinstance(fact, events.Hold) and fact.id not in over]
    return kinds[-1] if kinds else None


def standstills(borrower_id: UUID, loans: Iterable[LoanInHand], *, today: date) -> dict[UUID, Standstill]:
    """Those of the borrower's loans that are on hold today. One statement, or none where none is."""
    kinds = {held.id: kind for held in loans if (kind := kind_on(held, today))}
    if not kinds:
        return {}
    found = Hold.objects.filter(borrower_id=borrower_id, loan_id__in=kinds, ended_at=None).values("loan_id")
    # Of several the last to end: until then the others' ends change nothing.
    return {
        row["loan_id"]: Standstill(kind=kinds[row["loan_id"]], until=row["last"], today=today)
        for row in found.annotate(last=Max("until")).order_by()
    }


def put(
    *, id: UUID, held: LoanInHand, kind: Hold.Kind, reason: str, until: date, by: str, now: datetime,
    on: date | None = None,
) -> tuple[Hold, NewFact]:  # fmt: skip
    """A new hold that is open, and the fact by which the arithmetic knows of it: from that day on, or from today."""
    hold = Hold.objects.create(
        borrower_id=held.borrower_id, id=id, loan_id=held.id, kind=kind, reason=reason, opened_at=now, opened_by=by,
        until=until,
    )  # fmt: skip
    fact = NewFact(
        loan_id=held.id, kind="hold", counts_on=on or day_of(now), body={"reason": str(kind)}, actor=by,
        key=f"hold:{id}", id=id,
    )  # fmt: skip
    return hold, fact


def end(hold: Hold, *, why: str, by: str, now: datetime) -> NewFact:
    """The hold is over; the fact from whose day on days count again."""
    hold.ended_at, hold.ended_by, hold.ended_why = now, by, why
    _row(hold).update(ended_at=now, ended_by=by, ended_why=why, asked_until=None, asked_by=None, asked_at=None)
    return NewFact(
        loan_id=hold.loan_id, kind="release", counts_on=day_of(now), body={"of": str(hold.id)}, actor=by,
        key=f"release:{hold.id}",
    )  # fmt: skip


def read_open(borrower_id: UUID, hold_id: UUID) -> Hold:
    """The hold, which is open. Lock the borrower first. Refuses NoSuchHold and HoldOver."""
    hold = find(borrower_id, hold_id)
    if not hold:
        raise NoSuchHold
    if hold.ended_at:
        raise HoldOver
    return hold


def find(borrower_id: UUID, hold_id: UUID) -> Hold | None:
    """The borrower's hold of that id, open or not."""
    return Hold.objects.filter(borrower_id=borrower_id, id=hold_id).first()


def may_alone(opened_on: date, until: date) -> bool:
    """Whether one person may hold a plan until that day, counted from the day it was opened."""
    return until - opened_on <= ALONE


def prolong(hold: Hold, *, until: date) -> None:
    """It lasts until that day, and nobody's wish about it waits any more."""
    hold.until, hold.asked_until, hold.asked_by = until, None, None
    _row(hold).update(until=until, asked_until=None, asked_by=None, asked_at=None)


def ask(hold: Hold, *, until: date, by: UUID, why: str, now: datetime) -> None:
    """Somebody wants it to last until that day, and a second person has to look. Refuses ProlongingWaits."""
    if hold.asked_until:
        raise ProlongingWaits
    hold.asked_until, hold.asked_by = until, by
    _row(hold).update(asked_until=until, asked_by=by, asked_at=now, asked_why=why)


def forget_wish(hold: Hold) -> None:
    """It goes on as it was; nobody's wish about it waits."""
    prolong(hold, until=hold.until)


def of_loan(borrower_id: UUID, loan_id: UUID) -> list[Hold]:
    """All holds of the loan, the open ones first, the latest on top."""
    found = Hold.objects.filter(borrower_id=borrower_id, loan_id=loan_id)
    return list(found.order_by(F("ended_at").desc(nulls_first=True), "-opened_at"))


def open_holds(borrower_id: UUID, loan_ids: Iterable[UUID]) -> dict[UUID, Hold]:
    """The latest open hold of each of these loans; loans without one are left out."""
    found = Hold.objects.filter(borrower_id=borrower_id, loan_id__in=list(loan_ids), ended_at=None)
    return {hold.loan_id: hold for hold in found.order_by("opened_at")}


def waiting() -> QuerySet[Hold]:
    """All holds that are open, the oldest first."""
    return Hold.objects.filter(ended_at=None).select_related("loan").order_by("opened_at")


def overdue(today: date) -> QuerySet[Hold]:
    """Open holds whose day is over: people have to decide."""
    late = Hold.objects.filter(ended_at=None, until__lt=today)
    return late.select_related("loan").order_by("until")


def asked() -> QuerySet[Hold]:
    """Open holds of which somebody wants a later day, which waits for a second person."""
    return Hold.objects.filter(ended_at=None, asked_until__isnull=False).select_related("loan").order_by("asked_at")


def differing() -> Iterator[tuple[UUID, UUID, bool]]:
    """(borrower id, hold id, whether its row is open) where the row and the facts differ. One statement."""
    yield from sql.fetch(_DIFFERING, [])


# A fact that is reversed has never been.
_DIFFERING = """
    with fact as (
        select f.borrower_id, f.loan_id, f.id, f.kind, f.body ->> 'of' as of
        from lending_fact f
        where f.kind in ('hold', 'release') and not exists (
            select from lending_fact r
            where r.borrower_id = f.borrower_id and r.kind = 'reversal' and r.body ->> 'of' = f.id::text)
    ),
    alive as (
        select h.borrower_id, h.loan_id, h.id from fact h
        where h.kind = 'hold' and not exists (
            select from fact r
            where r.kind = 'release' and r.borrower_id = h.borrower_id and r.loan_id = h.loan_id and r.of = h.id::text)
    )
    select coalesce(o.borrower_id, a.borrower_id), coalesce(o.id, a.id), o.id is not null
    from (select borrower_id, loan_id, id from lending_hold where ended_at is null) o
    full join alive a on a.borrower_id = o.borrower_id and a.id = o.id and a.loan_id = o.loan_id
    where o.id is null or a.id is null
    order by 1, 2
"""


def _row(hold: Hold) -> QuerySet[Hold]:
    return Hold.objects.filter(borrower_id=hold.borrower_id, id=hold.id)
