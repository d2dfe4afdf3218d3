"""The calendar of due dates: the month's page, and the file at a private address that keeps itself true."""

import base64
import re
from datetime import date, timedelta
from typing import Any

import icalendar
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anqi.notices.models import CalendarFeed
from anqi.rows import keyring
from tests.planting import Planted, at, plant_loan
from tests.web.borrower_stand import Watch, signed_in
from tests.web.explained_loans import FIRST_DUE, STARTED
from tests.web.test_borrower_amounts import watch
from tests.web.test_borrower_pages import pay, plain, text_of

__all__ = ["watch"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]


def share(who: Planted, *, amounts: str = "no", language: str = "zh-hans") -> str:
    visitor = signed_in(who.borrower_id, language=language)
    assert visitor.post("/calendar/share", {"amounts": amounts}).status_code == 302
    found = re.search(r"/calendar/[\w-]+\.ics", text_of(visitor.get("/calendar")))
    assert found
    return found[0]


def read(address: str) -> list[Any]:
    answer = Client().get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert not answer.cookies
    return list(icalendar.Calendar.from_ical(answer.content).walk("VEVENT"))


def days_in(address: str) -> list[date]:
    return [each.decoded("dtstart") for each in read(address)]


def test_a_month_shows_what_falls_due_on_which_day(watch: Watch) -> None:
    who = plant_loan(starts_on=STARTED)
    watch.now = at(FIRST_DUE - timedelta(days=3))
    page = plain(signed_in(who.borrower_id).get("/calendar"))
    assert "这个月到期 ¥533.09" in page and "待还 ¥533.09" in page
    assert page.count("第 1/12 期") == 1 and "第 2/12 期" not in page
    pay(who, FIRST_DUE - timedelta(days=3), purpose="next")
    assert "这个月到期 ¥533.09 待还 ¥0.00" in plain(signed_in(who.borrower_id).get("/calendar"))


def test_any_month_opens_and_nonsense_does_not(watch: Watch) -> None:
    who = plant_loan(starts_on=STARTED)
    visitor = signed_in(who.borrower_id)
    assert "这个月没有到期的" in plain(visitor.get("/calendar?month=2030-02"))
    for month in ("2030-13", "x", "0001-01", "9999-12"):
        assert visitor.get(f"/calendar?month={month}").status_code == 404
    assert "Dec 2026" in plain(signed_in(who.borrower_id, language="en").get("/calendar?month=2026-12"))


def test_the_page_takes_few_statements(watch: Watch) -> None:
    who = plant_loan(starts_on=STARTED)
    for _ in range(3):
        plant_loan(starts_on=STARTED, borrower_id=who.borrower_id)
    visitor = signed_in(who.borrower_id)
    with CaptureQueriesContext(connection) as seen:
        assert visitor.get("/calendar").status_code == 200
    assert len(seen) <= 15


def test_the_file_tells_every_due_date_and_nothing_else(watch: Watch) -> None:
    who = plant_loan(starts_on=STARTED)
    watch.now = at(STARTED)
    events = read(share(who))
    assert events[0].decoded("dtstart") == FIRST_DUE and len(events) == 12
    assert {str(each["summary"]) for each in events} == {"按期提醒"}
    assert len({str(each["uid"]) for each in events}) == 12
    assert [alarm.decoded("trigger") for alarm in events[0].walk("VALARM")] == [
        timedelta(hours=-15), timedelta(hours=9),
    ]  # fmt: skip


def test_amounts_only_where_they_are_wanted_and_in_their_language(watch: Watch) -> None:
    who = plant_loan(starts_on=STARTED)
    watch.now = at(STARTED)
    assert str(read(share(who, amounts="yes", language="en"))[0]["summary"]) == "anqi reminder ¥533.09"


def test_the_file_keeps_itself_true(watch: Watch) -> None:
    who = plant_loan(starts_on=STARTED)
    watch.now = at(STARTED)
    address = share(who)
    watch.now = at(FIRST_DUE)
    assert FIRST_DUE in days_in(address)
    pay(who, FIRST_DUE)
    assert FIRST_DUE not in days_in(address) and len(days_in(address)) == 11


def test_one_day_is_one_entry_over_all_loans(watch: Watch) -> None:
    who = plant_loan(starts_on=STARTED)
    watch.now = at(STARTED)
    plant_loan(starts_on=STARTED, borrower_id=who.borrower_id)
    events = read(share(who, amounts="yes"))
    assert len(events) == 12 and str(events[0]["summary"]) == "按期提醒 ¥1,066.18"


def test_an_address_ends_and_another_wish_is_another_address(watch: Watch) -> None:
    who = plant_loan(starts_on=STARTED)
    first = share(who)
    assert CalendarFeed.objects.count() == 1 and share(who) != "" and CalendarFeed.objects.count() == 1
    second = share(who, amounts="yes")
    assert Client().get(first).status_code == 410 and Client().get(second).status_code == 200
    assert signed_in(who.borrower_id).post("/calendar/end").status_code == 302
    assert Client().get(second).status_code == 410
    assert "要一个地址，不写金额" in plain(signed_in(who.borrower_id).get("/calendar"))


def test_what_we_never_gave_out_is_nothing(watch: Watch) -> None:
    who = plant_loan(starts_on=STARTED)
    token = share(who).removeprefix("/calendar/").removesuffix(".ics")
    cut, turned = token[:-5], token[:40] + ("A" if token[40] != "A" else "B") + token[41:]
    for forged in ("x", cut, turned, "é" * 8, base64.urlsafe_b64encode(keyring.encrypt("13800006021")).decode()):
        assert Client().get(f"/calendar/{forged}.ics").status_code == 404
    assert Client().get("/calendar").status_code == 302
    assert Client().post("/calendar/share").status_code == 302
