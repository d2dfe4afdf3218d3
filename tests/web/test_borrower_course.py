"""The course of a plan on its page: every instalment, payment, refund, return, hold and debit, in order of their days."""

import re

import pytest
from django.core.cache import cache

from anqi import clock
from tests import returning as scene
from tests.planting import at, days
from tests.returning import FIRST_DUE, Till, buy, work
from tests.web import opened_amounts
from tests.web.borrower_stand import Watch, signed_in
from tests.web.test_borrower_mandates import DUE, Street, hour, no, street
from tests.web.test_borrower_pages import plain, text_of

__all__ = ["street"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch(now=at(FIRST_DUE + days(2)))
    monkeypatch.setattr(clock, "now", lambda: watch.now)
    cache.clear()
    return watch


@pytest.fixture
def till(monkeypatch: pytest.MonkeyPatch) -> Till:
    return scene.till(monkeypatch)


def course(page: str) -> str:
    return page[page.index("还款计划和还款记录") :]


def test_a_return_with_its_hold_and_its_refund_stands_among_the_instalments(watch: Watch, till: Till) -> None:
    lin = buy()
    lin.pay(at(FIRST_DUE))
    lin.accept(lin.request(watch.now, 300_000), watch.now)
    lin.request(watch.now, is_here=True)
    work(watch.now)
    answer = signed_in(lin.borrower_id).get(f"/orders/{lin.order.order_id}")
    told = course(plain(answer))
    found = [told.index(each) for each in ("支付宝还款", "冻结：退货处理中", "解除冻结", "原路退到支付宝", "今天")]
    assert found == sorted(found)
    assert "退货 10月3日 ¥3,000.00" in told
    assert "10月3日已退到" in told
    assert opened_amounts.shut(text_of(answer)) == []


def test_every_debit_stands_there_with_what_became_of_it(street: Street) -> None:
    street.bind("alipay")
    street.alipay.fate = no("balance")
    street.until(hour(DUE, 9, 40))
    answer = street.visitor.get(f"/orders/{street.lin.order_id}")
    told = course(plain(answer))
    assert "支付宝自动扣款 10月9日 没有扣成：余额不足 ¥533.09" in told
    assert told.index("第 1 期 10月9日") < told.index("支付宝自动扣款") < told.index("第 2 期")
    link = re.search(r'href="(/charges/[0-9a-f-]{36})"', course(text_of(answer)))
    assert link
    assert street.visitor.get(link[1]).status_code == 200
    assert opened_amounts.shut(text_of(answer)) == []


def test_the_days_come_in_order_and_today_stands_among_them(watch: Watch) -> None:
    lin = buy()
    page = course(text_of(signed_in(lin.borrower_id).get(f"/orders/{lin.order.order_id}")))
    told = list(re.findall(r'<time class="aq-when" datetime="(\d{4}-\d\d-\d\d)"', page))
    assert told == sorted(told)
    assert page.count('aria-current="date"') == 1


def test_the_lists_of_orders_are_told_by_word_shape_and_colour(watch: Watch) -> None:
    lin = buy()
    visitor = signed_in(lin.borrower_id)
    watch.now = at(FIRST_DUE + days(5))
    page = text_of(visitor.get("/orders"))
    tab = page[page.index('href="/orders?state=overdue"') :]
    assert re.match(r'[^>]+><span><span class="aq-badge" data-st="overdue" data-tone="bad" data-shape="alert">逾期</span>\s+1<', tab)
    late = plain(visitor.get("/orders?state=overdue"))
    assert "逾期 5 天" in late
    assert "退货处理中" not in page
    lin.request(watch.now, 300_000)
    held = text_of(visitor.get("/orders?state=returning"))
    assert 'data-tone="brand" data-shape="clock">退货处理中</span>' in held
    assert held.count("<article") == 1
    assert "state=overdue" not in held, "on hold nothing is late"
