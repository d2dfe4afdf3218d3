"""The order's page of a borrower whose goods come back: on hold, what it did to the plan, where the money goes."""

import re

import pytest

from anqi import clock
from anqi.actions.returns import holding
from anqi.lending import unwinding
from anqi.lending.models import Hold
from anqi.payments.channels.protocol import Failed
from anqi.rows.ids import uuid7
from tests import purchasing
from tests import returning as scene
from tests.planting import at, days
from tests.returning import BOUGHT, FIRST_DUE, Bought, Till, buy, work
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
    for words in (
        "退货处理中 · 暂停还款至 10月31日", "商户已登记退货，等它收货", "今天收货的话会怎样", "到期的 ¥533.09 现在不用还，想先还也可以",
        "暂停中，现在不用还", 'data-st="held"',
    ):  # fmt: skip
        assert words in shown
    for words in ("逾期 ", "罚息 ¥", "24:00 前还清", "现在应还", "立即还款", 'data-st="due"', 'data-st="grace"', 'data-st="overdue"'):
        assert words not in shown
    listed = page(lin, "/orders")
    assert "退货处理中" in listed and "暂停中，现在不用还" in listed and "现在应还" not in listed
    assert "Being returned · on hold until 31 Oct" in page(lin, language="en")


def sums(lin: Bought) -> dict[str, str]:
    """The sums of the home page by their names."""
    shown = re.sub(r"<i>|</i>", "", page(lin, "/"))
    foot = re.findall(r"<span>([^<]+) <b><span class=\"aq-amount\">([^<]+)</span></b></span>", shown)
    [hero] = re.findall(r'data-size="hero">([^<]+)<', shown)
    return dict(foot) | {"本月待还": hero}


def test_sums_of_what_is_to_be_paid_leave_a_plan_on_hold_out(lin: Bought, watch: Watch) -> None:
    other = purchasing.opened(lin.shop, lin.borrower_id, now=at(BOUGHT), number="QH-2", amount_minor=300_000)
    purchasing.sign(other, now=at(BOUGHT))
    purchasing.ship(other, now=at(BOUGHT) + purchasing.READ)
    watch.now = at(FIRST_DUE)
    # 12 instalments at 12 % of 6000.00 and of 3000.00.
    assert sums(lin) == {"本月待还": "¥799.64", "以后各月": "¥8,796.03", "全部待还": "¥9,595.67"}
    lin.request(watch.now, 300_000)
    assert sums(lin) == {
        "本月待还": "¥266.55", "以后各月": "¥2,932.01", "暂停还款的": "¥6,397.11", "全部待还": "¥9,595.67",
    }  # fmt: skip
    shown = page(lin, "/")
    assert "退货处理中 · 暂停还款至 10月29日" in shown
    assert "今天应还 ¥266.55" in shown and "533.09" not in shown


def test_with_nothing_else_the_home_page_says_what_is_waited_for(lin: Bought, watch: Watch) -> None:
    lin.request(watch.now, 300_000)
    shown = page(lin, "/")
    assert sums(lin)["本月待还"] == "¥0.00"
    assert "想先还" in shown and "今天到期" not in shown and "去还款" not in shown


def test_paying_by_hand_stays_possible_and_says_that_it_need_not_be(lin: Bought, watch: Watch) -> None:
    lin.request(watch.now, 300_000)
    path = f"/orders/{lin.order.order_id}/pay"
    shown = page(lin, path)
    assert "到期的 ¥533.09 现在不用还" in shown and "已经到期的" in shown and "本期应还" not in shown
    lin.pay(watch.now)
    assert "现在不用还" not in page(lin, path) and "退货处理中" in page(lin, path)


def test_a_hold_past_its_day_goes_on_and_says_so(lin: Bought, watch: Watch) -> None:
    lin.request(watch.now, 300_000)
    watch.now = at(FIRST_DUE + days(31))
    for path in ("", "/"):
        shown = page(lin, path)
        assert "原定 10月31日 办完，还没有结果" in shown and "暂停还款至" not in shown
        assert "办完以前继续暂停，工作人员会跟进。" in shown and "逾期 " not in shown


def test_a_hold_by_staff_says_until_when_and_of_two_the_later_day_counts(lin: Bought, watch: Watch) -> None:
    for kind, until in (("dispute", FIRST_DUE + days(20)), ("merchant_gone", FIRST_DUE + days(10))):
        holding.open(
            borrower_id=lin.borrower_id, loan_id=lin.loan_id, hold_id=uuid7(), kind=Hold.Kind(kind), until=until,
            reason="电话打不通", actor=scene.staff(), now=watch.now,
        )  # fmt: skip
    assert "已冻结 · 暂停还款至 10月21日" in page(lin)


def test_what_it_did_to_the_plan_adds_up_on_the_page(lin: Bought, watch: Watch) -> None:
    goods = lin.accept(lin.request(watch.now, 300_000), watch.now)
    done = unwinding.of(goods)
    assert done
    shown = page(lin)
    for minor in (done.remaining_before_minor, 300_000, done.saved_minor, done.remaining_after_minor):
        assert f"¥{minor // 100:,}.{minor % 100:02}" in shown.replace("<small>", "").replace("</small>", "")
    assert "对还款计划做了什么" in shown and "暂停" not in shown
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
    assert "商户撤回了退货" in shown and "暂停" not in shown
