"""Logging in, form tokens, headers, settings."""

import datetime as dt
from pathlib import Path

import pytest
from mall_town import SECRET, Town

from mall import accounts, settings
from mall.clock import Clock
from mall.doors import local_path
from mall.settings import SettingsRefused


def test_sign_up_and_log_in_again(town: Town) -> None:
    browser = town.browser().open("/sign-up")
    browser.press("/sign-up?next=/", phone="13700001234", name="新客", password="a long one")
    assert browser.path == "/" and "我的订单" in browser.text()
    browser.press("/log-out").open("/login")
    browser.press("/login?next=/", phone="13700001234", password="a long one")
    assert "我的订单" in browser.text()


@pytest.mark.parametrize(
    ("typed", "said"),
    [({"phone": "123"}, "11 位手机号"), ({"phone": "13800006021"}, "已经注册过"),
     ({"password": "short"}, "至少 8 位"), ({"name": ""}, "请填称呼")],
)
def test_sign_up_says_what_to_mend(town: Town, typed: dict[str, str], said: str) -> None:
    whole = {"phone": "13700001234", "name": "新客", "password": "a long one"}
    browser = town.browser().open("/sign-up").press("/sign-up?next=/", **(whole | typed))
    assert browser.status == 422 and said in browser.text()


def test_wrong_passwords_are_counted(town: Town) -> None:
    browser = town.browser().open("/login")
    for _ in range(5):
        browser.press("/login?next=/", phone="13800006021", password="wrong")
        assert browser.status == 422 and "手机号或密码不对" in browser.text()
    browser.press("/login?next=/", phone="13800006021", password=accounts.DEMO_PASSWORD)
    assert "15 分钟后再试" in browser.text()
    town.clock.at += dt.timedelta(minutes=16)
    assert "我的订单" in browser.log_in().text()


def test_customer_is_no_shopkeeper(town: Town) -> None:
    browser = town.browser().open("/shop/login")
    browser.press("/shop/login", login_name="13800006021", password=accounts.DEMO_PASSWORD)
    assert browser.status == 422
    keeper = town.browser().open("/login")
    assert keeper.press("/login?next=/", phone="shopkeeper", password=accounts.DEMO_PASSWORD).status == 422


def test_one_browser_may_be_both(town: Town) -> None:
    browser = town.browser().log_in().log_in_shopkeeper()
    assert browser.open("/orders").path == "/orders" and browser.open("/shop").path == "/shop"
    browser.press("/shop/log-out")
    assert browser.open("/orders").path == "/orders" and browser.open("/shop").path == "/shop/login"


def test_session_changes_at_login_and_the_old_one_is_worth_nothing(town: Town) -> None:
    browser = town.browser().open("/login")
    before = browser.client.cookies["mall_session"]
    browser.log_in()
    assert browser.client.cookies["mall_session"] != before
    thief = town.browser()
    thief.client.cookies.set("mall_session", before)
    assert thief.open("/orders").path == "/login"


def test_form_without_its_token_is_refused(town: Town) -> None:
    browser = town.browser().put_into_cart("qinghe-12")
    for form in ({"slug": "maisui-8"}, {"slug": "maisui-8", "form_key": "文"}):
        answer = browser.client.post("/cart/add", data=form)
        assert answer.status_code == 403 and "刷新" in answer.text
    assert "¥4,299.00" in browser.open("/cart").text()


def test_cookie_and_headers(town: Town) -> None:
    answer = town.client.get("/")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("mall_session=") and "HttpOnly" in cookie and "SameSite=lax" in cookie
    assert "script-src" not in answer.headers["content-security-policy"]
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
    assert answer.headers["cache-control"] == "no-store"
    assert "<script" not in answer.text and "style=" not in answer.text
    assert town.client.get("/nowhere").status_code == 404 and "没有完成" in town.client.get("/nowhere").text
    assert town.client.get("/cart/add").status_code == 405
    assert town.client.get("/healthz").text == "ok"


def test_every_phone_has_its_page_and_drawing(town: Town) -> None:
    page = town.client.get("/").text
    for path in {part.split('"')[0] for part in page.split('src="')[1:]}:
        assert town.client.get(path).status_code == 200
    for path in {part.split('"')[0] for part in page.split('href="/phones/')[1:]}:
        assert town.client.get(f"/phones/{path}").status_code == 200


def test_phone_page_stands_without_the_lender(town: Town) -> None:
    town.lender.fail("GET /v1/plans", "lost_before")
    page = town.client.get("/phones/shitou-3")
    assert page.status_code == 200 and "分期怎么付" not in page.text
    assert "分期怎么付" in town.client.get("/phones/yunque-5").text


@pytest.mark.parametrize(
    ("path", "kept"),
    [("/checkout", "/checkout"), ("//evil.test", "/"), ("https://evil.test", "/"), ("/\\evil.test", "/"),
     ("", "/"), ("/\nx", "/")],
)
def test_login_leads_only_into_the_shop(path: str, kept: str) -> None:
    assert local_path(path) == kept


def test_login_leads_on_to_the_checkout(town: Town) -> None:
    browser = town.browser().put_into_cart("yunque-5").open("/checkout")
    assert browser.path == "/login"
    browser.press("/login?next=/checkout", phone="13800006021", password=accounts.DEMO_PASSWORD)
    assert browser.path == "/checkout" and "选一个分期方案" in browser.text()


def test_settings_name_all_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SettingsRefused, match=r"(?s)MALL_API_URL.*MALL_API_KEY.*MALL_WEBHOOK_SECRET"):
        settings.read(home=tmp_path, port=1, environment={})


@pytest.mark.parametrize(
    ("name", "value"),
    [("MALL_API_URL", "localhost:8000"), ("MALL_WEBHOOK_SECRET", "secret"),
     ("MALL_WEBHOOK_SECRET", "whsec_*"), ("MALL_WEBHOOK_SECRET", "whsec_"), ("MALL_BASE_URL", "ftp://x")],
)
def test_malformed_settings_are_refused(tmp_path: Path, name: str, value: str) -> None:
    whole = {
        "MALL_API_URL": "http://localhost:1/", "MALL_API_KEY": "aqk_1", "MALL_WEBHOOK_SECRET": SECRET,
    }
    read = settings.read(home=tmp_path, port=8123, environment=whole)
    assert (read.api_url, read.base_url) == ("http://localhost:1", "http://localhost:8123")
    assert not read.secure
    with pytest.raises(SettingsRefused, match=name):
        settings.read(home=tmp_path, port=1, environment=whole | {name: value})


def test_clock_reads_its_file_each_time(tmp_path: Path) -> None:
    offset_file = tmp_path / "offset"
    clock = Clock(offset_file=offset_file)
    start = clock.now()
    offset_file.write_text("86400\n")
    assert clock.now() - start >= dt.timedelta(days=1)


def test_home_keeps_no_password_and_no_cookie(town: Town) -> None:
    browser = town.buyer()
    kept = b"".join(path.read_bytes() for path in town.shop.settings.home.iterdir())
    assert accounts.DEMO_PASSWORD.encode() not in kept
    assert browser.client.cookies["mall_session"].encode() not in kept
