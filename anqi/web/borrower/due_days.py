"""The days of a month with what falls due on each, over all loans; amounts in fen."""

from calendar import Calendar
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from anqi.lending import holding
from anqi.lending.queries import OrderView
from anqi.web.borrower import bills
from anqi.web.borrower.bills import BillLine

# Late before due before to come before done: a day is shown by its most urgent line.
_URGENCY = ("overdue", "written_off", "grace", "due", "upcoming", "held", "moved", "paid")
_MONDAY = 0


@dataclass(frozen=True, kw_only=True)
class DueDay:
    """A day on which something falls due."""

    on: date
    lines: tuple[BillLine, ...]

    @property
    def remaining_minor(self) -> int:
        """What is to be paid of it; of plans on hold nothing is."""
        return sum(line.remaining_minor for line in self.lines if not line.is_held)

    @property
    def total_minor(self) -> int:
        return sum(line.total_minor for line in self.lines)

    @property
    def state(self) -> str:
        """The state of its most urgent line."""
        return min((line.shown_state for line in self.lines), key=_URGENCY.index)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One field of the month's grid; those of its neighbours have no day of their own."""

    on: date
    is_of_month: bool
    due: DueDay | None


def of(who: UUID, orders: Sequence[OrderView], *, today: date) -> dict[date, DueDay]:
    """The days on which these orders of the borrower ask, or asked, for anything, in order."""
    still = holding.standstills(who, [order.loan.held for order in orders if order.loan], today=today)
    found: dict[date, list[BillLine]] = defaultdict(list)
    for order in orders:
        for line in bills.lines_of(order, standstills=still):
            found[line.due_on].append(line)
    return {on: DueDay(on=on, lines=tuple(found[on])) for on in sorted(found)}


def weeks_of(first: date, days: dict[date, DueDay]) -> list[list[Cell]]:
    """The weeks of the month that begins on `first`, each from Monday on."""
    weeks = Calendar(_MONDAY).monthdatescalendar(first.year, first.month)
    return [[_cell(on, first, days) for on in week] for week in weeks]


def _cell(on: date, first: date, days: dict[date, DueDay]) -> Cell:
    is_of_month = on.month == first.month
    return Cell(on=on, is_of_month=is_of_month, due=days.get(on) if is_of_month else None)
