"""What falls due of a loan, for those who collect it by themselves. Amounts in fen."""

import json
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from anqi.engine import schedule
from anqi.engine.events import Void
from anqi.lending import store
from anqi.lending.store import LoanInHand
from anqi.rows import sql


@dataclass(frozen=True, kw_only=True)
class Due:
    """One instalment that is still to be paid."""

    due_on: date
    remaining_minor: int


def coming(held: LoanInHand, *, today: date) -> tuple[Due, ...]:
    """The instalments from today on of which something is still to be paid, the next one first."""
    if not held.has_begun:
        return ()
    rows = held.standing(today).instalments
    return tuple(
        Due(due_on=row.due_on, remaining_minor=row.remaining_minor)
        for row in rows
        if row.due_on >= today and row.remaining_minor
    )


def owed_minor(held: LoanInHand, *, on: date) -> int:
    """What is due at the end of that day, as far as is known now: arrears and late charges included."""
    if not held.has_begun or held.terms.starts_on > on:
        return 0
    return held.standing(on).due_now_minor


def expected_minor(held: LoanInHand, due_on: date, *, today: date) -> int:
    """What is due by an instalment's day, or today where that is over, as far as is known now."""
    return owed_minor(held, on=max(due_on, today))


def has_due(held: LoanInHand, due_on: date, *, today: date) -> bool:
    """Whether an instalment of the loan is due on that day as the plan stands today."""
    return held.has_begun and any(
        row.due_on == due_on for row in held.standing(today).instalments
    )


def is_over(held: LoanInHand) -> bool:
    """Whether nothing is ever to be paid any more: settled, cancelled or void."""
    return bool(held.settled_on or held.cancelled_on) or any(isinstance(fact, Void) for fact in held.facts)


def largest_minor(held: LoanInHand, *, today: date) -> int:
    """The most that one instalment comes to, late charges left out; of a loan that has not begun, as it was signed."""
    if held.has_begun:
        rows = held.standing(today).instalments
        return max((row.total_minor - row.penalty_minor for row in rows if row.due_on >= today), default=0)
    planned = schedule.plan(store.terms_from(held.signed_terms, starts_on=today)).instalments
    return max(row.total_minor for row in planned)


def timetable_of(borrower_id: UUID, loan_id: UUID) -> dict[str, object]:
    """What the loan's product says about when it is debited."""
    [(stated,)] = sql.fetch(_TIMETABLE, [borrower_id, loan_id])
    timetable: dict[str, object] = json.loads(stated)
    return timetable


def debiting_of(borrower_id: UUID, loan_id: UUID) -> tuple[dict[str, object], bool]:
    """The same, and whether the loan's debits are paused while its borrower waits for help, in one statement."""
    [(stated, is_paused)] = sql.fetch(_DEBITING, [borrower_id, loan_id])
    timetable: dict[str, object] = json.loads(stated)
    return timetable, bool(is_paused)


_TIMETABLE = """
    select product.debits::text from lending_loan l join lending_product product on product.id = l.product_id
    where l.borrower_id = $1 and l.id = $2
"""
_DEBITING = """
    select product.debits::text, exists (
        select from lending_hardship h
        where h.borrower_id = l.borrower_id and h.loan_id = l.id and h.pauses_debits
            and h.state in ('choosing', 'waiting', 'proposed', 'offered'))
    from lending_loan l join lending_product product on product.id = l.product_id
    where l.borrower_id = $1 and l.id = $2
"""
