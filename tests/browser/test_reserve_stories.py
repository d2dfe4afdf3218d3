"""What becomes of a reserve, from the application to the last fen, as its borrowers see it; and the books at the end."""

from collections.abc import Callable, Iterator
from datetime import time, timedelta

import pytest
from playwright.sync_api import Page, expect

from demo.cast import CHU, FENG, LI, LIN, WEI, WU, ZHENG
from tests.browser import borrowing, times, walking
from tests.browser import street as streets
from tests.browser.borrowing import look
from tests.browser.street import Street
from tests.browser.windows import Window

Opener = Callable[..., Window]
_PLAN = (
    "select due_on, state from payments_debit_plan where"
    " loan_id = (select id from lending_loan where order_id = %s) and state = %s"
)
_TOLD = "select 1 from notices_message where template = %s and state in ('sent', 'delivered')"


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """Of these stories' own: weeks pass on it, in one direction."""
    with streets.opened(tmp_path_factory.mktemp("reserves")) as opened:
        borrowing.open_shelf(opened)
        yield opened


def test_it_is_debited_on_its_day_and_settled(street: Street, window: Opener) -> None:
    times.next_morning(street)
    lin = window("reserve-debited")
    page = lin.page
    walking.log_in(page, street, LIN)
    borrowing.apply(page, street, plan="reserve-d30", yuan="1000", to="尾号 0017")
    borrowing.read(page, street)
    expect(page.get_by_role("heading", name="综合融资成本明示表")).to_be_visible()
    expect(page.locator(".aq-cost tfoot").first).to_contain_text("¥1,012.00")
    borrowing.agree(page)
    order_id = borrowing.confirm(page)
    borrowing.await_money(page)
    _agree_to_debits(lin)
    [(due_on, _)] = street.until(_PLAN, order_id, "open")
    assert due_on - times.now(street).date() == timedelta(days=30)
    times.pass_until(street, due_on - timedelta(days=7), time(9))
    street.until(_TOLD, "debit_coming")
    page.reload()
    expect(page.get_by_text("已提醒")).to_be_visible()
    look(lin, "01-reminded")
    reminder = borrowing.texts_sent(street, LIN.phone)[-1]
    assert "自动扣款 ¥1,012.00" in reminder, reminder

    times.pass_until(street, due_on, time(9, 30))
    street.until(_PLAN, order_id, "paid")
    page.get_by_role("link", name="返回").click()
    expect(page.get_by_text("不再扣款")).to_be_visible()
    look(lin, "02-settled")
    page.locator("summary", has_text="全部结清").click()
    page.get_by_role("link", name="看收据").click()
    expect(page.get_by_text("收到还款")).to_be_visible()
    assert borrowing.balances(street, order_id) == {"in_transit_unionpay": 1_200, "interest_income": -1_200}
    borrowing.must_verify(street)
    lin.must_be_clean()


def _agree_to_debits(lin: Window) -> None:
    page = lin.page
    page.get_by_role("link", name="看自动还款的条款").click()
    page.get_by_role("link", name="中国工商银行（尾号 0017）").click()
    page.get_by_role("button", name="同意并开通").click()
    expect(page.get_by_text("已开通从中国工商银行（尾号 0017）自动还款。")).to_be_visible()


@pytest.mark.pictures
def test_a_refusal_is_questioned_and_a_supervisor_thinks_otherwise(street: Street, window: Opener) -> None:
    times.next_morning(street)
    li, desk = window("reserve-questioned"), window("reserve-desk", phone=False)
    page = li.page
    walking.log_in(page, street, LI)
    borrowing.apply(page, street, plan="reserve-m6", yuan="12000", to="尾号 0017")
    expect(page.get_by_role("heading", name="这次没有通过")).to_be_visible()
    expect(page.locator(".aq-said")).to_contain_text("¥10,000.00")
    page.get_by_label("想说明什么").fill("上个月刚涨了工资。")
    page.get_by_role("button", name="请人再看一遍").click()
    expect(page.get_by_role("heading", name="请人复核中")).to_be_visible()

    _approve(desk, street)
    desk.must_be_clean()
    page.reload()
    expect(page.get_by_role("heading", name="通过了，等你签约")).to_be_visible()
    street.until(_TOLD, "reserve_approved")
    assert "¥12,000.00 已通过人工审核" in borrowing.texts_sent(street, LI.phone)[-1]
    borrowing.sign(page, street)
    expect(page.get_by_role("heading", name="等待放款审核")).to_be_visible()
    look(li, "signed")
    borrowing.must_verify(street)
    li.must_be_clean()


