"""A plan is moved to another day, paid a little by somebody else, and made easier: each seen before it is signed."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from demo.cast import HAN
from tests import drawn
from tests.browser import walking
from tests.browser.street import Street
from tests.browser.windows import Window


@pytest.mark.pictures
def test_a_plan_changes_as_its_borrower_signs(street: Street, window: Callable[..., Window]) -> None:
    han = window("changes")
    page = han.page
    walking.log_in(page, street, HAN)
    order = walking.open_loan(page, street)
    move_the_due_day(han, order)
    paid_by_a_friend(han, window, make_a_link(han, order), street)
    ask_for_help(han, order)
    han.must_be_clean()


def move_the_due_day(han: Window, order: str) -> None:
    page = han.page
    page.get_by_role("link", name="改还款日").click()
    page.get_by_label("每月几日还").select_option(index=1)
    page.get_by_role("button", name="算一算").click()
    expect(page.get_by_text("两份还款计划对照").first).to_be_visible()
    han.look_at("01-due-day", also=("desk",))
    han.take_picture("due-day", at=page.get_by_text("两份还款计划对照").first)
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="确认签署").click()
    expect(page.get_by_role("heading", name="已签署，马上生效")).to_be_visible()
    page.goto(order)
    expect(page.get_by_text("还款日").first).to_be_visible()


def make_a_link(han: Window, order: str) -> str:
    page = han.page
    page.goto(f"{order}/pay-link")
    page.get_by_role("radio", name="自己填").check(force=True)
    page.get_by_role("textbox", name="还款金额").fill("200")
    page.get_by_role("button", name="做一个代付链接").click()
    expect(page.get_by_role("heading", name="链接做好了")).to_be_visible()
    found = re.search(r"http\S+", page.locator("dl.aq-copies dd").first.inner_text())
    assert found
    return found[0]


def paid_by_a_friend(han: Window, window: Callable[..., Window], link: str, street: Street) -> None:
    friend = window("friend", phone=False)
    page: Page = friend.page
    page.goto(link)
    assert HAN.name not in page.content() and HAN.phone[-4:] not in drawn.without(page.content())
    friend.look_at("01-asked")
    page.get_by_role("button", name="付 ¥200.00").click()
    page.wait_for_url("**/alipay/cashier/**")
    walking.pay_at_cashier(page)
    page.get_by_role("link", name="完成，返回商家").click()
    page.wait_for_url("**/paid-for/**")
    expect(page.get_by_role("heading", name="付款成功")).to_be_visible(timeout=20_000)
    friend.look_at("02-paid")
    friend.must_be_clean()
    han.page.goto(f"{street.url('borrower')}/payments")
    expect(han.page.get_by_text("有人替你还了")).to_be_visible()
    han.look_at("02-where-payments-are")
    han.take_picture("payments")


def ask_for_help(han: Window, order: str) -> None:
    page = han.page
    page.goto(f"{order}/help")
    page.get_by_label("遇到了什么").select_option(index=1)
    page.get_by_role("button", name="看看有什么方案").click()
    expect(page.get_by_role("heading", name="马上能办的方案")).to_be_visible()
    han.look_at("03-ways", also=("dark",))
    han.take_picture("hardship", at=page.get_by_role("heading", name="马上能办的方案"))
    page.get_by_role("link", name="选这个").first.click()
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="确认签约").click()
    expect(page.get_by_text("已按新的约定还")).to_be_visible()
    han.look_at("04-signed")
