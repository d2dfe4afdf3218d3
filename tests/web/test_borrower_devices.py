"""The device behind a borrower's request: a cookie of its own, noted once a day, and what rules make of one that is
shared; and forms that are sent too often."""

import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from anqi import clock
from anqi.notices.models import Message
from anqi.people import tries
from anqi.people.models import Borrower, Device, User
from anqi.web.borrower import devices
from anqi.web.borrower.pacing import paced
from tests import reserving
from tests.actions.test_payouts import Bank, bank
from tests.planting import at
from tests.web.borrower_stand import Watch

__all__ = ["bank"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]
LIN, ZHOU = "13800006021", "13900008866"
AGENT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/125.0.0.0 Mobile Safari/537.36"


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch(now=at(date(2026, 11, 24)))
    monkeypatch.setattr(clock, "now", lambda: watch.now)
    cache.clear()
    return watch


@pytest.fixture
def visitor(watch: Watch) -> Client:
    return Client(headers={"accept-language": "zh-hans", "user-agent": AGENT})


def come_in(visitor: Client, phone: str = LIN) -> Any:
    visitor.post("/login", {"phone": phone})
    sent = Message.objects.filter(template="login_code").order_by("-created_at")
    newest = next(each for each in sent if str(each.phone).endswith(phone))
    found = re.search(r"\d{6}", str(newest.text))
    assert found
    return visitor.post("/login/code", {"code": found[0]})


def request_of(visitor: Client) -> HttpRequest:
    request = RequestFactory().get("/")
    request.COOKIES = {name: morsel.value for name, morsel in visitor.cookies.items()}
    return request


def test_signing_in_gives_the_browser_a_value_that_no_script_and_no_other_site_gets(visitor: Client) -> None:
    answer = come_in(visitor)
    cookie = answer.cookies[devices.COOKIE]
    assert re.fullmatch(r"[0-9a-f]{32}", cookie.value)
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 400 * 86400)
    assert bool(cookie["secure"]) == bool(django_settings.SESSION_COOKIE_SECURE)
    row = Device.objects.get()
    assert (row.hash, row.system, row.browser) == (devices.of(request_of(visitor)), "android_phone", "chrome")


def test_it_outlives_the_session_and_is_given_once(visitor: Client, watch: Watch) -> None:
    first = come_in(visitor).cookies[devices.COOKIE].value
    visitor.post("/logout")
    watch.now += timedelta(minutes=2)
    assert come_in(visitor).cookies[devices.COOKIE].value == first
    assert Device.objects.count() == 1


@pytest.mark.parametrize("value", ["", "x" * 32, "A" * 32, "a" * 31, "a" * 33])
def test_what_is_none_of_ours_is_no_device(visitor: Client, value: str) -> None:
    visitor.cookies[devices.COOKIE] = value
    assert devices.of(request_of(visitor)) == ""
    assert come_in(visitor).cookies[devices.COOKIE].value != value


def test_a_new_device_is_told_of_by_message(visitor: Client, watch: Watch) -> None:
    come_in(visitor)
    watch.now += timedelta(minutes=2)
    come_in(Client(headers={"user-agent": AGENT}))
    assert Message.objects.filter(template="new_device").count() == 1
    assert Device.objects.count() == 2


def test_it_is_noted_once_a_day(visitor: Client, watch: Watch) -> None:
    come_in(visitor)

    def noted() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert visitor.get("/").status_code == 200
        return sum("people_device" in each["sql"] for each in asked.captured_queries)

    assert [noted(), noted()] == [1, 0]
    watch.now += timedelta(days=1)
    assert [noted(), noted()] == [1, 0]
    assert Device.objects.get().last_seen_at == watch.now


def test_two_borrowers_who_apply_from_one_device_are_looked_at_with_the_number(visitor: Client, bank: Bank) -> None:
    """From the doors to the reasons: the rules see what the browser carries."""
    reserving.open_shelf(now=clock.now())
    lin, to = reserving.welcome(f"+86{LIN}")
    zhou, own = reserving.welcome(f"+86{ZHOU}")
    come_in(visitor)
    assert reserving.apply(lin, to, device=devices.of(request_of(visitor))).state == "approved"
    visitor.post("/logout")
    come_in(visitor, ZHOU)
    row = reserving.apply(zhou, own, device=devices.of(request_of(visitor)))
    assert [(each["code"], each["numbers"]) for each in row.reasons] == [("device_shared", {"borrowers": 2, "most": 1})]
    assert set(Device.objects.values_list("borrower_id", flat=True)) == {lin, zhou}


def test_without_a_cookie_nobody_shares_a_device(visitor: Client, bank: Bank) -> None:
    reserving.open_shelf(now=clock.now())
    for phone in (LIN, ZHOU):
        who, to = reserving.welcome(f"+86{phone}")
        assert reserving.apply(who, to, device=devices.of(request_of(Client()))).state == "approved"


# Forms that are sent too often


@paced("apply")
def form(request: HttpRequest) -> HttpResponse:
    return HttpResponse("taken")


def send(borrower_id: UUID, method: str = "post", address: str = "203.0.113.9") -> HttpResponse:
    request = getattr(RequestFactory(REMOTE_ADDR=address), method)("/reserves/apply")
    request.user, request.htmx = User.objects.get(id=borrower_id), False
    return form(request)


def test_after_so_many_forms_the_page_says_when_to_try_again(watch: Watch) -> None:
    lin = reserving.welcome()[0]
    assert {send(lin).status_code for _ in range(tries.OF_BORROWER)} == {200}
    watch.now += timedelta(minutes=20)
    answer = send(lin)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "2400")
    assert "11月24日 13:00 以后可以再试" in answer.content.decode()
    assert send(lin, "get").status_code == 200


def test_who_shares_an_address_with_many_is_told_the_same(watch: Watch) -> None:
    everybody = [reserving.welcome(f"+8613800001{n:03}")[0] for n in range(4)]
    codes = [send(who).status_code for who in everybody[:3] for _ in range(tries.OF_BORROWER)]
    assert set(codes) == {200}
    assert send(everybody[3]).status_code == 429
    assert send(everybody[3], address="203.0.113.10").status_code == 200
    assert Borrower.objects.count() == 4
