"""Bills by month over all loans: what falls due in each month, what is paid of it, and the months before and after."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from anqi.lending.holding import Standstill
from anqi.lending.queries import OrderView
from anqi.web.borrower import bills
from anqi.web.borrower.bills import BillLine
from anqi.web.borrower.wording import PARTS
from anqi.web.shared.figures import ENGLISH_MONTHS, in_english

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class MonthBill:
    """All that falls due in one month, in fen; in the running one `earlier` is what is left of those before."""

    first: date
    is_out: bool
    lines: tuple[BillLine, ...]
    earlier: tuple[BillLine, ...] = ()

    @property
    def total_minor(self) -> int:
        return sum(line.total_minor for line in self.lines)

    @property
    def paid_minor(self) -> int:
        return sum(line.paid_minor for line in self.lines)

    @property
    def remaining_minor(self) -> int:
        """What is to be paid for it; of plans on hold nothing is."""
        return sum(line.remaining_minor for line in (*self.lines, *self.earlier) if not line.is_held)

    @property
    def order_count(self) -> int:
        """Of how many plans something is to be paid for it."""
        lines = (*self.lines, *self.earlier)
        return len({line.order.id for line in lines if line.remaining_minor and not line.is_held})

    @property
    def is_late(self) -> bool:
        return any(line.state == "overdue" for line in self.lines)

    @property
    def name(self) -> str:
        return month_name(self.first)

    @property
    def sums(self) -> list[Row]:
        """How what is to be paid comes about."""
        earlier_minor = sum(line.remaining_minor for line in self.earlier)
        held_minor = sum(line.remaining_minor for line in (*self.lines, *self.earlier) if line.is_held)
        between = [
            (_("以前没有还的"), earlier_minor), (_("已还"), -self.paid_minor), (_("暂停还款的"), -held_minor),
        ]  # fmt: skip
        return [
            {"label": _("这个月到期"), "amount_minor": self.total_minor},
            *({"label": label, "amount_minor": minor, "minus": minor < 0} for label, minor in between if minor),
            {"label": pgettext("bill", "待还"), "amount_minor": self.remaining_minor, "total": True},
        ]


def by_month(
    orders: Iterable[OrderView], *, standstills: Mapping[UUID, Standstill], today: date
) -> list[MonthBill]:
    """Every month in which something falls due, the running one always among them, the oldest first."""
    running = today.replace(day=1)
    lines: dict[date, list[BillLine]] = defaultdict(list, {running: []})
    for order in orders:
        for line in bills.lines_of(order, standstills=standstills):
            lines[line.due_on.replace(day=1)].append(line)
    earlier = [line for first, found in lines.items() if first < running for line in found if line.remaining_minor]
    return [
        MonthBill(
            first=first,
            is_out=first <= running,
            lines=_sorted(lines[first]),
            earlier=_sorted(earlier) if first == running else (),
        )
        for first in sorted(lines)
    ]


def _sorted(lines: Iterable[BillLine]) -> tuple[BillLine, ...]:
    return tuple(sorted(lines, key=lambda line: (line.due_on, line.order.id, line.n)))


def parts_of(line: BillLine) -> list[Row]:
    """What an instalment is made of, what is paid of it and what is left."""
    told: list[Row] = [{"label": PARTS[part], "amount_minor": minor} for part, minor in line.parts if minor]
    if line.paid_minor:
        told.append({"label": _("已还"), "amount_minor": -line.paid_minor, "minus": True})
    return [*told, {"label": _("本期待还"), "amount_minor": line.remaining_minor, "total": True}]


def month_name(first: date) -> str:
    """2026年12月, in English Dec 2026."""
    return f"{ENGLISH_MONTHS[first.month - 1]} {first.year}" if in_english() else f"{first.year}年{first.month}月"
