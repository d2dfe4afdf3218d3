"""A small town whose books are looked at on any day: two borrowers, two products, and money that is learned of late."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from anqi.actions import loans
from anqi.ledger.days import sum_up
from anqi.ledger.models import ClosedDay
from anqi.lending.inspection import PRODUCTS_OF_LOANS
from anqi.lending.models import Lender, Loan, Product
from tests.happening import happen
from tests.planting import TERMS, Planted, at, days, plant_borrower, plant_loan

BEGUN = date(2026, 8, 31)
COUNTED = date(2026, 10, 15)
"""The day on which money counts that nobody knew of then."""
SHUT = date(2026, 11, 4)
LEARNED = date(2026, 11, 5)
TODAY = date(2026, 11, 20)
LATE_MINOR = 20_000


@dataclass(frozen=True, kw_only=True)
class Town:
    """Its two loans: 6000.00 of p12 since the beginning, 3000.00 of p6 at another lender since the middle of September."""

    lin: Planted
    zhou: Planted


def live() -> Town:
    """Every day until today; all of them up to `SHUT` are shut, each after its own."""
    with transaction.atomic():
        town = Town(lin=plant_loan(starts_on=BEGUN), zhou=_plant_zhou())
    for day in (BEGUN + days(n) for n in range((TODAY - BEGUN).days + 1)):
        with transaction.atomic():
            for who, kind, on, body in _happens(town).get(day, ()):
                happen(who, kind, on, today=day, **body)
        loans.wake(now=at(day, 23), limit=10)
        if day <= SHUT:
            shut(day)
    return town


def shut(day: date) -> None:
    """As the end of day leaves it: nothing is booked into that day any more, and its totals are kept."""
    then = at(day + days(1), 1)
    ClosedDay.objects.create(day=day, shut_at=then, finished_at=then, closed_at=then)
    sum_up(day, loans=PRODUCTS_OF_LOANS)


def all_days() -> list[date]:
    return [BEGUN + days(n) for n in range(-1, (TODAY - BEGUN).days + 1)]


def _happens(town: Town) -> dict[date, list[tuple[Planted, str, date, dict[str, Any]]]]:
    return {
        date(2026, 9, 30): [(town.lin, "payment", date(2026, 9, 30), {"amount": "533.09"})],
        LEARNED: [(town.zhou, "payment", COUNTED, {"amount": f"{LATE_MINOR // 100}.00"})],
        date(2026, 11, 7): [(town.lin, "waiver", date(2026, 11, 7), {"what": "penalty", "amount": "1.00"})],
        date(2026, 11, 10): [(town.lin, "payment", date(2026, 11, 8), {"amount": "300.00"})],
    }


def _plant_zhou() -> Planted:
    starts_on = date(2026, 9, 15)
    zhou_id = plant_borrower("+8613900001111", now=at(starts_on))
    zhou = plant_loan(borrower_id=zhou_id, starts_on=starts_on, principal="3000.00", instalments=6)
    lender = Lender.objects.create(code="other", name="另一家", kind="microloan", limit_minor=2_000_000)
    product = Product.objects.create(
        code="p6", version=3, lender=lender, kind="purchase", title="6 期", instalments=6, least_minor=10_000,
        most_minor=2_000_000, terms=TERMS, sold_from=date(2026, 1, 1),
    )  # fmt: skip
    Loan.objects.filter(borrower_id=zhou_id, id=zhou.loan_id).update(product=product, lender=lender)
    return zhou
