"""Faults: days on which a borrower could not pay for a fault of ours or of a channel's, once two people say so.

Refused
├── FaultUnsound       field
└── NothingToDecide    no fault waits for a second person
"""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from anqi.engine.classes import Fault
from anqi.lending.models import Objection, ReportFault
from anqi.rows.days import day_of
from anqi.rows.ids import uuid7
from anqi.rows.pairs import Pair, among
from anqi.rows.refusals import Refused

State = ReportFault.State
_MOST_DAYS = 31


class FaultUnsound(Refused):
    """No fault can have this {field}."""

    code = "fault_unsound"


class NothingToDecide(Refused):
    """No fault waits for a second person here."""

    code = "no_fault_to_decide"


def put(
    row: Objection, *, since_on: date, until_on: date, why: str, by: UUID, now: datetime
) -> ReportFault:
    """The days that somebody says were ours, which a second person has to agree to. Refuses FaultUnsound."""
    if until_on < since_on or (until_on - since_on).days >= _MOST_DAYS or until_on > day_of(now):
        raise FaultUnsound(field="until_on")
    fault = ReportFault(
        borrower_id=row.borrower_id, id=uuid7(), loan_id=row.loan_id, objection_id=row.id, since_on=since_on,
        until_on=until_on, why=why[:400], asked_by=by, asked_at=now,
    )  # fmt: skip
    ReportFault.objects.bulk_create([fault])
    return fault


def asked(row: Objection) -> ReportFault | None:
    """The one that waits for a second person."""
    return ReportFault.objects.filter(
        borrower_id=row.borrower_id, objection_id=row.id, state=State.ASKED
    ).first()


def of_objection(row: Objection) -> list[ReportFault]:
    """All that was said of it, the first first."""
    found = ReportFault.objects.filter(borrower_id=row.borrower_id, objection_id=row.id)
    return list(found.order_by("asked_at", "id"))


def decide(fault: ReportFault, state: State, *, by: UUID, why: str, now: datetime) -> None:
    """The second person has said so."""
    ReportFault.objects.filter(borrower_id=fault.borrower_id, id=fault.id).update(
        state=state, decided_by=by, decided_at=now, decided_why=why[:400]
    )
    fault.state = state


def agreed(pairs: Collection[Pair]) -> dict[Pair, tuple[Fault, ...]]:
    """Those of each of these loans that count, as the engine reads them. One statement."""
    found: dict[Pair, list[Fault]] = {}
    rows = ReportFault.objects.filter(among(pairs), state=State.AGREED)
    for row in rows.order_by("since_on"):
        fault = Fault(since=row.since_on, until=row.until_on)
        found.setdefault((row.borrower_id, row.loan_id), []).append(fault)
    return {pair: tuple(faults) for pair, faults in found.items()}


def waiting() -> QuerySet[ReportFault]:
    """All that wait for a second person, the oldest first."""
    return ReportFault.objects.filter(state=State.ASKED).select_related("loan").order_by("asked_at")
