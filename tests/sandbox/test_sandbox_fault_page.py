"""The fault page in a real browser without scripts: set by order, count, rate or script, seen, removed."""

from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError

import pytest
from alipay import AliPay
from playwright.sync_api import Browser, Page, expect
from sandbox_stand import Sandbox, cashier_url

from tests import chromium as browsers

pytestmark = browsers.required
SIZES = {"phone": (390, 844), "desktop": (1280, 800)}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browsers.started() as (_, browser):
        yield browser


@pytest.fixture(params=SIZES)
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    width, height = SIZES[request.param]
    context = chromium.new_context(viewport={"width": width, "height": height}, java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture
def trade(sandbox: Sandbox, ali: AliPay, order_no: str) -> str:
    assert sandbox.control("alipay/open", url=cashier_url(ali, order_no)).status_code == 200
    return order_no


def rules(sandbox: Sandbox) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = sandbox.http.get("/_control/faults").json()["rules"]
    return kept


def asked(ali: AliPay, trade: str) -> object:
    try:
        return ali.api_alipay_trade_query(out_trade_no=trade)["code"]
    except HTTPError as trouble:
        return trouble.code


def test_a_fault_for_one_order(sandbox: Sandbox, ali: AliPay, page: Page, trade: str) -> None:
    page.goto(f"{sandbox.url}/faults")
    page.get_by_label("HTTP 503 服务暂停（未执行）").check()
    page.get_by_label("次数：接下来的几次").fill("2")
    page.get_by_label("订单号或短信").fill(trade)
    page.get_by_label("只在这一步").select_option("alipay.trade.query")
    page.get_by_role("button", name="设置故障").click()
    kept = page.get_by_role("region", name="现有规则")
    expect(kept).to_contain_text("HTTP 503 服务暂停（未执行）")
    expect(kept).to_contain_text("HTTP 503, nothing done")
    expect(kept).to_contain_text("还剩 2 次")
    expect(kept).to_contain_text(trade)
    assert asked(ali, trade) == 503
    page.reload()
    expect(kept).to_contain_text("还剩 1 次")
    expect(kept).to_contain_text("已发生 1 次")
    struck = page.get_by_role("region", name="最近发生").get_by_role("article").first
    expect(struck).to_contain_text("HTTP 503")
    expect(struck).to_contain_text(trade)
    expect(struck).to_contain_text("alipay.trade.query")


def test_a_share_of_all_messages_of_another_channel(sandbox: Sandbox, page: Page) -> None:
    page.goto(f"{sandbox.url}/faults")
    page.get_by_role("navigation", name="渠道").get_by_role("link", name="短信").click()
    page.get_by_label("HTTP 500（未执行）").check()
    page.get_by_label("次数：接下来的几次").fill("")
    page.get_by_label("比例：0 到 1").fill("0.25")
    page.get_by_role("button", name="设置故障").click()
    (rule,) = rules(sandbox)
    assert (rule["channel"], rule["fault"], rule["rate"], rule["remaining"]) == (
        "sms",
        "http_500",
        "0.25",
        None,
    )
    # Still where one was.
    expect(page.get_by_role("link", name="短信").last).to_have_attribute("aria-current", "page")


def test_a_script(sandbox: Sandbox, ali: AliPay, page: Page, trade: str) -> None:
    page.goto(f"{sandbox.url}/faults")
    page.get_by_role("link", name="剧本").click()
    page.get_by_label("第 1 次").select_option("HTTP 502（未执行）")
    page.get_by_label("第 3 次").select_option("HTTP 500（未执行）")
    page.get_by_label("订单号或短信").fill(trade)
    page.get_by_role("button", name="设置剧本").click()
    assert rules(sandbox)[0]["script"] == ["http_502", "-", "http_500"]
    assert [asked(ali, trade) for _ in range(2)] == [502, "10000"]
    page.reload()
    steps = page.get_by_role("region", name="现有规则").get_by_role("listitem")
    expect(steps).to_have_text(
        ["HTTP 502（未执行） http_502 已过HTTP 502, nothing done", "照常 已过", "HTTP 500（未执行） http_500 下一次HTTP 500, nothing done"]
    )  # fmt: skip


def test_what_cannot_be_set_says_why_and_keeps_what_was_filled_in(sandbox: Sandbox, page: Page) -> None:
    page.goto(f"{sandbox.url}/faults?channel=alipay&kind=notify")
    page.get_by_label("通知迟到").check()
    page.get_by_label("次数：接下来的几次").fill("")
    page.get_by_label("秒数").fill("90")
    page.get_by_role("button", name="设置故障").click()
    expect(page.get_by_role("alert")).to_contain_text("没有设置：请说明落在谁身上")
    expect(page.get_by_label("通知迟到")).to_be_checked()
    expect(page.get_by_label("秒数")).to_have_value("90")
    page.get_by_role("link", name="剧本").click()
    page.get_by_role("button", name="设置剧本").click()
    expect(page.get_by_role("alert")).to_contain_text("至少一步选一种故障")
    assert rules(sandbox) == []


def test_a_rule_is_removed_alone_or_with_all_others(sandbox: Sandbox, page: Page) -> None:
    for order in ("A1", "A2", "A3"):
        sandbox.fault("late", out_trade_no=order)
    page.goto(f"{sandbox.url}/faults?channel=sms")
    page.get_by_role("article").filter(has_text="A2").get_by_role("button").click()
    assert [rule["order_no"] for rule in rules(sandbox)] == ["A1", "A3"]
    page.get_by_role("button", name="全部清除").click()
    assert rules(sandbox) == []
    expect(page.get_by_text("没有规则，一切照常。")).to_be_visible()


def test_every_fault_of_every_channel_is_explained(sandbox: Sandbox, page: Page) -> None:
    catalogue = sandbox.http.get("/_control/faults").json()["catalogue"]
    assert {each["channel"] for each in catalogue} >= {"alipay", "sms"}
    for channel, kind in sorted({(each["channel"], each["kind"]) for each in catalogue}):
        page.goto(f"{sandbox.url}/faults?channel={channel}&kind={kind}")
        told = page.get_by_role("group", name="哪一种故障").inner_text()
        here = [each for each in catalogue if (each["channel"], each["kind"]) == (channel, kind)]
        for fault in here:
            assert fault["title"] in told and fault["english"] in told and fault["fault"] in told
        assert page.get_by_role("radio").count() == len(here)


@pytest.mark.parametrize("size", SIZES)
def test_everybody_can_read_it(
    sandbox: Sandbox, ali: AliPay, chromium: Browser, trade: str, size: str
) -> None:
    sandbox.control("faults", script=["http_500", "-", "lost_after"], out_trade_no=trade)
    sandbox.fault("never", out_trade_no=f"{trade}-with-a-very-long-number-of-sixty-four", rate=0.5)
    asked(ali, trade)
    width, height = SIZES[size]
    context = chromium.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    page.goto(f"{sandbox.url}/faults?kind=notify&mode=script")
    assert troubles(page) == []
    page.goto(f"{sandbox.url}/faults")
    page.get_by_label("次数").fill("x")
    page.get_by_label("HTTP 500（未执行）").check()
    page.get_by_role("button", name="设置故障").click()
    assert troubles(page) == []
    expect(page.get_by_role("alert")).to_contain_text("次数应为整数")
    context.close()


def troubles(page: Page) -> list[Any]:
    """What keeps somebody from reading the page."""
    is_wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return browsers.violations(page) + ["too wide"] * is_wide


def test_an_address_of_nothing_shows_the_first(sandbox: Sandbox) -> None:
    for address in ("?channel=none&kind=none&mode=none", "?channel=sms&kind=notify", "?kind=%F0%9F%92%B0"):
        assert sandbox.http.get(f"/faults{address}").status_code == 200
