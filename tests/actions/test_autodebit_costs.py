"""What a step of a plan costs: how many statements, and how often the loan is replayed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anqi.actions import autodebits
from anqi.lending import store
from anqi.payments.debiting import Announce, Remind, Try, Wait
from anqi.payments.models import DebitPlan
from tests.actions.debit_days import live
from tests.actions.test_autodebits import DAY, DUE, SIGNED, Street, hour, street

__all__ = ["street"]
pytestmark = pytest.mark.django_db
# The borrower, the plan with all that payments know of it, the loan, its timetable.
READ = 4
# The debit with its part and look-up, what is to be sent, and the plan: all in one.
WRITTEN = 1


@contextmanager
def counted(patch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The statements but those of transactions, and the replays."""
    told: dict[str, Any] = {"replays": 0}
    replay = store.standing_of

    def counting(*asked: Any) -> Any:
        told["replays"] += 1
        return replay(*asked)

    patch.setattr(store, "standing_of", counting)
    with CaptureQueriesContext(connection) as queries:
        yield told
    told["statements"] = len([each for each in queries if "SAVEPOINT" not in each["sql"]])


def step(plan: DebitPlan, now: datetime) -> Any:
    return autodebits.step(borrower_id=plan.borrower_id, plan_id=plan.id, now=now)


@pytest.mark.parametrize("code", ["alipay", "wechat"])
def test_a_debit_is_decided_on_by_one_replay_and_written_by_one_statement(
    street: Street, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    street.bind(code)
    live(SIGNED, hour(DUE, 9, 29))
    plan = street.plans[0]
    with counted(monkeypatch) as told:
        assert isinstance(step(plan, hour(DUE, 9, 30)), Try)
    assert told["replays"] == 1
    assert told["statements"] == READ + WRITTEN
    with counted(monkeypatch) as told:
        assert isinstance(step(plan, hour(DUE, 9, 30)), Wait)
    assert told["statements"] == READ + WRITTEN


def test_before_the_due_day_two_days_are_replayed(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    street.bind("wechat")
    plan = street.plans[0]
    with counted(monkeypatch) as told:
        assert isinstance(step(plan, hour(DUE - 7 * DAY, 9)), Remind)
    assert told["replays"] == 2
    assert told["statements"] == READ + WRITTEN
    live(hour(DUE - 7 * DAY, 9), hour(DUE - 2 * DAY, 8, 59))
    with counted(monkeypatch) as told:
        assert isinstance(step(plan, hour(DUE - 2 * DAY, 9)), Announce)
    assert told["statements"] == READ + WRITTEN
