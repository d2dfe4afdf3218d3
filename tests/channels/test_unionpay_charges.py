"""What UnionPay's channel asks and what it makes of the answers, with the sandbox at the other end."""

import logging
from datetime import datetime, timedelta
from typing import Any

import pytest

from anqi.payments import channels
from anqi.payments.channels.protocol import (
    Accepted,
    CardChannel,
    Failed,
    NotFound,
    PayoutChannel,
    StatementChannel,
    Succeeded,
    Unknown,
)
from anqi.payments.channels.unionpay import Unionpay, codes, gateway
from anqi.payments.channels.unionpay.codes import Meanings
from anqi.rows.days import SHANGHAI
from tests.channels.card_desk import AMOUNT_MINOR, NOTIFY_URL, RETURN_URL, CardDesk
from tests.sandbox.sandbox_stand import Sandbox

# Fault: the cause that is noted of a query, and whether UnionPay had done what it was asked.
BROKEN_ANSWERS = {
    "lost_before": ("no_answer", False),
    "lost_after": ("no_answer", True),
    "slow": ("timeout", True),
    "http_500": ("http_500", False),
    "http_500_after": ("http_500", True),
    "http_502": ("http_502", False),
    "http_503": ("http_503", False),
    "http_429": ("http_429", False),
    "html": ("unreadable", False),
    "cut": ("no_answer", True),
    "proxy_407": ("http_407", False),
    "proxy_login": ("http_302", False),
    "bad_signature": ("bad_signature", True),
    "no_signature": ("no_signature", True),
    "answer_unknown_certificate": ("unknown_certificate", True),
    "answered_01": ("code_01", True),
    "answered_03": ("code_03", True),
    "answered_12": ("code_12", True),
    "answered_60": ("code_60", True),
    "system_error_after": ("code_06", True),
    "system_error": ("code_06", False),
    "unlisted_code": ("code_58", True),
}
# A query's own 34 is no order there, now.
SAYS_NOT_FOUND = {"answered_34", "query_not_found"}
ELSEWHERE = {
    "query_processing", "rotated_key", "accepted_then_failed", "forever", "returned", "paid_after_timeout",
    "expired_yet_paid",
}  # fmt: skip


def test_no_fault_of_an_answer_is_forgotten(sandbox: Sandbox) -> None:
    catalogue = sandbox.http.get("/_control/faults").json()["catalogue"]
    known = {each["fault"] for each in catalogue if each["channel"] == "unionpay" and each["kind"] != "notify"}
    tested = {name for name in known if not name.startswith(("declined_", "line_", "statement_"))}
    assert tested == set(BROKEN_ANSWERS) | SAYS_NOT_FOUND | ELSEWHERE


def test_the_channel_can_do_all_of_it(up: Unionpay) -> None:
    assert isinstance(up, CardChannel)
    assert isinstance(up, PayoutChannel)
    assert isinstance(up, StatementChannel)


@pytest.mark.parametrize(("how", "channel_type"), [("wap", "08"), ("page", "07")])
def test_a_card_pays_on_unionpays_page(
    sandbox: Sandbox, at_the_desk: CardDesk, key: str, how: str, channel_type: str
) -> None:
    fields = at_the_desk.form(key, how=how)
    assert fields["channelType"] == channel_type
    page = sandbox.http.post("/unionpay/gateway/api/frontTransReq.do", data=fields, follow_redirects=True)
    assert "¥533.09" in page.text
    before = datetime.now(SHANGHAI).replace(microsecond=0)
    assert at_the_desk.pay(key, how=how).status_code == 200
    found = at_the_desk.query(key)
    assert isinstance(found, Succeeded)
    assert (found.amount_minor, len(found.ref)) == (AMOUNT_MINOR, 21)
    assert before <= found.paid_at <= datetime.now(SHANGHAI)


def test_a_charge_says_when_it_ends_and_where_to_go(at_the_desk: CardDesk, key: str) -> None:
    fields = at_the_desk.form(key, minutes=7)
    begun_at, ends_at = (datetime.strptime(f"{fields[name]}+0800", "%Y%m%d%H%M%S%z") for name in ("txnTime", "payTimeout"))
    assert begun_at == at_the_desk.at(key).replace(microsecond=0)
    assert ends_at - begun_at == timedelta(minutes=7)
    assert (fields["frontUrl"], fields["backUrl"]) == (RETURN_URL, NOTIFY_URL)


def test_the_same_charge_again_is_the_same_form(at_the_desk: CardDesk, key: str) -> None:
    first, second = at_the_desk.form(key), at_the_desk.form(key)
    assert first == second
    at_the_desk.open(key)
    assert at_the_desk.pay(key).status_code == 200
    assert at_the_desk.pay(key).status_code == 409
    assert isinstance(at_the_desk.query(key), Succeeded)


@pytest.mark.parametrize("amount_minor", [1, 10, 100, 53309, 9_999_999])
def test_amounts_come_back_as_they_went(at_the_desk: CardDesk, key: str, amount_minor: int) -> None:
    at_the_desk.pay(key, amount_minor=amount_minor)
    found = at_the_desk.query(key)
    assert isinstance(found, Succeeded)
    assert found.amount_minor == amount_minor


def test_a_long_subject_is_cut(at_the_desk: CardDesk, key: str) -> None:
    subject = "按期还款 " + "、".join(f"AQ{number:010d}" for number in range(9))
    at_the_desk.open(key, subject=subject)
    assert at_the_desk.form(key, subject=subject)["orderDesc"] == subject[:32]


@pytest.mark.parametrize("letter", "{}&=")
def test_a_subject_that_would_divide_fields_is_not_sent(at_the_desk: CardDesk, key: str, letter: str) -> None:
    with pytest.raises(AssertionError, match="divides"):
        at_the_desk.form(key, subject=f"按期{letter}")


