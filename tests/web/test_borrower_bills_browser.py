"""Bills, another day, the course of a plan and the lists in a real browser; and from home to paying in two taps."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from django.test import Client
from playwright.sync_api import Page

from anqi.actions import amendments, calendars, hardship
from anqi.lending.changing import DueDay
from anqi.lending.hardship import Wish
from anqi.web.shared import pages
from tests import chromium as browsers
from tests import reserving
from tests.actions.test_payouts import bank
from tests.happening import happen
from tests.planting import Planted, at, days, plant_loan
from tests.web.borrower_stand import Watch, signed_in
from tests.web.explained_loans import FIRST_DUE, STARTED
from tests.web.test_borrower_amounts import watch
from tests.web.test_borrower_pages import pay
from tests.web.test_borrower_reserve_order import watch as cash_watch
from tests.web.test_office_browser import SITE, Pages, browse, faults

__all__ = ["bank", "cash_watch", "watch"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower"), browsers.required]
PHONE = {"width": 390, "height": 844}


def take(watch: Watch, *, theme: str, size: str, language: str) -> Pages:
    """A plan with a long story and a late one beside it, as its borrower's browser gets the pages."""
    who = plant_loan(starts_on=STARTED)
    pay(who, FIRST_DUE)
    late = plant_loan(borrower_id=who.borrower_id, starts_on=date(2026, 9, 5), principal="1200.00", instalments=3)
    happen(who, "hold", date(2026, 10, 3), reason="dispute")
    happen(who, "goodwill", date(2026, 10, 8), amount="15.00")
    fresh = plant_loan(borrower_id=who.borrower_id, starts_on=date(2026, 9, 15))
    watch.now = at(date(2026, 10, 12))
    moved = plant_loan(borrower_id=who.borrower_id, starts_on=date(2026, 9, 15))
    asked = {"borrower_id": who.borrower_id, "loan_id": moved.loan_id, "wish": DueDay(day=20)}
    sha256 = amendments.quote(**asked, today=date(2026, 10, 12)).draft.sha256
    signed = amendments.accept(**asked, sha256=sha256, is_meant=True, address="", agent="", now=watch.now)
    case_id = uuid4()
    hardship.ask(
        borrower_id=who.borrower_id, loan_id=late.loan_id, case_id=case_id, wish=Wish(reason="job"), now=watch.now
    )
    visitor = signed_in(who.borrower_id, language=language)
    visitor.cookies[pages.THEME_COOKIE] = theme
    visitor.cookies[pages.SIZE_COOKIE] = size
    calendars.share(borrower_id=who.borrower_id, shows_amounts=False, language=language, now=watch.now)
    paths = {
        "home": "/", "bills": "/bills", "bills_before": "/bills?month=2026-09", "bills_coming": "/bills?month=2026-12",
        "calendar": "/calendar", "help": "/help", "offline": "/offline",
        "orders": "/orders", "late_orders": "/orders?state=overdue", "order": f"/orders/{who.order_id}",
        "late_order": f"/orders/{late.order_id}", "pay": f"/orders/{late.order_id}/pay?what=all",
        "due_day": f"/orders/{fresh.order_id}/due-day?day=20", "later": f"/orders/{fresh.order_id}/later",
        "not_yet": f"/orders/{late.order_id}/later", "amended": f"/orders/{moved.order_id}/amendments/{signed.id}",
        "help_asked": f"/orders/{fresh.order_id}/help", "help_case": f"/help/{case_id}",
        "help_signed": f"/help/{case_id}/sign/spread",
        "any_day": f"/orders/{late.order_id}/any-day?on=2026-11-20", "no_day": f"/orders/{late.order_id}/any-day?on=x",
    }  # fmt: skip
    return {name: visitor.get(path).content.decode() for name, path in paths.items()}


@pytest.mark.parametrize(
    ("theme", "size", "language"),
    [("light", "normal", "zh-hans"), ("dark", "normal", "zh-hans"), ("light", "big", "zh-hans"), ("light", "normal", "en")],
)
def test_every_page_is_accessible_and_fits(theme: str, size: str, language: str, watch: Watch) -> None:
    taken = take(watch, theme=theme, size=size, language=language)
    assert browse(taken, lambda page: faults(page, taken)) == []


# From home to paying


def pages_of(visitor: Client, *orders: UUID) -> Pages:
    """Home, bills, and each order with its pay page, by their own addresses."""
    paths = ["", "bills", *(f"orders/{each}" for each in orders), *(f"orders/{each}/pay" for each in orders)]
    return {path: visitor.get(f"/{path}").content.decode() for path in paths}


def taps(page: Page, order_id: UUID) -> int:
    """How often somebody taps from home until the button that pays this order is there; 9 where they don't find it."""
    page.set_viewport_size(PHONE)
    page.goto(f"{SITE}/")
    for tap in (1, 2):
        straight = page.locator(f'a[href="/orders/{order_id}/pay"]').first
        on = straight if straight.is_visible() else page.locator(f'a[href="/orders/{order_id}"]').first
        if not on.is_visible():
            return 9
        with page.expect_navigation():
            on.click()
        if page.get_by_role("button", name="确认还款").is_visible():
            return tap
    return 9


def tapped(visitor: Client, *orders: UUID) -> list[int]:
    taken = pages_of(visitor, *orders)
    return browse(taken, lambda page: [taps(page, each) for each in orders])


def test_one_plan_that_is_due_is_a_tap_away(watch: Watch) -> None:
    who = plant_loan(starts_on=STARTED)
    assert tapped(signed_in(who.borrower_id), who.order_id) == [1]


def test_a_plan_that_is_late_is_a_tap_away(watch: Watch) -> None:
    who = plant_loan(starts_on=STARTED)
    watch.now = at(FIRST_DUE + days(20))
    assert tapped(signed_in(who.borrower_id), who.order_id) == [1]


def test_of_several_plans_each_is_two_taps_away_at_most(watch: Watch) -> None:
    who = plant_loan(starts_on=STARTED)
    others: list[Planted] = [
        plant_loan(borrower_id=who.borrower_id, starts_on=STARTED + days(n), principal="1200.00", instalments=3)
        for n in (1, 12, 25)
    ]
    found = tapped(signed_in(who.borrower_id), who.order_id, *(each.order_id for each in others))
    assert found == [1, 2, 2, 2]


def test_a_reserve_is_two_taps_away_at_most(cash_watch: Watch) -> None:
    lin = reserving.welcome()
    loan = reserving.sign(reserving.apply(*lin))
    reserving.arrive(loan, paid_at=reserving.NOON)
    assert tapped(signed_in(lin[0]), loan.order_id) == [1]