def _approve(desk: Window, street: Street) -> None:
    page, told = desk.page, street.told("staff")
    page.goto(street.url("office") + "/")
    [email] = [each["email"] for each in told["people"] if each["role"] == "supervisor"]
    walking.give_password(page, email=email, password=told["password"])
    walking.give_second_factor(page, street.second_factor())
    page.goto(street.url("office") + "/applications")
    page.get_by_role("table").get_by_role("link").first.click()
    expect(page.get_by_text("上个月刚涨了工资。")).to_be_visible()
    desk.look_at("application")
    desk.take_picture("office-application")
    page.get_by_label("理由").fill("收入证明已核对。")
    page.get_by_role("button", name="通过 ¥12,000.00").click()
    expect(page.get_by_text("收入证明已核对。")).to_be_visible()


def test_money_that_does_not_arrive_is_sent_elsewhere_once(street: Street, window: Opener) -> None:
    times.next_morning(street)
    wu = window("reserve-elsewhere")
    page = wu.page
    walking.log_in(page, street, WU)
    borrowing.apply(page, street, plan="reserve-m3", yuan="1200", to="招商银行")
    order_id = borrowing.sign(page, street)
    _fails(page, "户名和你的姓名不一致")

    _name(wu, "尾号 0048", refused=1)
    page.goto(f"{street.url('borrower')}/reserves/{order_id}/signed")
    _fails(page, "这张卡的状态不正常")
    _name(wu, "尾号 0017", refused=2)
    page.goto(f"{street.url('borrower')}/reserves/{order_id}/signed")
    borrowing.await_money(page)

    sent = street.rows(
        "select state, amount_minor from payments_payout where loan_id ="
        " (select id from lending_loan where order_id = %s) order by requested_at", order_id,
    )  # fmt: skip
    assert sent == [("failed", 120_000), ("failed", 120_000), ("succeeded", 120_000)]
    street.until("select 1 from notices_message where template = 'payout_failed' and state in ('sent', 'delivered') having count(*) = 2")
    assert borrowing.paid_out(street, 120_000) == ["FAILED", "FAILED", "SUCCESS"]
    borrowing.must_verify(street)
    wu.must_be_clean()


def _fails(page: Page, why: str) -> None:
    """Said by the page itself, and why; nobody is asked now how a loan that has not begun is to be paid."""
    expect(page.get_by_role("heading", name="没能到账")).to_be_visible(timeout=20_000)
    expect(page.get_by_text(why)).to_be_visible()
    expect(page.get_by_text("要不要自动还款")).to_have_count(0)


def _name(wu: Window, to: str, *, refused: int) -> None:
    """Another account, where those that did not take it are marked."""
    page = wu.page
    page.get_by_role("link", name="看看怎么办").click()
    page.get_by_role("link", name="换一个收款账户").click()
    expect(page.get_by_text("这笔借款没能打到这张卡")).to_have_count(refused)
    look(wu, f"{refused}-elsewhere")
    page.get_by_role("radio", name=to).check(force=True)
    page.get_by_role("button", name="打到这个账户").click()
    expect(page.get_by_text("收款账户已换成")).to_be_visible()


@pytest.mark.pictures
def test_late_it_costs_what_the_page_explains(street: Street, window: Opener) -> None:
    times.next_morning(street)
    zheng = window("reserve-late")
    page = zheng.page
    walking.log_in(page, street, ZHENG)
    order_id = borrowing.borrow(page, street, plan="reserve-d7", yuan="500")
    times.pass_by(street, timedelta(days=7 + 8))
    borrowing.open_order(page, street, order_id)
    expect(page.get_by_text("逾期 8 天").first).to_be_visible()
    look(zheng, "01-late")

    # Opened to the last line, and not to be seen before.
    made_of = page.locator("[data-amount='payoff']").get_by_text("逾期本金 ¥500.00 × 每天 0.06% × 8 天")
    expect(made_of).to_be_hidden()
    page.get_by_text("今天结清 ¥502.40 怎么算的").click()
    page.get_by_text("已到期未还怎么算的").click()
    expect(made_of).to_be_visible()
    look(zheng, "02-why")
    zheng.take_picture("why", at=page.locator("[data-amount='payoff']"))

    page.get_by_role("link", name="立即还款").click()
    expect(page.get_by_role("radio", name="本期应还")).to_be_checked()
    walking.go_to_cashier(page)
    walking.pay_at_cashier(page)
    walking.come_back(page)
    expect(page.get_by_role("heading", name="还款成功")).to_be_visible(timeout=20_000)
    expect(page.locator("#state")).to_contain_text("¥502.40")
    borrowing.open_order(page, street, order_id)
    expect(page.get_by_text("已结清").first).to_be_visible()
    look(zheng, "03-settled")
    assert borrowing.balances(street, order_id) == {
        "in_transit_unionpay": -50_000, "in_transit_alipay": 50_240, "penalty_income": -240,
    }  # fmt: skip
    borrowing.must_verify(street)
    zheng.must_be_clean()


