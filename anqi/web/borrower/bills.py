"""What is to be paid over all loans: this month, later, and the one total."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from anqi.engine.loan import StandingInstalment
from anqi.lending.holding import Standstill
from anqi.lending.queries import LoanView, OrderView
from anqi.web.borrower.wording import PARTS, hold_title


@dataclass(frozen=True, kw_only=True)
class BillLine:
    """One instalment and what is still to be paid of it, in fen."""

    order: OrderView
    n: int
    count: int
    due_on: date
    state: str
    days_late: int
    parts: tuple[tuple[str, int], ...]
    total_minor: int
    paid_minor: int
    remaining_minor: int
    is_held: bool

    @property
    def shown_state(self) -> str:
        """Its state as it is shown: what is left of a plan on hold is just that."""
        return "held" if self.is_held and self.remaining_minor else self.state


@dataclass(frozen=True, kw_only=True)
class LaterLine:
    """What one loan asks for after this month, in fen."""

    order: OrderView
    count: int
    next_due_on: date
    remaining_minor: int


@dataclass(frozen=True, kw_only=True)
class HeldLine:
    """What is left of one loan on hold, in fen, and what it waits for."""

    order: OrderView
    standstill: Standstill
    remaining_minor: int

    @property
    def text(self) -> str:
        return hold_title(self.standstill)


@dataclass(frozen=True, kw_only=True)
class Bills:
    """All that is to be paid, in fen, the most urgent first; of a plan on hold nothing is to be paid now or soon."""

    this_month: tuple[BillLine, ...]
    later: tuple[LaterLine, ...]
    held: tuple[HeldLine, ...]
    credit_minor: int

    @property
    def this_month_minor(self) -> int:
        return sum(line.remaining_minor for line in self.this_month)

    @property
    def orders_this_month(self) -> int:
        """How many plans ask for something this month."""
        return len({line.order.id for line in self.this_month})

    @property
    def later_minor(self) -> int:
        return sum(line.remaining_minor for line in self.later)

    @property
    def held_minor(self) -> int:
        return sum(line.remaining_minor for line in self.held)

    @property
    def total_minor(self) -> int:
        """The one total over all loans: what the loans' own pages say, added up."""
        return self.this_month_minor + self.later_minor + self.held_minor - self.credit_minor

    @property
    def urgent(self) -> OrderView | None:
        """The order to look at first; one on hold only where there is no other."""
        lines: list[BillLine | LaterLine | HeldLine] = [*self.this_month, *self.later, *self.held]
        return lines[0].order if lines else None

    @property
    def lines(self) -> list[dict[str, Any]]:
        """How this month's total comes about."""
        late = [line for line in self.this_month if line.state in ("overdue", "grace", "written_off")]
        other = [line for line in self.this_month if line not in late]
        lines = [
            {"label": _("已过还款日"), "amount_minor": sum(line.remaining_minor for line in late)},
            {"label": _("本月到期"), "amount_minor": sum(line.remaining_minor for line in other)},
        ]
        shown = [line for line in lines if line["amount_minor"]]
        return [*shown, {"label": _("本月待还"), "amount_minor": self.this_month_minor, "total": True}]

    @property
    def total_lines(self) -> list[dict[str, Any]]:
        """How the one total comes about."""
        between = [
            (_("以后各月"), self.later_minor), (_("暂停还款的"), self.held_minor), (_("溢缴款"), -self.credit_minor),
        ]  # fmt: skip
        return [
            {"label": _("本月待还"), "amount_minor": self.this_month_minor},
            *({"label": label, "amount_minor": minor, "minus": minor < 0} for label, minor in between if minor),
            {"label": _("全部待还"), "amount_minor": self.total_minor, "total": True},
        ]


def gather(
    orders: Iterable[OrderView], *, standstills: Mapping[UUID, Standstill], today: date
) -> Bills:
    """The bills of these orders as of today; what is late counts to this month, and loans on hold stand apart."""
    until = month_end(today)
    this_month: list[BillLine] = []
    later: list[LaterLine] = []
    held: list[HeldLine] = []
    credit_minor = 0
    for order in orders:
        loan = order.loan
        if not loan or not loan.standing:
            continue
        rows = [row for row in loan.standing.instalments if row.remaining_minor]
        if rows and _is_held(loan, standstills):
            remaining_minor = sum(row.remaining_minor for row in rows)
            held.append(HeldLine(order=order, standstill=standstills[loan.id], remaining_minor=remaining_minor))
        else:
            this_month += [_line(order, loan, row, is_held=False) for row in rows if row.due_on <= until]
            later += _later(order, [row for row in rows if row.due_on > until])
        credit_minor += min(loan.standing.credit_minor, sum(row.remaining_minor for row in rows))
    return Bills(
        this_month=tuple(sorted(this_month, key=lambda line: (line.due_on, line.order.id))),
        later=tuple(sorted(later, key=lambda line: (line.next_due_on, line.order.id))),
        held=tuple(held),
        credit_minor=credit_minor,
    )


def lines_of(order: OrderView, *, standstills: Mapping[UUID, Standstill]) -> list[BillLine]:
    """Every instalment of an order that asks, or asked, for anything."""
    loan = order.loan
    if not loan or not loan.standing:
        return []
    is_held = _is_held(loan, standstills)
    return [_line(order, loan, row, is_held=is_held) for row in loan.standing.instalments if row.total_minor]


def _is_held(loan: LoanView, standstills: Mapping[UUID, Standstill]) -> bool:
    return loan.id in standstills and loan.standing is not None and loan.standing.status != "written_off"


def _line(order: OrderView, loan: LoanView, row: StandingInstalment, *, is_held: bool) -> BillLine:
    assert loan.standing
    return BillLine(
        order=order,
        n=row.n,
        count=len(loan.standing.instalments),
        due_on=row.due_on,
        state=loan.state_of(row),
        days_late=row.days_late if loan.state_of(row) == "overdue" else 0,
        parts=tuple((part, getattr(row, f"{part}_minor")) for part in PARTS),
        total_minor=row.total_minor,
        paid_minor=row.paid_minor,
        remaining_minor=row.remaining_minor,
        is_held=is_held,
    )


def _later(order: OrderView, rows: Sequence[StandingInstalment]) -> list[LaterLine]:
    if not rows:
        return []
    remaining_minor = sum(row.remaining_minor for row in rows)
    next_due_on = min(row.due_on for row in rows)
    return [LaterLine(order=order, count=len(rows), next_due_on=next_due_on, remaining_minor=remaining_minor)]


def month_end(today: date) -> date:
    """The last day of the month."""
    return (today.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
