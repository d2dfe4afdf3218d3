"""Giving back through WeChat: taken is not given, the same number is the same refund, a no is never taken on trust."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from anqi.payments.channels.protocol import Accepted, Failed, NotFound, NotOurs, Result, Succeeded, Unknown
from anqi.payments.channels.wechat import Wechat
from anqi.rows.days import SHANGHAI
from tests.channels.test_wechat_charges import BROKEN_ANSWERS, hurry
from tests.channels.till import ACCOUNT, AMOUNT_MINOR, NOTIFY_URL, Till, raw, refund_of
from tests.sandbox.sandbox_stand import Sandbox

# Fault of a refund's fate, and what it comes to.
FATES: dict[str, Result] = {
    "refund_abnormal": Failed(reason="abnormal", code="ABNORMAL"),
    "refund_closed": Failed(reason="closed", code="CLOSED"),
    "accepted_then_failed": Failed(reason="closed", code="CLOSED"),
}
OTHERS = {"refund_forever", "refund_not_enough"}


@pytest.fixture
def number(key: str) -> str:
    """Of the refund; ours begin with other letters."""
    return f"ar{key[2:]}"


@pytest.fixture
def paid(at_the_till: Till, key: str) -> str:
    at_the_till.pay(key)
    return key


def test_no_fate_of_a_refund_is_forgotten(sandbox: Sandbox) -> None:
    catalogue = sandbox.http.get("/_control/faults").json()["catalogue"]
    known = {each["fault"] for each in catalogue if each["channel"] == "wechat" and each["kind"] == "state"}
    fates = {name for name in known if name.startswith("refund_")}
    assert fates == set(FATES) - {"accepted_then_failed"} | OTHERS


def test_a_refund_is_taken_and_then_done(wx: Wechat, at_the_till: Till, paid: str, number: str) -> None:
    assert wx.query_refund(number, charge_key=paid) == NotFound()
    before = datetime.now(SHANGHAI).replace(microsecond=0)
    taken = at_the_till.give_back(paid, number, 309)
    refund = at_the_till.settle(paid, number)
    assert taken == Accepted(ref=refund["refund_id"])
    done = wx.query_refund(number, charge_key=paid)
    assert isinstance(done, Succeeded)
    assert (done.ref, done.amount_minor) == (refund["refund_id"], 309)
    assert before <= done.paid_at <= datetime.now(SHANGHAI)
    assert done.paid_at.utcoffset() == timedelta(hours=8)
    assert (refund["reason"], refund["notify_url"]) == ("多付的款原路退回", NOTIFY_URL)


def test_the_same_number_again_is_the_same_refund(at_the_till: Till, paid: str, number: str) -> None:
    first = at_the_till.give_back(paid, number, 309)
    assert at_the_till.give_back(paid, number, 309) == first
    at_the_till.settle(paid, number)
    again = at_the_till.give_back(paid, number, 309)
    assert isinstance(again, Succeeded)
    assert again.ref == first.ref
    assert at_the_till.order(paid)["refunded_minor"] == 309
    assert len(at_the_till.order(paid)["refunds"]) == 1


def test_a_payment_goes_back_in_parts_and_no_further(
    wx: Wechat, at_the_till: Till, paid: str, number: str
) -> None:
    assert isinstance(at_the_till.give_back(paid, f"{number}1", AMOUNT_MINOR - 1), Accepted)
    assert at_the_till.give_back(paid, f"{number}2", 2) == Unknown(cause="400 INVALID_REQUEST")
    assert wx.query_refund(f"{number}2", charge_key=paid) == NotFound()
    assert isinstance(at_the_till.give_back(paid, f"{number}3", 1), Accepted)


def test_a_reason_is_cut(at_the_till: Till, wx: Wechat, paid: str, number: str) -> None:
    assert isinstance(wx.refund(refund_of(paid, number, why="多付的款" * 20)), Accepted)
    [refund] = at_the_till.order(paid)["refunds"]
    assert len(refund["reason"].encode()) == 78


@pytest.mark.parametrize("fault", BROKEN_ANSWERS)
def test_a_refund_without_a_clear_answer_is_asked_for_again(
    wx: Wechat, at_the_till: Till, paid: str, number: str, fault: str
) -> None:
    hurry(wx)
    cause, is_done = BROKEN_ANSWERS[fault]
    at_the_till.fault(fault, paid, operation="refund", next=1, seconds=2)
    assert at_the_till.give_back(paid, number, 309) == Unknown(cause=cause)
    found = wx.query_refund(number, charge_key=paid)
    assert isinstance(found, Accepted | Succeeded if is_done else NotFound)
    assert isinstance(at_the_till.give_back(paid, number, 309), Accepted | Succeeded)
    assert at_the_till.order(paid)["refunded_minor"] == 309


@pytest.mark.parametrize("fault", BROKEN_ANSWERS)
def test_a_question_without_a_clear_answer_says_nothing(
    wx: Wechat, at_the_till: Till, paid: str, number: str, fault: str
) -> None:
    at_the_till.give_back(paid, number, 309)
    hurry(wx)
    at_the_till.fault(fault, paid, operation="refund_query", next=1, seconds=2)
    assert wx.query_refund(number, charge_key=paid) == Unknown(cause=BROKEN_ANSWERS[fault][0])


@pytest.mark.parametrize("fault", FATES)
def test_a_refund_that_was_taken_and_comes_to_nothing(
    wx: Wechat, at_the_till: Till, paid: str, number: str, fault: str
) -> None:
    at_the_till.fault(fault, paid, operation="refund")
    assert isinstance(at_the_till.give_back(paid, number), Accepted)
    at_the_till.settle(paid, number)
    assert wx.query_refund(number, charge_key=paid) == FATES[fault]
    assert isinstance(wx.query(paid), Succeeded)


def test_a_refund_that_never_ends_is_on_its_way(
    wx: Wechat, at_the_till: Till, paid: str, number: str
) -> None:
    at_the_till.fault("refund_forever", paid)
    at_the_till.give_back(paid, number)
    at_the_till.sandbox.flush(paid)
    assert isinstance(wx.query_refund(number, charge_key=paid), Accepted)


def test_a_merchant_without_money_asks_again_later(at_the_till: Till, paid: str, number: str) -> None:
    at_the_till.fault("refund_not_enough", paid, next=1)
    assert at_the_till.give_back(paid, number) == Unknown(cause="403 NOT_ENOUGH")
    assert isinstance(at_the_till.give_back(paid, number), Accepted)


def test_a_refund_of_another_charge_is_not_this_one(
    wx: Wechat, at_the_till: Till, paid: str, number: str
) -> None:
    at_the_till.give_back(paid, number)
    assert wx.query_refund(number, charge_key=f"{paid}x") == Unknown(cause="unreadable")


def test_what_wechat_declines_is_never_lost_money(
    wx: Wechat, at_the_till: Till, key: str, number: str
) -> None:
    assert at_the_till.give_back(key, number) == Unknown(cause="404 RESOURCE_NOT_EXISTS")
    at_the_till.open(key)
    assert at_the_till.give_back(key, number) == Unknown(cause="400 INVALID_REQUEST")
    at_the_till.sandbox.control("wechat/pay", out_trade_no=key)
    wrong = refund_of(key, number, charge_amount_minor=AMOUNT_MINOR + 1)
    assert wx.refund(wrong) == Unknown(cause="400 PARAM_ERROR")


def test_queries_of_refunds_that_lag_behind(wx: Wechat, at_the_till: Till, paid: str, number: str) -> None:
    at_the_till.give_back(paid, number)
    at_the_till.fault("query_not_exist", paid, operation="refund_query", next=1)
    assert wx.query_refund(number, charge_key=paid) == NotFound()
    assert wx.query_refund(number, charge_key=paid) != NotFound()


DONE: dict[str, Any] = {
    "refund_id": "5030001",
    "out_refund_no": "ar1234",
    "out_trade_no": "aq1234",
    "status": "SUCCESS",
    "success_time": "2026-11-25T23:59:59+08:00",
    "amount": {"total": 53309, "refund": 309, "currency": "CNY"},
}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            {},
            Succeeded(
                ref="5030001", amount_minor=309, paid_at=datetime(2026, 11, 25, 23, 59, 59, tzinfo=SHANGHAI)
            ),
        ),
        ({"status": "PROCESSING"}, Accepted(ref="5030001")),
        ({"status": "CLOSED"}, Failed(reason="closed", code="CLOSED")),
        ({"status": "ABNORMAL"}, Failed(reason="abnormal", code="ABNORMAL")),
        ({"status": "CLOSE"}, Unknown(cause="unlisted_status")),
        ({"status": None}, Unknown(cause="unlisted_status")),
        ({"out_refund_no": "ar1235"}, Unknown(cause="unreadable")),
        ({"out_trade_no": "aq1235"}, Unknown(cause="unreadable")),
        ({"success_time": None}, Unknown(cause="unreadable")),
        ({"amount": {"total": 53309, "refund": 309, "currency": "USD"}}, Unknown(cause="unreadable")),
        ({"amount": {"total": 53309, "refund": "309"}}, Unknown(cause="unreadable")),
        ({"amount": None}, Unknown(cause="unreadable")),
        ({"refund_id": 5}, Unknown(cause="unreadable")),
    ],
    ids=str,
)
def test_what_an_answer_about_a_refund_says(
    wx: Wechat, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], expected: Result
) -> None:
    text = json.dumps(DONE | change)
    monkeypatch.setattr(wx._sdk._core, "request", lambda *_, **__: (200, text))
    assert wx.query_refund("ar1234", charge_key="aq1234") == expected
    assert wx.refund(refund_of("aq1234", "ar1234", amount_minor=309)) == expected


def test_an_error_of_another_kind_is_not_found_nowhere(wx: Wechat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wx._sdk._core, "request", lambda *_, **__: (404, '{"code": "NOT_FOUND"}'))
    assert wx.query_refund("ar1234", charge_key="aq1234") == Unknown(cause="404 NOT_FOUND")


@pytest.mark.parametrize(
    ("fault", "event", "expected"),
    [
        ("late", "REFUND.SUCCESS", Succeeded),
        ("refund_abnormal", "REFUND.ABNORMAL", Failed),
        ("refund_closed", "REFUND.CLOSED", Failed),
    ],
)
def test_the_end_of_a_refund_is_told(
    wx: Wechat, at_the_till: Till, paid: str, number: str, fault: str, event: str, expected: type[Result]
) -> None:
    at_the_till.fault(fault, paid, operation="refunded" if fault == "late" else "refund")
    at_the_till.give_back(paid, number, 309)
    at_the_till.settle(paid, number)
    [_, told] = at_the_till.order(paid)["notifications"]
    assert told["opened"]["event_type"] == event
    notification = wx.parse_notification(raw(told["body"].encode(), told["headers"]))
    assert (notification.kind, notification.key) == ("refund", number)
    assert type(notification.result) is expected
    assert notification.result == wx.query_refund(number, charge_key=paid)


def test_a_refund_is_told_before_it_is_answered(at_the_till: Till, paid: str, number: str) -> None:
    at_the_till.fault("refund_before_response", paid)
    assert isinstance(at_the_till.give_back(paid, number), Accepted)
    [_, told] = at_the_till.order(paid)["notifications"]
    assert told["tries"] == 1


def test_a_notice_of_a_refund_for_another_account(wx: Wechat, at_the_till: Till) -> None:
    told = {"mchid": "1900000108", "out_refund_no": "ar1234", "refund_status": "CLOSED"}
    with pytest.raises(NotOurs):
        wx.parse_notification(at_the_till.signed(told, event_type="REFUND.CLOSED"))
    ours = at_the_till.signed(told | {"mchid": ACCOUNT.mchid}, event_type="REFUND.CLOSED")
    assert wx.parse_notification(ours).result == Failed(reason="closed", code="CLOSED")
