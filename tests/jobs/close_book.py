"""A small book with everything in it that an end of day can meet, as it stands while ten days wait for their run."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from anqi.actions import loans, purchases
from anqi.ledger.models import ClosedDay, Posting
from anqi.lending.models import Loan
from tests.happening import happen
from tests.planting import TERMS, Planted, at, days, plant_borrower, plant_loan
from tests.purchasing import open_street, opened, sign, welcome

EVE = date(2027, 1, 25)
"""The last day that is closed."""
FIRST, LAST = EVE + days(1), EVE + days(10)
NIGHT = at(LAST + days(1), 0, 31)
BORROWERS = 60
CONDITIONS = {
    "cancelled", "confirmed", "active", "due", "grace", "overdue", "settled", "written_off", "void",
}

Step = tuple[str, date, dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Life:
    """A loan and what happens to it; what happens after the eve has happened before the run, as in a late one."""

    starts_on: date
    steps: tuple[Step, ...] = ()
    principal: str = "6000.00"
    instalments: int = 12
    terms: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Book:
    """The two of its loans that people will have to look at: one can't be brought on, one fen of the other is astray."""

    broken: Planted
    astray: Planted


def plant() -> Book:
    """Some eighty loans of sixty borrowers."""
    plant_unshipped()
    borrowers = [plant_borrower(f"+86135000{n:05}", now=at(date(2026, 1, 1))) for n in range(BORROWERS)]
    lives = [*_lives()]
    planted = [_plant(life, borrowers[n % BORROWERS]) for n, life in enumerate(lives)]
    for life, who in zip(lives, planted, strict=True):
        _live(who, (step for step in life.steps if step[1] <= EVE))
    loans.wake(now=at(EVE, 23), limit=len(planted))
    ClosedDay.objects.create(day=EVE, shut_at=at(FIRST, 1), finished_at=at(FIRST, 1), closed_at=at(FIRST, 1))
    for life, who in zip(lives, planted, strict=True):
        _live(who, (step for step in life.steps if step[1] > EVE))
    book = Book(broken=planted[lives.index(_UNPAID)], astray=planted[lives.index(_PAID_MEANWHILE)])
    _spoil(book)
    return book


def plant_unshipped() -> None:
    """A loan that was signed and has not begun, and one that was called off."""
    shop = open_street(now=at(EVE))
    borrower_id = welcome("+8613500099999", now=at(EVE))
    for number in ("QH-1", "QH-2"):
        order = opened(shop, borrower_id, now=at(EVE), number=number)
        sign(order, now=at(EVE))
    purchases.cancel(
        merchant_id=shop.merchant.id, merchant_order_id=order.merchant_order_id, reason="缺货", now=at(EVE, 13)
    )


def as_owner(statement: str, *parameters: Any) -> None:
    """What the application's role may not do: change what was booked."""
    with connection.cursor() as cursor:
        cursor.execute("set role none")
        # As a replica does: the triggers that keep rows as they are sleep.
        cursor.execute("set session_replication_role = replica")
        cursor.execute(statement, parameters)
        cursor.execute("set session_replication_role = origin")
        cursor.execute("set role anqi_app")


def _plant(life: Life, borrower_id: UUID) -> Planted:
    return plant_loan(
        borrower_id=borrower_id, starts_on=life.starts_on, principal=life.principal, instalments=life.instalments,
        terms=TERMS | life.terms,
    )  # fmt: skip


def _live(who: Planted, steps: Iterable[Step]) -> None:
    with transaction.atomic():
        for kind, on, body in steps:
            # Some money is learned of a month after it counts.
            happen(who, kind, on, today=body.get("learned_on"), **{k: v for k, v in body.items() if k != "learned_on"})


def _spoil(book: Book) -> None:
    Loan.objects.filter(id=book.broken.loan_id).update(terms={"nonsense": True})
    arrived = Posting.objects.filter(loan_id=book.astray.loan_id, cause="payment").order_by("-seq")[0]
    as_owner("update ledger_posting set amount_minor = amount_minor + 1 where id = %s", arrived.id)


def _paid(on: date, amount: str, **more: Any) -> Step:
    return "payment", on, {"amount": amount} | more


_UNPAID = Life(starts_on=date(2026, 12, 28))
_PAID_MEANWHILE = Life(starts_on=date(2026, 12, 27), steps=(_paid(date(2027, 1, 29), "540.00", **{"for": "next"}),))
_CREDIT = {"excess": "credit"}
_STARTED = date(2026, 8, 31)


def _lives() -> Iterable[Life]:
    yield _UNPAID
    yield _PAID_MEANWHILE
    # Due on each day from the eve on; on the last one, due, in grace or late, by when that was.
    yield from (Life(starts_on=date(2026, 12, 25) + days(n)) for n in range(11))
    # Old and young, from those that never paid to those that are months ahead.
    yield from (
        Life(
            starts_on=date(2026, 3, 1) + days(9 * n),
            steps=(_paid(date(2026, 3, 20) + days(9 * n), f"{533 * (n % 7)}.09", **{"for": "next"}),) if n % 7 else (),
        )
        for n in range(30)
    )
    yield from [Life(starts_on=_STARTED)] * 6
    yield from [Life(starts_on=_STARTED, steps=(_paid(date(2026, 9, 30), "1066.18", **{"for": "next"}),))] * 5
    yield from [Life(starts_on=date(2026, 12, 27), steps=_PAID_MEANWHILE.steps, instalments=6)] * 5
    late = _paid(date(2026, 12, 30), "533.09", learned_on=date(2027, 1, 30))
    yield from [Life(starts_on=date(2026, 11, 30), steps=(late,))] * 4
    # Credit pays instalments on their days; of the first three the last one, on 31 January.
    paid = _paid(date(2026, 11, 15), "6200.00")
    yield from [Life(starts_on=date(2026, 10, 31), steps=(paid,), instalments=3, terms=_CREDIT)] * 3
    yield from [Life(starts_on=date(2026, 10, 30), steps=(paid,), instalments=24, terms=_CREDIT)] * 4
    yield from [Life(starts_on=_STARTED, steps=(_paid(date(2026, 9, 5), "6200.00", **{"for": "all"}),))] * 3
    off: Step = ("write_off", date(2026, 12, 15), {})
    back: Step = ("recovery", date(2027, 1, 28), {"amount": "300.00"})
    yield from [Life(starts_on=_STARTED, steps=(off,)), Life(starts_on=_STARTED, steps=(off, back))]
    yield Life(starts_on=_STARTED, steps=(("void", date(2026, 11, 2), {}),))
    yield Life(starts_on=date(2026, 9, 30), principal="600000.00", instalments=360)
    ahead = _paid(date(2026, 10, 15), "90000.00")
    yield Life(starts_on=date(2026, 9, 30), steps=(ahead,), principal="600000.00", instalments=360, terms=_CREDIT)
    yield from [Life(starts_on=date(2026, 12, 15), terms={"every": {"weeks": 2}})] * 3
