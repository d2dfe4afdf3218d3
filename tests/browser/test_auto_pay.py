"""孙惊蛰 has WeChat debit her instalments: signed once, and from then on the days do it by themselves."""

from collections.abc import Callable, Iterator
from datetime import time, timedelta

import pytest
from playwright.sync_api import expect

from demo.cast import SUN
from tests.browser import street as streets
from tests.browser import times, walking
from tests.browser.street import Street
from tests.browser.windows import Window

_TOLD = "select 1 from notices_message where template = %s and state in ('sent', 'delivered')"


@pytest.fixture
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """Of this story's own: weeks pass on it."""
    with streets.opened(tmp_path_factory.mktemp("weeks")) as opened:
        yield opened


@pytest.mark.pictures
def test_auto_pay(street: Street, window: Callable[..., Window]) -> None:
    sun = window("auto-pay")
    page = sun.page
    walking.log_in(page, street, SUN)
    order_url = walking.open_loan(page, street)
    _bind(sun)
    sun.look_at("01-on", also=("desk", "dark"))

    [(due_on,)] = street.until("select due_on from payments_debit_plan where state = 'open'")
    times.pass_until(street, due_on - timedelta(days=7), time(9))
    street.until(_TOLD, "debit_coming")
    times.pass_until(street, due_on - timedelta(days=2), time(9))
    street.until("select 1 from payments_debit_notice where state = 'told'")
    page.goto(f"{order_url}/auto-pay")
    expect(page.get_by_text("微信支付的扣款通知")).to_be_visible()
    expect(page.get_by_text("已提醒")).to_be_visible()
    sun.look_at("02-announced", also=("desk",))
    sun.take_picture("auto-pay")

    times.pass_until(street, due_on, time(9, 30))
    street.until("select 1 from payments_debit_plan where state = 'paid' and due_on = %s", due_on)
    page.reload()
    page.locator("summary").filter(has_text="已还清").click()
    expect(page.get_by_text("从微信支付扣款")).to_be_visible()
    sun.look_at("03-paid", also=("desk",))
    page.get_by_role("link", name="从微信支付扣款").click()
    page.get_by_role("link", name="看收据").click()
    expect(page.get_by_text("收到还款")).to_be_visible()
    sun.look_at("04-receipt")
    street.until("select 1 from notices_message where template = 'payment_received' and state = 'delivered'")
    for name in ("messages", "reminders", "calendar"):
        page.goto(f"{street.url('borrower')}/{name}")
        sun.take_picture(name)
    assert street.verify().returncode == 0, street.verify().stdout
    sun.must_be_clean()


def _bind(sun: Window) -> None:
    """At WeChat, which leads back to the very page that it was opened from."""
    page = sun.page
    page.get_by_role("link", name="自动还款").first.click()
    page.get_by_role("link", name="微信支付").click()
    page.get_by_role("button", name="去微信支付签约").click()
    page.wait_for_url("**/wechat/papay/sign/**")
    # She hesitates: back on our page nothing is agreed yet, and it leads on to the same page there.
    page.get_by_role("link", name="暂不开通，返回商家").click()
    page.wait_for_url("**/mandates/**")
    page.get_by_role("link", name="继续签约").click()
    page.wait_for_url("**/wechat/papay/sign/**")
    page.get_by_role("button", name="同意并开通").click()
    page.get_by_role("link", name="完成").click()
    page.wait_for_url("**/mandates/**")
    expect(page.get_by_role("heading", name="已开通从微信支付自动还款")).to_be_visible()
    page.get_by_role("link", name="回到自动还款").click()
