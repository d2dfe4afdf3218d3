"""People who stop a plan, or have it tried again now: staff, with a reason, in the office.

Refused
├── NoSuchPlan
├── PlanOver
└── InFlight
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from anqi.actions.autodebits import telling
from anqi.lending import dues, store
from anqi.payments import debit_plans
from anqi.payments.models import Charge, DebitPlan
from anqi.people import authority, holds, staff
from anqi.people.models import User
from anqi.rows.days import day_of
from anqi.rows.refusals import Refused


class NoSuchPlan(Refused):
    """There is no such plan."""

    code = "no_such_plan"


class PlanOver(Refused):
    """This plan is done with."""

    code = "plan_over"


class InFlight(Refused):
    """A debit of this plan is on its way: nobody may act on it before its end is known."""

    code = "in_flight"


def stop(*, borrower_id: UUID, plan_id: UUID, reason: str, actor: User, now: datetime) -> None:
    """Nothing more is tried for this instalment, of which its borrower is told at once.

    Refuses MayNotAct, ReasonMissing, NoSuchPlan, PlanOver, InFlight.
    """
    authority.must_act(actor)
    authority.must_say_why(reason)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        plan = _open(borrower_id, plan_id)
        debit_plans.stop(plan, by=f"staff:{actor.id}", now=now)
        telling.stopped(plan, _owed_minor(plan, now), now=now)
        _note("stop_debit", plan, actor, reason, now)


def retry(*, borrower_id: UUID, plan_id: UUID, reason: str, actor: User, now: datetime) -> None:
    """What is due now is tried at once, within the channels' hours, from the first source that will do.

    Refuses MayNotAct, ReasonMissing, NoSuchPlan, PlanOver, InFlight.
    """
    authority.must_act(actor)
    authority.must_say_why(reason)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        plan = _open(borrower_id, plan_id)
        debit_plans.note(plan, asked_at=now)
        debit_plans.wake(borrower_id, plan_id, now=now)
        _note("retry_debit", plan, actor, reason, now)


def _owed_minor(plan: DebitPlan, now: datetime) -> int:
    held = store.read(plan.borrower_id, [plan.loan_id])[plan.loan_id]
    return dues.expected_minor(held, plan.due_on, today=day_of(now))


def _open(borrower_id: UUID, plan_id: UUID) -> DebitPlan:
    plan = debit_plans.find(borrower_id, plan_id)
    if plan is None:
        raise NoSuchPlan
    # One that is stopped may stay open while its days don't count as late.
    if plan.state != DebitPlan.State.OPEN or plan.stopped_by:
        raise PlanOver
    if any(debit.state in Charge.OPEN for debit in debit_plans.debits(plan)):
        raise InFlight
    return plan


def _note(verb: str, plan: DebitPlan, actor: User, reason: str, now: datetime) -> None:
    detail = {"loan_id": str(plan.loan_id), "due_on": plan.due_on.isoformat()}
    staff.note(
        actor_id=actor.id, verb=verb, borrower_id=plan.borrower_id, object_id=plan.id, reason=reason, detail=detail,
        now=now,
    )  # fmt: skip
