"""What the end of day set aside stands in the queue with its reason, and is tried once more by a button."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from anqi import clock
from anqi.actions import loans
from anqi.lending import set_aside
from anqi.lending.models import Loan, SetAside
from anqi.people.models import StaffAct
from anqi.web.office import queue
from tests.planting import Planted, plant_loan
from tests.web.test_office_doors import desk, set_clock

pytestmark = [pytest.mark.usefixtures("clone_database"), pytest.mark.urls("anqi.config.urls.office")]


@pytest.fixture(autouse=True)
def today(settings: Any, tmp_path: Path) -> None:
    set_clock(settings, tmp_path)


@pytest.fixture
def lin(clone_database: str) -> Planted:
    return plant_loan(starts_on=date(2026, 8, 1))


def waiting() -> int:
    cache.clear()
    return {lane.slug: lane.count for lane in queue.lanes(clock.now())}["set-aside"]


def test_a_loan_that_failed_is_tried_again_until_it_is_brought_on(lin: Planted) -> None:
    whose = Loan.objects.filter(borrower_id=lin.borrower_id)
    terms = whose.get().terms
    whose.update(terms={"nonsense": True})
    loans.wake(now=clock.now(), limit=10)
    assert waiting() == 1
    [row] = SetAside.objects.all()
    page = desk().get("/queue/set-aside").content.decode()
    assert "BadTerms" in page
    assert whose.get().number in page
    again = f"/borrowers/{lin.borrower_id}/set-aside/{row.id}/again"
    assert again in page
    told = desk().post(again, follow=True).content.decode()
    assert "还是不行" in told
    assert SetAside.objects.get().tries == 2
    whose.update(terms=terms)
    assert "已经好了" in desk().post(again, follow=True).content.decode()
    assert waiting() == 0
    assert StaffAct.objects.filter(verb="bring_again").count() == 2
    assert desk().post(again).status_code == 404, "it waits no longer"


def test_books_that_differ_are_told_account_by_account(lin: Planted) -> None:
    loans.wake(now=clock.now(), limit=10)
    set_aside.put(
        (lin.borrower_id, lin.loan_id), kind=SetAside.Kind.DIFFERS, day=clock.today(), why="books",
        details={"accounts": {"receivable_interest": [6000, 6001]}}, now=clock.now(),
    )  # fmt: skip
    page = desk().get("/queue/set-aside").content.decode()
    assert "应收利息应为 ¥60.00，账上 ¥60.01" in page
    row = SetAside.objects.get()
    assert "已经好了" in desk().post(f"/borrowers/{lin.borrower_id}/set-aside/{row.id}/again", follow=True).content.decode()
    assert SetAside.objects.get().resolved_by == "proof"
