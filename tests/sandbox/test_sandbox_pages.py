"""The pages in a real browser: payable without scripts, readable by everybody."""

from collections.abc import Iterator

import pytest
from alipay import AliPay
from playwright.sync_api import Browser, Page, expect
from sandbox_stand import Sandbox, cashier_url

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


def test_paying_without_scripts(sandbox: Sandbox, ali: AliPay, phone: Page, order_no: str) -> None:
    back = f"{sandbox.url}/healthz"
    phone.goto(cashier_url(ali, order_no, "388.25", return_url=back))
    phone.get_by_label("方可").check()
    phone.get_by_label("支付密码").fill("123456")
    phone.get_by_role("button", name="确认付款").click()
    expect(phone.get_by_role("alert")).to_have_text("余额不足，请换一个账户付款")
    phone.get_by_label("林小满").check()
    phone.get_by_label("支付密码").fill("123456")
    phone.get_by_role("button", name="确认付款").click()
    expect(phone.get_by_role("heading", name="支付成功")).to_be_visible()
    phone.get_by_role("link", name="完成，返回商家").click()
    assert phone.url.startswith(f"{back}?charset=utf-8&out_trade_no={order_no}")


def test_leaving_without_paying(sandbox: Sandbox, ali: AliPay, phone: Page, order_no: str) -> None:
    phone.goto(cashier_url(ali, order_no, return_url=f"{sandbox.url}/healthz"))
    phone.get_by_role("link", name="取消付款，返回商家").click()
    assert phone.url == f"{sandbox.url}/healthz"
    assert sandbox.trade(order_no)["trade_status"] == "WAIT_BUYER_PAY"


@pytest.mark.parametrize("size", [(390, 844), (1280, 800)])
def test_every_page_is_accessible(
    sandbox: Sandbox, ali: AliPay, chromium: Browser, order_no: str, size: tuple[int, int]
) -> None:
    closed, paid = f"{order_no}c", f"{order_no}p"
    for number in (order_no, closed, paid):
        sandbox.control("alipay/open", url=cashier_url(ali, number))
    ali.api_alipay_trade_close(out_trade_no=closed)
    sandbox.control("alipay/pay", out_trade_no=paid)
    sandbox.fault("late", out_trade_no=order_no)
    for direction in ("in", "out"):
        sandbox.control("bank/transfer", amount="533.09", name="林小满", account="6222020200112233445", direction=direction)
    cashiers = [sandbox.trade(number)["cashier_path"] for number in (order_no, closed, paid)]
    paths = ["/", "/bank", "/sms", "/mail", "/faults", f"/alipay/trades/{paid}", "/alipay/cashier/none", *cashiers]
    context = chromium.new_context(viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    for path in paths:
        page.goto(f"{sandbox.url}{path}")
        assert browsers.violations(page) == [], path
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path
    context.close()
