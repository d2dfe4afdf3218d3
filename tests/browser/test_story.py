"""林小满 buys a phone by instalments and pays the first one: through every page, on a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from demo.cast import LIN
from mall.accounts import DEMO_PASSWORD
from tests.browser import walking
from tests.browser.street import Street
from tests.browser.windows import Window


@pytest.mark.pictures
def test_story(street: Street, window: Callable[..., Window]) -> None:
    lin = window("story")
    page = lin.page

    # She chooses a phone in the mall, and one of the plans with their costs.
    _check_out(page, street)
    lin.take_picture("checkout", at=page.locator(".plan").first)

    # The mall sends her to anqi, which sees her for the first time.
    page.get_by_role("button", name="去按期签约").click()
    page.wait_for_url(f"{street.url('borrower')}/login**")
    lin.look_at("01-login", also=("dark",))
    page.get_by_label("手机号").fill(LIN.phone)
    page.get_by_role("button", name="获取短信验证码").click()
    expect(page.get_by_role("heading", name="输入验证码")).to_be_visible()
    lin.look_at("02-code")
    walking.enter_code(page, street, LIN)

    # What it costs, then who she is.
    expect(page.get_by_role("heading", name="综合融资成本明示表")).to_be_visible()
    lin.look_at("03-cost")
    lin.take_picture("cost")
    page.get_by_role("link", name="去实名").click()
    page.get_by_role("textbox", name="姓名").fill(LIN.name)
    page.get_by_role("textbox", name="身份证号").fill(LIN.id_number)
    page.get_by_role("checkbox").check()
    lin.look_at("04-identity")
    page.get_by_role("button", name="提交").click()

    # The agreement, its reading time, the consents, the signature.
    expect(page.get_by_text("秒后可以确认")).to_be_visible()
    expect(page.get_by_role("button", name="确认签约")).to_have_count(0)
    lin.look_at("05-reading")
    expect(page.get_by_role("button", name="确认签约")).to_be_visible(timeout=20_000)
    for box in page.get_by_role("checkbox").all():
        assert not box.is_checked()
        box.check()
    lin.look_at("06-signing", also=("desk", "dark"))
    page.get_by_role("button", name="确认签约").click()
    expect(page.get_by_role("heading", name="已签约").last).to_be_visible()
    lin.look_at("07-signed")

    # Back in the mall, which has been told by webhook.
    page.get_by_role("link", name="回到商城").click()
    page.wait_for_url(f"{street.url('mall')}/orders/**")
    number = page.url.rsplit("/", 1)[1]
    street.until("select 1 from notices_webhook where kind = 'order.confirmed' and delivered_at is not null")
    expect(page.get_by_text("签约完成")).to_be_visible()
    _ship(window("shop").page, street, number)

    # 我的 → 分期中 → 分期详情: what is left, and when the next instalment is due.
    page.goto(street.url("borrower") + "/")
    lin.look_at("08-home", also=("desk", "dark"))
    page.get_by_role("link", name="我的", exact=True).click()
    lin.look_at("09-me", also=("dark",))
    page.get_by_role("link", name="分期中").click()
    lin.look_at("10-orders", also=("desk",))
    page.get_by_role("article").get_by_role("link").first.click()
    expect(page.get_by_text("剩余应还").first).to_be_visible()
    expect(page.get_by_text("天后还款")).to_be_visible()
    lin.look_at("11-order", also=("desk", "dark"))
    lin.take_picture("plan")
    lin.take_picture("plan-dark", dark=True)
    order_url, left = page.url, page.locator(".aq-hero-figure").inner_text()

    # 提前还下期, at Alipay's cashier.
    page.get_by_role("link", name="提前还款").click()
    walking.choose(page, "提前还下期")
    lin.look_at("12-pay", also=("desk", "dark"))
    lin.take_picture("pay")
    key = walking.go_to_cashier(page)
    walking.pay_at_cashier(page)

    # The channel doesn't know yet when she comes back: the page waits, and then says it by itself.
    street.tell("sandbox", "/_control/faults", fault="query_waiting", channel="alipay", out_trade_no=key, next=1)
    walking.come_back(page)
    expect(page.get_by_role("heading", name="正在确认付款")).to_be_visible()
    expect(page.get_by_role("heading", name="还款成功")).to_be_visible(timeout=20_000)
    lin.look_at("13-paid", also=("desk", "dark"))
    lin.take_picture("paid")

    # Receipt and order have changed.
    page.get_by_role("link", name="看收据").click()
    expect(page.get_by_text("收到还款")).to_be_visible()
    lin.look_at("14-receipt", also=("desk",))
    lin.take_picture("receipt")
    page.get_by_role("link", name="返回").click()
    lin.look_at("15-receipts")
    page.goto(order_url)
    expect(page.get_by_role("heading", name="还款记录")).to_be_visible()
    assert page.locator(".aq-hero-figure").inner_text() != left
    lin.look_at("16-order-after", also=("desk",))
    page.get_by_role("link", name="签约时的合同").click()
    lin.look_at("17-agreement")

    _take_pictures(lin, window("desk", phone=False), street)
    _check_books(street, key)
    lin.must_be_clean()


def _check_out(page: Page, street: Street) -> None:
    page.goto(street.url("mall") + "/login")
    page.get_by_label("手机号").fill(LIN.phone)
    page.get_by_label("密码").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.goto(street.url("mall") + "/phones/qinghe-12")
    page.get_by_role("button", name="加入购物车").click()
    page.get_by_role("link", name="去结算").click()
    page.get_by_label("收货人").fill(LIN.name)
    page.get_by_label("手机号").fill(LIN.phone)
    page.get_by_label("收货地址").fill("杭州市西湖区文三路 1 号")
    plan = page.locator(".plan").filter(has=page.locator("#plan-p12"))
    expect(plan.get_by_text("一共还").first).to_be_visible()
    expect(plan.locator(".plan-cost")).to_contain_text("¥")
    page.locator("label[for='plan-p12']").click()


def _ship(page: Page, street: Street, number: str) -> None:
    page.goto(street.url("mall") + "/shop/login")
    page.get_by_label("账号").fill("shopkeeper")
    page.get_by_label("密码").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.get_by_role("link", name="通知").click()
    expect(page.get_by_role("row").filter(has_text=number).filter(has_text="order.confirmed")).to_be_visible()
    page.goto(f"{street.url('mall')}/shop/orders/{number}")
    page.get_by_label("运单号").fill("SF202611250001")
    page.get_by_role("button", name="发货").click()
    expect(page.locator(".office-head .state[data-st=shipped]")).to_be_visible()


def _take_pictures(lin: Window, desk: Window, street: Street) -> None:
    """Her first page as she has it by now, in large type, and in English; and the API that all this came by."""
    home = street.url("borrower") + "/"
    lin.page.goto(home)
    lin.take_picture("home")
    for name, cookie, value in (("home-big", "anqi_size", "big"), ("home-english", "anqi_language", "en")):
        lin.context.add_cookies([{"name": cookie, "value": value, "url": home}])
        lin.page.goto(home)
        lin.take_picture(name)
        lin.context.clear_cookies(name=cookie)
    desk.page.goto(street.url("merchant") + "/docs")
    desk.take_picture("api")


def _check_books(street: Street, key: str) -> None:
    """What was paid is booked once, on both sides, and the operator's own verification agrees."""
    [(borrower_id, charge_id)] = street.rows(
        "select borrower_id, charge_id from payments_channel_order where key = %s", key
    )
    [(state, amount_minor)] = street.rows(
        "select state, amount_minor from payments_charge where borrower_id = %s and id = %s", borrower_id, charge_id
    )
    assert state == "succeeded"
    arrived = street.rows(
        "select amount_minor from ledger_posting where borrower_id = %s and debit = 'in_transit_alipay'", borrower_id
    )
    assert arrived == [(amount_minor,)]
    unapplied = street.rows(
        "select coalesce(sum(case when credit = 'unapplied' then amount_minor else -amount_minor end), 0)"
        " from ledger_posting where borrower_id = %s and 'unapplied' in (debit, credit)", borrower_id,
    )  # fmt: skip
    assert unapplied == [(0,)]
    said = street.verify()
    assert said.returncode == 0, said.stdout + said.stderr
