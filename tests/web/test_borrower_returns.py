"""The order's page of a borrower whose goods come back: on hold, what it did to the plan, where the money goes."""

import pytest

from anqi import clock
from anqi.lending import unwinding
from anqi.payments.channels.protocol import Failed
from tests import returning as scene
from tests.planting import at, days
from tests.returning import FIRST_DUE, Bought, Till, buy, work
from tests.web.borrower_stand import Watch, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """The site sees this time."""
    watch = Watch(now=at(FIRST_DUE + days(2)))
    monkeypatch.setattr(clock, "now", lambda: watch.now)
    monkeypatch.setattr(clock, "today", lambda: watch.now.date())
    return watch


@pytest.fixture
def lin() -> Bought:
    return buy()


@pytest.fixture
def till(monkeypatch: pytest.MonkeyPatch) -> Till:
    return scene.till(monkeypatch)


def page(lin: Bought, path: str = "", language: str = "zh-hans") -> str:
    answer = signed_in(lin.borrower_id, language=language).get(path or f"/orders/{lin.order.order_id}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_plan_on_hold_says_so_and_presses_nobody(lin: Bought, watch: Watch) -> None:
    lin.request(watch.now, 300_000)
    watch.now = at(FIRST_DUE + days(30))
    shown = page(lin)
    for words in ("这笔分期冻结中", "商户已登记退货，等它收货", "今天收货的话会怎样", "退货处理中", "冻结中 · 到期的有 ¥533.09"):
        assert words in shown
    for words in ("逾期 ", "罚息 ¥", "24:00 前还清"):
        assert words not in shown
    assert "退货处理中" in page(lin, "/orders")
    assert "This plan is on hold" in page(lin, language="en")


def test_what_it_did_to_the_plan_adds_up_on_the_page(lin: Bought, watch: Watch) -> None:
    goods = lin.accept(lin.request(watch.now, 300_000), watch.now)
    done = unwinding.of(goods)
    assert done
    shown = page(lin)
    for minor in (done.remaining_before_minor, 300_000, done.saved_minor, done.remaining_after_minor):
        assert f"¥{minor // 100:,}.{minor % 100:02}" in shown.replace("<small>", "").replace("</small>", "")
    assert "对还款计划做了什么" in shown and "这笔分期冻结中" not in shown
    assert "分期中" in page(lin, "/orders")


def test_where_the_money_goes_and_when(lin: Bought, watch: Watch, till: Till) -> None:
    lin.pay(at(FIRST_DUE))
    lin.request(watch.now, is_here=True)
    shown = page(lin)
    assert "退给你的钱" in shown and "正在退回" in shown and "支付宝" in shown
    work(watch.now)
    assert "10月3日已退到" in page(lin)


def test_what_its_channel_refuses_is_told(lin: Bought, watch: Watch, till: Till) -> None:
    lin.pay(at(FIRST_DUE))
    till.answer = Failed(reason="too_late", code="X")
    lin.request(watch.now, is_here=True)
    work(watch.now)
    assert "没能退回，工作人员会联系你换一种方式" in page(lin)


def test_while_a_payment_is_open_the_money_waits_and_the_page_says_so(lin: Bought, watch: Watch, till: Till) -> None:
    lin.pay(at(FIRST_DUE))
    lin.open_charge(watch.now, purpose="next")
    lin.request(watch.now, is_here=True)
    assert "有一笔付款还没有结果，等它有了结果就退钱。" in page(lin)


def test_withdrawn_it_is_told_and_the_plan_goes_on(lin: Bought, watch: Watch) -> None:
    lin.withdraw(lin.request(watch.now), watch.now)
    shown = page(lin)
    assert "商户撤回了退货" in shown and "这笔分期冻结中" not in shown
