"""What a channel may do to us with its messages: twice, at once, early, late, never, forged, changed."""

from urllib.parse import parse_qsl, urlencode

import pytest

from anqi import clock
from anqi.actions import charges, repayments
from anqi.jobs import tasks
from anqi.payments import channels
from anqi.payments.channels.protocol import ChargeRequest, Result, Succeeded
from anqi.payments.models import Charge, Difference, Inbox, Payment, Unapplied
from tests.faults.fault_stand import Stand
from tests.people.at_once import at_once


def test_a_payment_is_told_and_taken(stand: Stand) -> None:
    charge = stand.offer()
    stand.pay(charge)
    assert stand.hear(charge) == [True]
    stand.assert_nothing_taken()
    tasks.read_inbox()
    stand.assert_taken_once(charge)
    assert stand.waiting() == (0, 0)


@pytest.mark.parametrize("fault", ["duplicate", "duplicate_at_once"])
def test_told_twice(stand: Stand, fault: str) -> None:
    charge = stand.offer()
    stand.sandbox.fault(fault, out_trade_no=charge.key)
    stand.pay(charge)
    assert stand.hear(charge) == [True, True]
    stand.work()
    for body in stand.bodies(charge):
        assert stand.knock(body).content == b"success"
    stand.pass_time(hours=1)
    stand.work()
    stand.assert_taken_once(charge)
    assert stand.waiting() == (0, 0)


def test_two_learn_it_at_once(stand: Stand) -> None:
    charge = stand.offer()
    stand.pay(charge)
    result = channels.find("alipay").query(charge.key, opened_at=charge.opened_at)
    assert isinstance(result, Succeeded)

    def learn() -> None:
        repayments.learn(
            channel="alipay", key=charge.key, result=result, learned_by="query", now=clock.now()
        )

    assert at_once(*[learn] * 4) == [None] * 4
    stand.assert_taken_once(charge)


def test_notice_and_query_at_once(stand: Stand) -> None:
    charge = stand.offer()
    stand.pay(charge)
    assert stand.hear(charge) == [True]
    whose = {"borrower_id": charge.borrower_id, "charge_id": charge.id}
    ends = at_once(tasks.read_inbox, lambda: repayments.inquire(**whose, now=clock.now()), tasks.read_inbox)
    assert ends == [None] * 3
    stand.assert_taken_once(charge)
    assert stand.waiting() == (0, 0)


