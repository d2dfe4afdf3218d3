"""The pages of agreements in a real browser: signable without scripts, readable by everybody."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from alipay import AliPay
from playwright.sync_api import Browser, Page, expect
from sandbox_stand import SHANGHAI, Sandbox

from tests import chromium as browsers

pytestmark = browsers.required
BACK = "/healthz"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browsers.started() as (_, browser):
        yield browser


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """A phone whose browser runs no scripts."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    yield context.new_page()
    context.close()


def address(sandbox: Sandbox, ali: AliPay, order_no: str) -> str:
    first_on = datetime.now(SHANGHAI).date() + timedelta(days=3)
    biz = {
        "product_code": "CYCLE_PAY_AUTH", "personal_product_code": "CYCLE_PAY_AUTH_P", "sign_scene": "INDUSTRY|LOAN",
        "external_agreement_no": order_no, "access_params": {"channel": "ALIPAYAPP"},
        "period_rule_params": {
            "period_type": "DAY", "period": 30, "execute_time": first_on.isoformat(), "single_amount": "600.00",
        },
    }  # fmt: skip
    signed = ali.client_api("alipay.user.agreement.page.sign", biz, return_url=f"{sandbox.url}{BACK}")
    return f"{ali._gateway}?{signed}"


def state(sandbox: Sandbox, order_no: str) -> str:
    status: str = sandbox.http.get(f"/_control/alipay/agreements/{order_no}").json()["status"]
    return status


def test_signing_and_ending_without_scripts(sandbox: Sandbox, ali: AliPay, phone: Page, order_no: str) -> None:
    phone.goto(address(sandbox, ali, order_no))
    phone.get_by_text("签了也扣不成的账户").click()
    phone.get_by_label("白露").check()
    phone.get_by_role("button", name="同意协议并开通").click()
    expect(phone.get_by_role("alert")).to_have_text("这个支付宝账户已被冻结，不能签约")
    phone.get_by_label("周航").check()
    phone.get_by_role("button", name="同意协议并开通").click()
    expect(phone.get_by_role("heading", name="开通成功")).to_be_visible()
    phone.get_by_role("link", name="完成，返回商家").click()
    assert phone.url.startswith(f"{sandbox.url}{BACK}?charset=utf-8&")
    phone.goto(f"{sandbox.url}/alipay/agreements/{order_no}")
    phone.get_by_role("button", name="以付款人身份关闭自动扣款").click()
    expect(phone.get_by_text("付款人关闭")).to_be_visible()
    assert state(sandbox, order_no) == "STOP"


def test_refusing(sandbox: Sandbox, ali: AliPay, phone: Page, order_no: str) -> None:
    phone.goto(address(sandbox, ali, order_no))
    phone.get_by_role("button", name="不开通").click()
    expect(phone.get_by_role("heading", name="没有开通")).to_be_visible()
    phone.get_by_role("link", name="返回商家").click()
    assert phone.url == f"{sandbox.url}{BACK}"
    assert state(sandbox, order_no) == "REFUSED"


@pytest.mark.parametrize("size", [(390, 844), (1280, 800)])
def test_every_page_is_accessible(
    sandbox: Sandbox, ali: AliPay, chromium: Browser, order_no: str, size: tuple[int, int]
) -> None:
    waiting, signed, refused = f"{order_no}w", f"{order_no}s", f"{order_no}r"
    for number in (waiting, signed, refused):
        sandbox.control("alipay/open", url=address(sandbox, ali, number))
    sandbox.control("alipay/sign", external_agreement_no=signed)
    pages = {
        number: sandbox.http.get(f"/_control/alipay/agreements/{number}").json()["sign_path"]
        for number in (waiting, signed, refused)
    }
    sandbox.http.post(f"{pages[refused]}/refuse")
    paths = ["/", "/alipay/sign/none", *pages.values(), *(f"/alipay/agreements/{number}" for number in pages)]
    context = chromium.new_context(viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    for path in paths:
        page.goto(f"{sandbox.url}{path}")
        found = page.evaluate(f"{browsers.AXE};axe.run()")["violations"]
        assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == [], path
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path
    sandbox.control(f"alipay/agreements/{signed}/expire")
    page.goto(f"{sandbox.url}{pages[signed]}")
    expect(page.get_by_role("heading", name="这份协议已经结束")).to_be_visible()
    context.close()
