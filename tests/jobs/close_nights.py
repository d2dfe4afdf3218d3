"""Nights for the tests of the end of day: a few loans that fall due, runs until a day, and what must hold after them."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Model

from anqi.actions import closing
from anqi.jobs import close
from anqi.ledger.models import ClosedDay, DayTotal
from anqi.lending.models import Loan, MerchantOrder, Order, SetAside
from anqi.notices.models import Webhook
from anqi.people.models import Borrower
from tests import planting
from tests.happening import happen
from tests.jobs.close_book import as_owner
from tests.jobs.close_left import Left, left
from tests.planting import TERMS, Planted, at, days, plant_loan

STARTED = date(2026, 8, 31)
FIRST_DUE = date(2026, 9, 30)
EVE = FIRST_DUE - days(1)
"""The last day that has been closed where many loans were planted."""
LAST = FIRST_DUE + days(6)


def run_until(day: date, **asked: Any) -> list[close.Ran]:
    return close.run(now=lambda: night_after(day), **asked)


def night_after(day: date) -> datetime:
    return at(day + days(1), 0, 31)


def plant_many(count: int) -> list[Planted]:
    shut(EVE)
    return planting.plant_many(count, starts_on=STARTED)


def plant_credit(starts_on: date, amount: str, **terms: Any) -> Planted:
    """A loan whose money lies there as credit from the beginning, and pays each instalment on its day."""
    who = plant_loan(starts_on=starts_on, terms=TERMS | {"excess": "credit"}, **terms)
    with transaction.atomic():
        happen(who, "payment", starts_on + days(1), amount=amount)
    return who


def shut(day: date) -> None:
    """All days until that one have had their run."""
    ClosedDay.objects.create(day=day, shut_at=at(day), finished_at=at(day), closed_at=at(day))


def assert_sound(on: date) -> None:
    """Every loan's books are what the engine says, and nobody has anything to look at."""
    begun = Loan.objects.exclude(starts_on=None).count()
    assert close.prove_all(now=lambda: night_after(on)) == closing.Proved(count=begun, differing=0)
    assert not SetAside.objects.filter(resolved_at=None).exists()


def closed_days() -> list[date]:
    return list(ClosedDay.objects.exclude(closed_at=None).order_by("day").values_list("day", flat=True))


def all_days(first: date, last: date) -> list[date]:
    return [first + days(n) for n in range((last - first).days + 1)]


def undisturbed(last: date) -> Left:
    """What a run that nothing befalls leaves until that day; then nothing has been run."""
    before = begun()
    run_until(last)
    found = left(today=last)
    undo(before)
    return found


def begun() -> list[list[Model]]:
    """All rows that a night changes, for `undo`."""
    return [list(rows.objects.all()) for rows in _CHANGED]


def undo(before: list[list[Model]]) -> None:
    with transaction.atomic():
        as_owner("delete from ledger_posting where cause = 'day'")
        ClosedDay.objects.filter(day__gt=EVE).delete()
        DayTotal.objects.all().delete()
        Webhook.objects.all().delete()
        for rows, was in zip(_CHANGED, before, strict=True):
            rows.objects.bulk_update(was, _CHANGED[rows])


_CHANGED: dict[Any, list[str]] = {
    Loan: ["next_wake_on", "settled_on", "stands_on", "accruals"],
    Borrower: ["last_seq", "last_hash"],
    Order: ["state", "ended_at"],
    MerchantOrder: ["state", "changed_at"],
}
