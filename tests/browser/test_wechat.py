"""Paying by WeChat on a phone: to its page and back, at once and after leaving it."""

from collections.abc import Callable

from playwright.sync_api import expect

from demo.cast import CHEN
from tests.browser import walking
from tests.browser.street import Street
from tests.browser.windows import Window


def test_wechat(street: Street, window: Callable[..., Window]) -> None:
    chen = window("wechat")
    page = chen.page
    walking.log_in(page, street, CHEN)
    walking.open_loan(page, street)
    page.get_by_role("link", name="提前还款").click()
    walking.choose(page, "提前还下期")
    walking.choose(page, "微信支付")

    # To WeChat's page, which wants to see where the browser comes from, and back without paying.
    page.get_by_role("button", name="确认还款").click()
    page.wait_for_url("**/wechat/cashier/**")
    first = walking.cashier_number(page)
    page.get_by_role("link", name="取消支付，返回商家").click()
    page.wait_for_url("**/charges/**")

    # Going on leads to the same order, which is paid now.
    page.get_by_role("link", name="继续支付").click()
    page.wait_for_url("**/wechat/cashier/**")
    assert walking.cashier_number(page) == first
    walking.pay_by_wechat(page)
    page.get_by_role("link", name="完成").click()
    page.wait_for_url("**/charges/**")
    expect(page.get_by_role("heading", name="还款成功")).to_be_visible(timeout=20_000)
    chen.must_be_clean()
