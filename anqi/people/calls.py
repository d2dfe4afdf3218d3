"""Calls (电话) to borrowers about what is overdue, as rows: one alive a borrower, from before dialling to how it went.

Refused
├── MayNotCall         why, next_at: the rules of contact say no
├── SomebodyCalls      a call to this borrower has not been written down yet
├── NoSuchCall
├── CallEnded          how it went is on record
├── SomebodyElsesCall  who called writes it down, or a supervisor
├── UnknownOutcome
└── PromiseUnsound     field: no such day or amount can be promised
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from anqi.engine.contact import Contact, Standstill
from anqi.engine.promises import Promise, standstill_of
from anqi.people.models import Call
from anqi.rows.days import day_of, end_of, start_of
from anqi.rows.refusals import Refused

LONGEST = 400
PAGE = 20
# Whatever the rules ask of calls that were made lies in these days: counts of a week, promises of two.
_RECENT = timedelta(days=31)
# So long after dialling somebody has forgotten to write it down.
_UNENDED_AFTER = timedelta(hours=1)


class MayNotCall(Refused):
    """Nobody may call this borrower now: {why}."""

    code = "may_not_call"


class SomebodyCalls(Refused):
    """How the last call to this borrower went has not been written down yet."""

    code = "somebody_calls"


class NoSuchCall(Refused):
    """This borrower has had no such call."""

    code = "no_such_call"


class CallEnded(Refused):
    """How this call went is on record already."""

    code = "call_ended"


class SomebodyElsesCall(Refused):
    """Who called writes down how it went, or a supervisor."""

    code = "somebody_elses_call"


class UnknownOutcome(Refused):
    """Say how it went."""

    code = "unknown_outcome"


class PromiseUnsound(Refused):
    """Nobody can promise such a {field}."""

    code = "promise_unsound"


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a call went, of `Call.Outcome`; what was promised stands there for a promise only, in fen."""

    outcome: str
    note: str = field(default="", repr=False)
    lasted_minutes: int | None = None
    promised_on: date | None = None
    promised_minor: int | None = None


def put(borrower_id: UUID, call_id: UUID, *, loan_ids: Iterable[UUID], by: UUID, now: datetime) -> Call:
    """A call that is about to be made, about these loans. Hold the borrower first."""
    row = Call(borrower_id=borrower_id, id=call_id, loan_ids=list(loan_ids), by=by, begun_at=now)
    Call.objects.bulk_create([row])
    return row


def end(row: Call, ending: Ending, *, now: datetime) -> None:
    """How it went. Hold the borrower first."""
    stated = vars(ending) | {"note": ending.note or None}
    Call.objects.filter(borrower_id=row.borrower_id, id=row.id).update(ended_at=now, **stated)
    for name, value in (stated | {"ended_at": now}).items():
        setattr(row, name, value)


def is_ended_so(row: Call, ending: Ending) -> bool:
    """Whether just this is on record of how it went."""
    return Ending(**{name: getattr(row, name) or given for name, given in vars(Ending(outcome="")).items()}) == ending


def find(borrower_id: UUID, call_id: UUID) -> Call | None:
    """The borrower's call."""
    return Call.objects.filter(borrower_id=borrower_id, id=call_id).first()


def of_borrower(borrower_id: UUID, *, before: UUID | None = None, limit: int = PAGE) -> list[Call]:
    """The borrower's calls, the latest first."""
    found = Call.objects.filter(borrower_id=borrower_id)
    return list((found.filter(id__lt=before) if before else found).order_by("-id")[:limit])


def recent(borrower_ids: Iterable[UUID], *, now: datetime) -> dict[UUID, list[Call]]:
    """What the rules of contact need of these borrowers' calls, the latest first. One statement."""
    found: dict[UUID, list[Call]] = {}
    since = Call.objects.filter(Q(begun_at__gte=now - _RECENT) | Q(ended_at=None), borrower_id__in=set(borrower_ids))
    for row in since.defer("note").order_by("-begun_at"):
        found.setdefault(row.borrower_id, []).append(row)
    return found


def contacts(rows: Iterable[Call]) -> list[Contact]:
    """These calls as the rules count them: one that was not written down yet was made."""
    return [
        Contact(at=row.begun_at, channel="call", kind="overdue", is_reached=row.outcome in Call.REACHED) for row in rows
    ]


def promise_of(row: Call) -> Promise | None:
    """What was promised in the call."""
    if row.promised_on is None or row.promised_minor is None:
        return None
    return Promise(made_at=row.begun_at, on=row.promised_on, amount_minor=row.promised_minor)


def standstills(rows: Sequence[Call], loan_id: UUID | None = None) -> list[Standstill]:
    """Until when what was promised in these calls stills contacts about that loan; about any of them without one."""
    about = (row for row in rows if loan_id is None or loan_id in row.loan_ids)
    return [standstill_of(promise) for row in about if (promise := promise_of(row))]


def last_promise(rows: Sequence[Call]) -> Call | None:
    """The latest of these calls in which something was promised."""
    return next((row for row in rows if row.promised_on), None)


def promised_since(now: datetime) -> QuerySet[Call]:
    """Calls of late in which somebody promised to pay by a day that is over by now."""
    return Call.objects.filter(begun_at__gte=now - _RECENT, promised_on__lt=day_of(now))


def unended(now: datetime) -> QuerySet[Call]:
    """Calls that nobody has written down for long, the oldest first."""
    return Call.objects.filter(ended_at=None, begun_at__lte=now - _UNENDED_AFTER).order_by("begun_at")


def of_day(day: date) -> list[Call]:
    """Everybody's calls of that day, the latest first."""
    begun = Call.objects.filter(begun_at__gte=start_of(day), begun_at__lt=end_of(day))
    return list(begun.defer("note").order_by("-begun_at"))


def counts(rows: Iterable[Call]) -> Mapping[UUID, int]:
    """How many of these calls each borrower had."""
    return Counter(row.borrower_id for row in rows)
