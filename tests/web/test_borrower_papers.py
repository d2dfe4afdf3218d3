"""A borrower's papers as PDF: whose they are, what they say, and what a browser is told of them."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from anqi import clock
from anqi.lending.models import Agreement, Loan
from anqi.people.models import Borrower, StaffAct
from tests import purchasing
from tests.pdf_reading import words
from tests.planting import plant_borrower
from tests.purchasing import NOON
from tests.web.borrower_stand import signed_in
from tests.web.test_office_doors import desk_of, hire

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]
SIGNED = ("agreement", "cost-statement")


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    cache.clear()


@pytest.fixture
def loan() -> Loan:
    return bought()


def bought(name: str = "林小满") -> Loan:
    shop = purchasing.open_street()
    borrower_id = purchasing.welcome()
    Borrower.objects.update(name=name)
    return purchasing.sign(purchasing.opened(shop, borrower_id))


def mine(loan: Loan, **more: Any) -> Client:
    return signed_in(loan.borrower_id, **more)


# What was signed


@pytest.mark.parametrize("name", SIGNED)
def test_what_was_signed_is_a_file_of_its_own_always_the_same(loan: Loan, name: str) -> None:
    address = f"/orders/{loan.order_id}/{name}.pdf"
    answers = [mine(loan).get(address), mine(loan, language="en").get(address)]
    for answer in answers:
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        assert answer["Content-Disposition"] == f'inline; filename="{name}.pdf"'
        assert answer["Cache-Control"] == "no-store"
    assert answers[0].content == answers[1].content
    assert Agreement.objects.get().sha256 in words(answers[0].content)
    assert address in mine(loan).get(f"/orders/{loan.order_id}/agreement").content.decode()


@pytest.mark.parametrize("name", SIGNED)
def test_nobody_else_is_given_it(loan: Loan, name: str) -> None:
    address = f"/orders/{loan.order_id}/{name}.pdf"
    assert Client().get(address)["Location"].startswith("/login")
    assert signed_in(plant_borrower("+8613900008866", now=NOON)).get(address).status_code == 404
    assert mine(loan).post(address).status_code == 405
    assert mine(loan).get(f"/orders/{loan.order_id}/other.pdf").status_code == 404


@pytest.mark.parametrize("name", SIGNED)
def test_a_name_that_our_fonts_have_not_is_refused_in_words(name: str) -> None:
    loan = bought("林😀")
    answer = mine(loan).get(f"/orders/{loan.order_id}/{name}.pdf")
    assert answer.status_code == 422
    assert "😀 (U+1F600)" in answer.content.decode()
    assert f"/orders/{loan.order_id}/agreement" in answer.content.decode()


@pytest.mark.urls("anqi.config.urls.office")
@pytest.mark.parametrize("name", SIGNED)
def test_staff_see_the_same_file_and_who_saw_it_is_kept(loan: Loan, name: str) -> None:
    where = f"/borrowers/{loan.borrower_id}/loans/{loan.id}"
    auditor = hire("auditor")
    answer = desk_of(auditor).get(f"{where}/{name}.pdf")
    assert (answer.status_code, Agreement.objects.get().sha256 in words(answer.content)) == (200, True)
    act = StaffAct.objects.get(verb="view_paper")
    assert (act.object_id, act.detail, act.actor_id) == (loan.id, {"paper": name}, auditor.id)
    assert f"{where}/{name}.pdf" in desk_of(auditor).get(where).content.decode()
    assert desk_of(auditor).get(f"/borrowers/{plant_borrower('+8613900008866', now=NOON)}/loans/{loan.id}/{name}.pdf").status_code == 404
