"""Coming in and going out: the code, the limits, and where a log-in may lead."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client

from anqi import clock
from anqi.notices.models import Message
from anqi.people.models import Borrower, LoginCode
from tests.planting import at
from tests.web.borrower_stand import Watch

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]

PHONE = "13800006021"


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch(now=at(date(2026, 11, 24)))
    monkeypatch.setattr(clock, "now", lambda: watch.now)
    cache.clear()
    return watch


@pytest.fixture
def visitor(watch: Watch) -> Client:
    return Client(headers={"accept-language": "zh-hans"})


def code_sent() -> str:
    found = re.search(r"\d{6}", str(Message.objects.latest("created_at").text))
    assert found
    return found[0]


def come_in(visitor: Client, *, next_page: str = "") -> Any:
    visitor.post("/login", {"phone": PHONE, "next": next_page})
    return visitor.post("/login/code", {"code": code_sent(), "next": next_page})


def text_of(response: Any) -> str:
    return str(response.content.decode())


def test_logging_in_is_registering(visitor: Client) -> None:
    asked = visitor.post("/login", {"phone": "138 0000 6021", "next": "/orders"})
    assert asked.headers["Location"] == "/login/code?next=%2Forders"
    page = text_of(visitor.get(asked.headers["Location"]))
    assert "138****6021" in page
    assert PHONE not in page
    entered = visitor.post("/login/code", {"code": code_sent(), "next": "/orders"})
    assert entered.headers["Location"] == "/orders"
    assert visitor.get("/orders").status_code == 200
    assert Borrower.objects.count() == 1


def test_the_session_is_a_new_one_after_logging_in(visitor: Client) -> None:
    visitor.get("/login")
    visitor.post("/login", {"phone": PHONE})
    before = visitor.cookies[django_settings.SESSION_COOKIE_NAME].value
    visitor.post("/login/code", {"code": code_sent()})
    after = visitor.cookies[django_settings.SESSION_COOKIE_NAME].value
    assert before != after
    assert not Session.objects.filter(session_key=before).exists()
    assert "login_phone" not in visitor.session


def test_the_session_between_the_steps_does_not_hold_the_number(visitor: Client) -> None:
    visitor.post("/login", {"phone": PHONE})
    [session] = Session.objects.all()
    assert PHONE not in str(session.get_decoded())


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "evil.example", ""],
)
def test_a_log_in_leads_to_pages_of_this_site_only(visitor: Client, elsewhere: str) -> None:
    assert come_in(visitor, next_page=elsewhere).headers["Location"] == "/"


def test_a_wrong_code_says_so(visitor: Client) -> None:
    visitor.post("/login", {"phone": PHONE})
    wrong = visitor.post("/login/code", {"code": f"{(int(code_sent()) + 1) % 1_000_000:06}"})
    assert wrong.status_code == 422
    assert "验证码不对" in text_of(wrong)
    assert "验证码是 6 位数字" in text_of(visitor.post("/login/code", {"code": "12"}))
    assert visitor.post("/login/code", {"code": code_sent()}).status_code == 302


def test_a_used_code_lets_nobody_else_in(visitor: Client, watch: Watch) -> None:
    onlooker = Client()
    onlooker.post("/login", {"phone": PHONE})
    watch.now += timedelta(seconds=61)
    come_in(visitor)
    assert onlooker.post("/login/code", {"code": code_sent()}).status_code == 422
    assert onlooker.get("/").status_code == 302


def test_an_expired_code_is_refused(visitor: Client, watch: Watch) -> None:
    visitor.post("/login", {"phone": PHONE})
    digits = code_sent()
    watch.now += timedelta(minutes=6)
    assert visitor.post("/login/code", {"code": digits}).status_code == 422


def test_too_early_for_another_code_says_when(visitor: Client, watch: Watch) -> None:
    visitor.post("/login", {"phone": PHONE})
    again = visitor.post("/login/again")
    assert "秒后可以重发" in text_of(again)
    assert "秒后可以重发" in text_of(visitor.post("/login", {"phone": PHONE}))
    watch.now += timedelta(seconds=61)
    assert visitor.post("/login/again").status_code == 302
    assert LoginCode.objects.count() == 2


def test_one_address_cannot_have_codes_sent_to_everybody(watch: Watch) -> None:
    for n in range(30):
        assert Client(REMOTE_ADDR="203.0.113.7").post("/login", {"phone": f"1380000{n:04}"}).status_code == 302
    refused = Client(REMOTE_ADDR="203.0.113.7", headers={"accept-language": "zh-hans"}).post("/login", {"phone": PHONE})
    assert refused.status_code == 422
    assert "验证码要得太多了" in text_of(refused)
    assert Client(REMOTE_ADDR="203.0.113.8").post("/login", {"phone": PHONE}).status_code == 302


def test_behind_our_own_proxy_the_address_is_the_one_it_saw(watch: Watch, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for n in range(31):
        forwarded = {"X-Forwarded-For": f"198.51.100.9, 203.0.113.{n}"}
        visitor = Client(REMOTE_ADDR="127.0.0.1", headers=forwarded)
        assert visitor.post("/login", {"phone": f"1380000{n:04}"}).status_code == 302


def test_the_code_page_counts_down_to_the_next_code(visitor: Client, watch: Watch) -> None:
    visitor.post("/login", {"phone": PHONE})
    watch.now += timedelta(seconds=20)
    assert 'data-wait="40"' in text_of(visitor.get("/login/code"))


def test_what_is_no_phone_number_is_explained(visitor: Client) -> None:
    page = visitor.post("/login", {"phone": "12345"})
    assert page.status_code == 422
    assert "请填写 11 位手机号" in text_of(page)
    assert not Message.objects.exists()


def test_the_second_step_without_the_first_goes_back(visitor: Client) -> None:
    assert visitor.get("/login/code").headers["Location"] == "/login"
    assert visitor.post("/login/again").headers["Location"] == "/login"


def test_logging_out_ends_the_session(visitor: Client) -> None:
    come_in(visitor)
    assert visitor.get("/logout").status_code == 405
    assert visitor.post("/logout").headers["Location"] == "/login"
    assert visitor.get("/").headers["Location"] == "/login"


def test_whoever_is_in_need_not_log_in(visitor: Client) -> None:
    come_in(visitor)
    assert visitor.get("/login?next=/me").headers["Location"] == "/me"


def test_a_form_without_its_token_is_refused() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/login", {"phone": PHONE}).status_code == 403
