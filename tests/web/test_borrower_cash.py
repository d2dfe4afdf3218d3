"""A loan in cash on the borrower's pages: waiting to be paid out, on its way, failed, running, and sent back."""

from typing import Any

import pytest
from django.core.cache import cache

from anqi import clock
from anqi.lending.models import Loan
from anqi.payments.channels.protocol import Failed, Unknown
from anqi.payments.models import Payout
from tests.actions.test_payouts import NOON, Bank, ask, bank, learn, paid, work
from tests.planting import days, plant_cash
from tests.web.borrower_stand import signed_in

__all__ = ["bank"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]


@pytest.fixture
def loan(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> Loan:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    cache.clear()
    return plant_cash(now=NOON)


def page(loan: Loan, **more: Any) -> str:
    response = signed_in(loan.borrower_id, **more).get(f"/orders/{loan.order_id}")
    assert response.status_code == 200
    return response.content.decode()


def shown(loan: Loan) -> str:
    response = signed_in(loan.borrower_id).get("/orders")
    assert response.status_code == 200
    return response.content.decode()


def test_it_waits_and_nothing_speaks_of_a_shop(loan: Loan) -> None:
    for told in ("已签约，等待放款", "备用金 3 期", "待放款", "到账以前不用还款"):
        assert told in page(loan)
    assert "商户" not in page(loan)
    assert "到账后开始计息" in shown(loan)
    assert "waiting to be paid out" in page(loan, language="en")


def test_a_large_one_says_that_a_person_looks_at_it(bank: Bank, loan: Loan) -> None:
    Loan.objects.update(terms=loan.terms | {"principal": "8000.00"})
    ask(loan)
    assert ("等待放款审核" in page(loan), "招商银行 尾号1234" in page(loan)) == (True, True)


@pytest.mark.parametrize("answer", [None, Unknown(cause="timeout")])
def test_while_nobody_knows_it_says_so_and_promises_no_second_one(bank: Bank, loan: Loan, answer: Any) -> None:
    bank.answer = answer or bank.answer
    ask(loan)
    work(NOON)
    assert "放款处理中" in page(loan)
    assert "¥500.00 正在打到你的招商银行 尾号1234" in page(loan)
    assert "T0001" not in page(loan)


def test_one_that_failed_says_what_happens_next(bank: Bank, loan: Loan) -> None:
    bank.answer = Failed(reason="card_closed", code="63")
    ask(loan)
    work(NOON)
    assert ("没能到账" in page(loan), "9月3日 12:00 以前没有换收款账户，合同自动失效" in page(loan)) == (True, True)


def test_arrived_it_runs_like_any_other_and_stands_among_those_that_run(bank: Bank, loan: Loan) -> None:
    payout = ask(loan)
    bank.answer = paid(payout)
    work(NOON)
    assert ("剩余应还" in page(loan), "9月30日" in page(loan), "商户" in page(loan)) == (True, True, False)
    running = signed_in(loan.borrower_id).get("/orders?state=shipped").content.decode()
    assert "备用金 3 期" in running
    card = running[running.index("<article") :]
    assert ("还款中" in card, "分期中" in card) == (True, False), "goods are in instalments, cash is not"


def test_sent_back_it_is_over_and_nothing_is_owed(bank: Bank, loan: Loan) -> None:
    payout = ask(loan)
    bank.answer = paid(payout)
    work(NOON)
    learn(payout, Failed(reason="returned", code="", at=NOON), by="statement", now=NOON + days(1))
    assert Payout.objects.get().state == "returned"
    assert ("已取消" in page(loan), "去还款" in shown(loan)) == (True, False)
