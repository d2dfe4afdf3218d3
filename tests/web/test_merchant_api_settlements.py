"""Settlements over the merchants' API: what a shop is owed, its statements, and that nobody sees another shop's."""

import csv
import io
import json
from typing import Any

import pytest
from django.core.cache import cache

from anqi import clock
from anqi.actions import merchants, settlements
from anqi.lending.models import Merchant, MerchantPayout, Settlement
from anqi.notices.models import Webhook
from anqi.payments.channels.protocol import Failed, Succeeded
from anqi.web.merchant import statement_pdf
from tests import purchasing
from tests.pdf_reading import words
from tests.planting import at, days
from tests.settling import CARD, DAY, FREE, buyer, come_back, give_account, released, sell, shop, shut
from tests.web.test_merchant_api import Caller, assert_problem

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.merchant")]

NEXT = DAY + days(1)
PERIOD = {"since": str(DAY), "until": str(NEXT)}


@pytest.fixture
def caller() -> Caller:
    """The client of a shop that sold two things on one day, of which one came back on the next."""
    cache.clear()
    plain = sell(principal="1000.00")
    sell(principal="2000.00", terms=FREE, who=buyer(1))
    shut(DAY)
    come_back(plain, NEXT, "400.00")
    shut(NEXT)
    give_account()
    return Caller(merchants.issue_key("qinghe", now=at(DAY)).key)


def pay() -> MerchantPayout:
    payout = released(NEXT)
    told = Succeeded(ref="B1", amount_minor=payout.amount_minor, paid_at=at(NEXT, 15))
    settlements.learn(key=payout.number, result=told, now=at(NEXT, 16))
    payout.refresh_from_db()
    return payout


def read(answer: Any) -> list[list[str]]:
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv; charset=utf-8")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_each_day_is_stated_and_says_when_it_was_paid(caller: Caller) -> None:
    second, first = caller.get("/settlements", **PERIOD).json()["settlements"]
    assert (second["day"], second["returned_minor"], second["amount_minor"]) == (str(NEXT), -40_000, -40_000)
    assert (first["shipped_minor"], first["fee_minor"], first["amount_minor"]) == (300_000, -6_000, 294_000)
    assert (first["state"], first["ready_on"], first["payout"]) == ("open", str(NEXT), None)
    released(NEXT)
    assert caller.get(f"/settlements/{first['id']}").json()["state"] == "processing"
    payout = MerchantPayout.objects.get()
    settlements.learn(
        key=payout.number, now=at(NEXT, 16),
        result=Succeeded(ref="B1", amount_minor=payout.amount_minor, paid_at=at(NEXT, 15)),
    )  # fmt: skip
    told = caller.get(f"/settlements/{first['id']}").json()
    assert (told["state"], told["payout"]) == (
        "paid",
        {"number": payout.number, "amount_minor": 294_000, "paid_on": str(NEXT), "account": f"**** {CARD[-4:]}"},
    )


def test_the_statement_adds_up(caller: Caller) -> None:
    pay()
    settlement = Settlement.objects.get(day=DAY)
    heading, *rows = read(caller.get(f"/settlements/{settlement.id}/statement.csv"))
    assert heading[:4] == ["Day", "Order number", "Kind", "Amount (yuan)"]
    assert sorted((row[2], row[3]) for row in rows) == [
        ("Merchant's fee", "-60.00"), ("Shipped", "1000.00"), ("Shipped", "2000.00"),
    ]  # fmt: skip
    assert {(row[6], row[7]) for row in rows} == {(MerchantPayout.objects.get().number, str(NEXT))}
    _heading, *month = read(caller.get("/statements/2026-09.csv"))
    assert len(month) == 4
    assert month[-1][2:4] == ["Return", "-400.00"]
    assert read(caller.get("/statements/2026-08.csv"))[1:] == []


def test_a_period_has_an_end_and_a_month_a_number(caller: Caller) -> None:
    assert caller.get("/settlements").json()["settlements"] == [], "the last month, as the clock says"
    assert_problem(caller.get("/settlements", since="2026-09-02", until="2026-09-01"), 422, "bad_period")
    assert_problem(caller.get("/settlements", since="2025-01-01", until="2026-09-01"), 422, "bad_period")
    assert_problem(caller.get("/settlements", until="0001-01-01", since="nonsense"), 422, "invalid")
    assert caller.get("/settlements", until="0001-01-01").json() == {"settlements": []}
    assert_problem(caller.get("/statements/2026-13.csv"), 422, "bad_period")
    assert_problem(caller.get("/statements/nonsense.csv"), 422, "invalid")


