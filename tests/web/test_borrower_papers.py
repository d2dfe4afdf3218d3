"""A borrower's papers as PDF: whose they are, what they say, and what a browser is told of them."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import translation

from anqi import clock
from anqi.documents import certificates
from anqi.documents.models import Certificate
from anqi.lending import queries as lending
from anqi.lending.models import Agreement, Loan
from anqi.people.addresses import AN_HOUR
from anqi.people.models import Borrower, StaffAct
from anqi.web.borrower import statement_pages, statement_paper
from anqi.web.borrower.statement_pages import Account
from anqi.web.shared.figures import write_yuan
from tests import purchasing
from tests.actions.test_papers_issued import happen, payment_fact, settle
from tests.pdf_reading import pages, words
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
    # A request in another language leaves it behind, and tests read words of their own.
    translation.activate("zh-hans")


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
    for told in ("证明是真的，所列的现在都是结清的", "林**", "青禾消费金融", "9月20日", "仍是结清"):
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


# Statements of account


def statement(who: Planted, address: str = "", **more: Any) -> Any:
    return signed_in(who.borrower_id, **more).get(address or f"/orders/{who.order_id}/statement")


def paper_of(who: Planted, address: str = "") -> list[str]:
    file = statement(who, address or f"/orders/{who.order_id}/statement.pdf")
    assert (file.status_code, file["Content-Type"]) == (200, "application/pdf")
    return words(file.content)


def lived_through(who: Planted) -> None:
    """Paid late, part of the penalty waived, goods returned, settled, and the last payment taken back."""
    for kind, on, body in (
        ("waiver", date(2026, 10, 9), {"what": "penalty", "amount_minor": 100}),
        ("return", date(2026, 10, 20), {"amount_minor": 50_000}),
        ("goodwill", date(2026, 10, 21), {"amount": "10.00"}),
    ):
        happen(who, kind, on, **body)
    settle(who, date(2026, 10, 10))
    happen(who, "chargeback", date(2026, 10, 25), of=payment_fact(who))


def test_a_statement_tells_every_change_with_why_and_ends_with_what_is_left(lin: Planted) -> None:
    lived_through(lin)
    page = statement(lin).content.decode()
    for told in (
        "开始：借款本金", "开始：整个计划的利息", "减免罚息", "退货", "善意补偿", "付款渠道收回 10月10日的还款",
        "第 1 期罚息，算到 10月", "还款：利息随之变化",
    ):  # fmt: skip
        assert told in page, told
    remaining = lending.order(lin.borrower_id, lin.order_id, today=NOON.date()).loan.remaining_minor  # type: ignore[union-attr]
    assert page.count(write_yuan(remaining)) >= 3
    assert "Penalty of instalment 1 until" in statement(lin, language="en").content.decode()
    assert f"/orders/{lin.order_id}/statement.pdf?from=2026-08-31&amp;to=2026-11-24" in page


@pytest.mark.parametrize("days", [("2026-08-31", "2026-11-24"), ("2026-10-09", "2026-10-09"), ("2026-01-01", "2026-10-20")])
def test_it_adds_up_on_its_page_and_on_its_paper(lin: Planted, days: tuple[str, str]) -> None:
    lived_through(lin)
    since, until = map(date.fromisoformat, days)
    orders = lending.begun(lin.borrower_id, today=NOON.date())
    [account] = statement_pages.accounts(orders, since=since, until=until)
    adds_up(account)
    told = "".join(paper_of(lin, f"/orders/{lin.order_id}/statement.pdf?from={since}&to={until}"))
    for amount_minor in statement_pages.sums([account]).values():
        assert write_yuan(amount_minor) in told
    for each in account.entries:
        assert each.text.replace(" ", "") in told.replace(" ", "").replace("\u200b", ""), each


def adds_up(account: Account) -> None:
    """The paper's tables by their own words, and both ends by the engine."""
    stated, held = account.stated, account.loan.held
    evenings = (stated.since - timedelta(days=1), stated.until)
    assert (stated.opening_minor, stated.closing_minor) == tuple(
        sum(row.remaining_minor for row in seen.instalments) - seen.credit_minor if day >= held.terms.starts_on else 0
        for day in evenings for seen in [held.standing(max(day, held.terms.starts_on))]
    )  # fmt: skip
    lines = statement_paper._lines(account)
    left = fen(lines["rows"][0][4])
    for _, _, added, taken, after in lines["rows"][1:]:
        left += fen(added) - fen(taken)
        assert left == fen(after)
    assert (left, left) == (stated.closing_minor, fen(lines["sum"][4]))
    for n in (2, 3):
        assert sum(fen(row[n]) for row in lines["rows"]) == fen(lines["sum"][n])
    due = statement_paper._due(account)
    for row in due["rows"]:
        assert sum(map(fen, row[2:6])) - fen(row[6]) == fen(row[7])
    for n in range(2, 8 if due["rows"] else 2):
        assert sum(fen(row[n]) for row in due["rows"]) == fen(due["sum"][n])


