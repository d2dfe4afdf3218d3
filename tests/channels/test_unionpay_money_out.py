"""Refunds and payouts at UnionPay: none is given up for a "failed" that may be none, and none goes out twice."""

from datetime import timedelta

import pytest

from anqi.payments.channels.protocol import Accepted, Failed, NotFound, Succeeded, Unknown
from anqi.payments.channels.unionpay import gateway
from tests.channels.card_desk import AMOUNT_MINOR, CardDesk
from tests.channels.test_unionpay_charges import BROKEN_ANSWERS
from tests.sandbox.sandbox_stand import Sandbox

# A reply that was given though the money moves: what it is taken for, a query being asked where it says no.
REPLIES = {
    "answered_01": Unknown(cause="code_01"),
    "answered_03": Unknown(cause="code_03"),
    "answered_12": Accepted(),
    "answered_34": Unknown(cause="code_34"),
    "answered_60": Unknown(cause="code_60"),
    "system_error_after": Unknown(cause="code_06"),
    "unlisted_code": Unknown(cause="code_58"),
}


@pytest.fixture
def token(at_the_desk: CardDesk, key: str) -> str:
    return at_the_desk.bind(f"{key}c").token


def test_a_refund_is_taken_and_then_arrives(at_the_desk: CardDesk, key: str) -> None:
    at_the_desk.pay(key)
    back = f"{key}r"
    taken = at_the_desk.refund(back, key, amount_minor=309)
    assert isinstance(taken, Accepted)
    at_the_desk.settle(back)
    found = at_the_desk.query_refund(back, key)
    assert isinstance(found, Succeeded)
    assert (found.amount_minor, found.ref) == (309, taken.ref)


def test_a_refund_repeated_is_one_refund(at_the_desk: CardDesk, key: str) -> None:
    at_the_desk.pay(key)
    back = f"{key}r"
    at_the_desk.refund(back, key)
    at_the_desk.settle(back)
    again = at_the_desk.refund(back, key)
    assert isinstance(again, Succeeded), "a duplicate is asked after"
    assert at_the_desk.order(key)["refunded_minor"] == AMOUNT_MINOR


