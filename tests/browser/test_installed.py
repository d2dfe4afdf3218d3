"""Without a network the last known due dates are there, with their age; after signing out they are not."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from demo.cast import ZHAO
from tests.browser import walking
from tests.browser.street import Street
from tests.browser.windows import Window

_KEPT = "async () => { const kept = await caches.match('/offline'); return kept ? await kept.text() : ''; }"


def wait_until_kept(page: Page, has: str) -> None:
    """Until the worker has kept the page anew, with these words on it."""
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    for _ in range(50):
        if has in page.evaluate(_KEPT):
            return
        page.wait_for_timeout(200)
    raise AssertionError(f"never kept: {has}")


def test_without_a_network(street: Street, window: Callable[..., Window]) -> None:
    zhao = window("offline")
    page = zhao.page
    walking.log_in(page, street, ZHAO)
    page.goto(street.url("borrower"))
    wait_until_kept(page, "下面是上次联网时的还款日")
    zhao.context.set_offline(True)
    page.goto(f"{street.url('borrower')}/bills")
    expect(page.get_by_role("heading", name="没有网络")).to_be_visible()
    expect(page.get_by_text("的数据")).to_contain_text("分钟")
    assert page.locator("li.aq-row").count() > 0
    zhao.look_at("01-dates", also=("dark",))
    zhao.context.set_offline(False)
    page.get_by_role("link", name="再试一次").click()
    expect(page.get_by_role("heading", name="首页")).to_be_visible()

    page.goto(f"{street.url('borrower')}/me")
    page.get_by_role("button", name="退出登录").click()
    wait_until_kept(page, "没有留下任何人的还款数据")
    zhao.context.set_offline(True)
    page.goto(street.url("borrower"))
    expect(page.get_by_text("没有留下任何人的还款数据")).to_be_visible()
    assert page.locator("li.aq-row").count() == 0
    zhao.context.set_offline(False)
    zhao.must_be_clean()