def test_another_shop_sees_nothing(caller: Caller) -> None:
    other = Caller(purchasing.admit("other", now=clock.now()).key)
    settlement = Settlement.objects.get(day=DAY)
    for path in ("", "/statement.csv", "/statement.pdf"):
        assert_problem(other.get(f"/settlements/{settlement.id}{path}"), 404, "no_such_settlement")
    assert other.get("/settlements", **PERIOD).json() == {"settlements": []}
    assert read(other.get("/statements/2026-09.csv"))[1:] == []
    assert "¥3,000.00" not in words(other.get("/statements/2026-09.pdf").content)
    assert_problem(Caller("aqk_nonsense").get("/settlements"), 401, "unauthorized")
    assert_problem(Caller("aqk_nonsense").post("/page-links", {}), 401, "unauthorized")


def test_the_shop_is_told_of_what_it_is_paid_and_of_what_comes_back(caller: Caller) -> None:
    payout = pay()
    settlements.learn(key=payout.number, result=Failed(reason="returned", code=""), now=at(NEXT, 17))
    paid, back = Webhook.objects.filter(subject_id=payout.id).order_by("id")
    assert [(each.kind, each.merchant_id) for each in (paid, back)] == [
        ("settlement.paid", shop().id), ("settlement.returned", shop().id),
    ]  # fmt: skip
    body = json.loads(paid.body)["data"]
    assert (body["number"], body["amount_minor"], body["paid_on"]) == (payout.number, 294_000, str(NEXT))
    assert [each["day"] for each in body["settlements"]] == [str(DAY)]
    assert CARD not in paid.body + back.body


def test_the_document_says_what_the_statement_says(caller: Caller) -> None:
    payout = pay()
    settlement = Settlement.objects.get(day=DAY)
    answer = caller.get(f"/settlements/{settlement.id}/statement.pdf")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Content-Disposition"] == f'attachment; filename="settlement-{DAY}.pdf"'
    told = words(answer.content)
    assert told[:3] == [settlement.lender.name, shop().name, f"Settlement statement {DAY}"]
    _heading, *rows = read(caller.get(f"/settlements/{settlement.id}/statement.csv"))
    for row in rows:
        assert row[1] in told, row
    for amount in ("¥3,000.00", "−¥60.00", "¥2,940.00", "¥1,000.00", "¥2,000.00"):
        assert amount in told, amount
    assert told[told.index(payout.number) :][:4] == [payout.number, str(NEXT), f"**** {CARD[-4:]}", "¥2,940.00"]
    assert CARD not in "".join(told)
    assert caller.get(f"/settlements/{settlement.id}/statement.pdf").content == answer.content


def test_the_document_of_a_month_goes_day_by_day(caller: Caller) -> None:
    payout = released(NEXT)
    told = words(caller.get("/statements/2026-09.pdf").content)
    assert [each for each in told if each in (str(DAY), str(NEXT))] == [str(DAY), str(NEXT), *[str(DAY)] * 3, str(NEXT)]
    assert told.count("¥2,540.00") == 3, "2,940.00 less 400.00: at the top, under the days, under the orders"
    assert "−¥400.00" in told
    assert "Being paid" in told
    assert payout.number not in told, "it isn't paid yet"
    assert "¥0.00" in words(caller.get("/statements/2026-08.pdf").content)
    assert_problem(caller.get("/statements/2026-13.pdf"), 422, "bad_period")


def test_a_long_document_says_where_the_rest_is(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statement_pdf, "MOST_LINES", 3)
    told = "".join(words(caller.get("/statements/2026-09.pdf").content))
    assert "Only the first 3 are listed here; the CSV file has them all." in told
    monkeypatch.setattr(statement_pdf, "MOST_LINES", 4)
    assert "Only the first" not in "".join(words(caller.get("/statements/2026-09.pdf").content))


def test_a_document_that_would_lack_a_character_is_refused(caller: Caller) -> None:
    Merchant.objects.update(name="青禾😀")
    problem = assert_problem(caller.get("/statements/2026-09.pdf"), 422, "character_missing")
    assert problem["facts"] == {"character": "😀 (U+1F600)"}
    assert read(caller.get("/statements/2026-09.csv"))[1:]
