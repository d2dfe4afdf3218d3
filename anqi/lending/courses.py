"""How a loan's balances go on: by itself from day to day, and by a new fact."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from anqi.engine import accounts, day
from anqi.engine.accounts import without_penalty
from anqi.engine.accruals import Line, minor_on
from anqi.engine.day import Evening
from anqi.engine.products import Part
from anqi.lending import store
from anqi.lending.store import LoanInHand, NewFact

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Step:
    """What the books must show after something happened, in fen, and the day on which it counts."""

    counts_on: date
    balances: dict[str, int]
    cause: str
    cause_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """How the loan goes on after an evening, and since when it is settled.

    What was written off is still owed, and is settled once all of it was recovered; what is void never was.
    """

    next_wake_on: date | None
    settled_on: date | None
    stands_on: date | None
    """That evening."""
    accruals: tuple[Line, ...]
    """By what it goes on earning, without being booked."""


def missed(held: LoanInHand, *, today: date) -> list[Step]:
    """What no act has booked yet of the days up to today: those on which something happened, and the penalty since.

    What accrues by the day is booked before a fact is, so that an entry of a payment shows what the payment did.
    """
    steps, reached_by_then = brought(held, today=today)
    if minor_on(reached_by_then.accruals, "penalty", today):
        shown = accounts.balances(held.terms, held.facts, today)
        steps.append(Step(counts_on=today, balances=_in_books(held, shown), cause="day", cause_id=None))
    return steps


def brought(held: LoanInHand, *, today: date) -> tuple[list[Step], Outlook]:
    """The days that were missed up to today, and what is then to be kept beside the loan: one look a day.

    Asked only of a loan that has begun.
    """
    steps, kept = list[Step](), _kept(held)
    while kept.next_wake_on and kept.next_wake_on <= today:
        seen = day.evening(held.terms, held.facts, kept.next_wake_on)
        shown = _in_books(held, seen.balances)
        steps.append(Step(counts_on=kept.next_wake_on, balances=shown, cause="day", cause_id=None))
        kept = _after(held, seen, stands_on=kept.next_wake_on, today=today)
    return steps, kept


def _kept(held: LoanInHand) -> Outlook:
    return Outlook(
        next_wake_on=held.next_wake_on, settled_on=held.settled_on, stands_on=held.stands_on, accruals=held.accruals
    )


def advance(held: LoanInHand, facts: Sequence[NewFact]) -> LoanInHand:
    """The loan with these facts added to it."""
    added = (store.counted(fact, currency=held.currency) for fact in facts)
    return replace(held, facts=(*held.facts, *added))


def reached(held: LoanInHand, *, by: NewFact, today: date) -> Step:
    """What the books must show once the loan has that fact. A correction of the past counts on its own day."""
    shown = accounts.balances(held.terms, held.facts, max(today, by.counts_on))
    return Step(counts_on=by.counts_on, balances=_in_books(held, shown), cause=by.kind, cause_id=by.id)


def outlook(held: LoanInHand, *, today: date) -> Outlook:
    """What is to be kept beside the loan after today's last step; its last fact may be of tomorrow already."""
    stands_on = max((today, *(fact.on for fact in held.facts)))
    seen = day.evening(held.terms, held.facts, stands_on)
    return _after(held, seen, stands_on=stands_on, today=today)


def _after(held: LoanInHand, seen: Evening, *, stands_on: date, today: date) -> Outlook:
    return Outlook(
        next_wake_on=seen.next_wake_on,
        settled_on=(held.settled_on or today) if seen.is_settled else None,
        stands_on=stands_on,
        accruals=seen.accruals,
    )


def expected(held: LoanInHand, *, today: date) -> dict[str, int]:
    """What the books must show of the loan, in fen, debit above zero; nothing while it has not begun.

    A loan whose next day has come is told as of the day before it: nothing has been booked since. What accrues since
    its last evening is in no book, so that what was earned and what the lines beside the loan come to cancel out; where
    they do not, the account `accrued_…` tells by how much.
    """
    if not held.has_begun:
        return {}
    on = _told_on(held, today)
    seen = day.evening(held.terms, held.facts, on)
    if not held.stands_on:
        # Brought on before lines were kept: the next close draws them.
        return _in_books(held, seen.balances)
    shown = without_penalty(_in_books(held, seen.balances), minor_on(held.accruals, "penalty", on))
    return shown | {
        f"accrued_{part}": off_minor
        for part in ("interest", "fee")
        if (off_minor := minor_on(seen.accruals, part, on) - minor_on(held.accruals, part, on))
    }


def accrued(held: LoanInHand, *, on: date, penalty_booked_minor: int) -> dict[Part, int]:
    """What the loan had earned by the evening of a past day and its books of that day did not show, in fen.

    Asked only of a loan that has begun. Of the penalty its books had so much.
    """
    seen = day.evening(held.terms, held.facts, on)
    penalty_minor = -seen.balances.get("penalty_income", 0) - penalty_booked_minor
    return {
        "interest": minor_on(seen.accruals, "interest", on),
        "fee": minor_on(seen.accruals, "fee", on),
        "penalty": max(penalty_minor, 0),
    }


def _in_books(held: LoanInHand, balances: dict[str, int]) -> dict[str, int]:
    # The engine knows who was paid as the shop. Of cash it is the borrower, and another account says what is to go out.
    if held.is_cash and "merchant_payable" in balances:
        paid_out = {"payout_payable": balances["merchant_payable"]}
        return {name: minor for name, minor in balances.items() if name != "merchant_payable"} | paid_out
    return balances


def _told_on(held: LoanInHand, today: date) -> date:
    if held.next_wake_on and held.next_wake_on <= today:
        return held.next_wake_on - _DAY
    return max(today, held.stands_on or today)
