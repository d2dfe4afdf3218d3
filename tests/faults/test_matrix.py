"""The fault matrix: every fault of all channels at a charge and a refund, each to a known end.

`make test` draws a sample (ANQI_SEED draws another one), ANQI_SOAK=1 plays them all and leaves build/faults/*.json
for `python -m tools.fault_table`.

Two workers are two threads here, each with its own connection to PostgreSQL, that run every drain at the same moment,
one of them in reverse order. Real `anqi worker` processes look every five seconds of the world, and a cell has up to
fifty moments of business time at which something is due: it would take minutes. With them test_kills.py plays; what
two threads do at once is stricter, as the queue's own lock, one job of a name at a time, is not between them.
"""

import logging
import re
from typing import Any

import pytest

from anqi import clock
from anqi.payments import channels, inspection
from anqi.payments.models import Charge, Inbox, Outbox, Refund, Unapplied
from tests.channels import card_desk, till
from tests.faults import fault_stand, matrix_scenes, matrix_story
from tests.faults.conftest import forget
from tests.faults.matrix_cells import Cell, cells, chosen
from tests.faults.matrix_checks import (
    assert_each_payment_is_where_it_belongs,
    assert_sound,
    assert_the_channel_has_as_much,
)
from tests.faults.matrix_operations import OF_CHARGES
from tests.faults.matrix_places import catalogued
from tests.faults.matrix_stand import Ground
from tests.sandbox.sandbox_stand import ROOT, Sandbox

TABLE = ROOT / "docs/faults.md"
CHOSEN = chosen("alipay", "wechat", "unionpay", of=OF_CHARGES)


@pytest.fixture
def ground(clone_database: str, sandbox: Sandbox, hooks: str, settings: Any, cell: Cell) -> Ground:
    """A borrower on a database of the cell's own; all channels knock at our door."""
    settings.ANQI_WECHAT = till.stated(sandbox)
    settings.ANQI_UNIONPAY = card_desk.stated(sandbox)
    channels.find.cache_clear()
    if cell.fault.name == "replay":
        forget(sandbox)
    who = fault_stand.settle_in(sandbox, hooks).who
    return Ground(sandbox=sandbox, who=who, channel=cell.channel)


@pytest.mark.parametrize("cell", CHOSEN, ids=lambda cell: cell.name)
def test_it_comes_to_a_known_end(ground: Ground, cell: Cell, caplog: pytest.LogCaptureFixture) -> None:
    charge = matrix_scenes.play(ground, cell)
    struck = ground.strikes()
    assert struck, "the fault never struck"
    story = matrix_story.tell(ground, cell, charge, struck=struck)
    print(f"\n{cell.name}: {story.resolved}; {story.seconds} s")
    assert [each.exc_text for each in caplog.records if each.levelno >= logging.ERROR] == []
    assert_nothing_is_under_way()
    assert_each_payment_is_where_it_belongs(ground)
    assert_the_channel_has_as_much(ground, told_only=cell.fault.name == "paid_twice" and cell.step == "paid")
    assert_sound()
    story.keep()


def test_every_fault_has_a_cell() -> None:
    assert {(cell.channel, cell.fault.name) for cell in cells()} == catalogued()
    names = [cell.name for cell in cells()]
    assert len(set(names)) == len(names)


def test_every_cell_stands_in_the_table() -> None:
    """A new fault is played and written down: ANQI_SOAK=1 pytest tests/faults/test_matrix*.py, then the tool."""
    rows = re.findall(r"^\| .*? `(\w+)` \| (\w+) \| (\w+) \| `([\w.]+)` \|", TABLE.read_text(), re.MULTILINE)
    assert set(rows) == {(cell.fault.name, cell.channel, cell.operation, cell.step) for cell in cells()}



def assert_nothing_is_under_way() -> None:
    """No charge is open, no message or question waits; money waits for people only, and they see it."""
    assert not Charge.objects.filter(state__in=Charge.OPEN).exists()
    assert not Inbox.objects.filter(state=Inbox.State.WAITING).exists()
    assert not Outbox.objects.filter(done_at=None).exists()
    assert not Unapplied.objects.filter(closed_at=None, returns_at__isnull=False).exists()
    late = set(inspection.late_refunds(clock.now()).values_list("id", flat=True))
    assert set(Refund.objects.filter(state__in=Refund.OPEN).values_list("id", flat=True)) == late
