"""The office at a desk: staff come in with two factors, find a loan by any of its numbers, and see money that waits."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from demo.cast import WANG
from tests.browser import walking
from tests.browser.street import Street
from tests.browser.windows import Window

_NUMBERS = "select key, ref from payments_channel_order where key = any(%s) order by charge_id"


@pytest.mark.pictures
def test_office(street: Street, window: Callable[..., Window]) -> None:
    wang, desk = window("payer"), window("office", phone=False)
    number = street.told("loans")[WANG.phone]
    keys = _pay_twice(wang, street)
    wang.must_be_clean()

    page = desk.page
    _come_in(desk, street)
    desk.look_at("03-queue", also=("dark",))

    # Whose loan it is sees who has looked at it.
    _search(page, WANG.phone)
    expect(page.get_by_role("heading", level=1)).to_contain_text(number)
    wang.page.goto(f"{street.url('borrower')}/me/looked-at")
    expect(wang.page.get_by_text("工作人员看了你的一笔分期")).to_be_visible()
    wang.take_picture("looked-at")

    # One box finds the loan by phone, by its own number, and by both numbers of each payment.
    [(first_key, first_ref), (second_key, second_ref)] = street.rows(_NUMBERS, keys)
    for text in (WANG.phone, number, first_key, first_ref, second_key, second_ref):
        page.goto(street.url("office") + "/")
        _search(page, text)
        expect(page.get_by_role("heading", level=1)).to_contain_text(number)
        assert WANG.phone not in page.url

    # The loan: what happened to it, what was booked, what the channel said.
    story = page.locator(".of-timeline")
    for said in ("签约", "发货，分期开始", "还款", "款项到账", "渠道称已付款"):
        expect(story.get_by_text(said).first).to_be_visible()
    expect(page.get_by_text("账与引擎一致")).to_be_visible()
    story.locator("summary").first.click()
    desk.look_at("04-loan", also=("dark",))
    desk.take_picture("office-loan")
    _search(page, "YF-999")
    expect(page.get_by_text("没有找到")).to_be_visible()
    desk.look_at("05-search")

    # The queue leads to the case of the money that came twice.
    page.get_by_role("navigation", name="主要页面").get_by_role("link", name="待办").click()
    lane = page.get_by_role("row").filter(has_text="待核销款")
    expect(lane.get_by_role("cell").nth(1)).to_have_text("1")
    lane.get_by_role("link").click()
    desk.look_at("06-exceptions")
    page.get_by_role("table").get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("待核销款")
    expect(page.get_by_text("支付单已关闭，借款人已另开一笔，旧的又付了款。")).to_be_visible()
    desk.look_at("07-case", also=("dark",))
    desk.take_picture("office-case")
    page.get_by_role("navigation", name="主要页面").get_by_role("link", name="试算平衡").click()
    desk.look_at("08-trial-balance")
    desk.must_be_clean()


def _pay_twice(wang: Window, street: Street) -> list[str]:
    """A payment given up whose cashier opens late, one more that is paid, and then the first one paid as well."""
    page, held = wang.page, list[str]()

    def lose(route: Route) -> None:
        # The network fails her on the way to the cashier: the channel has not heard of this payment yet.
        if route.request.method != "POST":
            route.continue_()
            return
        held.append(route.fetch(max_redirects=0).headers["location"])
        route.fulfill(status=200, content_type="text/html", body="<title>lost</title>")

    walking.log_in(page, street, WANG)
    order_url = walking.open_loan(page, street)
    old_tab = wang.tab()
    old_tab.route("**/pay", lose)
    old_tab.goto(f"{order_url}/pay")
    walking.choose(old_tab, "提前还下期")
    old_tab.get_by_role("button", name="确认还款").click()
    expect(old_tab).to_have_title("lost")

    page.goto(order_url)
    page.get_by_role("link", name="看看结果，继续或放弃").click()
    page.get_by_role("button", name="放弃这笔，换一种方式").click()
    expect(page.get_by_text("上一笔付款已关闭")).to_be_visible()
    walking.choose(page, "提前还下期")
    second = walking.go_to_cashier(page)
    walking.pay_at_cashier(page)
    walking.come_back(page)
    expect(page.get_by_role("heading", name="还款成功")).to_be_visible(timeout=20_000)

    old_tab.unroute("**/pay")
    old_tab.goto(held[0])
    first = walking.cashier_number(old_tab)
    walking.pay_at_cashier(old_tab)
    walking.come_back(old_tab)
    # Nothing is paid by it, and her page says that nothing is lost.
    street.until("select 1 from payments_unapplied where reason = 'arrived_after_close' and closed_at is null")
    old_tab.reload()
    expect(old_tab.get_by_role("heading", name="钱已收到，还没有用来还款")).to_be_visible()
    wang.look_at("01-unapplied", page=old_tab)
    return [first, second]


def _come_in(desk: Window, street: Street) -> None:
    """With the password, and then the second factor."""
    page, told = desk.page, street.told("staff")
    page.goto(street.url("office") + "/")
    page.wait_for_url(re.compile("/account/login/"))
    desk.look_at("01-login")
    walking.give_password(page, email=told["people"][0]["email"], password=told["password"])
    desk.look_at("02-second-factor")
    walking.give_second_factor(page, street.second_factor())


def _search(page: Page, text: str) -> None:
    page.get_by_role("searchbox").fill(text)
    page.keyboard.press("Enter")
    page.wait_for_load_state()
