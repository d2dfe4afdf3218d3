"""UnionPay's pages in a real browser: usable without scripts, readable by everybody, and leading back by POST."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import Browser, Page, expect
from sandbox_stand import Sandbox
from unionpay_stand import FRONT, Acquirer

from tests import chromium as browsers

pytestmark = browsers.required


class Shop:
    """A page that sends the browser to UnionPay by a form, and one to which it comes back."""

    def __init__(self) -> None:
        self.form = ""
        self.came_back: list[dict[str, str]] = []
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(shop.form)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                shop.came_back.append(dict(parse_qsl(body)))
                self._answer("<h1>欢迎回来</h1>")

            def _answer(self, page: str) -> None:
                self.send_response(200)
                self.send_header("content-type", "text/html;charset=utf-8")
                self.end_headers()
                self.wfile.write(f"<!DOCTYPE html>{page}".encode())

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/shop"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def offer(self, sandbox: Sandbox, fields: dict[str, str]) -> None:
        inputs = "".join(f'<input type="hidden" name="{name}" value="{value}">' for name, value in fields.items())
        self.form = f'<form method="post" action="{sandbox.url}{FRONT}">{inputs}<button>去银联</button></form>'

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def shop() -> Iterator[Shop]:
    running = Shop()
    yield running
    running.stop()


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


def test_paying_by_card(acquirer: Acquirer, sandbox: Sandbox, shop: Shop, phone: Page, order_no: str) -> None:
    shop.offer(sandbox, acquirer.payment(order_no, frontUrl=shop.url))
    phone.goto(shop.url)
    phone.get_by_role("button", name="去银联").click()
    phone.get_by_text("付不成的卡，测试用").click()
    phone.get_by_label("超出当日限额").check()
    phone.get_by_label("短信验证码").fill("123456")
    phone.get_by_role("button", name="确认付款 ¥12.30").click()
    expect(phone.get_by_role("alert")).to_have_text("超出当日限额，没有扣款，请换一张卡")
    phone.get_by_label("中国工商银行 储蓄卡 6222****0017").check()
    phone.get_by_label("短信验证码").fill("000000")
    phone.get_by_role("button", name="确认付款").click()
    expect(phone.get_by_role("alert")).to_have_text("短信验证码不正确，请重试")
    phone.get_by_label("短信验证码").fill("123456")
    phone.get_by_role("button", name="确认付款").click()
    expect(phone.get_by_role("heading", name="支付成功")).to_be_visible()
    phone.get_by_role("button", name="返回商家").click()
    expect(phone.get_by_role("heading", name="欢迎回来")).to_be_visible()
    [fields] = shop.came_back
    assert acquirer.trouble(fields) is None
    assert (fields["orderId"], fields["respCode"], fields["txnAmt"]) == (order_no, "00", "1230")


def test_leaving_without_paying(
    acquirer: Acquirer, sandbox: Sandbox, shop: Shop, phone: Page, order_no: str
) -> None:
    shop.offer(sandbox, acquirer.payment(order_no, frontUrl=shop.url))
    phone.goto(shop.url)
    phone.get_by_role("button", name="去银联").click()
    phone.get_by_role("button", name="取消付款，返回商家").click()
    expect(phone.get_by_role("heading", name="欢迎回来")).to_be_visible()
    assert [each["respCode"] for each in shop.came_back] == ["05"]
    assert acquirer.query(order_no)["origRespCode"] == "05"


def test_opening_a_card(acquirer: Acquirer, sandbox: Sandbox, shop: Shop, phone: Page, order_no: str) -> None:
    shop.offer(sandbox, acquirer.opening(order_no, frontUrl=shop.url))
    phone.goto(shop.url)
    phone.get_by_role("button", name="去银联").click()
    phone.get_by_label("银行卡号").fill("6214830000010017")
    phone.get_by_label("持卡人姓名").fill("林晓")
    phone.get_by_label("银行预留手机号").fill("13800006021")
    phone.get_by_label("短信验证码").fill("123456")
    phone.get_by_role("button", name="同意并开通").click()
    expect(phone.get_by_role("alert")).to_have_text("卡号不正确，请核对")
    # What was right stays.
    expect(phone.get_by_label("持卡人姓名")).to_have_value("林晓")
    phone.get_by_label("银行卡号").fill("6214 8300 0001 0016")
    phone.get_by_label("短信验证码").fill("123456")
    phone.get_by_role("button", name="同意并开通").click()
    expect(phone.get_by_role("heading", name="开通成功")).to_be_visible()
    phone.get_by_role("button", name="返回商家").click()
    expect(phone.get_by_role("heading", name="欢迎回来")).to_be_visible()
    [fields] = shop.came_back
    # The token is between UnionPay and the merchant.
    assert fields["activateStatus"] == "1" and "tokenPayData" not in fields
    assert acquirer.opened(order_no)["accNo"] == "6214****0016"


def test_with_scripts_it_leads_back_by_itself(
    acquirer: Acquirer, sandbox: Sandbox, chromium: Browser, shop: Shop, order_no: str
) -> None:
    acquirer.pay(order_no, frontUrl=shop.url)
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{sandbox.url}{acquirer.page(order_no)}")
    expect(page.get_by_role("heading", name="欢迎回来")).to_be_visible(timeout=15000)
    context.close()
    assert [each["orderId"] for each in shop.came_back] == [order_no]


def test_a_payout_is_sent_back_from_its_page(
    acquirer: Acquirer, sandbox: Sandbox, phone: Page, order_no: str
) -> None:
    acquirer.payout(f"{order_no}p", acquirer.bind(order_no))
    acquirer.settled(f"{order_no}p", "000401")
    phone.goto(sandbox.url)
    phone.get_by_role("link", name=f"{order_no}p").click()
    phone.get_by_role("button", name="让收款行退票").click()
    expect(phone.get_by_text("已退票")).to_be_visible()
    expect(phone.get_by_role("button", name="让收款行退票")).to_have_count(0)


@pytest.mark.parametrize("size", [(390, 844), (1280, 800)])
def test_every_page_is_accessible(
    acquirer: Acquirer, sandbox: Sandbox, chromium: Browser, order_no: str, size: tuple[int, int]
) -> None:
    orders = [f"{order_no}{letter}" for letter in "wpo"]
    waits, paid, opening = orders
    sandbox.control("unionpay/open", fields=acquirer.payment(waits))
    acquirer.pay(paid)
    acquirer.refund(f"{order_no}r", paid, 30)
    acquirer.bind(order_no)
    sandbox.control("unionpay/open", fields=acquirer.opening(opening))
    acquirer.fault("late", out_trade_no=waits)
    paths = [
        "/",
        *(f"/faults?channel=unionpay&kind={kind}" for kind in ("response", "notify", "state")),
        *(f"/unionpay/trades/{order}" for order in (waits, paid, order_no)),
        "/unionpay/cashier/none",
        *(acquirer.page(order) for order in (*orders, order_no)),
    ]
    context = chromium.new_context(viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    # Else it leads away while it is looked at.
    page.route("**/unionpay_back.js", lambda route: route.abort())
    for path in paths:
        page.goto(f"{sandbox.url}{path}")
        assert browsers.violations(page) == [], path
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path
    context.close()