@pytest.mark.parametrize("fault", BROKEN_ANSWERS)
def test_a_refund_without_a_clear_answer_can_be_repeated(
    at_the_desk: CardDesk, key: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_the_desk.pay(key)
    monkeypatch.setattr(gateway, "_TIMEOUT_SECONDS", (1, 1))
    back, (cause, is_done) = f"{key}r", BROKEN_ANSWERS[fault]
    at_the_desk.fault(fault, key, operation="refund", next=1, seconds=2)
    expected = REPLIES.get(fault, Unknown(cause=cause))
    said = at_the_desk.refund(back, key)
    assert type(said) is type(expected)
    if isinstance(said, Unknown):
        assert said == expected
    assert (at_the_desk.query_refund(back, key) != NotFound()) == is_done
    assert isinstance(at_the_desk.refund(back, key), Accepted | Succeeded)
    at_the_desk.settle(back)
    assert isinstance(at_the_desk.query_refund(back, key), Succeeded)
    assert at_the_desk.order(key)["refunded_minor"] == AMOUNT_MINOR


def test_a_refund_of_more_than_was_paid_never_will_be(at_the_desk: CardDesk, key: str) -> None:
    at_the_desk.pay(key)
    assert at_the_desk.refund(f"{key}r", key, amount_minor=AMOUNT_MINOR + 1) == Failed(
        reason="amount_limit", code="36"
    )
    assert at_the_desk.query_refund(f"{key}r", key) == NotFound()


def test_a_refund_that_fails_after_it_was_taken(at_the_desk: CardDesk, key: str) -> None:
    at_the_desk.pay(key)
    at_the_desk.fault("accepted_then_failed", key, operation="refund")
    assert isinstance(at_the_desk.refund(f"{key}r", key), Accepted)
    at_the_desk.settle(f"{key}r")
    assert at_the_desk.query_refund(f"{key}r", key) == Failed(reason="declined", code="01")


def test_a_payout_is_taken_and_then_arrives(at_the_desk: CardDesk, key: str, token: str) -> None:
    before = at_the_desk.up.balance_minor()
    taken = at_the_desk.payout(key, token)
    assert isinstance(taken, Accepted)
    at_the_desk.settle(key)
    found = at_the_desk.query_payout(key)
    assert isinstance(found, Succeeded)
    assert (found.amount_minor, found.ref) == (AMOUNT_MINOR, taken.ref)
    assert before is not None
    assert at_the_desk.up.balance_minor() == before - AMOUNT_MINOR


@pytest.mark.parametrize("fault", BROKEN_ANSWERS)
def test_a_payout_without_a_clear_answer_goes_out_once(
    at_the_desk: CardDesk, key: str, token: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "_TIMEOUT_SECONDS", (1, 1))
    before = at_the_desk.up.balance_minor()
    is_done = BROKEN_ANSWERS[fault][1]
    at_the_desk.fault(fault, key, operation="payout", next=1, seconds=2)
    assert not isinstance(at_the_desk.payout(key, token), Failed | NotFound | Succeeded)
    assert (at_the_desk.query_payout(key) != NotFound()) == is_done
    assert isinstance(at_the_desk.payout(key, token), Accepted | Succeeded)
    at_the_desk.settle(key)
    assert isinstance(at_the_desk.query_payout(key), Succeeded)
    assert before is not None
    assert at_the_desk.up.balance_minor() == before - AMOUNT_MINOR


@pytest.mark.parametrize("fault", ["answered_01", "answered_34", "answered_60", "answered_12"])
def test_a_payout_is_not_given_up_for_a_word_that_paid_ones_have_had(
    at_the_desk: CardDesk, key: str, token: str, fault: str
) -> None:
    at_the_desk.fault(fault, key, operation="payout", next=1)
    assert not isinstance(at_the_desk.payout(key, token), Failed)
    at_the_desk.settle(key)
    at_the_desk.fault(fault, key, operation="query", next=1)
    assert isinstance(at_the_desk.query_payout(key), Unknown | NotFound)
    assert isinstance(at_the_desk.query_payout(key), Succeeded)


def test_a_payout_that_fails_after_it_was_taken_is_nobodys_to_guess(
    at_the_desk: CardDesk, key: str, token: str
) -> None:
    at_the_desk.fault("accepted_then_failed", key)
    assert isinstance(at_the_desk.payout(key, token), Accepted)
    at_the_desk.settle(key)
    assert at_the_desk.query_payout(key) == Unknown(cause="code_01")


@pytest.mark.parametrize(("card", "no"), [("lost", ("card_state", "63")), ("credit", ("card_not_supported", "62"))])
def test_a_card_that_takes_nothing(at_the_desk: CardDesk, key: str, card: str, no: tuple[str, str]) -> None:
    bound = at_the_desk.bind(f"{key}c", card=card)
    assert at_the_desk.payout(key, bound.token) == Failed(reason=no[0], code=no[1])


def test_a_payee_of_another_name_gets_nothing(at_the_desk: CardDesk, key: str, token: str) -> None:
    assert at_the_desk.payout(key, token, name="周野") == Failed(reason="cardholder", code="67")
    with pytest.raises(AssertionError, match="divides"):
        at_the_desk.payout(f"{key}x", token, name="林晓}&")


def test_a_payout_too_old_to_be_new_never_will_be(
    sandbox: Sandbox, at_the_desk: CardDesk, key: str, token: str
) -> None:
    at_the_desk.made_at[key] = at_the_desk.at(f"{key}c") - timedelta(minutes=61)
    assert at_the_desk.payout(key, token) == Failed(reason="wrong_message", code="10")
    assert at_the_desk.query_payout(key) == NotFound()


def test_a_payout_in_progress_waits(at_the_desk: CardDesk, key: str, token: str) -> None:
    at_the_desk.fault("forever", key)
    at_the_desk.payout(key, token)
    assert at_the_desk.query_payout(key) == Accepted()


def test_a_balance_nobody_tells_is_none(at_the_desk: CardDesk) -> None:
    at_the_desk.up._way._address = "http://127.0.0.1:9/unionpay"
    assert at_the_desk.up.balance_minor() is None
