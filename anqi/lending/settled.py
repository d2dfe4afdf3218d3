"""Loans that are paid off, as a certificate states them, and those that keep a borrower from having one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from anqi.engine.events import Chargeback, Goodwill, Recovery, Refund
from anqi.engine.facts import Fact, Payment, Return
from anqi.engine.standing_facts import without_reversed
from anqi.lending import store
from anqi.lending.models import Loan
from anqi.lending.store import LoanInHand


@dataclass(frozen=True, kw_only=True)
class Unsettled:
    """A loan that is not paid off: what is owed of it, in fen, or that it has not begun or was made void."""

    why: Literal["owed", "not_begun", "void"]
    number: str
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class Found:
    """Loans as a certificate states them, in the order in which they were signed, and those that are not paid off."""

    settled: tuple[dict[str, Any], ...]
    unsettled: tuple[Unsettled, ...]


def of_loan(borrower_id: UUID, loan_id: UUID, *, today: date) -> Found:
    """One loan at the end of the day. Lock the borrower first."""
    return _find(borrower_id, [loan_id], today)


def of_all(borrower_id: UUID, *, today: date) -> Found:
    """All loans at the end of the day, without those that never were: cancelled, or void. Lock the borrower first."""
    found = Loan.objects.filter(borrower_id=borrower_id).values_list("id", flat=True)
    seen = _find(borrower_id, list(found), today)
    return Found(settled=seen.settled, unsettled=tuple(each for each in seen.unsettled if each.why != "void"))


def still(borrower_id: UUID, loan_ids: Iterable[UUID], *, today: date) -> dict[UUID, bool]:
    """Whether each of these loans is paid off now: what was taken back since opens one again."""
    return {id: _is_settled(held, today) for id, held in store.read(borrower_id, loan_ids).items()}


def _find(borrower_id: UUID, loan_ids: Iterable[UUID], today: date) -> Found:
    own = Loan.objects.filter(borrower_id=borrower_id, id__in=loan_ids).select_related("lender")
    rows = {row.id: row for row in own}
    held = store.read(borrower_id, rows) if rows else {}
    over = {id for id, each in held.items() if _is_settled(each, today)}
    return Found(
        settled=tuple(_stated(rows[id], each, today) for id, each in held.items() if id in over),
        unsettled=tuple(_unsettled(rows[id], each, today) for id, each in held.items() if id not in over),
    )


def _is_settled(held: LoanInHand, on: date) -> bool:
    return _runs(held, on) and held.standing(on).status == "settled"


def _runs(held: LoanInHand, on: date) -> bool:
    return held.has_begun and held.starts_on is not None and held.starts_on <= on


def _unsettled(row: Loan, held: LoanInHand, today: date) -> Unsettled:
    if not _runs(held, today):
        return Unsettled(why="void" if held.cancelled_on else "not_begun", number=row.number, amount_minor=0)
    shown = held.standing(today)
    if shown.status == "void":
        return Unsettled(why="void", number=row.number, amount_minor=0)
    return Unsettled(why="owed", number=row.number, amount_minor=shown.remaining_minor)


def _stated(row: Loan, held: LoanInHand, today: date) -> dict[str, Any]:
    known, _ = without_reversed([fact for fact in held.facts if fact.on <= today])
    return {
        "id": row.id,
        "number": row.number,
        "lender": row.lender.name,
        "started_on": held.starts_on,
        "settled_on": _settled_on(held, today),
        "lent_minor": held.standing(today).lent_minor,
        "paid_minor": sum(map(_paid, known)),
        "returned_minor": sum(fact.amount_minor for fact in known if isinstance(fact, Return)),
        "goodwill_minor": sum(fact.amount_minor for fact in known if isinstance(fact, Goodwill)),
    }


def _paid(fact: Fact) -> int:
    if isinstance(fact, Payment | Recovery):
        return fact.amount_minor
    return -(fact.amount_minor or 0) if isinstance(fact, Refund | Chargeback) else 0


def _settled_on(held: LoanInHand, today: date) -> date:
    """The day since which nothing is left to pay, whenever we learned of it."""
    since = today
    for day in _days(held, today):
        if not _is_settled(held, day):
            break
        since = day
    return since


def _days(held: LoanInHand, today: date) -> Iterator[date]:
    # A loan is settled on a day on which something happened to it, or on a due date, when credit pays what falls due.
    days = {fact.on for fact in held.facts} | {row.due_on for row in held.standing(today).instalments}
    yield from sorted((day for day in days if day <= today), reverse=True)
