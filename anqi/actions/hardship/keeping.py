"""What every step of a case writes besides itself: the hold it had opened ends, and debits are looked at again."""

from datetime import datetime, timedelta
from uuid import UUID

from anqi import recording
from anqi.lending import dues, hardship, hardship_options, hardship_rules, holding, store
from anqi.lending.hardship_options import Means, Option
from anqi.lending.hardship_rules import Rules
from anqi.lending.models import HardshipCase, Hold
from anqi.lending.store import LoanInHand
from anqi.payments import debit_plans
from anqi.rows.chain import Chain
from anqi.rows.days import day_of
from anqi.rows.ids import uuid7

ACTOR = "anqi"
# While goods come back or something is in dispute there is nothing to be paid, and the plan will be another one.
_PRESSED_BY_NOBODY = (Hold.Kind.RETURN, Hold.Kind.DISPUTE, Hold.Kind.MERCHANT_GONE)


def running(borrower_id: UUID, loan_id: UUID, *, now: datetime) -> LoanInHand:
    """The loan, of which something is still to be paid. Refuses NothingToHelp, OnHold."""
    held = store.read(borrower_id, [loan_id]).get(loan_id)
    if held is None or not held.has_begun or held.terms.starts_on > day_of(now) or dues.is_over(held):
        raise hardship.NothingToHelp
    if held.standing(day_of(now)).status == "written_off":
        raise hardship.NothingToHelp
    if holding.kind_on(held, day_of(now)) in _PRESSED_BY_NOBODY:
        raise hardship.OnHold
    return held


def rules_of(row: HardshipCase, *, now: datetime) -> Rules:
    """What the case's lender does on that day."""
    return hardship_rules.in_force(row.loan.product.lender.code, on=day_of(now))


def own_options(means: Means, held: LoanInHand, rules: Rules, *, now: datetime) -> list[Option]:
    """What the lender's rules offer by themselves today; nothing so soon after help that was accepted."""
    since = now - timedelta(days=rules.again_after_days)
    if hardship.has_accepted_since(held.borrower_id, held.id, since):
        return []
    return hardship_options.own(means, held, rules, on=day_of(now))


def stand_in(chain: Chain, row: HardshipCase, held: LoanInHand, *, now: datetime) -> bool:
    """Whether the lender was found late: from the day after the one it named no day counts, until it answers."""
    if row.hold_id or not row.answer_by or row.answer_by >= day_of(now):
        return False
    hold, fact = holding.put(
        id=uuid7(), held=held, kind=Hold.Kind.LATE_ANSWER, reason=f"case {row.id} not answered by {row.answer_by}",
        until=day_of(now) + holding.ALONE, by=ACTOR, on=row.answer_by, now=now,
    )  # fmt: skip
    recording.write(chain, held, [fact], now=now)
    hardship.change(row, hold_id=hold.id)
    return True


def end(chain: Chain, row: HardshipCase, state: str, *, why: str, now: datetime, **changes: object) -> None:
    """The case is answered or over: it is in that state, days count again, and debits are looked at."""
    end_hold(chain, row, why=why, now=now)
    hardship.change(row, state=state, **changes)
    wake_debits(row, now=now)


def end_hold(chain: Chain, row: HardshipCase, *, why: str, now: datetime) -> None:
    """From today on days count again where the case had put the plan on hold."""
    hold = holding.find(row.borrower_id, row.hold_id) if row.hold_id else None
    if hold and not hold.ended_at:
        held = store.read(row.borrower_id, [row.loan_id])[row.loan_id]
        recording.write(chain, held, [holding.end(hold, why=why, by=ACTOR, now=now)], now=now)
    hardship.change(row, hold_id=None)


def wake_debits(row: HardshipCase, *, now: datetime) -> None:
    """The loan's debits follow what holds from now on."""
    plan = debit_plans.open_of(row.borrower_id, row.loan_id)
    if plan:
        debit_plans.wake(row.borrower_id, plan.id, now=now)
