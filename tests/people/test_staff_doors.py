"""Coming into the office: a password, a second factor that is set up the first time, and no other way."""

import hmac
import re
import struct
import time
from base64 import b32decode
from datetime import datetime
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import authenticate
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from anqi.actions import staff
from anqi.people import borrowers
from anqi.people.models import User
from anqi.rows.days import SHANGHAI

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.people.office_doors")]

NOW = datetime(2026, 11, 24, 9, tzinfo=SHANGHAI)
EMAIL, PASSWORD = "li@office.example", "correct horse battery"
SET_UP, CODE, AGAIN = "/account/2fa/totp/activate/", "/account/2fa/authenticate/", "/account/2fa/reauthenticate/"
RECOVERY = "/account/2fa/recovery-codes/"


@pytest.fixture(autouse=True)
def quick_hashes(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def li() -> User:
    return admit()


def admit(email: str = EMAIL, role: str = "clerk") -> User:
    return staff.admit(email=email, name="李", role=role, password=PASSWORD, actor="command line", now=NOW)


def digits_of(secret: str, *, step: int = 0) -> str:
    """The code that the phone shows (RFC 6238)."""
    digest = hmac.digest(b32decode(secret), struct.pack(">Q", int(time.time()) // 30 + step), "sha1")
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def enter(visitor: Client, *, email: str = EMAIL, password: str = PASSWORD, next_page: str = "") -> Any:
    return visitor.post("/account/login/", {"login": email, "password": password, "next": next_page})


def fresh_code(secret: str) -> str:
    """A code that was not used yet, with some seconds left to use it in."""
    if time.time() % 30 > 27:
        time.sleep(3.1)
    cache.clear()
    return digits_of(secret)


def set_up(visitor: Client) -> str:
    """Binds a phone after the password, and gives its secret. allauth asks for the password once more."""
    visitor.post(f"/account/reauthenticate/?next={SET_UP}", {"password": PASSWORD})
    page = visitor.get(SET_UP).content.decode()
    [secret] = re.findall(r"<code>([A-Z2-7]{32})</code>", page)
    assert visitor.post(SET_UP, {"code": fresh_code(secret)}).headers["Location"] == RECOVERY
    return str(secret)


def come_in(visitor: Client, **who: str) -> str:
    enter(visitor, **who)
    secret = set_up(visitor)
    answer = visitor.post(AGAIN, {"code": fresh_code(secret), "next": "/"})
    assert answer.headers["Location"] == "/"
    return secret


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_whole_way_in(li: User) -> None:
    visitor = Client()
    assert visitor.get("/").headers["Location"] == "/account/login/?next=%2F"
    assert enter(visitor).headers["Location"] == "/"
    assert visitor.get("/").headers["Location"] == f"{SET_UP}?next=%2F"
    secret = set_up(visitor)
    assert visitor.get("/").headers["Location"] == f"{AGAIN}?next=%2F"
    visitor.post(AGAIN, {"code": fresh_code(secret), "next": "/"})
    assert text_of(visitor.get("/")) == "hello 李"


def test_the_next_time_the_password_is_followed_by_the_code(li: User) -> None:
    secret = come_in(Client())
    visitor = Client()
    assert enter(visitor, next_page="/read?on=2026-11-24").headers["Location"].startswith(CODE)
    assert visitor.get("/").headers["Location"].startswith("/account/login/")
    code = fresh_code(secret)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    assert "这个码不对" in text_of(visitor.post(CODE, {"code": wrong}))
    assert visitor.get("/").status_code == 302
    assert visitor.post(CODE, {"code": code}).headers["Location"] == "/read?on=2026-11-24"
    assert text_of(visitor.get("/")) == "hello 李"


def test_a_code_is_good_once(li: User) -> None:
    secret = come_in(Client())
    first, second = Client(), Client()
    enter(first), enter(second)
    code = fresh_code(secret)
    assert first.post(CODE, {"code": code}).status_code == 302
    assert "这个码不对" in text_of(second.post(CODE, {"code": code}))


def test_a_session_from_before_the_second_factor_has_to_show_it(li: User) -> None:
    """Somebody who knows the first password and logs in before the owner sets up the phone is still kept out."""
    thief, owner = Client(), Client()
    enter(thief)
    come_in(owner)
    for page in ("/", RECOVERY, f"{RECOVERY}generate/", "/account/password/change/", "/account/2fa/"):
        assert thief.get(page).headers["Location"].startswith(AGAIN), page
        assert thief.post(page).headers["Location"].startswith(AGAIN), page
    assert thief.get(SET_UP).status_code == 302
    assert Authenticator.objects.filter(type="totp").count() == 1


def test_recovery_codes_are_shown_once_and_each_opens_once(li: User) -> None:
    owner = Client()
    secret = come_in(owner)
    codes = re.findall(r"<code>(\d{8})</code>", text_of(owner.get(RECOVERY)))
    assert len(codes) == 10
    assert not re.search(r"<code>", text_of(owner.get(RECOVERY)))
    for tries, code in (("first", codes[0]), ("again", codes[0])):
        visitor = Client()
        enter(visitor)
        answer = visitor.post(CODE, {"code": code})
        assert answer.status_code == (302 if tries == "first" else 200)
    owner.post(f"{RECOVERY}generate/")
    new = re.findall(r"<code>(\d{8})</code>", text_of(owner.get(RECOVERY)))
    assert len(new) == 10 and not set(new) & set(codes)
    assert secret not in text_of(owner.get("/account/2fa/"))


def test_secrets_are_sealed_in_the_database(li: User) -> None:
    owner = Client()
    secret = come_in(owner)
    codes = re.findall(r"<code>(\d{8})</code>", text_of(owner.get(RECOVERY)))
    with connection.cursor() as cursor:
        cursor.execute("select string_agg(data::text, '') from mfa_authenticator")
        [(kept,)] = cursor.fetchall()
    assert secret not in kept and not any(code in kept for code in codes)


def test_nobody_takes_the_second_factor_off(li: User) -> None:
    owner = Client()
    come_in(owner)
    assert owner.post("/account/2fa/totp/").headers["Location"] == "/account/2fa/"
    assert owner.post("/account/2fa/totp/deactivate/").status_code == 404
    assert owner.get(SET_UP).headers["Location"] == "/account/2fa/totp/"
    assert Authenticator.objects.filter(type="totp").exists()


@pytest.mark.parametrize(("email", "password"), [(EMAIL, "wrong"), ("nobody@office.example", PASSWORD), ("", ""), ("x", "y")])
def test_whoever_is_not_known_stays_out(li: User, email: str, password: str) -> None:
    visitor = Client()
    assert enter(visitor, email=email, password=password).status_code == 200
    assert visitor.get("/").status_code == 302


def test_known_and_unknown_emails_are_told_the_same(li: User) -> None:
    told = [
        re.findall(r'role="alert".*?</div>', text_of(enter(Client(), email=email, password="wrong")), re.DOTALL)
        for email in (EMAIL, "nobody@office.example")
    ]
    assert told[0] == told[1] and "邮箱或密码不对" in told[0][0]


def test_a_borrower_never_comes_in_even_with_an_email_and_a_password() -> None:
    lin = borrowers.find_or_register("+8613800006021", language="zh-hans", now=NOW)
    user = User.objects.get(id=lin)
    user.email = EMAIL
    user.set_password(PASSWORD)
    user.save()
    visitor = Client()
    assert enter(visitor).status_code == 200
    assert authenticate(HttpRequest(), email=EMAIL, password=PASSWORD) is None
    assert authenticate(HttpRequest(), username=EMAIL, password=PASSWORD) is None
    visitor.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    for page in ("/", "/read", "/forgotten"):
        assert visitor.get(page).status_code == 403


def test_who_is_suspended_is_out_at_the_next_click_and_is_told_so(li: User) -> None:
    visitor, boss = Client(), admit("boss@office.example", "supervisor")
    secret = come_in(visitor)
    staff.suspend(staff_id=li.id, reason="left", actor=boss, now=NOW)
    assert visitor.get("/").headers["Location"].startswith("/account/login/")
    again = Client()
    assert enter(again).headers["Location"] == "/account/inactive/"
    assert "账号已停用" in text_of(again.get("/account/inactive/"))
    assert enter(Client(), password="wrong").status_code == 200
    assert again.post(CODE, {"code": fresh_code(secret)}).headers["Location"].startswith("/account/login/")


def test_who_is_suspended_between_password_and_code_stays_out(li: User) -> None:
    secret = come_in(Client())
    visitor = Client()
    enter(visitor)
    User.objects.filter(id=li.id).update(is_active=False)
    visitor.post(CODE, {"code": fresh_code(secret)})
    assert visitor.get("/").status_code == 302


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("clerk", {"GET /", "POST /", "GET /read", "POST /read"}),
        ("supervisor", {"GET /", "POST /", "GET /read", "POST /read", "GET /decide", "POST /decide"}),
        ("auditor", {"GET /", "GET /read", "POST /read"}),
        ("none", set()),
    ],
)
def test_roles(role: str, may: set[str]) -> None:
    visitor = Client()
    user = admit()
    come_in(visitor)
    User.objects.filter(id=user.id).update(role=role)
    for page in ("/", "/read", "/decide"):
        for method in ("GET", "POST"):
            answer = visitor.generic(method, page)
            assert answer.status_code == (200 if f"{method} {page}" in may else 403), (role, method, page)


def test_a_page_that_forgot_its_guard_shows_nothing() -> None:
    assert Client().get("/forgotten").status_code == 403


def test_forms_need_their_proof_of_origin(li: User) -> None:
    visitor = Client(enforce_csrf_checks=True)
    assert enter(visitor).status_code == 403


@pytest.mark.parametrize(
    "away", ["https://evil.example/", "//evil.example", "http://localhost:8000/", "javascript:alert(1)", "/\\evil.example"]
)
def test_after_the_log_in_nobody_is_led_away(li: User, away: str) -> None:
    assert enter(Client(), next_page=away).headers["Location"] == "/"
    leaving = Client()
    enter(leaving)
    assert leaving.post("/account/logout/", {"next": away}).headers["Location"] == "/account/login/"


def test_a_fragment_leads_the_whole_page_to_the_door_and_back() -> None:
    answer = Client().get("/read?x=1", headers={
        "HX-Request": "true", "HX-Request-Type": "partial", "HX-Current-URL": "http://testserver/read?on=2026-11-24",
    })  # fmt: skip
    assert answer.headers["HX-Redirect"] == "/account/login/?next=%2Fread%3Fon%3D2026-11-24"
    sent = Client().post("/", headers={"Referer": "http://evil.example//evil.example/x"})
    assert sent.headers["Location"] == "/account/login/?next=%2F"


def test_leaving_ends_the_session(li: User) -> None:
    visitor = Client()
    come_in(visitor)
    assert "退出后台" in text_of(visitor.get("/account/logout/"))
    assert visitor.get("/").status_code == 200
    visitor.post("/account/logout/")
    assert visitor.get("/").status_code == 302


def test_a_new_password_ends_the_other_sessions(li: User) -> None:
    here, elsewhere = Client(), Client()
    secret = come_in(here)
    enter(elsewhere)
    elsewhere.post(CODE, {"code": fresh_code(secret)})
    assert elsewhere.get("/").status_code == 200
    new = "another long password"
    for wrong in ({"oldpassword": "x"}, {"password1": "short", "password2": "short"}, {"password2": "other long password"}):
        fields = {"oldpassword": PASSWORD, "password1": new, "password2": new, **wrong}
        assert here.post("/account/password/change/", fields).status_code == 200
    fields = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert here.post("/account/password/change/", fields).headers["Location"] == "/account/2fa/"
    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
    assert User.objects.get(id=li.id).check_password(new)


def test_a_password_is_guessed_at_only_so_often(li: User) -> None:
    for _ in range(5):
        assert "邮箱或密码不对" in text_of(enter(Client(), password="wrong"))
    assert "试得太多了" in text_of(enter(Client()))


def test_a_code_is_guessed_at_only_so_often(li: User) -> None:
    secret = come_in(Client())
    visitor = Client()
    enter(visitor)
    right = fresh_code(secret)
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    for _ in range(5):
        assert "这个码不对" in text_of(visitor.post(CODE, {"code": wrong}))
    assert "试得太多了" in text_of(visitor.post(CODE, {"code": right}))


def test_an_address_that_tries_without_end_is_told_to_wait(li: User) -> None:
    for n in range(30):
        enter(Client(), email=f"{n}@office.example")
    answer = enter(Client())
    assert answer.status_code == 429 and "试得太多了" in text_of(answer)


@pytest.mark.urls("anqi.config.urls.office")
def test_no_other_page_of_allauths_has_an_address_on_the_real_site() -> None:
    for name in (
        "account_signup", "account_email", "account_reset_password", "account_set_password",
        "account_confirm_login_code", "account_email_verification_sent", "mfa_download_recovery_codes",
    ):  # fmt: skip
        with pytest.raises(NoReverseMatch):
            reverse(name)
    assert "员工登录" in text_of(Client().get("/account/login/"))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_speak_one_language(li: User, language: str) -> None:
    for text in map(text_of, every_page(Client(headers={"Accept-Language": language}))):
        # Names, and the choice of languages, stay as they are in both.
        bare = re.sub(r"<head>.*?</head>|<fieldset>.*?</fieldset>|<[^>]*>|李", "", text, flags=re.DOTALL)
        assert bool(re.search("[\u4e00-\u9fff]", bare)) == (language == "zh-hans"), bare


def every_page(visitor: Client) -> list[Any]:
    """The doors as somebody new meets them, mistakes included."""
    seen = [visitor.get("/account/login/"), enter(visitor, password="wrong"), visitor.get("/account/inactive/")]
    enter(visitor)
    to_set_up = f"/account/reauthenticate/?next={SET_UP}"
    seen += [visitor.get(to_set_up), visitor.post(to_set_up, {"password": "wrong"})]
    visitor.post(to_set_up, {"password": PASSWORD})
    seen += [visitor.get(SET_UP), visitor.post(SET_UP, {"code": "x"})]
    [secret] = re.findall(r"<code>([A-Z2-7]{32})</code>", text_of(seen[-1]))
    visitor.post(SET_UP, {"code": fresh_code(secret)})
    seen.append(visitor.get(f"{AGAIN}?next=/"))
    visitor.post(AGAIN, {"code": fresh_code(secret), "next": "/"})
    inside = (RECOVERY, f"{RECOVERY}generate/", "/account/2fa/", "/account/password/change/", "/account/logout/")
    return seen + [visitor.get(page) for page in inside]


def test_the_session_that_logs_in_is_a_new_one(li: User) -> None:
    secret = come_in(Client())
    visitor = Client()
    enter(visitor)
    before = visitor.session.session_key
    visitor.post(CODE, {"code": fresh_code(secret)})
    assert visitor.get("/").status_code == 200
    assert visitor.session.session_key != before
