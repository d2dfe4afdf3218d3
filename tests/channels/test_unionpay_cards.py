"""Cards opened at the sandbox's UnionPay, debited and ended."""

import pytest

from anqi.payments import reasons
from anqi.payments.channels.protocol import Accepted, Closed, Failed, NotFound, Succeeded, Unknown
from anqi.payments.channels.unionpay import gateway
from tests.channels.card_desk import AMOUNT_MINOR, CardDesk
from tests.channels.test_unionpay_charges import BROKEN_ANSWERS
from tests.sandbox.sandbox_stand import Sandbox


@pytest.fixture
def token(at_the_desk: CardDesk, key: str) -> str:
    return at_the_desk.bind(f"{key}c").token


def test_a_card_is_opened_on_unionpays_page(sandbox: Sandbox, at_the_desk: CardDesk, key: str) -> None:
    fields = at_the_desk.opening(key)
    assert fields == at_the_desk.opening(key), "the same opening again"
    page = sandbox.http.post("/unionpay/gateway/api/frontTransReq.do", data=fields, follow_redirects=True)
    assert page.status_code == 200
    assert at_the_desk.up.query_card(key, opened_at=at_the_desk.at(key)) == Accepted()
    bound = at_the_desk.bind(key)
    assert (bound.bank, bound.last4, bound.kind) == ("中国工商银行", "0017", "debit")
    assert bound.token.isdecimal()


def test_a_credit_card_is_one(at_the_desk: CardDesk, key: str) -> None:
    bound = at_the_desk.bind(key, card="credit")
    assert (bound.bank, bound.last4, bound.kind) == ("招商银行", "0013", "credit")


def test_the_same_card_has_the_same_token_until_it_ends(at_the_desk: CardDesk, key: str, token: str) -> None:
    assert at_the_desk.bind(f"{key}2").token == token
    assert end(at_the_desk, f"{key}e", token) == Closed()
    assert end(at_the_desk, f"{key}f", token) == Closed(), "what has ended has ended"
    assert at_the_desk.debit(f"{key}g", token) == Failed(reason="card_number", code="61")
    assert at_the_desk.bind(f"{key}3").token != token


def end(at_the_desk: CardDesk, key: str, token: str) -> object:
    return at_the_desk.up.end_card(key, opened_at=at_the_desk.at(key), token=token)


def test_an_opening_nobody_began_is_not_found(at_the_desk: CardDesk, key: str) -> None:
    assert at_the_desk.up.query_card(key, opened_at=at_the_desk.at(key)) == NotFound()


def test_an_opening_whose_time_is_over_was_not_finished(sandbox: Sandbox, at_the_desk: CardDesk, key: str) -> None:
    sandbox.control("unionpay/open", fields=at_the_desk.opening(key))
    sandbox.shift_clock(2 * 3600)
    assert at_the_desk.up.query_card(key, opened_at=at_the_desk.at(key)) in (Accepted(), NotFound())


@pytest.mark.parametrize("fault", BROKEN_ANSWERS)
def test_a_card_that_nobody_can_tell_of_is_unknown(
    at_the_desk: CardDesk, key: str, token: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "_TIMEOUT_SECONDS", (1, 1))
    opened = f"{key}c"
    at_the_desk.fault(fault, opened, operation="open_query", next=1, seconds=2)
    assert at_the_desk.up.query_card(opened, opened_at=at_the_desk.at(opened)) == Unknown(cause=BROKEN_ANSWERS[fault][0])
    at_the_desk.fault(fault, f"{key}e", operation="remove", next=1, seconds=2)
    assert end(at_the_desk, f"{key}e", token) == Unknown(cause=BROKEN_ANSWERS[fault][0])
    assert end(at_the_desk, f"{key}f", token) == Closed()


def test_a_debit_is_taken_and_then_arrives(at_the_desk: CardDesk, key: str, token: str) -> None:
    taken = at_the_desk.debit(key, token)
    assert isinstance(taken, Accepted)
    at_the_desk.settle(key)
    found = at_the_desk.query_debit(key)
    assert isinstance(found, Succeeded), "asked after as a charge is"
    assert (found.amount_minor, found.ref) == (AMOUNT_MINOR, taken.ref)
    assert isinstance(at_the_desk.debit(key, token), Succeeded)


@pytest.mark.parametrize("fault", BROKEN_ANSWERS)
def test_a_debit_without_a_clear_answer_is_made_once(
    at_the_desk: CardDesk, key: str, token: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "_TIMEOUT_SECONDS", (1, 1))
    at_the_desk.fault(fault, key, operation="debit", next=1, seconds=2)
    assert not isinstance(at_the_desk.debit(key, token), Failed | NotFound)
    assert (at_the_desk.query_debit(key) != NotFound()) == BROKEN_ANSWERS[fault][1]
    assert isinstance(at_the_desk.debit(key, token), Accepted | Succeeded)
    at_the_desk.settle(key)
    assert isinstance(at_the_desk.query_debit(key), Succeeded)


@pytest.mark.parametrize(
    ("card", "reason", "code"),
    [
        ("empty", "balance", "64"),
        ("limit", "amount_limit", "36"),
        ("daily", "day_limit", "68"),
        ("lost", "card_state", "63"),
        ("expired", "card_expired", "73"),
        ("risky", "not_passed", "30"),
    ],
)
def test_a_debit_that_the_bank_declines_is_over(
    at_the_desk: CardDesk, key: str, card: str, reason: str, code: str
) -> None:
    bound = at_the_desk.bind(f"{key}c", card=card)
    assert at_the_desk.debit(key, bound.token) == Failed(reason=reason, code=code)
    assert at_the_desk.query_debit(key) == Failed(reason=reason, code=code)


@pytest.mark.parametrize("code", ["30", "33", "36", "61", "62", "63", "64", "66", "67", "68", "73", "77"])
def test_every_no_of_a_bank_is_one(at_the_desk: CardDesk, key: str, token: str, code: str) -> None:
    at_the_desk.fault(f"declined_{code}", key)
    declined = at_the_desk.debit(key, token)
    assert isinstance(declined, Failed)
    assert declined.code == code
    assert declined.reason in reasons.known(), "whose matter it is has been said"


def test_a_debit_that_fails_after_it_was_taken(at_the_desk: CardDesk, key: str, token: str) -> None:
    at_the_desk.fault("accepted_then_failed", key)
    assert isinstance(at_the_desk.debit(key, token), Accepted)
    at_the_desk.settle(key)
    assert at_the_desk.query_debit(key) == Failed(reason="declined", code="01")
