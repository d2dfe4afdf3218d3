"""A bank card on a phone: bound on UnionPay's page, seen and removed; and a payment there and back, by forms both ways."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from demo.cast import ZHAO
from tests.browser import walking
from tests.browser.street import Street
from tests.browser.windows import Window

_CARD = "6214830000010016"


def test_unionpay(street: Street, window: Callable[..., Window]) -> None:
    zhao = window("unionpay")
    page = zhao.page
    walking.log_in(page, street, ZHAO)
    _bind(zhao)

    walking.open_loan(page, street)
    page.get_by_role("link", name="提前还款").click()
    walking.choose(page, "提前还下期")
    walking.choose(page, "银行卡")

    # Our page's script sends the form; the way back is a form of UnionPay's, without our cookie.
    page.get_by_role("button", name="确认还款").click()
    page.wait_for_url("**/unionpay/cashier/**")
    first = walking.cashier_number(page)
    page.get_by_role("button", name="取消付款，返回商家").click()
    page.wait_for_url("**/charges/**")

    # Where the script's try is lost the page's button goes on, to the same order.
    page.route("**/frontTransReq.do", lambda route: route.fulfill(status=204))
    page.get_by_role("link", name="继续支付").click()
    expect(page.get_by_role("button", name="继续")).to_be_visible()
    zhao.look_at("onward", also=("desk", "dark"))
    page.unroute("**/frontTransReq.do")
    page.get_by_role("button", name="继续").click()
    page.wait_for_url("**/unionpay/cashier/**")
    assert walking.cashier_number(page) == first
    page.get_by_label("短信验证码").fill("123456")
    page.get_by_role("button", name="确认付款").click()
    page.get_by_role("button", name="返回商家").click()
    page.wait_for_url("**/charges/**")
    expect(page.get_by_role("heading", name="还款成功")).to_be_visible(timeout=20_000)

    _remove(zhao)
    zhao.must_be_clean()


def _bind(zhao: Window) -> None:
    page = zhao.page
    page.get_by_role("link", name="我的", exact=True).click()
    page.get_by_role("link", name="银行卡").click()
    zhao.look_at("no-cards", also=("desk", "dark"))
    page.get_by_role("button", name="添加银行卡").click()
    page.wait_for_url("**/unionpay/cashier/**")
    page.get_by_label("银行卡号").fill(_CARD)
    page.get_by_label("持卡人姓名").fill(ZHAO.name)
    page.get_by_label("银行预留手机号").fill(ZHAO.phone)
    page.get_by_label("短信验证码").fill("123456")
    page.get_by_role("button", name="同意并开通").click()
    page.get_by_role("button", name="返回商家").click()
    page.wait_for_url("**/cards")
    expect(page.get_by_text("已添加招商银行（尾号 0016）。")).to_be_visible()
    zhao.look_at("cards", also=("desk", "dark"))


def _remove(zhao: Window) -> None:
    page: Page = zhao.page
    page.get_by_role("link", name="回到订单").click()
    page.goto(page.url.split("/orders")[0] + "/cards")
    page.get_by_role("link", name="移除招商银行尾号 0016").click()
    zhao.look_at("remove", also=("desk", "dark"))
    page.get_by_role("button", name="移除这张卡").click()
    expect(page.get_by_text("已移除招商银行（尾号 0016）。")).to_be_visible()
    expect(page.get_by_role("heading", name="还没有银行卡")).to_be_visible()
