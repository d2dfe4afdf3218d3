"""What people do on the pages, as several tests need it."""

from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from demo.cast import Person
from demo.place import Place
from tests.browser.street import code_sent, codes_sent


def log_in(page: Page, where: Place, who: Person, *, path: str = "/") -> None:
    """At the borrower's site, with the code that came by SMS."""
    page.goto(where.url("borrower") + path)
    known = len(codes_sent(where, who.phone))
    page.get_by_label("手机号").fill(who.phone)
    page.get_by_role("button", name="获取短信验证码").click()
    enter_code(page, where, who, after=known)


def enter_code(page: Page, where: Place, who: Person, *, after: int = 0) -> None:
    page.get_by_label("短信验证码").fill(code_sent(where, who.phone, after=after))
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(lambda url: not urlsplit(url).path.startswith("/login"))


def open_loan(page: Page, where: Place) -> str:
    """The address of the one loan that this borrower has, opened from 我的."""
    page.goto(where.url("borrower") + "/me")
    page.get_by_role("link", name="分期中").click()
    page.get_by_role("article").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="分期详情")).to_be_visible()
    return page.url


def choose(page: Page, label: str) -> None:
    """One of the choices of the pay page, and its preview."""
    page.get_by_role("radio", name=label).check(force=True)
    expect(page.get_by_role("button", name="确认还款")).to_be_enabled()


def go_to_cashier(page: Page) -> str:
    """Our number of the payment, as the cashier shows it."""
    page.get_by_role("button", name="确认还款").click()
    page.wait_for_url("**/alipay/cashier/**")
    return cashier_number(page)


def cashier_number(page: Page) -> str:
    text = page.get_by_text("订单号").inner_text()
    return text.rsplit("订单号", 1)[1].split()[0]


def pay_at_cashier(page: Page) -> None:
    """As the buyer whose card has no limit."""
    page.locator("#buyer-lin").check()
    page.get_by_label("支付密码").fill("123456")
    page.get_by_role("button", name="确认付款").click()
    expect(page.get_by_role("heading", name="支付成功")).to_be_visible()


def pay_by_wechat(page: Page) -> None:
    """The same buyer, at WeChat's own page."""
    page.locator("#buyer-lin").check()
    page.get_by_label("支付密码").fill("123456")
    page.get_by_role("button", name="确认支付").click()
    expect(page.get_by_role("heading", name="支付成功")).to_be_visible()


def come_back(page: Page) -> None:
    page.get_by_role("link", name="完成，返回商家").click()
    page.wait_for_url("**/charges/**")


def give_password(page: Page, *, email: str, password: str) -> None:
    """The first of the office's two factors."""
    page.get_by_label("邮箱").fill(email)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="下一步").click()
    page.wait_for_url("**/2fa/authenticate/**")


def give_second_factor(page: Page, code: str) -> None:
    page.get_by_label("动态码或恢复码").fill(code)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(lambda url: urlsplit(url).path == "/")
