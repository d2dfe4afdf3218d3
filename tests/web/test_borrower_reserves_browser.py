"""The pages of limits and reserves in a real browser: accessible and within the window, light, dark and large."""


import pytest

from anqi.actions import credit_lines, reserves
from anqi.lending.models import Application, Lender
from anqi.people.models import Borrower
from anqi.web.shared import pages
from tests import chromium as browsers
from tests.reserving import NOON, apply, arrive, bind, sign, welcome
from tests.returning import staff
from tests.web.borrower_stand import signed_in
from tests.web.test_borrower_reserves import Desk, desk
from tests.web.test_office_browser import Pages, browse, faults

__all__ = ["desk"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower"), browsers.required]
LONG = "/reserves/apply?product=reserve-m12&amount=12345.67"


def take(theme: str, size: str) -> Pages:
    """Every page in every state that it can be in, as Lin's browser gets it."""
    taken: Pages = {}
    lin, to = welcome()
    lender_id = Lender.objects.get().id
    visitor = signed_in(lin)
    visitor.cookies[pages.THEME_COOKIE] = theme
    visitor.cookies[pages.SIZE_COOKIE] = size

    def keep(**paths: str) -> None:
        taken.update({name: visitor.get(path).content.decode() for name, path in paths.items()})

    loan = sign(apply(lin, to))
    arrive(loan, paid_at=NOON)
    bind(lin, "62353", kind="credit", last4="3333")
    keep(apply="/reserves/apply", long=LONG, over="/reserves/apply?product=reserve-d30&amount=5000.01")
    taken["unfilled"] = visitor.post("/reserves/apply", {"amount": "x", "product": "reserve-d30"}).content.decode()
    row = apply(lin, to, product="reserve-m12", amount_minor=600_000)
    keep(approved=f"/reserves/{row.id}")
    reserves.withdraw(borrower_id=lin, application_id=row.id, now=NOON)
    keep(withdrawn=f"/reserves/{row.id}")
    row = apply(lin, to)
    keep(review=f"/reserves/{row.id}", left=f"/reserves/{row.id}?step=3")
    actor = staff("clerk")
    reserves.review(
        borrower_id=lin, application_id=row.id, outcome="refused", reason="请先说明今天为什么申请了几次。", actor=actor, now=NOON
    )
    keep(refused=f"/reserves/{row.id}")
    reserves.question(borrower_id=lin, application_id=row.id, text="前面两次是填错了。", now=NOON)
    keep(questioned=f"/reserves/{row.id}", reserves="/reserves", me="/me", home="/")
    credit_lines.grant(
        borrower_id=lin, lender_id=lender_id, amount_minor=3_000_000, reason="按时还款", actor=staff("supervisor"), now=NOON
    )
    credit_lines.want(borrower_id=lin, lender_id=lender_id, amount_minor=1_500_000, now=NOON)
    keep(limit="/reserves/limit")
    credit_lines.lock(borrower_id=lin, lender_id=lender_id, reason="", now=NOON)
    credit_lines.lock(borrower_id=lin, lender_id=lender_id, reason="核对资料", actor=actor, now=NOON)
    keep(locked="/reserves/limit", nothing="/reserves")
    Application.objects.filter(id=row.id).update(state="approved", expires_at=NOON)
    keep(lapsed=f"/reserves/{row.id}")
    Borrower.objects.filter(id=lin).update(verified_at=None)
    keep(unverified="/reserves")
    return taken


@pytest.mark.parametrize(("theme", "size"), [("light", "normal"), ("dark", "normal"), ("light", "big")])
def test_every_page_is_accessible_and_fits(desk: Desk, theme: str, size: str) -> None:
    taken = take(theme, size)
    assert browse(taken, lambda page: faults(page, taken)) == []
