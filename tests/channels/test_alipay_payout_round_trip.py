"""From a signed loan in cash to its borrower's wallet over the real wire; and back, when the wallet sends it back."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from anqi import clock
from anqi.actions import payouts
from anqi.lending.models import Fact, Loan, Order
from anqi.notices.models import Message
from anqi.payments import channels
from anqi.payments.models import Payout, PayoutExchange
from anqi.payments.payouts import PayTo
from anqi.rows.days import day_of
from tests.planting import plant_cash
from tests.sandbox.sandbox_stand import Sandbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("paying_out")]
TRANSFER = "alipay.fund.trans.uni.transfer"
A_BIT = timedelta(minutes=4)
WALLET = PayTo(channel="alipay", account="13800006021", holder="林小满", label="支付宝 138****6021")


@pytest.fixture
def paying_out(sandbox: Sandbox, settings: Any, certified: dict[str, str]) -> Iterator[None]:
    """The channel in certificate mode in the settings of this process, its account filled."""
    sandbox.control("alipay/account", balance="1000000.00")
    settings.ANQI_ALIPAY = certified
    channels.find.cache_clear()
    yield
    channels.find.cache_clear()


@pytest.fixture
def now() -> datetime:
    return clock.now()


@pytest.fixture
def loan(now: datetime) -> Loan:
    return plant_cash(now=now)


def ask(loan: Loan, now: datetime, to: PayTo = WALLET) -> Payout:
    return payouts.request(borrower_id=loan.borrower_id, loan_id=loan.id, to=to, now=now)


def work(now: datetime) -> None:
    """What the worker does at that time."""
    for payout in payouts.lease(now=now, limit=100):
        payouts.deliver(borrower_id=payout.borrower_id, payout_id=payout.id, now=now)


def state_of(payout: Payout) -> tuple[str, str]:
    payout.refresh_from_db()
    return payout.state, payout.reason


def asked(payout: Payout) -> list[tuple[str, str]]:
    found = PayoutExchange.objects.filter(payout_id=payout.id).order_by("at", "id")
    return [(each.kind, each.outcome) for each in found]


def transfers(sandbox: Sandbox, payout: Payout) -> list[dict[str, Any]]:
    every = sandbox.http.get("/_control/alipay/transfers").json()
    return [each for each in every if each["out_biz_no"] == payout.key]


def left_minor(sandbox: Sandbox) -> int:
    left: int = sandbox.http.get("/_control/alipay/account").json()["balance_minor"]
    return left


def booked() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("select debit, credit, amount_minor from ledger_posting")
        balances: dict[str, int] = {}
        for debit, credit, amount_minor in cursor.fetchall():
            balances[debit] = balances.get(debit, 0) + amount_minor
            balances[credit] = balances.get(credit, 0) - amount_minor
    return {account: amount_minor for account, amount_minor in balances.items() if amount_minor}


def test_it_arrives_and_the_loan_begins(sandbox: Sandbox, loan: Loan, now: datetime) -> None:
    payout = ask(loan, now)
    work(now)
    assert state_of(payout) == ("succeeded", "")
    [sent] = transfers(sandbox, payout)
    assert (sent["order_id"], sent["amount_minor"], sent["name"]) == (payout.ref, 50_000, "林小满")
    loan.refresh_from_db()
    assert payout.paid_at
    assert loan.starts_on == day_of(payout.paid_at)
    assert booked() == {"receivable_principal": 50_000, "in_transit_alipay": -50_000}
    assert Order.objects.get(id=loan.order_id).state == "paid_out"


@pytest.mark.parametrize("fault", ["lost_after", "bad_signature", "http_500_after", "system_error_after"])
def test_an_answer_that_was_lost_is_found_and_nothing_leaves_twice(
    sandbox: Sandbox, loan: Loan, now: datetime, fault: str
) -> None:
    payout = ask(loan, now)
    sandbox.fault(fault, out_id=payout.key, operation=TRANSFER, next=1)
    work(now)
    assert state_of(payout)[0] == "unknown"
    work(now + A_BIT)
    assert state_of(payout) == ("succeeded", "")
    assert asked(payout) == [("payout", "unknown"), ("query_payout", "succeeded")]
    assert (len(transfers(sandbox, payout)), left_minor(sandbox)) == (1, 99_950_000)


@pytest.mark.parametrize("fault", ["lost_before", "http_503", "system_error", "transfer_balance", "transfer_day_limit"])
def test_what_never_left_leaves_under_the_same_number(
    sandbox: Sandbox, loan: Loan, now: datetime, fault: str
) -> None:
    payout = ask(loan, now)
    sandbox.fault(fault, out_id=payout.key, operation=TRANSFER, next=1)
    work(now)
    assert state_of(payout)[0] == "unknown"
    work(now + A_BIT)
    assert state_of(payout) == ("succeeded", "")
    assert asked(payout) == [("payout", "unknown"), ("payout", "succeeded")]
    assert left_minor(sandbox) == 99_950_000


def test_one_that_hangs_is_asked_about_and_never_sent_again(sandbox: Sandbox, loan: Loan, now: datetime) -> None:
    payout = ask(loan, now)
    sandbox.fault("transfer_dealing", out_id=payout.key, seconds=3600)
    work(now)
    assert state_of(payout) == ("processing", "")
    sandbox.fault("transfer_lag", out_id=payout.key, next=1)
    work(now + A_BIT)
    assert state_of(payout) == ("unknown", "not_found")
    sandbox.shift_clock(3600)
    work(now + timedelta(hours=1))
    assert state_of(payout) == ("succeeded", "")
    assert [kind for kind, _ in asked(payout)] == ["payout", "query_payout", "query_payout"]


def test_a_wallet_of_somebody_else_is_a_no_and_another_can_be_named(
    sandbox: Sandbox, loan: Loan, now: datetime
) -> None:
    payout = ask(loan, now, PayTo(channel="alipay", account="zhou@example.com", holder="林小满", label="支付宝 zho***"))
    work(now)
    assert state_of(payout) == ("failed", "name_mismatch")
    again = ask(loan, now)
    work(now)
    assert state_of(again) == ("succeeded", "")
    assert again.key != payout.key
    assert left_minor(sandbox) == 99_950_000


def test_too_little_on_the_account_sends_nothing(sandbox: Sandbox, loan: Loan, now: datetime) -> None:
    payout = ask(loan, now)
    sandbox.control("alipay/account", balance="499.99")
    work(now)
    assert state_of(payout) == ("released", "balance_short")
    sandbox.control("alipay/account", balance="500.00")
    sandbox.fault("http_500", operation="alipay.fund.account.query", next=1)
    work(now + timedelta(minutes=10))
    assert state_of(payout) == ("released", "balance_unknown")
    work(now + timedelta(minutes=20))
    assert state_of(payout) == ("succeeded", "")
    assert left_minor(sandbox) == 0


def test_without_certificates_it_waits(settings: Any, loan: Loan, now: datetime, stated: dict[str, str]) -> None:
    payout = ask(loan, now)
    settings.ANQI_ALIPAY = stated
    work(now)
    assert state_of(payout) == ("released", "channel_unavailable")
    with pytest.raises(payouts.CannotPayThere):
        ask(loan, now)


def test_what_comes_back_days_later_makes_the_loan_void(sandbox: Sandbox, loan: Loan, now: datetime) -> None:
    payout = ask(loan, now)
    sandbox.fault("transfer_returned", out_id=payout.key)
    work(now)
    for day in (1, 2, 3):
        sandbox.shift_clock(day * 86400)
        work(now + timedelta(days=day))
        assert state_of(payout)[0] == ("succeeded" if day == 1 else "returned")
    assert [each.kind for each in Fact.objects.filter(loan_id=loan.id).order_by("id")] == ["paid_out", "void"]
    assert Order.objects.get(id=loan.order_id).state == "cancelled"
    assert booked() == {}
    assert left_minor(sandbox) == 100_000_000
    told = Message.objects.filter(borrower_id=loan.borrower_id).order_by("id")
    assert [each.template for each in told] == ["payout_arrived", "payout_came_back"]
    # Alipay doesn't say when: it is the day on which it was seen.
    assert Fact.objects.get(loan_id=loan.id, kind="void").counts_on == day_of(now + timedelta(days=2))
