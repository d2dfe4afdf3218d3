"""The pages of papers in a real browser: accessible and within the window, light, dark, large and in English."""

from datetime import date

import pytest
from django.test import Client

from anqi.documents.models import Certificate
from anqi.lending.models import Loan
from anqi.notices import messages
from anqi.web.shared import pages
from tests import chromium as browsers
from tests.actions.test_papers_issued import happen, payment_fact, settle
from tests.planting import Planted, at, plant_loan
from tests.web.borrower_stand import signed_in
from tests.web.test_borrower_papers import certify, lin, loan, noon
from tests.web.test_office_browser import Pages, browse, faults

__all__ = ["lin", "loan", "noon"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower"), browsers.required]
STRANGE = "0000-0000-0000-0000"


def take(who: Planted, *, theme: str, size: str, language: str) -> Pages:
    """Every page in every state that it can be in, as Lin's and a stranger's browsers get it."""
    taken: Pages = {}

    def keep(visitor: Client, **paths: str) -> None:
        visitor.cookies[pages.THEME_COOKIE] = theme
        visitor.cookies[pages.SIZE_COOKIE] = size
        taken.update({name: visitor.get(path).content.decode() for name, path in paths.items()})

    me, stranger = signed_in(who.borrower_id, language=language), Client(headers={"accept-language": language})
    order = f"/orders/{who.order_id}"
    keep(me, papers="/me/papers", statement=f"{order}/statement")
    taken["refused"] = certify(who).content.decode()
    settle(who)
    for of_all in (False, True):
        certify(who, of_all=of_all)
    plant_loan(borrower_id=who.borrower_id, starts_on=date(2026, 9, 10), principal="1200.00", instalments=3)
    keep(me, certified="/me/papers", of_order=f"{order}/papers", order=order, me="/me", all="/me/statement")
    told = {"template": "payment_received", "words": {"amount": "¥533.09"}}
    messages.announce(borrower_id=who.borrower_id, now=at(date(2026, 11, 9)), **told)
    keep(me, messages="/messages", reminders="/reminders")
    keep(me, wrong_days=f"{order}/statement?from=2026-12-02&to=2026-12-01")
    code = Certificate.objects.latest("issued_at", "id").code
    checked = {"asked": "", "holds": f"?code={code}", "strange": f"?code={STRANGE}", "empty": "?code="}
    keep(stranger, **{name: f"/certificates{query}" for name, query in checked.items()})
    happen(who, "chargeback", date(2026, 9, 27), of=payment_fact(who))
    keep(stranger, reopened=f"/certificates?code={code}")
    return taken


@pytest.mark.parametrize(("theme", "size", "language"), [("light", "normal", "zh-hans"), ("dark", "big", "en")])
def test_every_page_is_accessible_and_fits(lin: Planted, theme: str, size: str, language: str) -> None:
    taken = take(lin, theme=theme, size=size, language=language)
    assert browse(taken, lambda page: faults(page, taken)) == []


def test_the_agreement_with_its_files_is_accessible_and_fits(loan: Loan) -> None:
    shown = signed_in(loan.borrower_id).get(f"/orders/{loan.order_id}/agreement").content.decode()
    taken = {"agreement": shown}
    assert browse(taken, lambda page: faults(page, taken)) == []
