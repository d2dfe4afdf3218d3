"""The fault matrix of reconciliation: every fault of the channels' files, where what they tell is known already."""

import logging
from collections import Counter
from typing import Any

import pytest

from anqi.payments import channels
from anqi.payments.models import Payment, ReconciliationDay, ReconciliationDifference
from tests.channels import card_desk, till
from tests.faults import fault_stand, matrix_day_scenes, matrix_day_story
from tests.faults.matrix_cells import Cell, chosen
from tests.faults.matrix_checks import (
    assert_each_payment_is_where_it_belongs,
    assert_sound,
    assert_the_channel_has_as_much,
)
from tests.faults.matrix_operations import OF_RECONCILING
from tests.faults.matrix_stand import Ground
from tests.sandbox.sandbox_stand import Sandbox

CHOSEN = chosen("alipay", "wechat", "unionpay", of=OF_RECONCILING, most=2)
# What each is found as; one of the account's list is so for its fee too, which has a row of its own there.
_FOUND = {
    "line_missing": ["missing_with_them"], "line_twice": ["duplicate"], "line_amount": ["amount"], "line_fee": ["fee"],
    "line_stranger": ["missing_with_us"], "line_next_day": ["missing_with_them", "other_day"],
    "statement_empty": ["missing_with_them"] * 2,
}  # fmt: skip
# A line stays where it was put off to, in the other list too; one that was told by a list already is told once more.
_SLID = {
    ("line_next_day", "bill_trade"): (3, 3), ("line_next_day", "bill_funds"): (2, 3),
    ("line_refund_next_day", "bill_trade"): (2, 2), ("line_refund_next_day", "bill_funds"): (1, 2),
}  # fmt: skip
# Further than other tests ever go with their clocks, and as many days as a cell takes.
_DAY, _FAR, _EACH = 24 * 60 * 60, 30, 4
_UNREADABLE = ("statement_broken", "statement_encoding", "statement_cut")


@pytest.fixture
def ground(clone_database: str, sandbox: Sandbox, hooks: str, settings: Any, cell: Cell) -> Ground:
    """A borrower on a database of the cell's own, and days of its own, of which all files are."""
    price = {"fee_rate": "0.006"}
    settings.ANQI_ALIPAY = settings.ANQI_ALIPAY | price
    settings.ANQI_WECHAT = till.stated(sandbox) | price
    settings.ANQI_UNIONPAY = card_desk.stated(sandbox) | price
    channels.find.cache_clear()
    sandbox.shift_clock(_DAY * (_FAR + _EACH * CHOSEN.index(cell)))
    who = fault_stand.settle_in(sandbox, hooks).who
    return Ground(sandbox=sandbox, who=who, channel=cell.channel)


@pytest.mark.parametrize("cell", CHOSEN, ids=lambda cell: cell.name)
def test_it_comes_to_a_known_end(ground: Ground, cell: Cell, caplog: pytest.LogCaptureFixture) -> None:
    asked_at = matrix_day_scenes.play(ground, cell)
    assert ground.strikes(), "the fault never struck"
    logged = [each for each in caplog.records if each.levelno >= logging.ERROR]
    story = matrix_day_story.tell(ground, cell, asked_at=asked_at, logged=logged)
    print(f"\n{cell.name}: {story.resolved}; {story.seconds} s")
    assert bool(logged) == (cell.fault.name in _UNREADABLE)
    assert_each_day_is_reconciled_with(found(cell))
    assert_each_payment_is_where_it_belongs(ground)
    assert_the_channel_has_as_much(ground, told_only=False)
    assert_sound()
    story.keep()


def found(cell: Cell) -> Counter[str]:
    """The kinds of differences that the fault makes in the file of the cell's step."""
    if (cell.fault.name, cell.step) in _SLID:
        missing, other_day = _SLID[cell.fault.name, cell.step]
        return Counter(missing_with_them=missing, other_day=other_day)
    kinds = _FOUND.get(cell.fault.name, [])
    if cell.step == "bill_funds":
        kinds = ["amount"] if kinds == ["fee"] else kinds * (1 if cell.fault.name == "line_amount" else 2)
    return Counter(kinds)


def assert_each_day_is_reconciled_with(kinds: Counter[str]) -> None:
    assert Counter(ReconciliationDifference.objects.values_list("kind", flat=True)) == kinds
    days = ReconciliationDay.objects.all()
    assert {each.state for each in days} == {"reconciled"}
    assert Payment.objects.exists() and max(each.ours_count for each in days) >= Payment.objects.count()
