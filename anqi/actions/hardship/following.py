"""What time does to cases: an answer that is late, an offer that is over, help that was accepted and isn't kept."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from anqi.actions.hardship import keeping
from anqi.lending import dues, hardship, hardship_shapes, store
from anqi.lending.hardship import State
from anqi.lending.models import HardshipCase, HardshipOffer
from anqi.lending.store import LoanInHand
from anqi.notices import messages
from anqi.payments import queries as payments
from anqi.people import holds
from anqi.rows.days import day_of

_DAY = timedelta(days=1)


def stand_in(*, borrower_id: UUID, case_id: UUID, now: datetime) -> HardshipCase:
    """The lender is late in answering: from the day after the one it named no day counts as late, until it answers.

    Changes nothing where it was answered meanwhile; a loan that is over needs none.
    """
    with transaction.atomic(durable=True):
        chain = holds.hold(borrower_id)
        row = hardship.get(borrower_id, case_id)
        if row.state not in (State.WAITING, State.PROPOSED) or row.answer_by is None:
            return row
        held = store.read(borrower_id, [row.loan_id])[row.loan_id]
        if dues.is_over(held):
            keeping.end(chain, row, State.LAPSED, why="over", now=now, ended_at=now)
            return row
        if keeping.stand_in(chain, row, held, now=now):
            words = {"lender": row.loan.product.lender.name, "answer_on": row.answer_by}
            messages.announce(borrower_id=borrower_id, template="hardship_late", words=words, now=now)
        return row


def lapse(*, borrower_id: UUID, case_id: UUID, now: datetime) -> HardshipCase:
    """Nobody chose or signed in time; the plan goes on as it was."""
    with transaction.atomic(durable=True):
        chain = holds.hold(borrower_id)
        row = hardship.get(borrower_id, case_id)
        if hardship.is_lapsed(row, now=now):
            hardship.close_offers(row, state=HardshipOffer.State.OVER)
            keeping.end(chain, row, State.LAPSED, why="lapsed", now=now, ended_at=now)
            words = {"lender": row.loan.product.lender.name}
            messages.announce(borrower_id=borrower_id, template="hardship_lapsed", words=words, now=now)
        return row


def follow(*, borrower_id: UUID, case_id: UUID, now: datetime) -> HardshipCase:
    """Looks whether what was accepted is kept: if not, it comes back before a person."""
    with transaction.atomic(durable=True):
        chain = holds.hold(borrower_id)
        row, today = hardship.get(borrower_id, case_id), day_of(now)
        if row.look_on is None or row.look_on > today:
            return row
        if payments.claims(borrower_id, [row.loan_id]):
            # Money that is on its way is no broken word.
            hardship.change(row, look_on=today + _DAY)
            return row
        keeping.end_hold(chain, row, why="days to catch up are over", now=now)
        held = store.read(borrower_id, [row.loan_id])[row.loan_id]
        if _is_kept(held, now):
            _go_on(row, held, now)
        else:
            _break(row, now)
        return row


def _is_kept(held: LoanInHand, now: datetime) -> bool:
    return dues.is_over(held) or not any(
        row.remaining_minor and row.due_on < day_of(now) for row in held.standing(day_of(now)).instalments
    )


def _go_on(row: HardshipCase, held: LoanInHand, now: datetime) -> None:
    rules, today = keeping.rules_of(row, now=now), day_of(now)
    following = None if dues.is_over(held) else hardship_shapes.next_row(held.standing(today), after=today - _DAY)
    is_for_days = row.accepted is not None and hardship_shapes.read(row.accepted).kind == "catch_up"
    if following is None or is_for_days or row.looks + 1 >= rules.looks:
        hardship.change(row, state=State.KEPT, looks=row.looks + 1, look_on=None, ended_at=now)
        return
    hardship.change(row, looks=row.looks + 1, look_on=following.due_on + timedelta(days=rules.looks_after_days))


def _break(row: HardshipCase, now: datetime) -> None:
    if hardship.alive(row.borrower_id, row.loan_id):
        # Its borrower has asked anew: that is the case to look at.
        hardship.change(row, state=State.LAPSED, look_on=None, broken_at=now, ended_at=now)
        return
    answer_by = day_of(now) + timedelta(days=keeping.rules_of(row, now=now).answers_within_days)
    hardship.change(
        row, state=State.WAITING, look_on=None, broken_at=now, answer_by=answer_by, looked_at=None, looked_by=None
    )
    keeping.wake_debits(row, now=now)
    words = {"lender": row.loan.product.lender.name, "answer_on": answer_by}
    messages.announce(borrower_id=row.borrower_id, template="hardship_broken", words=words, now=now)
