"""What borrowers read of their credit lines: the limit, what takes of it, what waits for them, what was decided."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from anqi.engine import granting
from anqi.lending import credit, limits, queries
from anqi.lending.limits import Limit
from anqi.lending.models import CreditLine, Lender, LineDecision, Loan
from anqi.lending.queries import OrderView


@dataclass(frozen=True, kw_only=True)
class Use:
    """A loan that takes of a limit, in fen: principal that is owed, or an amount frozen until the loan begins."""

    order: OrderView
    amount_minor: int
    is_frozen: bool


Taken = dict[UUID, list[Use]]


@dataclass(frozen=True, kw_only=True)
class LineView:
    """A limit with what is known about it; a raise waits for the borrower by its grant's id."""

    lender: Lender
    limit: Limit
    waiting: tuple[UUID, int] | None

    @property
    def is_locked_by_borrower(self) -> bool:
        """Whether the borrower has locked it, and can unlock it."""
        return any(lock.by == "borrower" for lock in self.limit.locks)

    @property
    def their_locks(self) -> tuple[str, ...]:
        """Why the lender has locked it, each lock."""
        return tuple(lock.reason for lock in self.limit.locks if lock.by == "lender")


@dataclass(frozen=True, kw_only=True)
class Decided:
    """One decision about a line; its amount is in fen, None where it has none."""

    kind: str
    at: datetime
    by_borrower: bool
    amount_minor: int | None
    until: date | None
    reason: str


def uses(borrower_id: UUID, *, today: date) -> Taken:
    """What takes of each lender's limit, by the lender's id; they add up to what is used and what is frozen."""
    living = Loan.objects.filter(borrower_id=borrower_id, settled_on=None, cancelled_on=None)
    orders = queries.orders_of_loans(borrower_id, living.values_list("id", flat=True), today=today)
    found: dict[UUID, list[Use]] = defaultdict(list)
    for order in orders.values():
        assert order.loan
        found[order.loan.held.lender_id].append(_use(order, today))
    return found


def _use(order: OrderView, today: date) -> Use:
    assert order.loan
    held = order.loan.held
    if not held.starts_on:
        return Use(order=order, amount_minor=held.signed_minor, is_frozen=True)
    owed_minor = held.standing(today).outstanding_principal_minor
    return Use(order=order, amount_minor=owed_minor, is_frozen=False)


def read(borrower_id: UUID, taken: Taken, *, today: date) -> list[LineView]:
    """The borrower's limit with each lender that grants one; what takes of it as `uses` tells it."""
    lines = CreditLine.objects.filter(borrower_id=borrower_id).select_related("lender").order_by("lender__name")
    return [_view(borrower_id, line.lender, taken.get(line.lender_id, []), today) for line in lines]


def _view(borrower_id: UUID, lender: Lender, taken: list[Use], today: date) -> LineView:
    living = [each.order.loan.held for each in taken if each.order.loan]
    waiting = _decided(borrower_id, lender.id, today).raises
    return LineView(
        lender=lender,
        limit=limits.read_beside(living, borrower_id, lender.id, today=today),
        waiting=next(((UUID(id), amount_minor) for id, amount_minor in waiting.items()), None),
    )


def _decided(borrower_id: UUID, lender_id: UUID, today: date) -> granting.Decided:
    return granting.decided(credit.read(borrower_id, lender_id).decisions, today)


def own_locks(borrower_id: UUID, lender_id: UUID, *, today: date) -> tuple[UUID, ...]:
    """The locks of that limit that the borrower can lift."""
    locks = _decided(borrower_id, lender_id, today).locks.values()
    return tuple(UUID(lock.id) for lock in locks if lock.by == "borrower")


def history(borrower_id: UUID, lender_id: UUID) -> list[Decided]:
    """All that was decided about a line, the newest first; its own row is the first grant. Two statements."""
    line = CreditLine.objects.get(borrower_id=borrower_id, lender_id=lender_id)
    rows = list(LineDecision.objects.filter(borrower_id=borrower_id, lender_id=lender_id).order_by("decided_at", "id"))
    first = Decided(
        kind="grant", at=line.granted_at, by_borrower=False,
        amount_minor=line.granted_minor, until=None, reason="",
    )  # fmt: skip
    return [first, *_told(rows)][::-1]


def _told(rows: Iterable[LineDecision]) -> Iterable[Decided]:
    grants: dict[str, int] = {}
    for row in rows:
        body: dict[str, Any] = row.body
        amount_minor = grants.get(body.get("of", "")) if row.kind == "acceptance" else body.get("amount_minor")
        if row.kind == "grant":
            grants[str(row.id)] = body["amount_minor"]
        yield Decided(
            kind=row.kind, at=row.decided_at, by_borrower=row.actor == "borrower",
            amount_minor=amount_minor, until=date.fromisoformat(body["until"]) if "until" in body else None,
            reason=body.get("reason", ""),
        )  # fmt: skip
