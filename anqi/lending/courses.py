"""How a loan's balances go on: by itself from day to day, and by a new fact."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from anqi.engine import accounts, day
from anqi.engine.day import Evening
from anqi.lending import store
from anqi.lending.store import LoanInHand, NewFact


@dataclass(frozen=True, kw_only=True)
class Step:
    """What the books must show after something happened, in fen, and the day on which it counts."""

    counts_on: date
    balances: dict[str, int]
    cause: str
    cause_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """When the loan next changes by itself, and since when it is settled.

    What was written off is still owed, and is settled once all of it was recovered; what is void never was.
    """

    next_wake_on: date | None
    settled_on: date | None


def missed(held: LoanInHand, *, today: date) -> list[Step]:
    """The days up to today on which the loan changed by itself and that no act has booked yet."""
    return brought(held, today=today)[0]


def brought(held: LoanInHand, *, today: date) -> tuple[list[Step], Outlook]:
    """The days that were missed up to today, and what is then to be kept beside the loan: one look a day.

    Asked only of a loan that has begun.
    """
    steps, wake_on, is_settled = [], held.next_wake_on, held.settled_on is not None
    while wake_on and wake_on <= today:
        seen = day.evening(held.terms, held.facts, wake_on)
        steps.append(Step(counts_on=wake_on, balances=seen.balances, cause="day", cause_id=None))
        wake_on, is_settled = seen.next_wake_on, seen.is_settled
    settled_on = (held.settled_on or today) if is_settled else None
    return steps, Outlook(next_wake_on=wake_on, settled_on=settled_on)


def advance(held: LoanInHand, facts: Sequence[NewFact]) -> LoanInHand:
    """The loan with these facts added to it."""
    added = (store.counted(fact, currency=held.currency) for fact in facts)
    return replace(held, facts=(*held.facts, *added))


def reached(held: LoanInHand, *, by: NewFact, today: date) -> Step:
    """What the books must show once the loan has that fact. A correction of the past counts on its own day."""
    shown = accounts.balances(held.terms, held.facts, max(today, by.counts_on))
    return Step(counts_on=by.counts_on, balances=shown, cause=by.kind, cause_id=by.id)


def outlook(held: LoanInHand, *, today: date) -> Outlook:
    """What is to be kept beside the loan after today's last step."""
    return _outlook(held, day.evening(held.terms, held.facts, today), today)


def _outlook(held: LoanInHand, seen: Evening, today: date) -> Outlook:
    settled_on = (held.settled_on or today) if seen.is_settled else None
    return Outlook(next_wake_on=seen.next_wake_on, settled_on=settled_on)
