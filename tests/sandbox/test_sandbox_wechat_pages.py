"""WeChat's pages in a real browser: payable without scripts, readable by everybody."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect
from sandbox_stand import Sandbox
from wechat_stand import Counter

from tests import chromium as browsers

pytestmark = browsers.required


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browsers.started() as (_, browser):
        yield browser


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """A phone whose browser runs no scripts."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_paying_from_a_page(sandbox: Sandbox, counter: Counter, phone: Page, order_no: str) -> None:
    back = f"{sandbox.url}/healthz?from=wechat&x=1"
    url = counter.place(order_no)[1]["h5_url"]
    phone.goto(f"{url}&redirect_url={quote(back, safe='')}", referer="https://shop.example/")
    phone.get_by_label("方可").check()
    phone.get_by_label("支付密码").fill("123456")
    phone.get_by_role("button", name="确认支付").click()
    expect(phone.get_by_role("alert")).to_have_text("余额不足，请换一个账户付款")
    phone.get_by_label("林晓").check()
    phone.get_by_label("支付密码").fill("123456")
    phone.get_by_role("button", name="确认支付").click()
    expect(phone.get_by_role("heading", name="支付成功")).to_be_visible()
    phone.get_by_role("link", name="完成").click()
    assert phone.url == back


def test_leaving_without_paying(sandbox: Sandbox, counter: Counter, phone: Page, order_no: str) -> None:
    url = counter.place(order_no)[1]["h5_url"]
    phone.goto(
        f"{url}&redirect_url={quote(f'{sandbox.url}/healthz', safe='')}", referer="https://shop.example/"
    )
    phone.get_by_role("link", name="取消支付，返回商家").click()
    assert phone.url == f"{sandbox.url}/healthz"
    assert counter.query(order_no)[1]["trade_state"] == "NOTPAY"


@pytest.mark.parametrize("picks", [True, False])
def test_scanning_a_code(sandbox: Sandbox, counter: Counter, phone: Page, order_no: str, picks: bool) -> None:
    code = counter.place(order_no, operation="native")[1]["code_url"]
    phone.goto(sandbox.url)
    phone.get_by_role("link", name="微信扫一扫").click()
    if picks:
        phone.get_by_role("button", name=f"扫这个码 {order_no}", exact=True).click()
    else:
        phone.get_by_label("收款码的内容").fill("https://example.com")
        phone.get_by_role("button", name="识别").click()
        expect(phone.get_by_role("alert")).to_have_text("这不是微信支付的收款码")
        phone.get_by_label("收款码的内容").fill(f" {code} ")
        phone.get_by_role("button", name="识别").click()
    phone.get_by_label("支付密码").fill("123456")
    phone.get_by_role("button", name="确认支付 ¥12.30").click()
    expect(phone.get_by_text("可以回到电脑上的页面了")).to_be_visible()
    assert counter.query(order_no)[1]["trade_state"] == "SUCCESS"


@pytest.mark.parametrize("size", [(390, 844), (1280, 800)])
def test_every_page_is_accessible(
    sandbox: Sandbox, counter: Counter, chromium: Browser, order_no: str, size: tuple[int, int]
) -> None:
    closed, paid, coded = f"{order_no}c", f"{order_no}p", f"{order_no}n"
    counter.place(coded, operation="native")
    urls = [counter.place(number)[1]["h5_url"] for number in (order_no, closed, paid)]
    cashiers = [sandbox.control("wechat/open", url=url).json()["cashier_path"] for url in urls]
    counter.close(closed)
    sandbox.control("wechat/pay", out_trade_no=paid)
    counter.refund(paid, f"{paid}-1", 30, reason="多付的款")
    counter.fault("late", out_trade_no=order_no)
    paths = [
        "/",
        "/wechat/scan",
        "/faults?channel=wechat",
        f"/wechat/trades/{paid}",
        "/wechat/cashier/none",
        *cashiers,
    ]
    context = chromium.new_context(viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    for path in paths:
        page.goto(f"{sandbox.url}{path}")
        assert browsers.violations(page) == [], path
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path
    context.close()
