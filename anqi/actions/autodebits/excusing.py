"""A debit that failed by no doing of the borrower's: no day counts as late, by a hold whose evidence are the debits."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from anqi import recording
from anqi.lending import holding, store
from anqi.lending.models import Hold
from anqi.lending.store import LoanInHand
from anqi.notices import messages
from anqi.payments import debiting
from anqi.payments.debit_reads import PlanInHand
from anqi.payments.debiting import Case, Timetable
from anqi.payments.models import Charge, DebitPlan
from anqi.rows.chain import Chain
from anqi.rows.days import day_of
from anqi.rows.ids import uuid7

# After the last try the borrower has so many days to pay by hand before any day counts again.
_DAYS_TO_PAY = 3
_ACTOR = "anqi"


def settle(
    chain: Chain, known: PlanInHand, held: LoanInHand, case: Case, timetable: Timetable, *, now: datetime
) -> None:
    """Puts the plan on hold when all its failures are the channel's or ours, and ends that once one is not.

    What that makes of the plan itself is the caller's to keep.
    """
    plan, is_excused = known.plan, debiting.is_excused(case) and not case.is_paid
    if is_excused and plan.hold_id is None and case.owed_minor:
        _begin(chain, plan, held, known.debits, timetable, now)
    elif plan.hold_id and not is_excused:
        end(chain, plan, now=now)


def _begin(
    chain: Chain, plan: DebitPlan, held: LoanInHand, debits: Sequence[Charge], timetable: Timetable, now: datetime
) -> None:
    until = plan.due_on + timedelta(days=timetable.days_after + _DAYS_TO_PAY)
    evidence = ", ".join(charge.key for charge in debits)
    # A debit that a channel was silent about ends late; the day on which it was made is the one that counts.
    first_on = max(plan.due_on, day_of(debits[0].opened_at))
    hold, fact = holding.put(
        id=uuid7(), held=held, kind=Hold.Kind.DEBIT_FAILED, reason=f"debits {evidence}", until=until, by=_ACTOR,
        on=first_on, now=now,
    )  # fmt: skip
    recording.write(chain, held, [fact], now=now)
    plan.hold_id, plan.excused_until = hold.id, until
    messages.announce(borrower_id=plan.borrower_id, template="debit_excused", words={"until_on": until}, now=now)


def end(chain: Chain, plan: DebitPlan, *, now: datetime) -> None:
    """From today on days count again; the plan is the caller's to keep. Nothing to do where none is on hold."""
    hold = holding.find(plan.borrower_id, plan.hold_id) if plan.hold_id else None
    if hold is None or hold.ended_at:
        return
    # What was recorded in this transaction before is part of the loan by now.
    held = store.read(plan.borrower_id, [plan.loan_id])[plan.loan_id]
    fact = holding.end(hold, why="debit plan", by=_ACTOR, now=now)
    recording.write(chain, held, [fact], now=now)
    plan.hold_id = plan.excused_until = None
