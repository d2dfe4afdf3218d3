"""Pages of a borrower's rights and of what became of payments, in a real browser: accessible, and within the window."""

from uuid import uuid4

import pytest

from anqi.actions import complaints
from anqi.people.complaints import Wish
from anqi.people.models import Call
from anqi.web.shared import pages
from tests import chromium as browsers
from tests.planting import plant_loan
from tests.web.borrower_stand import Watch, signed_in
from tests.web.explained_loans import FIRST_DUE, STARTED
from tests.web.test_borrower_amounts import watch
from tests.web.test_borrower_pages import pay
from tests.web.test_office_browser import Pages, browse, faults

__all__ = ["watch"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower"), browsers.required]
PATHS = (
    "/me", "/me/account", "/me/looked-at", "/me/devices", "/me/copy", "/me/consents", "/me/close", "/me/phone",
    "/me/identity", "/complaints", "/complaints/new", "/payments", "/receipts", "/messages", "/reminders",
)  # fmt: skip


def take(watch: Watch, *, theme: str, size: str, language: str) -> Pages:
    who = plant_loan(starts_on=STARTED)
    pay(who, FIRST_DUE)
    complaint = complaints.complain(
        borrower_id=who.borrower_id, attempt=uuid4(), wish=Wish(kind="other", text="多扣了一笔"), now=watch.now
    )
    call = Call.objects.create(
        borrower_id=who.borrower_id, loan_ids=[who.loan_id], by=uuid4(), begun_at=watch.now, ended_at=watch.now,
        outcome="promise", promised_on=watch.now.date(), promised_minor=53_309, lasted_minutes=3,
    )  # fmt: skip
    visitor = signed_in(who.borrower_id, language=language)
    visitor.cookies[pages.THEME_COOKIE] = theme
    visitor.cookies[pages.SIZE_COOKIE] = size
    shown = {path: visitor.get(path) for path in (*PATHS, f"/complaints/{complaint.id}", f"/me/calls/{call.id}")}
    assert {path: each.status_code for path, each in shown.items() if each.status_code != 200} == {}
    return {path.strip("/").replace("/", "-"): each.content.decode() for path, each in shown.items()}


@pytest.mark.parametrize(
    ("theme", "size", "language"),
    [("light", "normal", "zh-hans"), ("dark", "big", "zh-hans"), ("light", "normal", "en")],
    ids=["light", "dark-big", "english"],
)
def test_every_page_is_accessible_and_fits(theme: str, size: str, language: str, watch: Watch) -> None:
    taken = take(watch, theme=theme, size=size, language=language)
    assert browse(taken, lambda page: faults(page, taken)) == []
