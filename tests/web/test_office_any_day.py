"""The office's books of any day: as known now or then, by product, and open to the postings behind each figure."""

import csv
import io
import re
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from anqi import clock
from anqi.ledger import accruals, journal, trial
from anqi.ledger.models import ClosedDay
from anqi.lending import accruals as lending_accruals
from anqi.lending import inspection
from anqi.lending.models import Loan
from anqi.rows.ids import uuid7
from tests.happening import happen
from tests.planting import Planted, days, plant_loan
from tests.web.test_office_doors import TODAY, desk, hire, set_clock

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.office")]

BEGUN = date(2026, 9, 1)
COUNTED = date(2026, 10, 8)
SHUT = date(2026, 10, 10)


@pytest.fixture(autouse=True)
def today(settings: Any, tmp_path: Path) -> None:
    """Every test plays at noon of one day, so that no month's length matters."""
    set_clock(settings, tmp_path)


@pytest.fixture
def lin() -> Planted:
    """Money of hers that counts on a day that was shut before anybody knew of it."""
    who = plant_loan(starts_on=BEGUN)
    happen(who, "payment", date(2026, 10, 1), amount="533.09")
    ClosedDay.objects.create(day=SHUT, shut_at=clock.now(), closed_at=clock.now())
    happen(who, "payment", COUNTED, today=date(2026, 10, 12), amount="77.77", **{"for": "next"})
    return who


def page(url: str, client: Client | None = None, **asked: str) -> str:
    answer = (client or desk()).get(url, asked)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def cells(told: str) -> list[list[str]]:
    table = told[told.index("<tbody>") : told.index("</tbody>")]
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    return [[text(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)] for row in rows]


def text(markup: str) -> str:
    return re.sub(r"<[^>]+>", "", markup).replace("¥", "").replace(",", "").replace("−", "-")


def links(told: str, to: str) -> list[str]:
    return re.findall(rf'href="({to}[^"]*)"', told)


def test_a_past_day_is_shown_as_known_now_and_as_known_then(lin: Planted) -> None:
    arrived = {}
    for known in ("now", "then"):
        told = page("/trial-balance", on=str(COUNTED), known=known)
        [row] = [row for row in cells(told) if row[0] == "in_transit_alipay"]
        arrived[known] = row[3]
        assert f"/trial-balance.csv?on={COUNTED}&known={known}&by=account" in told
    assert arrived == {"now": "610.86", "then": "533.09"}
    told = page("/trial-balance", on=str(COUNTED), known="then")
    assert "当时所知" in told
    assert '<option value="then" selected>' in told


def test_a_day_that_is_not_closed_says_that_it_may_change(lin: Planted) -> None:
    assert "数字还会变" not in page("/trial-balance", on=str(SHUT))
    assert "数字还会变" in page("/trial-balance", on=str(SHUT + days(1)))


def test_by_product_the_page_comes_to_the_same(lin: Planted) -> None:
    rows = cells(page("/trial-balance", on=str(TODAY), by="product"))
    assert {(row[3], row[4]) for row in rows} == {("p12", "qhxj"), ("不在分期上", "qhxj")}
    debits = sum(int(row[5].replace(".", "")) for row in rows)
    assert debits == trial.total(trial.trial_balance(TODAY)).debit_minor


@pytest.mark.parametrize("by", ["account", "product"])
@pytest.mark.parametrize("known", ["now", "then"])
def test_the_file_says_what_the_page_says_whatever_is_asked(lin: Planted, by: str, known: str) -> None:
    client, asked = desk("auditor"), {"on": str(COUNTED), "known": known, "by": by}
    file = client.get("/trial-balance.csv", asked)
    lines = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert lines[0][:2] == ["截至", str(COUNTED)]
    assert lines[2:-1] == cells(page("/trial-balance", client, **asked))
    assert len({len(line) for line in lines[1:]}) == 1
    assert f"{COUNTED}-{known}.csv" in file.headers["Content-Disposition"]


@pytest.mark.parametrize(
    "asked", [{"on": "nonsense"}, {"known": "tomorrow"}, {"by": "colour"}, {"on": ""}, {"on": "9999-12-31"}, {}]
)
def test_what_cannot_be_read_is_todays_books(lin: Planted, asked: dict[str, str]) -> None:
    [row] = [row for row in cells(page("/trial-balance", **asked)) if row[0] == "in_transit_alipay"]
    assert row[3] == "610.86"
    page("/trial-balance/unapplied", **asked)


def test_a_wrong_word_does_not_lose_the_day(lin: Planted) -> None:
    [row] = [row for row in cells(page("/trial-balance", on=str(BEGUN), known="x")) if row[0] == "in_transit_alipay"]
    assert row[3] == "0.00"


