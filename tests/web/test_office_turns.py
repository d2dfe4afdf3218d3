"""What staff read when a loan took another turn: each fact with its figures, its entry in the books, its badge."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from anqi import clock
from anqi.actions import loans
from anqi.ledger.models import Posting
from anqi.lending.models import Loan
from anqi.web.office import wording
from tests.happening import happen
from tests.planting import TERMS, Planted, plant_loan
from tests.web.test_happenings import PAID, TOLD
from tests.web.test_office_doors import TODAY, desk, set_clock

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.office")]

STARTED = date(2026, 8, 31)
FIRST_DUE = date(2026, 9, 30)
# Each on a day before today, the 15th of October 2026; "^" stands for the payment of the first instalment,
# "-" for what came just before.
TURNS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "deferral": [("deferral", {"n": 2, "to": "2026-11-10"})],
    "due_day_change": [("due_day_change", {"day": 25})],
    "re_amortise": [("re_amortise", {})],
    "re_age": [("re_age", {"first_due_on": "2026-12-01"})],
    "reschedule": [("reschedule", {"first_due_on": "2026-11-05", "instalments": 24, "method": "equal_principal"})],
    "pause": [("pause", {"until": "2026-10-31"})],
    "hold": [("hold", {"reason": "return"})],
    "release": [("hold", {"reason": "return"}), ("release", {"of": "-"})],
    "rate_change": [("rate_change", {"annual_rate": "0.0365"})],
    "subsidy": [("subsidy", {"annual_rate": "0.03"})],
    "charge": [("charge", {"code": "copies", "amount": "20.00", "reason": "寄送副本"})],
    "goodwill": [("goodwill", {"amount": "15.00"})],
    "draw": [("draw", {"amount": "300.00"})],
    "refund": [("goodwill", {"amount": "15.00"}), ("refund", {"amount": "15.00"})],
    "chargeback": [("chargeback", {"of": "^", "amount": "100.00"})],
    "write_off": [("write_off", {})],
    "recovery": [("write_off", {}), ("recovery", {"amount": "50.00"})],
    "void": [("void", {})],
    "reversal": [("reversal", {"of": "^"})],
    "waiver": [("waiver", {"what": "penalty", "amount": "0.50"})],
    "return": [("return", {"amount": "1999.00", "gives_back": True})],
}  # fmt: skip


@pytest.fixture(autouse=True)
def today(settings: Any, tmp_path: Path) -> None:
    """Every test plays at noon of one day, so that no month's length matters."""
    set_clock(settings, tmp_path)


@pytest.fixture
def lin() -> Planted:
    return plant_loan(starts_on=STARTED, terms=TERMS | {"charges": {"copies": "50.00"}, "draws_up_to": "9000.00"})


def url(who: Planted) -> str:
    return f"/borrowers/{who.borrower_id}/loans/{who.loan_id}"


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.replace("<wbr>", "")))


def read(who: Planted, *, language: str = "zh-hans") -> str:
    answer = desk("auditor").get(url(who), headers={"accept-language": language})
    assert answer.status_code == 200
    return text_of(answer.content.decode())


def test_every_kind_is_tried() -> None:
    assert {*TURNS, "payment"} == {stated["type"] for stated, *_rest in TOLD}


@pytest.mark.parametrize("kind", TURNS)
def test_a_fact_stands_in_the_story_with_its_entry(lin: Planted, kind: str) -> None:
    # Only who was late has a penalty to waive.
    paid = "" if kind == "waiver" else str(happen(lin, "payment", FIRST_DUE, amount="533.09"))
    loans.wake(now=clock.now(), limit=10)
    last = None
    for name, body in TURNS[kind]:
        named = {"^": paid, "-": str(last)}
        stated = {key: named.get(value, value) if key == "of" else value for key, value in body.items()}
        last = happen(lin, name, TODAY, **stated)
    page = read(lin)
    story = page[page.index("每一分钱的来历") :]
    assert title(kind, "zh-hans") in story
    if Posting.objects.filter(cause=kind, loan_id=lin.loan_id).exists():
        assert f"凭证：{wording.FACTS[kind]}" in story
    assert "账与引擎一致" in page
    english = read(lin, language="en")
    assert title(kind, "en") in english


def title(kind: str, language: str) -> str:
    """The words that the fact is told with, as far as its figures don't matter."""
    chinese, english = next((told[1], told[2]) for told in TOLD if told[0]["type"] == kind and told[0] is not PAID)
    words = chinese if language == "zh-hans" else english
    return re.split(r"[\d：，]", words)[0].strip()


def test_figures_of_a_new_plan_open_under_it(lin: Planted) -> None:
    loans.wake(now=clock.now(), limit=10)
    happen(
        lin, "reschedule", TODAY, first_due_on="2026-11-15", instalments=24, method="equal_principal",
        annual_rate="0.06", carries=["penalty"],
    )  # fmt: skip
    page = read(lin)
    assert "剩余本金重新分 24 期，11月15日起还" in page
    for told in ("年利率 6%", "还款方式 等额本金", "一并转入 罚息", "已转入新计划"):
        assert told in page


def test_a_fee_is_told_with_its_reason(lin: Planted) -> None:
    loans.wake(now=clock.now(), limit=10)
    happen(lin, "charge", TODAY, code="copies", amount="20.00", reason="寄送副本")
    page = read(lin)
    assert "收费：copies" in page
    assert "原因 寄送副本" in page
    assert page.count("寄送副本") == 1


@pytest.mark.parametrize(
    ("kind", "chinese", "english"), [("write_off", "已核销", "Written off"), ("void", "已作废", "Void")]
)
def test_lists_and_pages_know_how_a_loan_can_end(lin: Planted, kind: str, chinese: str, english: str) -> None:
    loans.wake(now=clock.now(), limit=10)
    happen(lin, kind, TODAY)
    with translation.override("zh-hans"):
        assert chinese in read(lin)
    client = desk("auditor")
    borrower = client.get(f"/borrowers/{lin.borrower_id}")
    assert chinese in borrower.content.decode()
    assert english in client.get(f"/borrowers/{lin.borrower_id}", headers={"accept-language": "en"}).content.decode()
    found = client.get("/search", {"q": Loan.objects.get().number}, follow=True)
    assert found.status_code == 200


def test_what_was_written_off_is_told_beside_what_is_owed(lin: Planted) -> None:
    loans.wake(now=clock.now(), limit=10)
    happen(lin, "write_off", TODAY)
    happen(lin, "recovery", TODAY, amount="50.00")
    page = read(lin)
    written_off = re.search(r"核销时 (¥[\d,.]+)", page)
    assert written_off
    left = re.search(r"剩余应还 (¥[\d,.]+)", page)
    assert left
    assert fen(written_off[1]) - fen(left[1]) == 5000


def fen(amount: str) -> int:
    return int(re.sub(r"[^\d]", "", amount))
