"""How a cell of a channel's day was resolved, told by what is on record."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from logging import LogRecord

from django.db.models import Max

from anqi.payments.models import ReconciliationDay, ReconciliationDifference, UnreadStatement
from tests.faults.matrix_cells import Cell
from tests.faults.matrix_stand import Ground
from tests.faults.matrix_story import Story

_BY_PEOPLE = {"explained": "explained", "written_off": "written off by two"}


def tell(ground: Ground, cell: Cell, *, asked_at: datetime, logged: list[LogRecord]) -> Story:
    """The story of a cell that has come to rest."""
    decided = ReconciliationDifference.objects.filter(state__in=_BY_PEOPLE).exists()
    parts = [*_tries(), *_said(logged), *_differences(), "every day is reconciled"]
    return Story(
        name=cell.name, channel=cell.channel, operation=cell.operation, step=cell.step, fault=cell.fault.name,
        title=cell.fault.title, english=cell.fault.english, struck=ground.strikes(), resolved="; ".join(parts),
        seconds=None if decided else _seconds(asked_at), needs_a_person=decided,
    )  # fmt: skip


def _tries() -> Iterator[str]:
    for row in UnreadStatement.objects.order_by("day"):
        if row.read_at:
            yield f"not had or not read ×{row.tries} (last {row.reason})"
        else:
            yield "case: there is no file of the day after, which was given up (对账单)"


def _said(logged: list[LogRecord]) -> Iterator[str]:
    for message, count in Counter(each.getMessage() for each in logged).items():
        yield f"logged: {message}" + (f" ×{count}" if count > 1 else "")


def _differences() -> Iterator[str]:
    found = Counter(
        (row.kind, row.part, row.state) for row in ReconciliationDifference.objects.order_by("day", "kind", "part")
    )
    for (kind, part, state), count in found.items():
        times = f" ×{count}" if count > 1 else ""
        if state in _BY_PEOPLE:
            yield f"case: {kind} ({part}){times}, {_BY_PEOPLE[state]} (对账)"
        else:
            yield f"{kind} ({part}){times} settled by itself"


def _seconds(asked_at: datetime) -> int:
    last = ReconciliationDay.objects.aggregate(last=Max("reconciled_at"))["last"]
    return max(0, round((last - asked_at).total_seconds()))
