"""A cash reserve on a phone: priced while it is chosen, a card added on the way, applied for once, and given up."""

import subprocess
import sys
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from demo.cast import WANG
from tests.browser import street as streets
from tests.browser import walking
from tests.browser.street import Street
from tests.browser.windows import Window

_CARD = "6214830000010016"
# Nobody else on the street applies for one.
_APPLICATIONS = "select state, amount_minor, purpose from lending_application"


@pytest.mark.pictures
def test_reserves(street: Street, window: Callable[..., Window]) -> None:
    _sell(street)
    wang = window("reserves")
    page = wang.page
    walking.log_in(page, street, WANG)
    page.get_by_role("link", name="额度和备用金").click()
    wang.look_at("01-offered", also=("desk", "dark"))
    page.get_by_role("link", name="备用金 3 期").click()
    expect(page.get_by_role("heading", name="申请备用金")).to_be_visible()
    wang.look_at("02-apply", also=("desk", "dark"))

    _choose(page)
    # Whoever presses Enter wants the price, and neither applies nor leaves.
    page.get_by_label("借多少").first.press("Enter")
    page.wait_for_url("**/reserves/apply")
    expect(page.locator("#cost")).to_contain_text("¥1,000.00")
    _answers_out_of_order(page)
    _too_much(page, wang)

    # A card is added on the way, and what was chosen is still there.
    page.get_by_label("借多少").first.fill("1200")
    page.get_by_label("借款用途").select_option(label="旅行")
    page.get_by_role("button", name="添加一张银行卡").click()
    _bind(page)
    page.wait_for_url("**/reserves/apply?kept=1")
    expect(page.get_by_label("借多少").first).to_have_value("1200")
    expect(page.get_by_label("借款用途")).to_have_value("travel")
    page.get_by_role("radio", name="招商银行（尾号 0016）").check(force=True)
    expect(page.locator("#cost")).to_contain_text("¥1,200.00")
    wang.take_picture("reserve")

    # Two quick taps are one application.
    page.get_by_role("button", name="提交申请").dblclick()
    expect(page.get_by_role("heading", name="通过了，等你签约")).to_be_visible()
    assert street.rows(_APPLICATIONS) == [("approved", 120_000, "travel")]
    wang.look_at("03-approved", also=("desk", "dark"))
    page.get_by_role("button", name="不要了").click()
    expect(page.get_by_role("heading", name="你撤回了这笔申请")).to_be_visible()

    _lock(page, wang, street)
    wang.must_be_clean()


def _sell(street: Street) -> None:
    command = [sys.executable, "-m", "anqi", "reserves", "qhxj"]
    subprocess.run(command, env=streets.environment(street), check=True, capture_output=True)


def _choose(page: Page) -> None:
    """By steps, by the slider's keys and by typing; the button waits for the price of what stands there."""
    amount, apply = page.get_by_label("借多少").first, page.get_by_role("button", name="提交申请")
    slider = page.get_by_role("slider", name="借多少")
    expect(amount).to_have_value("500")
    page.get_by_role("button", name="加 100 元").click()
    expect(amount).to_have_value("600")
    expect(apply).to_be_disabled()
    expect(page.locator("#cost")).to_contain_text("¥600.00")
    expect(apply).to_be_enabled()
    slider.press("ArrowRight")
    expect(amount).to_have_value("700")
    expect(page.locator("#cost")).to_contain_text("¥700.00")
    slider.press("Home")
    expect(amount).to_have_value("500")
    page.get_by_role("button", name="减 100 元").click()
    expect(amount).to_have_value("500")
    amount.fill("1,050.5")
    expect(page.locator("#cost")).to_contain_text("¥1,050.50")
    page.get_by_role("button", name="减 100 元").click()
    expect(amount).to_have_value("1000")
    expect(slider).to_have_js_property("value", "1000")
    expect(page.locator("#cost")).to_contain_text("¥1,000.00")
    page.locator("#cost details").first.click()
    expect(page.get_by_text("¥1,000.00 × 0.04%").first).to_be_visible()


def _answers_out_of_order(page: Page) -> None:
    """The answer to an old question comes after that to a newer one, and changes nothing."""
    asked: list[str] = []
    old: list[Route] = []

    def answer(route: Route) -> None:
        amount = parse_qs(urlsplit(route.request.url).query)["amount"][0]
        asked.append(route.request.url)
        old.append(route) if amount == "2000" else route.continue_()

    page.route("**/reserves/apply/cost?*", answer)
    amount = page.get_by_label("借多少").first
    with page.expect_request(lambda request: "amount=2000" in request.url):
        amount.fill("2000")
    amount.fill("3000")
    expect(page.locator("#cost")).to_contain_text("¥3,000.00")
    for route in old:
        route.continue_()
    page.wait_for_timeout(1000)
    expect(page.locator("#cost")).to_contain_text("¥3,000.00")
    expect(page.get_by_role("button", name="提交申请")).to_be_enabled()
    assert all("csrf" not in url for url in asked)
    page.unroute("**/reserves/apply/cost?*")


def _too_much(page: Page, wang: Window) -> None:
    page.get_by_label("借多少").first.fill("99999")
    expect(page.locator("#cost")).to_contain_text("金额应在 ¥500.00 到 ¥20,000.00 之间。")
    expect(page.get_by_role("button", name="提交申请")).to_be_disabled()
    wang.look_at("04-too-much", also=("desk", "dark"))


def _bind(page: Page) -> None:
    page.wait_for_url("**/unionpay/cashier/**")
    page.get_by_label("银行卡号").fill(_CARD)
    page.get_by_label("持卡人姓名").fill(WANG.name)
    page.get_by_label("银行预留手机号").fill(WANG.phone)
    page.get_by_label("短信验证码").fill("123456")
    page.get_by_role("button", name="同意并开通").click()
    page.get_by_role("button", name="返回商家").click()


def _lock(page: Page, wang: Window, street: Street) -> None:
    page.goto(street.url("borrower") + "/reserves/limit")
    page.get_by_role("button", name="冻结").click()
    expect(page.get_by_text("已冻结，不能再借新的。")).to_be_visible()
    wang.look_at("05-locked", also=("desk", "dark"))
    page.get_by_role("button", name="解冻").click()
    expect(page.get_by_text("已解冻。")).to_be_visible()