def test_what_today_costs_is_what_is_charged(street: Street, window: Opener) -> None:
    times.next_morning(street)
    feng = window("reserve-early")
    page = feng.page
    walking.log_in(page, street, FENG)
    order_id = borrowing.borrow(page, street, plan="reserve-m3", yuan="3000")
    times.pass_by(street, timedelta(days=10))
    borrowing.open_order(page, street, order_id)
    # 3000.00 at 0.04 % a day for ten days.
    expect(page.get_by_text("今天还 ¥3,012.00，明天还 ¥3,013.20")).to_be_visible()
    look(feng, "01-ten-days")

    page.get_by_role("link", name="现在全部还清 ¥3,012.00").click()
    walking.choose(page, "微信支付")
    look(feng, "02-all")
    page.get_by_role("button", name="确认还款").click()
    page.wait_for_url("**/wechat/cashier/**")
    expect(page.get_by_text("3,012.00").first).to_be_visible()
    key = walking.cashier_number(page)
    walking.pay_by_wechat(page)
    page.get_by_role("link", name="完成").click()
    expect(page.get_by_role("heading", name="还款成功")).to_be_visible(timeout=20_000)
    [charged] = street.rows("select state, amount_minor from payments_charge where key = %s", key)
    assert charged == ("succeeded", 301_200)
    borrowing.open_order(page, street, order_id)
    expect(page.get_by_text("已结清").first).to_be_visible()
    assert borrowing.balances(street, order_id) == {
        "in_transit_unionpay": -300_000, "in_transit_wechat": 301_200, "interest_income": -1_200,
    }  # fmt: skip
    borrowing.must_verify(street)
    feng.must_be_clean()


def test_two_taps_and_a_way_back_are_one_loan(street: Street, window: Opener) -> None:
    times.next_morning(street)
    chu = window("reserve-twice")
    page = chu.page
    walking.log_in(page, street, CHU)
    borrowing.fill_in(page, street, plan="reserve-m3", yuan="700", to="尾号 0017")
    page.get_by_role("button", name="提交申请").dblclick()
    expect(page.get_by_role("heading", name="通过了，等你签约")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("你还有一笔申请没有结束，先看看它。")).to_be_visible()
    assert street.rows("select state from lending_application where amount_minor = 70000") == [("approved",)]

    borrowing.read(page, street)
    borrowing.agree(page)
    page.get_by_role("button", name="确认签约").dblclick()
    page.wait_for_url("**/signed")
    page.go_back()
    page.wait_for_url("**/signed#gate")
    borrowing.await_money(page)
    assert street.rows("select count(*) from lending_loan where principal_minor = 70000") == [(1,)]
    assert street.rows("select state from payments_payout where amount_minor = 70000") == [("succeeded",)]
    borrowing.must_verify(street)
    chu.must_be_clean()


def test_without_a_script_it_is_applied_for_and_signed(street: Street, window: Opener) -> None:
    times.next_morning(street)
    wei = window("reserve-plain", scripts=False)
    page = wei.page
    walking.log_in(page, street, WEI)
    borrowing.fill_in(page, street, plan="reserve-d30", yuan="1000", to="尾号 0017")
    page.get_by_role("button", name="算一算").click()
    expect(page.locator("#cost")).to_contain_text("¥1,012.00")
    page.get_by_label("借款用途").select_option(label="日常消费")
    page.get_by_role("radio", name="尾号 0017").check(force=True)
    page.get_by_role("button", name="提交申请").click()
    order_id = borrowing.sign(page, street)
    street.until("select 1 from lending_loan where order_id = %s and starts_on is not null", order_id)
    page.reload()
    borrowing.await_money(page)
    page.get_by_role("link", name="看这笔借款").click()
    expect(page.get_by_role("heading", name="借款详情")).to_be_visible()
    borrowing.must_verify(street)
    wei.must_be_clean()
