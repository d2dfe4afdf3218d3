"""A reserve on its order's page: before the money, on its day, while it runs, and when it did not come."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anqi import clock
from anqi.actions import payouts
from anqi.lending import queries as lending
from anqi.lending import repaying
from anqi.lending.models import Lender, Loan
from anqi.payments.channels.protocol import Accepted, Failed, Succeeded
from anqi.payments.models import Payout
from tests import reserving
from tests.actions.test_payouts import Bank, bank, work
from tests.happening import hold
from tests.planting import Planted, at
from tests.reserving import NOON, TODAY
from tests.web.borrower_stand import Watch, signed_in
from tests.web.test_borrower_pages import chinese_in

__all__ = ["bank"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch, bank: Bank) -> Watch:
    watch = Watch(now=NOON)
    monkeypatch.setattr(clock, "now", lambda: watch.now)
    cache.clear()
    reserving.open_shelf()
    return watch


@pytest.fixture
def lin(watch: Watch) -> tuple[UUID, Any]:
    return reserving.welcome()


@pytest.fixture
def visitor(lin: tuple[UUID, Any]) -> Client:
    return signed_in(lin[0])


def sign(lin: tuple[UUID, Any], **wished: Any) -> Loan:
    return reserving.sign(reserving.apply(*lin, **wished))


def page(visitor: Client, loan: Loan) -> str:
    response = visitor.get(f"/orders/{loan.order_id}")
    assert response.status_code == 200
    return str(response.content.decode())


def listed(visitor: Client, state: str = "") -> str:
    return str(visitor.get("/orders", {"state": state} if state else {}).content.decode())


def held(loan: Loan) -> Any:
    return hold(Planted(borrower_id=loan.borrower_id, loan_id=loan.id, order_id=loan.order_id, merchant_order_id=loan.id))


def test_before_it_leaves_the_page_says_what_is_done_and_since_when(
    visitor: Client, lin: tuple[UUID, Any], watch: Watch, bank: Bank
) -> None:
    loan = sign(lin)
    assert "¥1,000.00 马上打到你的招商银行 尾号0017" in page(visitor, loan)
    watch.now += timedelta(minutes=5)
    Lender.objects.update(payouts_a_day_minor=1)
    work(watch.now)
    assert "今天的放款额度已经用完，11月25日 00:00 以后继续放款" in page(visitor, loan)
    Lender.objects.update(payouts_a_day_minor=10**9)
    watch.now = at(date(2026, 11, 25), 9)
    bank.balance = 1
    work(watch.now)
    assert "放款渠道现在付不了款，我们会自动再试" in page(visitor, loan)
    bank.balance = 10**9
    watch.now += timedelta(minutes=11)
    work(watch.now)
    told = page(visitor, loan)
    assert ("放款处理中" in told, "11月25日 09:11 发出" in told, "借款合同" in told) == (True, True, True)


def test_one_that_waits_for_a_supervisor_says_that_it_is_checked(visitor: Client, lin: tuple[UUID, Any]) -> None:
    loan = sign(lin, amount_minor=600_000)
    assert "工作人员从 11月24日 12:00 开始复核，通常当天完成" in page(visitor, loan)


def test_on_the_day_it_arrives_all_can_be_given_back_at_no_cost(visitor: Client, lin: tuple[UUID, Any]) -> None:
    loan = sign(lin)
    reserving.arrive(loan, paid_at=NOON)
    told = page(visitor, loan)
    for said in ("今天到账", "今天全部归还不收任何费用", "今天还 ¥1,000.00，明天还 ¥1,000.40", "到账日", "招商银行 尾号0017"):
        assert said in told, said
    assert f'href="/orders/{loan.order_id}/pay?what=all"' in told
    assert "¥1,000.00" in visitor.get(f"/orders/{loan.order_id}/pay?what=all").content.decode()


def test_later_it_says_what_was_used_what_it_cost_and_what_tomorrow_adds(
    visitor: Client, lin: tuple[UUID, Any], watch: Watch
) -> None:
    loan = sign(lin, product="reserve-d30", amount_minor=500_000 - 100)
    reserving.arrive(loan, paid_at=NOON)
    watch.now = at(TODAY + timedelta(days=10))
    told = page(visitor, loan)
    used = repaying.used(held(loan), today=TODAY + timedelta(days=10))
    # 4999.00 × 0.146 / 365 × 10 = 19.996.
    assert (used.days, used.cost_minor, used.today_minor, used.tomorrow_minor) == (10, 2000, 501_900, 502_100)
    for said in ("用了 10 天", "¥20.00", "今天还 ¥5,019.00，明天还 ¥5,021.00", "随时可以提前还清", "12月24日"):
        assert said in told, said
    assert "不收任何费用" not in told


def test_a_week_without_interest_costs_nothing_any_day(visitor: Client, lin: tuple[UUID, Any], watch: Watch) -> None:
    loan = sign(lin, product="reserve-d7", amount_minor=50_000)
    reserving.arrive(loan, paid_at=NOON)
    watch.now = at(TODAY + timedelta(days=3))
    told = page(visitor, loan)
    assert "今天还清和明天还清一样，都是 ¥500.00" in told
    assert ("用了 3 天" in told, "12月1日" in told) == (True, True)


def test_what_a_late_one_cost_holds_its_penalty_and_what_was_paid(lin: tuple[UUID, Any]) -> None:
    loan = sign(lin, product="reserve-d30", amount_minor=100_000)
    reserving.arrive(loan, paid_at=NOON)
    late = TODAY + timedelta(days=40)
    used = repaying.used(held(loan), today=late)
    shown = held(loan).standing(late)
    assert used.today_minor == shown.payoff_minor
    assert used.cost_minor == used.today_minor - 100_000
    assert used.tomorrow_minor > used.today_minor


def test_what_a_late_one_takes_today_opens_to_its_penalty(
    visitor: Client, lin: tuple[UUID, Any], watch: Watch
) -> None:
    loan = sign(lin, product="reserve-d7", amount_minor=50_000)
    reserving.arrive(loan, paid_at=NOON)
    watch.now = at(TODAY + timedelta(days=7 + 8))
    _before, card = page(visitor, loan).replace("\xa0", " ").split('data-amount="payoff"')
    opened, _after = card.split("24:00 前有效")
    assert "已到期未还怎么算的" in opened
    assert "逾期本金 ¥500.00 × 每天 0.06% × 8 天" in opened


def test_money_that_did_not_arrive_is_told_in_the_list_too(
    visitor: Client, lin: tuple[UUID, Any], watch: Watch, bank: Bank
) -> None:
    loan = sign(lin)
    assert ("待放款" in listed(visitor, "paying"), "备用金 3 期" in listed(visitor, "paying")) == (True, True)
    assert "备用金 3 期" not in listed(visitor, "confirmed")
    bank.answer = Failed(reason="cardholder", code="67")
    watch.now += timedelta(minutes=1)
    work(watch.now)
    assert "没有到账" in listed(visitor)
    told = page(visitor, loan)
    for said in ("没有到账", "户名和你的姓名不一致", "11月27日 12:01 以前没有换收款账户，合同自动失效"):
        assert said in told, said


def test_what_is_over_stands_in_its_own_list(
    visitor: Client, lin: tuple[UUID, Any], watch: Watch, bank: Bank
) -> None:
    loan = sign(lin)
    bank.answer = Failed(reason="cardholder", code="67")
    watch.now += timedelta(minutes=1)
    work(watch.now)
    watch.now += timedelta(days=3, minutes=1)
    assert payouts.lapse(now=watch.now, limit=10) == 1
    assert lending.counts(loan.borrower_id) == {"over": 1}
    assert ("备用金 3 期" in listed(visitor, "over"), "已取消" in listed(visitor, "over")) == (True, True)
    told = page(visitor, loan)
    assert ("合同已失效" in told, "没有产生任何费用" in told, "商户" in told) == (True, True, False)


def test_money_that_came_back_is_told_with_what_can_be_done(
    visitor: Client, lin: tuple[UUID, Any], watch: Watch, bank: Bank
) -> None:
    loan = sign(lin)
    payout = reserving.arrive(loan, paid_at=NOON)
    back = Failed(reason="returned", code="", at=at(TODAY, 14))
    watch.now = at(TODAY, 15)
    payouts.learn(channel="unionpay", key=payout.key, result=back, learned_by="statement", now=watch.now)
    told = page(visitor, loan)
    for said in ("钱被退回，借款已作废", "你不用还款", "换一个收款账户重新申请"):
        assert said in told, said
    for wrong in ("今天还 ", "pay?what=all"):
        assert wrong not in told, wrong


def test_pages_read_a_bounded_number_of_rows(visitor: Client, lin: tuple[UUID, Any], watch: Watch) -> None:
    loan = sign(lin)
    for _ in range(2):
        for address in (f"/orders/{loan.order_id}", "/orders"):
            with CaptureQueriesContext(connection) as read:
                visitor.get(address)
            assert len(read) <= 15, [each["sql"][:90] for each in read]
        if loan.starts_on is None:
            reserving.arrive(loan, paid_at=NOON)


def test_english_pages_speak_english(lin: tuple[UUID, Any], watch: Watch, bank: Bank) -> None:
    names = ("备用金", "期", "天免息", "招商银行", "尾号", "青禾消费金融", "林小满", "卡", "支", "简体中文", "语言")
    visitor, row = signed_in(lin[0], language="en"), reserving.apply(*lin)
    sign_page = visitor.get(f"/reserves/{row.id}/sign")
    assert chinese_in(sign_page, names=names) == []
    loan = reserving.sign(row)
    order = f"/orders/{loan.order_id}"

    def assert_english(*addresses: str) -> None:
        for address in addresses:
            assert chinese_in(visitor.get(address), names=names) == [], address

    assert_english(order, f"/reserves/{row.id}/signed", f"{order}/undo", "/orders")
    watch.now += timedelta(minutes=1)
    bank.answer = Failed(reason="card_state", code="63")
    work(watch.now)
    assert_english(order, f"{order}/payee", f"/reserves/{row.id}/signed", "/orders")
    bank.answer = Accepted(ref="P2")
    payouts.redirect(
        borrower_id=loan.borrower_id, loan_id=loan.id,
        card_id=reserving.bind(loan.borrower_id, "6235209999999").card_id, now=watch.now,
    )  # fmt: skip
    work(watch.now)
    assert_english(order)
    again = Payout.objects.get(state="processing")
    arrived = Succeeded(ref="P2", amount_minor=again.amount_minor, paid_at=watch.now)
    payouts.learn(channel="unionpay", key=again.key, result=arrived, learned_by="query", now=watch.now)
    for later in (0, 10, 50):
        watch.now = at(TODAY + timedelta(days=later), 13)
        assert_english(order, f"/reserves/{row.id}/signed")
    back = Failed(reason="returned", code="", at=watch.now)
    payouts.learn(channel="unionpay", key=again.key, result=back, learned_by="statement", now=watch.now)
    assert_english(order, "/orders?state=over")
