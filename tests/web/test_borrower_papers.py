"""A borrower's papers as PDF: whose they are, what they say, and what a browser is told of them."""

import re
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from anqi import clock
from anqi.documents import certificates
from anqi.documents.models import Certificate
from anqi.lending.models import Agreement, Loan
from anqi.people.addresses import AN_HOUR
from anqi.people.models import Borrower, StaffAct
from tests import purchasing
from tests.actions.test_papers import happen, payment_fact, settle
from tests.pdf_reading import words
from tests.planting import Planted, plant_borrower, plant_loan
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


# Certificates


@pytest.fixture
def lin() -> Planted:
    cache.clear()
    return plant_loan(starts_on=date(2026, 8, 31))


def certify(who: Planted, *, of_all: bool = False) -> Any:
    return signed_in(who.borrower_id).post("/me/certificate" if of_all else f"/orders/{who.order_id}/certificate")


@pytest.mark.parametrize("of_all", [False, True])
def test_a_certificate_is_had_at_once_and_stands_among_the_papers(lin: Planted, of_all: bool) -> None:
    me = signed_in(lin.borrower_id)
    assert "结清证明" not in me.get("/me/papers").content.decode()
    settle(lin)
    assert "结清证明" in me.get("/me/papers").content.decode()
    answer = certify(lin, of_all=of_all)
    assert answer.status_code == 302
    file = me.get(answer["Location"])
    assert (file.status_code, file["Content-Type"]) == (200, "application/pdf")
    assert certificates.written(Certificate.objects.get().code) in "".join(words(file.content))
    assert certify(lin, of_all=of_all)["Location"] == answer["Location"]
    for page in ("/me/papers", f"/orders/{lin.order_id}/papers"):
        assert answer["Location"] in me.get(page).content.decode()
    assert signed_in(plant_borrower("+8613900008866", now=NOON)).get(answer["Location"]).status_code == 404


def test_what_stands_in_the_way_is_said_in_both_languages(lin: Planted) -> None:
    answer = certify(lin)
    assert answer.status_code == 409
    assert "还欠 ¥6," in answer.content.decode()
    english = signed_in(lin.borrower_id, language="en").post(f"/orders/{lin.order_id}/certificate").content.decode()
    assert "is still owed on AQ" in english


def look_up(code: str, **more: Any) -> str:
    response = Client(headers={"accept-language": more.pop("language", "zh-hans")}).get("/certificates", {"code": code})
    assert response.status_code == more.pop("status", 200)
    return response.content.decode()


def test_anybody_may_check_one_and_learns_no_name_and_no_amount(lin: Planted) -> None:
    settle(lin)
    certify(lin)
    page = look_up(Certificate.objects.get().code)
    for told in ("证明是真的，所列分期现在都是结清的", "林**", "青禾消费金融", "9月20日", "仍是结清"):
        assert told in page, told
    assert not re.search("林小满|¥|110105", page)
    assert "genuine" in look_up(Certificate.objects.get().code, language="en")


def test_one_whose_payment_was_taken_back_says_so(lin: Planted) -> None:
    settle(lin)
    certify(lin)
    happen(lin, "chargeback", date(2026, 9, 27), of=payment_fact(lin))
    page = look_up(Certificate.objects.get().code)
    assert ("证明是真的，但开具以后又有欠款" in page, "还款被收回或撤回，现在没有结清" in page) == (True, True)


def test_one_that_nobody_issued_is_none(lin: Planted) -> None:
    for code in ("0000-0000-0000-0000", "<script>", "x"):
        page = look_up(code)
        assert "没有这份证明" in page
        assert "<script>" not in page.split("<main")[1]
    assert "没有这份证明" not in Client().get("/certificates").content.decode()
    assert Client().get("/certificates", {"code": ""}).status_code == 422
    assert Client().post("/certificates").status_code == 405


def test_whoever_asks_too_often_waits() -> None:
    for _ in range(AN_HOUR):
        look_up("0000-0000-0000-0000")
    assert "查得太多了" in look_up("0000-0000-0000-0000", status=429)
    assert Client().get("/certificates").status_code == 200
