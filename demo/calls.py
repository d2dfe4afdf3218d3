"""Calls about what is overdue: one that reached nobody, and a promise that was not kept."""

from datetime import datetime, timedelta
from uuid import UUID

from anqi.actions import calls
from anqi.people.calls import Ending
from anqi.people.models import Call, User
from anqi.rows.days import day_of
from anqi.rows.ids import uuid7

_NOBODY_ANSWERED, _PROMISED = 8, 6
_KEEPS_WITHIN = timedelta(days=3)


def live(*, late_id: UUID, clerk: User, days_ago: int, now: datetime) -> None:
    """That day's part of it."""
    if days_ago == _NOBODY_ANSWERED:
        _call(late_id, clerk, Ending(outcome=Call.Outcome.NOT_REACHED), now)
    if days_ago == _PROMISED:
        [owing] = calls.look([late_id], now=now)[late_id].owing
        _call(late_id, clerk, Ending(
            outcome=Call.Outcome.PROMISE, note="换了工作，这几天发工资后先还一期。", lasted_minutes=4,
            promised_on=day_of(now) + _KEEPS_WITHIN, promised_minor=owing.due_now_minor // 2,
        ), now)  # fmt: skip


def _call(late_id: UUID, clerk: User, ending: Ending, now: datetime) -> None:
    call = calls.begin(borrower_id=late_id, call_id=uuid7(), actor=clerk, now=now)
    calls.end(borrower_id=late_id, call_id=call.id, ending=ending, actor=clerk, now=now + timedelta(minutes=5))
