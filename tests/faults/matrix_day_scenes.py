"""What happens in a cell of a channel's day: what was paid or went back, the mornings after, and what people decide."""

from datetime import datetime, timedelta
from uuid import uuid4

from anqi import clock
from anqi.actions import payouts, reconciliation
from anqi.jobs import tasks
from anqi.payments.models import Charge, ReconciliationDifference, UnreadStatement
from anqi.people.models import User
from anqi.rows.days import day_of, start_of
from tests.faults import matrix_scenes
from tests.faults.matrix_cells import Cell
from tests.faults.matrix_stand import Ground

State = ReconciliationDifference.State
_MORNING, _AGAIN, _DAYS = timedelta(hours=10), timedelta(minutes=15), 2
_MOST_TRIES = 4
_EXPLAINED = ("duplicate", "fee", "missing_with_us")


def play(ground: Ground, cell: Cell) -> datetime:
    """The cell, played to its end; when the day's files were asked for first."""
    # All of it on one day of the channel's, whatever the hour.
    ground.pass_until(start_of(day_of(clock.now())) + timedelta(days=1) + _MORNING)
    day = start_of(day_of(clock.now()))
    charge = _given_back(ground) if "refund" in cell.fault.name else _collected(ground)
    ground.strike(cell, _order(cell, charge))
    for days in range(1, _DAYS + 1):
        ground.pass_until(day + timedelta(days=days) + _MORNING)
        _read(ground)
    _decide()
    return day + timedelta(days=1) + _MORNING


def _given_back(ground: Ground) -> Charge:
    charge = ground.begin()
    matrix_scenes.give_back(ground, charge)
    return charge


def _collected(ground: Ground) -> Charge:
    """Beside another one: WeChat makes no file of a day of which it tells nothing."""
    matrix_scenes.collect(ground)
    return matrix_scenes.collect(ground)


def _order(cell: Cell, charge: Charge) -> str | None:
    return charge.key if cell.fault.name.startswith("line_") else None


def _read(ground: Ground) -> None:
    """What the worker does every quarter of an hour, until it has nothing to do or waits for what never comes."""
    for _ in range(_MOST_TRIES):
        tasks.read_statements()
        tasks.reconcile_days()
        if not reconciliation.due(now=clock.now()) and not payouts.unread(now=clock.now()):
            return
        ground.pass_until(clock.now() + _AGAIN)


def _decide() -> None:
    """What differs and moved no money is explained by one, the rest written off by two; what never comes is given up.

    It is waited for where the file of the day before lacks something.
    """
    for file in UnreadStatement.objects.filter(read_at=None):
        payouts.give_up_statement(
            statement_id=file.id, reason="当日无交易，渠道不出账单", actor=_staff("supervisor"), now=clock.now()
        )
    for row in ReconciliationDifference.objects.filter(state=State.OPEN):
        if row.kind in _EXPLAINED:
            reconciliation.explain(difference_id=row.id, reason="渠道确认账单有误", actor=_staff("clerk"), now=clock.now())
            continue
        whose = {"difference_id": row.id, "now": clock.now()}
        reconciliation.ask_write_off(**whose, reason="渠道确认账单有误", actor=_staff("clerk"))
        reconciliation.approve_write_off(**whose, actor=_staff("supervisor"))


def _staff(role: str) -> User:
    return User.objects.create(
        kind="staff", role=role, email=f"{uuid4().hex}@example.com", name="何静", created_at=clock.now()
    )
