"""The bills by month: over all plans and reserves, adding up, with what was paid and where each line leads."""

import gzip
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.happening import happen, hold
from tests.planting import Planted, at, days, plant_borrower, plant_loan
from tests.returning import FIRST_DUE as BOUGHT_FIRST_DUE
from tests.returning import buy
from tests.web import opened_amounts, shown_sums
from tests.web.borrower_stand import Watch, signed_in
from tests.web.explained_loans import FIRST_DUE, SCENES, STARTED
from tests.web.test_borrower_amounts import NAMES, play, watch
from tests.web.test_borrower_pages import chinese_in, pay, plain, text_of

__all__ = ["watch"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]


def read(who: Planted, month: str = "", **asked: Any) -> str:
    return text_of(signed_in(who.borrower_id, **asked).get("/bills", {"month": month} if month else {}))


def hero(page: str) -> str:
    figure = re.search(r'data-size="hero">(.*?)</span>', page)
    assert figure
    return re.sub(r"<[^>]+>", "", figure[1])


@pytest.mark.parametrize("name", SCENES)
def test_the_running_month_is_what_the_home_page_asks_for(name: str, watch: Watch) -> None:
    who = play(name, watch)
    assert hero(read(who)) == hero(text_of(signed_in(who.borrower_id).get("/")))


@pytest.mark.parametrize("name", SCENES)
def test_the_months_hold_every_instalment_and_add_up(name: str, watch: Watch) -> None:
    """Walked by the links from the first month to the last, every month's amounts open and add up."""
    who, seen, lines = play(name, watch), [], 0
    visitor = signed_in(who.borrower_id)
    page = read(who)
    while found := re.search(r'rel="prev" href="([^"]+)"', page):
        page = text_of(visitor.get(found[1]))
    while True:
        assert opened_amounts.shut(page) == []
        assert [fault for rows in shown_sums.read(page) for fault in shown_sums.faults(rows)] == []
        own = page.rsplit("这个月到期</h2>", 1)
        lines += own[1].count('class="aq-bill"') if len(own) > 1 else 0
        seen.append(re.findall(r"(\d+年\d+月) · ", page)[0])
        found = re.search(r'rel="next" href="([^"]+)"', page)
        if not found:
            break
        page = text_of(visitor.get(found[1]))
    assert len(seen) == len(set(seen))
    shown = hold(who).standing(SCENES[name].today)
    assert lines == sum(1 for row in shown.instalments if row.total_minor)


def test_billed_is_what_its_month_has_begun(watch: Watch) -> None:
    who = plant_loan(starts_on=STARTED)
    watch.now = at(date(2026, 10, 1))
    assert "2026年10月 · 已出账" in plain(signed_in(who.borrower_id).get("/bills"))
    assert "2026年9月 · 已出账" in plain(signed_in(who.borrower_id).get("/bills?month=2026-09"))
    assert "2026年11月 · 未出账" in plain(signed_in(who.borrower_id).get("/bills?month=2026-11"))


def test_what_is_left_of_earlier_months_is_asked_for_now(watch: Watch) -> None:
    who = plant_loan(starts_on=STARTED)
    watch.now = at(date(2026, 10, 1))
    page = plain(signed_in(who.borrower_id).get("/bills"))
    assert "以前没有还的 ¥533.09" in page
    assert hero(read(who)) == "¥1,066.18"
    watch.now = at(FIRST_DUE)
    pay(who, FIRST_DUE)
    watch.now = at(date(2026, 10, 1))
    assert "以前没有还的" not in plain(signed_in(who.borrower_id).get("/bills"))


def test_a_line_leads_to_order_agreement_and_payment(watch: Watch) -> None:
    who = plant_loan(starts_on=STARTED)
    page = read(who)
    for path in ("", "/agreement", "/pay"):
        assert f'href="/orders/{who.order_id}{path}"' in page
    pay(who, FIRST_DUE)
    paid = read(who)
    assert f'href="/orders/{who.order_id}/pay"' not in paid
    receipt = re.search(r'href="(/receipts/[0-9a-f-]{36})"', paid)
    assert receipt
    assert signed_in(who.borrower_id).get(receipt[1]).status_code == 200
    assert "这个月没有付款" in plain(signed_in(who.borrower_id).get("/bills?month=2026-10")), "it was paid in another"


def test_a_plan_on_hold_asks_for_nothing(watch: Watch) -> None:
    lin = buy()
    watch.now = at(BOUGHT_FIRST_DUE)
    lin.request(watch.now, 300_000)
    page = text_of(signed_in(lin.borrower_id).get("/bills"))
    assert hero(page) == "¥0.00"
    assert "暂停还款的" in page
    assert 'data-st="held"' in page
    assert opened_amounts.shut(page) == []


def test_all_plans_stand_on_one_bill(watch: Watch) -> None:
    who = plant_loan(starts_on=STARTED)
    other = plant_loan(borrower_id=who.borrower_id, starts_on=date(2026, 8, 20), principal="1200.00", instalments=3)
    page = read(who)
    assert {str(who.order_id), str(other.order_id)} <= set(re.findall(r"/orders/([0-9a-f-]{36})/pay", page))
    stranger = plant_loan(starts_on=STARTED, borrower_id=_stranger())
    assert str(who.order_id) not in read(stranger)


def _stranger() -> Any:
    return plant_borrower("+8613900001111", now=at(STARTED))


@pytest.mark.parametrize("month", ["2026-13", "x", "2031-01", "2026-1-1"])
def test_another_month_than_that_is_not_found(month: str, watch: Watch) -> None:
    who = plant_loan(starts_on=STARTED)
    assert signed_in(who.borrower_id).get("/bills", {"month": month}).status_code == 404


def test_without_any_plan_there_is_an_empty_bill(watch: Watch) -> None:
    answer = signed_in(_stranger()).get("/bills")
    assert answer.status_code == 200
    assert "这个月没有到期的" in plain(answer)


@pytest.mark.parametrize("name", SCENES)
def test_in_english_the_bills_are_english(name: str, watch: Watch) -> None:
    who = play(name, watch)
    assert chinese_in(signed_in(who.borrower_id, language="en").get("/bills"), names=NAMES) == []


# Budgets


@pytest.fixture
def many(watch: Watch) -> Client:
    """A borrower with fifty plans, some of them late."""
    who = plant_loan(starts_on=STARTED)
    for n in range(49):
        plant_loan(borrower_id=who.borrower_id, starts_on=STARTED - days(n), principal="1200.00", instalments=12)
    happen(who, "payment", FIRST_DUE, amount="533.09")
    watch.now = at(date(2026, 10, 20))
    return signed_in(who.borrower_id)


@pytest.mark.parametrize("path", ["/", "/bills", "/orders"])
def test_fifty_plans_stay_within_the_budgets(path: str, many: Client) -> None:
    with CaptureQueriesContext(connection) as asked:
        answer = many.get(path)
    assert answer.status_code == 200
    assert len(asked) <= 15, "\n".join(each["sql"][:120] for each in asked)
    assets = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', text_of(answer)))
    # The page itself, and what it loads: style, two scripts, digits; the mark is the browser's own wish.
    assert 1 + len(assets) <= 6
    assert len(gzip.compress(answer.content, 6)) + _weight(assets) <= 60 * 1024


def _weight(assets: set[str]) -> int:
    files = [Path(str(finders.find(each.removeprefix("/static/")))) for each in assets]
    return sum(len(file.read_bytes() if file.suffix == ".woff2" else gzip.compress(file.read_bytes(), 6)) for file in files)