def fen(told: str) -> int:
    digits = re.sub("[^0-9]", "", told)
    return (-1 if told.startswith("\N{MINUS SIGN}") else 1) * int(digits or 0)


def test_that_of_all_loans_is_the_sum_of_each(lin: Planted) -> None:
    lived_through(lin)
    other = plant_loan(borrower_id=lin.borrower_id, starts_on=date(2026, 9, 10), principal="1200.00", instalments=3)
    told = "".join(paper_of(lin, "/me/statement.pdf"))
    shown = statement_pages.accounts(
        lending.begun(lin.borrower_id, today=NOON.date()), since=date(2026, 8, 31), until=NOON.date()
    )
    assert [each.loan.id for each in shown] == [lin.loan_id, other.loan_id]
    for minor in statement_pages.sums(shown).values():
        assert write_yuan(minor) in told
    assert all(each.loan.number in told for each in shown)
    only = "".join(paper_of(lin, "/me/statement.pdf?from=2026-08-31&to=2026-09-01"))
    assert (shown[0].loan.number in only, shown[1].loan.number in only) == (True, False)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("from=2026-10-01&to=2026-11-25", "最晚到今天"), ("from=2026-10-02&to=2026-10-01", "应在结束的一天之前"),
        ("from=x&to=2026-10-01", "from"), ("from=0001-01-01&to=2026-10-01", "最早从 2000 年"), ("to=2026-10-01", "from"),
    ],
)  # fmt: skip
def test_days_that_cannot_be_are_said_to_be_so(lin: Planted, query: str, told: str) -> None:
    address = f"/orders/{lin.order_id}/statement"
    answer = statement(lin, f"{address}?{query}")
    assert (answer.status_code, told in answer.content.decode()) == (422, True)
    assert statement(lin, f"{address}.pdf?{query}")["Location"] == f"{address}?{query}"


def test_the_same_statement_has_the_same_bytes_all_day_and_says_of_when_it_is(
    lin: Planted, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"/orders/{lin.order_id}/statement.pdf?from=2026-09-01&to=2026-09-30"
    first = statement(lin, address)
    assert "按 2026-11-24 已知的记录制作" in words(first.content)
    assert first["Content-Disposition"] == 'inline; filename="statement-2026-09-01-2026-09-30.pdf"'
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(hours=5))
    assert statement(lin, address).content == first.content


def test_a_long_one_has_its_table_heads_on_each_page(lin: Planted) -> None:
    for day in range(60):
        pay(lin, date(2026, 9, 1) + timedelta(days=day))
    found = pages(statement(lin, f"/orders/{lin.order_id}/statement.pdf").content)
    assert len(found) > 2
    assert all("摘要" in page for page in found[:-1])
    assert [page[-1] for page in found] == [f"{n + 1} / {len(found)}" for n in range(len(found))]


def pay(who: Planted, on: date) -> None:
    happen(who, "goodwill", on, amount="1.00")


def test_before_anything_has_begun_there_is_no_statement(loan: Loan) -> None:
    me = mine(loan)
    assert me.get("/me/statement").status_code == 404
    assert me.get(f"/orders/{loan.order_id}/statement").status_code == 404
    for page in ("/me/papers", f"/orders/{loan.order_id}/papers"):
        shown = me.get(page).content.decode()
        assert ("agreement.pdf" in shown, "对账单" in shown) == (True, False)