def test_a_figure_opens_to_the_days_postings(lin: Planted) -> None:
    for known, expected in (("now", ["77.77"]), ("then", [])):
        told = page("/trial-balance", on=str(COUNTED), known=known)
        # What is in transit is told once more by its age.
        opened = page(links(told, "/trial-balance/in_transit_alipay")[0])
        assert [row[6] for row in cells(opened)] == expected if expected else "这一天没有分录" in opened
    number = Loan.objects.get().number
    opened = page("/trial-balance/unapplied", on=str(COUNTED))
    assert f"/borrowers/{lin.borrower_id}/loans/{lin.loan_id}" in opened
    assert number in opened.replace("<wbr>", "")
    rows = cells(opened)
    assert {row[1] for row in rows} == {"款项到账", "还款入账"}
    assert sum(int(row[6].replace(".", "") or 0) for row in rows) == sum(
        int(row[7].replace(".", "") or 0) for row in rows
    )
    assert {(row[4], row[5]) for row in rows} == {("10月8日", "10月11日")}, "the first day that is open"


def test_a_figure_of_a_product_opens_to_its_own_postings(lin: Planted) -> None:
    told = page("/trial-balance", on=str(COUNTED), by="product")
    on_loans, elsewhere = links(told, "/trial-balance/unapplied")
    assert {row[1] for row in cells(page(on_loans))} == {"还款入账"}
    assert {row[1] for row in cells(page(elsewhere))} == {"款项到账"}
    assert "p12 · qhxj" in page(on_loans)


def test_a_long_day_is_turned_page_by_page(lin: Planted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "PAGE", 2)
    monkeypatch.setattr(journal.lines, "__kwdefaults__", dict(journal.lines.__kwdefaults__ or {}, limit=2))
    told, seen = page("/trial-balance/unapplied", on=str(COUNTED)), []
    while True:
        seen += cells(told) if "<tbody>" in told else []
        more = re.search(r'href="([^"]*after=[^"]*)"', told)
        if not more:
            break
        told = page(more[1])
    assert len(seen) == journal.turnover(COUNTED, "unapplied", known="now").count >= 2


def test_the_days_before_and_after_are_a_click_away(lin: Planted) -> None:
    share = {"product": "p12", "lender": str(next(iter(inspection.lender_codes())))}
    told = page("/trial-balance/unapplied", on=str(COUNTED), known="then", **share)
    for other in (COUNTED - days(1), COUNTED + days(1)):
        [link] = [link for link in links(told, "/trial-balance/unapplied") if f"on={other}" in link]
        assert "known=then" in link
        assert "product=p12" in link
        page(link)
    assert page("/trial-balance/unapplied", on="0001-01-01")
    assert page("/trial-balance/unapplied", on="9999-12-31")


@pytest.mark.parametrize("url", ["suspense", "unapplied?lender=x", "unapplied?after=x"])
def test_what_is_no_account_is_not_found(lin: Planted, url: str) -> None:
    assert desk().get(f"/trial-balance/{url}").status_code == 404


def test_an_unknown_lender_has_no_postings(lin: Planted) -> None:
    assert "这一天没有分录" in page("/trial-balance/unapplied", on=str(COUNTED), lender=str(uuid7()))


@pytest.mark.parametrize("url", ["/trial-balance/unapplied", "/trial-balance?by=product"])
def test_only_staff_with_a_second_factor_see_it(lin: Planted, url: str) -> None:
    assert "/account/login" in Client().get(url)["Location"]
    client = Client()
    client.force_login(type(hire()).objects.get(id=lin.borrower_id))
    assert client.get(url).status_code == 403
    for role in ("clerk", "supervisor", "auditor"):
        assert desk(role).get(url).status_code == 200


def test_what_accrues_is_told_by_product() -> None:
    """6000.00 at 12 %: 2.00 a day, of which the day before had its share."""
    plant_loan(starts_on=COUNTED)
    for later in (1, 2):
        accruals.accrue(COUNTED + days(later), lending_accruals.total_on(COUNTED + days(later)))
    page = desk().get("/trial-balance/accrued_interest", {"on": str(COUNTED + days(2))}).content.decode()
    assert "每个产品记一笔" in page
    loan = Loan.objects.get()
    row = re.search(rf"<td>{loan.product.code}</td><td>{loan.lender.code}</td>(.*?)</tr>", page)
    assert row and re.findall(r"\d+\.\d\d", re.sub("<[^>]+>", "", row[1])) == ["2.00", "0.00"]


def test_it_is_there_in_english(lin: Planted) -> None:
    client = desk()
    for url in ("/trial-balance", "/trial-balance?known=then&by=product", "/trial-balance/unapplied"):
        told = client.get(url, {"on": str(COUNTED)} if "?" not in url else None, headers={"Accept-Language": "en"})
        whole = told.content.decode()
        main = whole[whole.index('class="of-head"') : whole.index("<footer")]
        assert not re.findall(r"[\u4e00-\u9fff]+", main), url
