"""The plan of each due instalment that is debited: what was done of it, what is open, and when it is looked at next."""

from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from django.db.models import QuerySet

from anqi.payments import leases
from anqi.payments.debiting import Attempt
from anqi.payments.models import Charge, DebitNotice, DebitPlan
from anqi.payments.numbers import number_for
from anqi.rows import records, sql
from anqi.rows.ids import uuid7

_WAITS = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 300, 1800))
_TOLD_WITHIN = timedelta(hours=12)


def open_of(borrower_id: UUID, loan_id: UUID) -> DebitPlan | None:
    """The plan of the loan that is open."""
    return DebitPlan.objects.filter(borrower_id=borrower_id, loan_id=loan_id, state=DebitPlan.State.OPEN).first()


def read(borrower_id: UUID, plan_id: UUID) -> DebitPlan:
    """The plan. Lock the borrower first to act on it."""
    return DebitPlan.objects.get(borrower_id=borrower_id, id=plan_id)


def find(borrower_id: UUID, plan_id: UUID) -> DebitPlan | None:
    """The plan; None for somebody else's or nobody's."""
    return DebitPlan.objects.filter(borrower_id=borrower_id, id=plan_id).first()


def put(*, borrower_id: UUID, loan_id: UUID, due_on: date, expected_minor: int, now: datetime) -> DebitPlan:
    """A new plan, looked at as soon as this transaction stands."""
    return DebitPlan.objects.create(
        borrower_id=borrower_id, id=uuid7(), loan_id=loan_id, due_on=due_on, expected_minor=expected_minor,
        opened_at=now, next_try_at=now,
    )  # fmt: skip


def move(plan: DebitPlan, *, due_on: date, expected_minor: int, now: datetime) -> DebitPlan:
    """The plan of an instalment that falls due on another day: the old one is done with, a new one begins anew.

    So it is reminded of and announced again, and nothing is tried on the old day.
    """
    end(plan, state=DebitPlan.State.STOPPED, why="moved", now=now)
    keep(plan)
    return put(
        borrower_id=plan.borrower_id, loan_id=plan.loan_id, due_on=due_on, expected_minor=expected_minor, now=now
    )


def is_announced(plan: DebitPlan) -> bool:
    """Whether a channel was asked to tell the payer of it, and has not refused to."""
    asked = DebitNotice.objects.filter(borrower_id=plan.borrower_id, plan_id=plan.id)
    return asked.exclude(state=DebitNotice.State.REFUSED).exists()


def wake(borrower_id: UUID, plan_id: UUID, *, now: datetime) -> None:
    """Something has become known: the plan is looked at at once."""
    DebitPlan.objects.filter(borrower_id=borrower_id, id=plan_id, state=DebitPlan.State.OPEN).update(
        next_try_at=now, tries=0
    )


def wait(plan: DebitPlan, *, until: datetime | None) -> None:
    """When the plan is looked at next; None: when what is open has ended. `keep` writes it."""
    plan.next_try_at, plan.tries = until, 0


def end(plan: DebitPlan, *, state: str, why: str, now: datetime) -> None:
    """The plan is done with. `keep` writes it."""
    plan.state, plan.why, plan.ended_at, plan.next_try_at = state, why, now, None


def keep(plan: DebitPlan) -> None:
    """Writes what a step has made of the plan."""
    sql.write(_KEEP, [getattr(plan, name) for name in _KEPT] + [plan.borrower_id, plan.id])


def note(plan: DebitPlan, **known: object) -> None:
    """What has become known of it between its steps: `tested_at`, `asked_at`, `stopped_by`."""
    for name, value in known.items():
        setattr(plan, name, value)
    _row(plan).update(**known)


def stop(plan: DebitPlan, *, by: str, now: datetime) -> None:
    """Somebody wants nothing more tried. What is on hold because of it is looked at once more, then it is done with."""
    note(plan, stopped_by=by)
    _row(plan).update(next_try_at=now, tries=0)


def lease_due(*, now: datetime, limit: int) -> list[DebitPlan]:
    """Plans whose time has come, each left to the caller for a while."""
    return leases.take(DebitPlan.objects.filter(state=DebitPlan.State.OPEN), now=now, limit=limit)


def debits(plan: DebitPlan) -> list[Charge]:
    """The debits of the plan, oldest first."""
    found = Charge.objects.filter(borrower_id=plan.borrower_id, plan_id=plan.id)
    return list(found.order_by("opened_at", "id"))


def attempt(charge: Charge) -> Attempt:
    """The debit as the planner sees it. One that its channel never had is the channel's matter."""
    states: dict[str, Literal["open", "succeeded"]] = dict.fromkeys(Charge.OPEN, "open")
    states[Charge.State.SUCCEEDED] = "succeeded"
    assert charge.mandate_id, "a debit is made under an agreement"
    is_lost = charge.state == Charge.State.CLOSED
    return Attempt(
        source_id=charge.mandate_id, at=charge.opened_at, state=states.get(charge.state, "failed"),
        reason="system" if is_lost else charge.reason,
    )  # fmt: skip


def announce(plan: DebitPlan, mandate_id: UUID, *, amount_minor: int, now: datetime) -> None:
    """That the channel is to tell the payer; sent by whoever sweeps."""
    notice_id = uuid7()
    records.insert(DebitNotice(
        borrower_id=plan.borrower_id, id=notice_id, plan_id=plan.id, mandate_id=mandate_id,
        key=number_for("an", notice_id), amount_minor=amount_minor, created_at=now, next_try_at=now,
    ))  # fmt: skip


def lease_notices(*, now: datetime, limit: int) -> list[DebitNotice]:
    """Announcements that are to be sent, each left to the caller for a while."""
    return leases.take(DebitNotice.objects.all(), now=now, limit=limit)


def mark_told(notice: DebitNotice, *, now: datetime) -> None:
    """The channel has it and tells the payer."""
    _notice(notice).update(state=DebitNotice.State.TOLD, told_at=now, next_try_at=None)


def mark_refused(notice: DebitNotice, *, reason: str) -> None:
    """The channel won't tell the payer of this debit: it can't be made from there."""
    _notice(notice).update(state=DebitNotice.State.REFUSED, reason=reason[:48], next_try_at=None)


def say_again(notice: DebitNotice, *, now: datetime) -> None:
    """Nobody knows whether the channel has it: the same is said again, but not for ever."""
    if now > notice.created_at + _TOLD_WITHIN:
        mark_refused(notice, reason="system")
        return
    _notice(notice).update(next_try_at=now + _WAITS[min(notice.tries, len(_WAITS) - 1)])


_KEPT = (
    "state", "why", "ended_at", "reminded_at", "told", "hold_id", "excused_until", "next_try_at", "tries",
)  # fmt: skip
_KEEP = f"""
    update payments_debit_plan set {", ".join(f"{name} = ${n}" for n, name in enumerate(_KEPT, 1))}
    where borrower_id = ${len(_KEPT) + 1} and id = ${len(_KEPT) + 2}
"""


def _row(plan: DebitPlan) -> QuerySet[DebitPlan]:
    return DebitPlan.objects.filter(borrower_id=plan.borrower_id, id=plan.id)


def _notice(notice: DebitNotice) -> QuerySet[DebitNotice]:
    waiting = DebitNotice.State.WAITING
    return DebitNotice.objects.filter(borrower_id=notice.borrower_id, id=notice.id, state=waiting)