def test_an_order_nobody_placed_is_not_found(at_the_desk: CardDesk, key: str) -> None:
    assert at_the_desk.query(key) == NotFound()
    assert at_the_desk.up.close(key, opened_at=at_the_desk.at(key)) == NotFound()


def test_an_order_is_known_by_its_time_as_well(at_the_desk: CardDesk, key: str) -> None:
    at_the_desk.pay(key)
    other = at_the_desk.at(key) + timedelta(seconds=1)
    assert at_the_desk.up.query(key, opened_at=other) == NotFound()


def test_a_bank_that_said_no_is_no_end_while_another_card_may_be_tried(
    sandbox: Sandbox, at_the_desk: CardDesk, key: str
) -> None:
    assert at_the_desk.pay(key, card="empty").json()["error"] == "64"
    assert at_the_desk.query(key) == Accepted()
    assert at_the_desk.up.close(key, opened_at=at_the_desk.at(key)) == Accepted(), "nobody can close it early"
    assert at_the_desk.pay(key).status_code == 200
    assert isinstance(at_the_desk.query(key), Succeeded)


def test_a_charge_whose_time_is_over_has_come_to_nothing(
    sandbox: Sandbox, at_the_desk: CardDesk, key: str
) -> None:
    at_the_desk.open(key)
    tried = f"{key}b"
    at_the_desk.pay(tried, card="daily")
    sandbox.shift_clock(11 * 60)
    assert at_the_desk.query(key) == NotFound()
    assert at_the_desk.query(tried) == Failed(reason="day_limit", code="68")
    assert at_the_desk.pay(key).status_code == 409


@pytest.mark.parametrize("fault", BROKEN_ANSWERS)
def test_a_query_without_a_clear_answer_is_unknown(
    at_the_desk: CardDesk, key: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_the_desk.pay(key)
    monkeypatch.setattr(gateway, "_TIMEOUT_SECONDS", (1, 1))
    at_the_desk.fault(fault, key, operation="query", next=1, seconds=2)
    assert at_the_desk.query(key) == Unknown(cause=BROKEN_ANSWERS[fault][0])
    assert isinstance(at_the_desk.query(key), Succeeded)


def test_queries_that_lag_behind(at_the_desk: CardDesk, key: str) -> None:
    at_the_desk.pay(key)
    for fault in SAYS_NOT_FOUND:
        at_the_desk.fault(fault, key, operation="query", next=1)
        assert at_the_desk.query(key) == NotFound()
    at_the_desk.fault("query_processing", key, next=1)
    assert at_the_desk.query(key) == Accepted()
    assert isinstance(at_the_desk.query(key), Succeeded)


@pytest.mark.parametrize("fault", ["paid_after_timeout", "expired_yet_paid"])
def test_a_payment_that_wins_against_its_end(
    sandbox: Sandbox, at_the_desk: CardDesk, key: str, fault: str
) -> None:
    at_the_desk.open(key)
    at_the_desk.fault(fault, key)
    sandbox.shift_clock(11 * 60)
    assert isinstance(at_the_desk.query(key), Succeeded)


def test_unionpays_other_certificate_is_as_good(at_the_desk: CardDesk, key: str) -> None:
    at_the_desk.pay(key)
    then = at_the_desk.query(key)
    at_the_desk.fault("rotated_key", key)
    assert at_the_desk.query(key) == then


def test_nobody_at_the_other_end(at_the_desk: CardDesk, key: str) -> None:
    at_the_desk.up._way._address = "http://127.0.0.1:9/unionpay"
    assert at_the_desk.query(key) == Unknown(cause="no_answer")
    assert isinstance(at_the_desk.up.charge(at_the_desk.ordered(key)), Accepted), "a form asks nobody"


def test_nothing_of_an_answer_gets_into_a_log(
    at_the_desk: CardDesk, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    bound = at_the_desk.bind(f"{key}c")
    at_the_desk.fault("bad_signature", f"{key}d", next=1)
    at_the_desk.debit(f"{key}d", bound.token)
    assert bound.token not in caplog.text
    assert bound.token not in repr(bound)


# What a lender that reads it wrongly loses: by operation, which codes end it and which never do.
NEVER = {"10", "11", "13", "30", "31", "32", "33", "36", "61", "62", "63", "64", "65", "66", "67", "68", "73", "77"}


@pytest.mark.parametrize(
    ("meanings", "ends"),
    [
        (codes.DEBITING, NEVER | {"01"}),
        (codes.COLLECTED, NEVER | {"01"}),
        (codes.REFUNDING, NEVER),
        (codes.REFUNDED, NEVER | {"01"}),
        (codes.PAYING_OUT, NEVER),
        (codes.PAID_OUT, NEVER),
    ],
)
def test_a_code_that_is_not_listed_leaves_it_unknown(meanings: Meanings, ends: set[str]) -> None:
    every = {f"{number:02d}" for number in range(100)} | {"", "A6", "B2", "ZZ"}
    said = {code: meanings.of(code) for code in every}
    assert {code for code, word in said.items() if isinstance(word, Failed)} == ends
    assert {code for code, word in said.items() if isinstance(word, Accepted)} <= {"05"}


def test_the_channel_is_offered_where_it_is_configured(settings: Any, unionpay_offered: None) -> None:
    assert "unionpay" in channels.offered()
    assert channels.with_cards() == ("unionpay",)
    assert isinstance(channels.find_with_cards("unionpay"), Unionpay)
    with pytest.raises(LookupError):
        channels.find_with_cards("alipay")
    assert channels.life_of("unionpay") == timedelta(minutes=10)
    settings.ANQI_UNIONPAY = None
    assert "unionpay" not in channels.offered()
    assert channels.with_cards() == ()