def test_told_before_our_own_delivery_was_noted(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    charge, ali = stand.begin(), channels.find("alipay")
    ask = ali.charge

    def paid_in_between(request: ChargeRequest) -> Result:
        result = ask(request)
        stand.pay_at(result.action.url, request.key)
        assert stand.hear(charge) == [True]
        tasks.read_inbox()
        return result

    monkeypatch.setattr(ali, "charge", paid_in_between)
    assert stand.deliver(charge).state == "succeeded"
    stand.pass_time(minutes=5)
    stand.work()
    stand.assert_taken_once(charge)
    assert stand.waiting() == (0, 0)


def test_told_before_the_cashier_has_answered(stand: Stand) -> None:
    charge = stand.offer()
    stand.sandbox.fault("before_response", out_trade_no=charge.key)
    stand.pay(charge)
    stand.work()
    stand.assert_taken_once(charge)


def test_badly_signed_then_asked_about(stand: Stand) -> None:
    charge = stand.offer()
    stand.sandbox.fault("wrong_signature", out_trade_no=charge.key)
    stand.pay(charge)
    assert stand.hear(charge) == [False]
    assert not Inbox.objects.exists()
    tasks.read_inbox()
    stand.assert_nothing_taken()
    stand.pass_time(seconds=6)
    tasks.ask_about_charges()
    stand.assert_taken_once(charge)


@pytest.mark.parametrize("change", [{"total_amount": "0.01"}, {"out_trade_no": "aq0"}, {"seller_id": "2088"}])
def test_a_message_changed_on_its_way_changes_nothing(stand: Stand, change: dict[str, str]) -> None:
    charge = stand.offer()
    stand.sandbox.fault("never", out_trade_no=charge.key)
    stand.pay(charge)
    [body] = stand.bodies(charge)
    changed = urlencode(dict(parse_qsl(body.decode())) | change).encode()
    assert stand.knock(changed).status_code == 400
    tasks.read_inbox()
    stand.assert_nothing_taken()
    assert stand.knock(body).status_code == 200
    tasks.read_inbox()
    stand.assert_taken_once(charge)


def test_another_amount_that_the_gateway_itself_signed_is_asked_about_and_not_believed(stand: Stand) -> None:
    charge = stand.offer()
    stand.sandbox.fault("altered_amount", out_trade_no=charge.key)
    stand.pay(charge)
    assert stand.hear(charge) == [True]
    tasks.read_inbox()
    stand.assert_nothing_taken()
    assert Difference.objects.get().kind == "amount_differs"
    tasks.ask_about_charges()
    stand.assert_taken_once(charge)
    assert Difference.objects.get().decision == "confirmed_by_channel"


def test_an_order_that_is_not_ours_waits_for_the_office(stand: Stand) -> None:
    charge = stand.offer()
    stand.sandbox.fault("altered_order", out_trade_no=charge.key)
    stand.pay(charge)
    assert stand.hear(charge) == [True]
    tasks.read_inbox()
    assert Inbox.objects.get().state == "refused"
    stand.assert_nothing_taken()
    stand.pass_time(seconds=6)
    tasks.ask_about_charges()
    stand.assert_taken_once(charge)


def test_never_told(stand: Stand) -> None:
    charge = stand.offer()
    stand.sandbox.fault("never", out_trade_no=charge.key)
    stand.pay(charge)
    assert stand.hear(charge) == []
    tasks.ask_about_charges()
    stand.assert_nothing_taken()
    stand.pass_time(seconds=6)
    tasks.ask_about_charges()
    stand.assert_taken_once(charge)
    assert Payment.objects.get().learned_by == "query"


def test_never_told_and_the_query_lags(stand: Stand) -> None:
    charge = stand.offer()
    for fault, key in (("never", {}), ("query_not_exist", {"next": 1}), ("http_500", {"next": 2})):
        stand.sandbox.fault(fault, out_trade_no=charge.key, **key)
    stand.pay(charge)
    for _ in range(4):
        stand.pass_time(minutes=2)
        tasks.ask_about_charges()
    stand.assert_taken_once(charge)


def test_told_days_later_it_counts_on_its_own_day(stand: Stand) -> None:
    charge = stand.offer()
    stand.sandbox.fault("never", out_trade_no=charge.key)
    stand.pay(charge)
    paid_on = clock.today()
    stand.pass_time(days=9)
    tasks.wake_loans()
    [body] = stand.bodies(charge)
    assert stand.knock(body).status_code == 200
    tasks.read_inbox()
    tasks.wake_loans()
    stand.assert_taken_once(charge)
    assert Payment.objects.get().counts_on == paid_on


def test_closed_after_paid_and_out_of_order(stand: Stand) -> None:
    charge = stand.offer()
    stand.sandbox.fault("never", out_trade_no=charge.key)
    stand.sandbox.fault("then_closed", out_trade_no=charge.key)
    stand.pay(charge)
    for body in reversed(stand.bodies(charge)):
        assert stand.knock(body).status_code == 200
        tasks.read_inbox()
    stand.assert_taken_once(charge)


def test_given_up_and_paid_in_the_same_moment(stand: Stand) -> None:
    charge = stand.offer()
    stand.sandbox.fault("never", out_trade_no=charge.key)
    stand.sandbox.fault("paid_after_close", out_trade_no=charge.key, next=1)
    stand.sandbox.control("alipay/open", url=charge.action["url"])
    charges.give_up(borrower_id=charge.borrower_id, charge_id=charge.id, now=clock.now())
    stand.pass_time(seconds=4)
    tasks.empty_outbox()
    stand.assert_taken_once(charge)
    assert stand.waiting() == (0, 0)


def test_paid_after_its_loan_went_on_to_another_charge(stand: Stand) -> None:
    """Given up before the page was opened: the channel can't close what it hasn't got, and takes it later."""
    first = stand.offer()
    charges.give_up(borrower_id=first.borrower_id, charge_id=first.id, now=clock.now())
    stand.pass_time(seconds=4)
    tasks.empty_outbox()
    assert stand.state(first) == "closed"
    second = stand.offer()
    for charge in (second, first):
        stand.pay(charge)
        assert stand.hear(charge) == [True]
    stand.work()
    assert Payment.objects.count() == 2
    assert Charge.objects.filter(state="succeeded").count() == 2
    stand.assert_case(first, reason=Unapplied.objects.get().reason, amount_minor=first.amount_minor)
    assert Unapplied.objects.get().reason in ("arrived_after_close", "nothing_owed")
