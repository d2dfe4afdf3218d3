"""Leaving the cashier, and coming to it twice: what the pages offer then, and that there is one payment."""

from collections.abc import Callable

from playwright.sync_api import expect

from demo.cast import CHEN, ZHOU
from tests.browser import walking
from tests.browser.street import Street
from tests.browser.windows import Window

_CHARGES = (
    "select charge.state, charge.amount_minor from payments_charge charge"
    " join payments_channel_order theirs on theirs.borrower_id = charge.borrower_id"
    " where theirs.key = %s order by charge.opened_at"
)


def test_leaving(street: Street, window: Callable[..., Window]) -> None:
    zhou = window("leaving")
    page = zhou.page
    walking.log_in(page, street, ZHOU)
    walking.open_loan(page, street)

    # To the cashier, and back without paying.
    page.get_by_role("link", name="提前还款").click()
    walking.choose(page, "提前还下期")
    first = walking.go_to_cashier(page)
    page.get_by_role("link", name="取消付款，返回商家").click()
    page.wait_for_url("**/charges/**")
    expect(page.get_by_role("heading", name="还没有收到付款")).to_be_visible(timeout=10_000)
    expect(page.get_by_role("link", name="继续支付")).to_be_visible()
    zhou.look_at("01-unpaid", also=("dark",))

    # Going on leads to the same cashier.
    page.get_by_role("link", name="继续支付").click()
    page.wait_for_url("**/alipay/cashier/**")
    assert walking.cashier_number(page) == first

    # The order page knows of it; giving it up leads back to choosing.
    walking.open_loan(page, street)
    expect(page.get_by_text("有一笔付款还没有完成")).to_be_visible()
    zhou.look_at("02-claimed")
    page.get_by_role("link", name="看看结果，继续或放弃").click()
    page.get_by_role("button", name="放弃这笔，换一种方式").click()
    expect(page.get_by_text("上一笔付款已关闭，没有扣款")).to_be_visible()
    zhou.look_at("03-choose-again")
    walking.choose(page, "提前结清")
    second = walking.go_to_cashier(page)
    assert second != first
    assert [state for state, _ in street.rows(_CHARGES, second)] == ["closed", "processing"]
    zhou.must_be_clean()


def test_two_tabs(street: Street, window: Callable[..., Window]) -> None:
    chen = window("tabs")
    page = chen.page
    walking.log_in(page, street, CHEN)
    walking.open_loan(page, street)
    page.get_by_role("link", name="提前还款").click()
    second, third = chen.tab(), chen.tab()
    for other in (second, third):
        other.goto(page.url)

    # The second tab wants the same and joins; the third wants something else and is told why not.
    walking.choose(page, "提前还下期")
    key = walking.go_to_cashier(page)
    walking.choose(second, "提前还下期")
    assert walking.go_to_cashier(second) == key
    walking.choose(third, "提前结清")
    third.get_by_role("button", name="确认还款").click()
    expect(third.get_by_role("heading", name="还有一笔付款没有完成")).to_be_visible()
    chen.look_at("01-other", page=third)

    # Paid in one tab, it is paid in the others.
    walking.pay_at_cashier(page)
    walking.come_back(page)
    expect(page.get_by_role("heading", name="还款成功")).to_be_visible(timeout=20_000)
    second.reload()
    expect(second.get_by_role("heading", name="支付成功")).to_be_visible()
    third.get_by_role("link", name="看这笔付款的结果").click()
    expect(third.get_by_role("heading", name="还款成功")).to_be_visible()
    assert [state for state, _ in street.rows(_CHARGES, key)] == ["succeeded"]
    chen.must_be_clean()
