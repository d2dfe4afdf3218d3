"""Another account for a reserve that did not arrive, and a reserve undone before it left, on the borrower's pages."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anqi import clock
from anqi.lending.models import Loan
from anqi.payments import channels
from anqi.payments.channels.protocol import Accepted, Failed, Succeeded
from anqi.payments.models import Payout
from tests import reserving
from tests.actions.test_payouts import Bank, bank, learn, work
from tests.planting import days
from tests.reserving import NOON, bind
from tests.web.borrower_stand import Watch, signed_in

__all__ = ["bank"]
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch, bank: Bank) -> Watch:
    watch = Watch(now=NOON)
    monkeypatch.setattr(clock, "now", lambda: watch.now)
    cache.clear()
    reserving.open_shelf()
    return watch


@pytest.fixture
def loan(watch: Watch) -> Loan:
    return reserving.sign(reserving.apply(*reserving.welcome()))


@pytest.fixture
def visitor(loan: Loan) -> Client:
    return signed_in(loan.borrower_id)


@pytest.fixture
def failed(loan: Loan, watch: Watch, bank: Bank) -> Loan:
    watch.now += timedelta(minutes=1)
    bank.answer = Failed(reason="card_state", code="63")
    work(watch.now)
    bank.answer = Accepted(ref="P2")
    return loan


def other(loan: Loan) -> UUID:
    card_id = bind(loan.borrower_id, "6235209999999", last4="8888").card_id
    assert card_id
    return card_id


def payee(loan: Loan) -> str:
    return f"/orders/{loan.order_id}/payee"


def undo(loan: Loan) -> str:
    return f"/orders/{loan.order_id}/undo"


def text_of(response: Any) -> str:
    return str(response.content.decode())


def test_the_account_that_refused_is_named_as_such(visitor: Client, failed: Loan) -> None:
    other(failed)
    page = text_of(visitor.get(payee(failed)))
    assert page.count("这笔借款没能打到这张卡") == 1
    refused, fresh = page.index("（尾号 0017）"), page.index("（尾号 8888）")
    assert refused < page.index("这笔借款没能打到这张卡") < fresh


def test_the_offer_to_debit_goes_with_the_money(
    visitor: Client, loan: Loan, watch: Watch, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "with_mandates", lambda: ("alipay",))
    signed = f"/reserves/{loan.order_id}/signed"
    assert "要不要自动还款" in text_of(visitor.get(f"{signed}?step=1", headers=HTMX))
    bank.answer = Failed(reason="card_state", code="63")
    watch.now += timedelta(minutes=1)
    work(watch.now)
    assert "要不要自动还款" not in text_of(visitor.get(f"{signed}?step=1", headers=HTMX))


def test_from_the_bad_news_to_another_account(visitor: Client, failed: Loan, watch: Watch, bank: Bank) -> None:
    card_id = other(failed)
    order = text_of(visitor.get(f"/orders/{failed.order_id}"))
    assert (f'href="{payee(failed)}"' in order, f'href="{undo(failed)}"' in order) == (True, True)
    page = text_of(visitor.get(payee(failed)))
    for said in ("没能到账", "招商银行（尾号 8888）", "户名要和实名一致", "11月27日 12:01 以前没有换收款账户"):
        assert said in page, said
    assert ("checked" in page, "支付宝" in page.split("<form")[1]) == (False, False)
    after = text_of(visitor.post(payee(failed), {"to": str(card_id)}, follow=True))
    assert ("收款账户已换成招商银行 尾号8888" in after, "马上打到你的招商银行 尾号8888" in after) == (True, True)
    watch.now += timedelta(minutes=1)
    work(watch.now)
    assert "正在打到你的招商银行 尾号8888" in text_of(visitor.get(f"/orders/{failed.order_id}"))
    assert [each.payee.account for each in bank.asked][-1] == "6235209999999"


def test_without_the_right_card_one_is_bound_first_and_leads_back(
    visitor: Client, failed: Loan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "with_cards", lambda: ("unionpay",))
    page = text_of(visitor.get(payee(failed)))
    form = page[: page.index("先绑定一张储蓄卡")].rpartition("<form")[2]
    assert 'action="/cards/add"' in form
    assert f'name="next" value="{payee(failed)}"' in form


def test_sent_twice_it_is_one_payout(visitor: Client, failed: Loan) -> None:
    form = {"to": str(other(failed))}
    for _ in range(2):
        assert visitor.post(payee(failed), form).headers["Location"] == f"/orders/{failed.order_id}"
    assert Payout.objects.count() == 2


def test_an_account_at_alipay(visitor: Client, failed: Loan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "paying_out", lambda: ("unionpay", "alipay"))
    assert "支付宝账号" in text_of(visitor.get(payee(failed)))
    for said in ("请填写支付宝账号：手机号或邮箱", 'value="somebody"', 'value="alipay" required checked'):
        assert said in text_of(visitor.post(payee(failed), {"to": "alipay", "wallet": "somebody"})), said
    after = visitor.post(payee(failed), {"to": "alipay", "wallet": "13800006021"}, follow=True)
    assert "收款账户已换成支付宝 138****6021" in text_of(after)


@pytest.mark.parametrize("chosen", ["01a21d78-0a7a-7b15-b5a3-8055930a6ccc", "nonsense", ""])
def test_an_account_that_is_not_there_is_told_and_chosen_again(visitor: Client, failed: Loan, chosen: str) -> None:
    response = visitor.post(payee(failed), {"to": chosen})
    assert response.status_code == 422
    assert "打到这个账户</button>" in text_of(response)
    assert Payout.objects.count() == 1


def test_before_it_failed_and_after_three_days_nothing_is_named(
    visitor: Client, loan: Loan, watch: Watch, bank: Bank
) -> None:
    card_id, order = other(loan), f"/orders/{loan.order_id}"
    assert visitor.get(payee(loan)).headers["Location"] == order
    assert "已经在放款，没有再打一笔" in text_of(visitor.post(payee(loan), {"to": str(card_id)}, follow=True))
    watch.now += timedelta(minutes=1)
    bank.answer = Failed(reason="card_state", code="63")
    work(watch.now)
    watch.now += days(3) + timedelta(seconds=1)
    assert visitor.get(payee(loan)).headers["Location"] == order
    after = text_of(visitor.post(payee(loan), {"to": str(card_id)}, follow=True))
    assert "11月27日 12:01 以前可以换收款账户，现在已经过了" in after
    assert Payout.objects.count() == 1


def test_what_the_channel_contradicts_is_being_looked_into(visitor: Client, failed: Loan, watch: Watch) -> None:
    first = Payout.objects.get()
    learn(first, Succeeded(ref="P1", amount_minor=first.amount_minor, paid_at=watch.now), now=watch.now)
    page = text_of(visitor.get(f"/orders/{failed.order_id}"))
    assert ("正在核对" in page, payee(failed) in page, undo(failed) in page) == (True, False, False)
    after = text_of(visitor.post(payee(failed), {"to": str(other(failed))}, follow=True))
    assert "核对清楚以前不会再打款" in after


def test_so_is_what_was_to_be_paid_in_its_stead(visitor: Client, failed: Loan, watch: Watch) -> None:
    first = Payout.objects.get()
    visitor.post(payee(failed), {"to": str(other(failed))})
    learn(first, Succeeded(ref="P1", amount_minor=first.amount_minor, paid_at=watch.now), now=watch.now)
    page = text_of(visitor.get(f"/orders/{failed.order_id}"))
    assert ("正在核对" in page, payee(failed) in page, undo(failed) in page) == (True, False, False)
    assert "不能取消了" in text_of(visitor.post(undo(failed), follow=True))


def test_before_it_left_it_is_undone_at_no_cost(visitor: Client, loan: Loan, bank: Bank, watch: Watch) -> None:
    assert f'href="{undo(loan)}"' in text_of(visitor.get(f"/orders/{loan.order_id}"))
    assert "不产生任何费用" in text_of(visitor.get(undo(loan)))
    assert Loan.objects.get().cancelled_on is None
    for _ in range(2):
        after = text_of(visitor.post(undo(loan), follow=True))
        assert ("借款已取消，没有产生任何费用" in after, "没有放款，合同已取消" in after) == (True, True)
    watch.now += timedelta(minutes=1)
    work(watch.now)
    assert (bank.asked, Payout.objects.get().state) == ([], "stopped")
    assert visitor.get(undo(loan)).headers["Location"] == f"/orders/{loan.order_id}"


def test_what_has_left_is_not_undone(visitor: Client, loan: Loan, watch: Watch) -> None:
    watch.now += timedelta(minutes=1)
    work(watch.now)
    page = text_of(visitor.get(f"/orders/{loan.order_id}"))
    assert undo(loan) not in page
    assert visitor.get(undo(loan)).headers["Location"] == f"/orders/{loan.order_id}"
    assert "不能取消了" in text_of(visitor.post(undo(loan), follow=True))
    assert Loan.objects.get().cancelled_on is None


def test_somebody_elses_is_not_found(failed: Loan) -> None:
    zhou = signed_in(reserving.welcome(reserving.ZHOU)[0])
    for address in (payee(failed), undo(failed)):
        assert zhou.get(address).status_code == zhou.post(address).status_code == 404


def test_pages_read_a_bounded_number_of_rows(visitor: Client, failed: Loan) -> None:
    for address in (payee(failed), undo(failed), f"/orders/{failed.order_id}"):
        with CaptureQueriesContext(connection) as read:
            assert visitor.get(address).status_code == 200
        assert len(read) <= 15, [each["sql"][:90] for each in read]
