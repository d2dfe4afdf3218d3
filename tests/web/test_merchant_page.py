"""A shop's own pages: in by a link that opens once, only its own days, and out after half an hour."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from anqi import clock
from anqi.actions.settlements import pages
from anqi.lending.models import Merchant, MerchantPayout, PageLink, Settlement
from anqi.web.merchant import pages as views
from tests import chromium as browsers
from tests import purchasing
from tests.pdf_reading import words
from tests.planting import at, days
from tests.settling import CARD, DAY, FREE, give_account, sell, shop, shut
from tests.web.test_merchant_api import Caller
from tests.web.test_office_browser import browse, faults

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.merchant")]
CHINESE = {"Accept-Language": "zh-hans"}


@pytest.fixture
def day() -> Settlement:
    sell(principal="2000.00", terms=FREE)
    shut(DAY)
    give_account()
    return Settlement.objects.get()


def link(merchant_id: Any = None) -> str:
    token, _expires_at = pages.mint(merchant_id=merchant_id or shop().id, now=clock.now())
    return f"/enter/{token}"


def browser(merchant_id: Any = None) -> Client:
    client = Client(headers=CHINESE)
    assert client.post(link(merchant_id)).status_code == 302
    return client


def test_a_link_opens_once_and_only_by_a_tap(day: Settlement) -> None:
    address, client = link(), Client(headers=CHINESE)
    for _ in range(2):
        assert "查看结算单" in client.get(address).content.decode()
    assert client.post(address)["Location"] == "/settlements"
    assert client.get("/settlements?month=2026-09").status_code == 200
    again = Client(headers=CHINESE).post(address)
    assert (again.status_code, "请重新进入" in again.content.decode()) == (403, True)


def test_a_link_is_over_after_five_minutes(day: Settlement) -> None:
    address = link()
    PageLink.objects.update(expires_at=clock.now())
    assert Client().post(address).status_code == 403
    [left] = PageLink.objects.all()
    assert left.used_at is None
    link()
    assert PageLink.objects.count() == 1, "what is over is swept"


def test_the_link_is_minted_by_the_shops_key(day: Settlement) -> None:
    from anqi.actions import merchants

    answer = Caller(merchants.issue_key("qinghe", now=at(DAY)).key).post("/page-links", None, raw=b"")
    assert answer.status_code == 201
    token = answer.json()["url"].removeprefix("http://localhost:8002")
    assert Client().post(token).status_code == 302
    assert answer.json()["url"].rsplit("/", 1)[1] not in str(list(PageLink.objects.values()))


def test_half_an_hour_later_or_by_leaving_it_is_closed(day: Settlement, monkeypatch: pytest.MonkeyPatch) -> None:
    client, path = browser(), "/settlements?month=2026-09"
    now = clock.now()
    monkeypatch.setattr(views.clock, "now", lambda: now + timedelta(minutes=29))
    assert client.get(path).status_code == 200
    monkeypatch.setattr(views.clock, "now", lambda: now + timedelta(minutes=31))
    assert client.get(path).status_code == 403
    monkeypatch.undo()
    client = browser()
    client.post("/leave")
    assert client.get(path).status_code == 403


def test_the_month_and_the_day_say_what_is_owed(day: Settlement) -> None:
    client = browser()
    page = client.get("/settlements?month=2026-09").content.decode()
    for told in ("青禾数码", "待付", "1,940", "尾号 5702", "9月2日起付"):
        assert told in page, told
    assert CARD not in page
    page = client.get(f"/settlements/{day.id}").content.decode()
    assert day.lines.select_related("order").first().order.order_number in page
    assert "商户手续费" in page
    assert "没有要结算的" in client.get("/settlements").content.decode()
    for nonsense in ("?month=2026-13", "?month=x"):
        assert client.get(f"/settlements{nonsense}").status_code == 404


def test_a_paid_day_names_the_transfer(day: Settlement) -> None:
    from tests.settling import released

    payout = released(DAY + days(1))
    client = browser()
    assert "付款中" in client.get("/settlements?month=2026-09").content.decode()
    MerchantPayout.objects.update(state="paid", paid_on=DAY + days(1))
    page = client.get(f"/settlements/{day.id}").content.decode()
    assert payout.number in page
    assert "已付" in page


def test_files_in_the_readers_language(day: Settlement) -> None:
    client = browser()
    for path in (f"/settlements/{day.id}.csv", "/settlements/2026-09.csv"):
        text = client.get(path).content.decode("utf-8-sig")
        assert text.startswith("日期,订单号,类别,金额（元）"), path
        assert "-60.00" in text, path
    assert client.get("/settlements/2026-13.csv").status_code == 404


def test_documents_in_the_readers_language(day: Settlement) -> None:
    client = browser()
    for page in ("/settlements?month=2026-09", f"/settlements/{day.id}"):
        [path] = re.findall(r'href="(/settlements/[^"]+\.pdf)"', client.get(page).content.decode())
        told = words(client.get(path).content)
        assert told[2].startswith("结算对账单 2026-09"), path
        for each in ("商户手续费", "−¥60.00", "¥1,940.00", "待付"):
            assert each in told, (path, each)
    assert client.get("/settlements/2026-13.pdf").status_code == 404


def test_a_document_that_would_lack_a_character_says_so(day: Settlement) -> None:
    client = browser()
    Merchant.objects.update(name="青禾😀")
    for path in (f"/settlements/{day.id}.pdf", "/settlements/2026-09.pdf"):
        answer = client.get(path)
        assert (answer.status_code, "😀 (U+1F600)" in answer.content.decode()) == (422, True), path


def test_only_its_own(day: Settlement) -> None:
    other = browser(purchasing.admit("other", now=clock.now()).merchant.id)
    assert "1,940" not in other.get("/settlements?month=2026-09").content.decode()
    for path in (f"/settlements/{day.id}", f"/settlements/{day.id}.csv", f"/settlements/{day.id}.pdf"):
        assert other.get(path).status_code == 404, path
    files = [f"/settlements/{each}.{kind}" for each in (day.id, "2026-09") for kind in ("csv", "pdf")]
    for path in ("/settlements", f"/settlements/{day.id}", *files):
        assert Client().get(path).status_code == 403, path


@browsers.required
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_its_pages_are_accessible_and_fit(day: Settlement, language: str) -> None:
    client = browser()
    client.cookies["anqi_language"] = language
    paths = {"month": "/settlements?month=2026-09", "day": f"/settlements/{day.id}", "enter": link(), "none": "/settlements"}
    taken = {name: client.get(path).content.decode() for name, path in paths.items()}
    taken["over"] = Client().get("/settlements").content.decode()
    assert browse(taken, lambda page: faults(page, taken)) == []


def test_pages_only_show(day: Settlement) -> None:
    client = browser()
    for path in ("/settlements", f"/settlements/{day.id}"):
        assert client.post(path).status_code == 405, path
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(link()).status_code == 403
    assert PageLink.objects.filter(used_at=None).exists()
