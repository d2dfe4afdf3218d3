"""Notices of the sandbox's WeChat at our door: what is kept, what is turned away, and what WeChat is answered."""

import logging
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from django.http import HttpResponse
from django.test import Client

from anqi.jobs import drains
from anqi.payments import news
from anqi.payments.channels import wechat
from anqi.payments.channels.protocol import (
    Accepted,
    BadSignature,
    Closed,
    NotOurs,
    RawRequest,
    Result,
    Succeeded,
    Unknown,
    Unreadable,
)
from anqi.payments.channels.wechat import Wechat
from anqi.payments.models import Inbox
from anqi.rows.days import SHANGHAI
from tests.channels.till import ACCOUNT, AMOUNT_MINOR, Till, raw, stated
from tests.sandbox.sandbox_stand import Sandbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("wechat_offered")]

# Fault: what a merchant of ours makes of each message, in the order in which they come; None is turned away.
BENT_NOTICES: dict[str, list[type[Result] | None]] = {
    "duplicate": [Succeeded, Succeeded],
    "duplicate_at_once": [Succeeded],
    "late": [Succeeded],
    "before_response": [Succeeded],
    "never": [Succeeded],
    "wrong_signature": [None],
    "unknown_serial": [None],
    "no_headers": [None],
    "altered_amount": [Succeeded],
    "altered_order": [Succeeded],
    "altered_mchid": [None],
    "altered_appid": [None],
    "altered_currency": [None],
    "replay": [Succeeded, Succeeded],
    "then_closed": [Succeeded, Closed],
    "refund_before_payment": [Succeeded],
}
RESOURCE: dict[str, Any] = {
    "appid": ACCOUNT.appid,
    "mchid": ACCOUNT.mchid,
    "out_trade_no": "aq1234",
    "transaction_id": "4200001",
    "trade_state": "SUCCESS",
    "success_time": "2026-11-25T23:59:59+08:00",
    "amount": {"total": 53309, "payer_total": 53309, "currency": "CNY", "payer_currency": "CNY"},
    "payer": {"openid": "oSandbox1"},
}


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The jobs that were asked for; the queue itself has tests of its own."""
    names: list[str] = []
    monkeypatch.setattr(drains, "soon", names.append)
    return names


def knock(message: RawRequest) -> HttpResponse:
    """Posted as WeChat does it: JSON from elsewhere, without a cookie or a token."""
    headers = {name: value for name, value in message.headers.items() if name != "Content-Type"}
    answer: Any = Client(enforce_csrf_checks=True).post(
        "/hooks/wechat", message.body, content_type="application/json", headers=headers
    )
    return answer


def is_thanked(answer: HttpResponse) -> bool:
    assert (answer.status_code, bool(answer.content)) in ((204, False), (401, True))
    return answer.status_code == 204


def kept() -> list[Result]:
    return [news.from_json(message.news) for message in Inbox.objects.order_by("received_at", "id")]


def test_no_fault_of_a_notice_is_forgotten(sandbox: Sandbox) -> None:
    catalogue = sandbox.http.get("/_control/faults").json()["catalogue"]
    known = {each["fault"] for each in catalogue if each["channel"] == "wechat" and each["kind"] == "notify"}
    # What bends a refund's is tried among the refunds, and what bends messages in XML among those.
    assert {name for name in known if not name.startswith("papay_")} == set(BENT_NOTICES) | {"refund_before_response"}


def test_a_payment_is_told_kept_and_acknowledged(
    wx: Wechat, at_the_till: Till, key: str, woken: list[str]
) -> None:
    at_the_till.pay(key)
    [notice] = at_the_till.notices(key)
    before = datetime.now(UTC)
    assert is_thanked(knock(notice))
    message = Inbox.objects.get()
    assert news.from_json(message.news) == wx.query(key)
    assert (message.channel, message.kind, message.key, message.state) == ("wechat", "charge", key, "waiting")
    assert bytes(message.raw) == notice.body
    [told] = at_the_till.order(key)["notifications"]
    assert message.message_key.startswith(told["opened"]["id"])
    assert before <= message.received_at == message.next_try_at <= datetime.now(UTC)
    assert woken == ["inbox"]


@pytest.mark.parametrize("fault", BENT_NOTICES)
def test_each_way_in_which_a_notice_can_be_bent(wx: Wechat, at_the_till: Till, key: str, fault: str) -> None:
    if fault == "replay":
        _have_an_old_one(at_the_till, key)
    at_the_till.fault(fault, key, operation="paid", seconds=3600)
    at_the_till.pay(key)
    notices = at_the_till.notices(key)
    expected = BENT_NOTICES[fault]
    assert len(notices) == len(expected)
    for notice, result in zip(notices, expected, strict=True):
        assert is_thanked(knock(notice)) == (result is not None)
    # Whatever came is told once more, and changes nothing.
    for notice, result in zip(notices, expected, strict=True):
        assert is_thanked(knock(notice)) == (result is not None)
    different = {notice.body: result for notice, result in zip(notices, expected, strict=True)}.values()
    assert [type(each) for each in kept()] == [result for result in different if result]
    assert isinstance(wx.query(key), Succeeded)


def _have_an_old_one(at_the_till: Till, key: str) -> None:
    """A message that the merchant has accepted, for a replay to repeat."""
    older = f"{key[:24]}old"
    at_the_till.pay(older)
    assert at_the_till.notices(older)
    with sqlite3.connect(at_the_till.sandbox.home / "sandbox.sqlite3") as file:
        file.execute("UPDATE notifications SET state = 'delivered' WHERE order_no = ?", (older,))
    file.close()


def test_a_replay_of_an_old_one_is_turned_away(wx: Wechat, at_the_till: Till, key: str) -> None:
    at_the_till.pay(key)
    [notice] = at_the_till.notices(key)
    for seconds, is_fresh in ((0, True), (295, True), (310, False), (86400 * 365, False)):
        later = replace(notice, received_at=notice.received_at + timedelta(seconds=seconds))
        if is_fresh:
            assert wx.parse_notification(later).key == key
        else:
            with pytest.raises(BadSignature):
                wx.parse_notification(later)


@pytest.mark.parametrize("seconds", [-310, 310])
def test_a_stamp_that_is_far_off_is_turned_away(at_the_till: Till, seconds: int) -> None:
    assert not is_thanked(knock(at_the_till.signed(RESOURCE, seconds=seconds)))
    assert is_thanked(knock(at_the_till.signed(RESOURCE, seconds=seconds // 2)))


def test_a_forged_notice_makes_no_request(
    wx: Wechat, at_the_till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "get", None)
    for change in (
        {"Wechatpay-Serial": "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"},
        {"Wechatpay-Serial": "PUB_KEY_ID_9"},
        {"Wechatpay-Serial": ""},
        {"Wechatpay-Signature": "WECHATPAY/SIGNTEST/bm90aGluZw=="},
        {"Wechatpay-Signature": "符"},
        {"Wechatpay-Signature": ""},
        {"Wechatpay-Signature-Type": "WECHATPAY2-SM2-WITH-SM3"},
        {"Wechatpay-Timestamp": ""},
        {"Wechatpay-Timestamp": "-1"},
        {"Wechatpay-Timestamp": "1e9"},
        {"Wechatpay-Timestamp": "9" * 30},
        {"Wechatpay-Timestamp": "１７６４１１１１１１"},
        {"Wechatpay-Nonce": "other"},
    ):
        good = at_the_till.signed(RESOURCE)
        with pytest.raises(BadSignature) as trouble:
            wx.parse_notification(replace(good, headers=good.headers | change))
        assert (trouble.value.args, trouble.value.__context__) == ((), None), change


def test_headers_are_known_in_any_case(wx: Wechat, at_the_till: Till) -> None:
    good = at_the_till.signed(RESOURCE)
    for write in (str.lower, str.upper):
        spelled = {write(name): value for name, value in good.headers.items()}
        assert wx.parse_notification(replace(good, headers=spelled)).key == "aq1234"


def test_what_was_changed_on_the_way_is_turned_away(at_the_till: Till, woken: list[str]) -> None:
    good = at_the_till.signed(RESOURCE)
    for body in (good.body + b" ", good.body.replace(b"EV-1", b"EV-2"), b"", b"\xff\xfe", b"[]"):
        assert not is_thanked(knock(replace(good, body=body)))
    assert (Inbox.objects.count(), woken) == (0, [])


def test_while_keys_change_both_are_good(sandbox: Sandbox, wx: Wechat, at_the_till: Till) -> None:
    rotated = at_the_till.signed(RESOURCE, how="rotated")
    with pytest.raises(BadSignature):
        wx.parse_notification(rotated)
    both = wechat.connect(stated(sandbox, next_key=True))
    assert both.parse_notification(rotated).key == "aq1234"
    assert both.parse_notification(at_the_till.signed(RESOURCE)).key == "aq1234"
    swapped = rotated.headers | {"Wechatpay-Serial": ACCOUNT.public_key_id}
    with pytest.raises(BadSignature):
        both.parse_notification(replace(rotated, headers=swapped))


@pytest.mark.parametrize("name", ["mchid", "appid"])
@pytest.mark.parametrize("value", ["1900000108", None])
def test_a_notice_for_another_account_is_turned_away(
    wx: Wechat, at_the_till: Till, name: str, value: str | None
) -> None:
    notice = at_the_till.signed(RESOURCE | {name: value})
    with pytest.raises(NotOurs):
        wx.parse_notification(notice)
    assert not is_thanked(knock(notice))
    assert Inbox.objects.count() == 0


@pytest.mark.parametrize(
    "change",
    [
        {"out_trade_no": None},
        {"out_trade_no": "x" * 65},
        {"out_trade_no": "a b"},
        {"transaction_id": None},
        {"amount": None},
        {"amount": {"total": 53309, "currency": "USD"}},
        {"amount": {"total": 53309}},
        {"amount": {"total": 533.09, "currency": "CNY"}},
        {"amount": {"total": "53309", "currency": "CNY"}},
        {"amount": {"total": 0, "currency": "CNY"}},
        {"amount": {"total": 10**12, "currency": "CNY"}},
        {"amount": {"total": True, "currency": "CNY"}},
        {"success_time": None},
        {"success_time": "2026-11-25 23:59:59"},
        {"success_time": "2026-02-30T00:00:00+08:00"},
    ],
    ids=str,
)
def test_a_notice_that_says_less_than_it_must_is_turned_away(
    wx: Wechat, at_the_till: Till, change: dict[str, Any]
) -> None:
    notice = at_the_till.signed(RESOURCE | change)
    with pytest.raises(Unreadable):
        wx.parse_notification(notice)
    assert not is_thanked(knock(notice))
    assert Inbox.objects.count() == 0


@pytest.mark.parametrize(
    "outer",
    [
        {"event_type": "COMPLAINT.CREATE"},
        {"event_type": None},
        {"resource": None},
        {"resource": "x"},
        {"resource_type": "plain"},
        {"resource": {"algorithm": "AEAD_SM4_GCM"}},
        {
            "resource": {
                "algorithm": "AEAD_AES_256_GCM",
                "nonce": "x",
                "ciphertext": "eA==",
                "associated_data": "",
            }
        },
        {
            "resource": {
                "algorithm": "AEAD_AES_256_GCM",
                "nonce": "0" * 12,
                "ciphertext": "!",
                "associated_data": "",
            }
        },
        {"resource": {"algorithm": "AEAD_AES_256_GCM", "nonce": 5, "ciphertext": 5}},
    ],
    ids=str,
)
def test_a_message_of_another_kind_is_turned_away(
    wx: Wechat, at_the_till: Till, outer: dict[str, Any]
) -> None:
    with pytest.raises(Unreadable) as trouble:
        wx.parse_notification(at_the_till.signed(RESOURCE, **outer))
    assert trouble.value.__context__ is None


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"7", b"not JSON", b'{"resource": 1}'], ids=repr)
def test_what_is_signed_and_no_message(wx: Wechat, at_the_till: Till, body: bytes) -> None:
    with pytest.raises(Unreadable):
        wx.parse_notification(at_the_till.stamped(body))


@pytest.mark.parametrize("inside", [[], None, "x", 7], ids=repr)
def test_an_inside_that_is_no_object(wx: Wechat, at_the_till: Till, inside: Any) -> None:
    with pytest.raises(Unreadable):
        wx.parse_notification(at_the_till.signed(inside))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"trade_state": "REFUND"}, Succeeded),
        ({"trade_state": "NOTPAY"}, Accepted),
        ({"trade_state": "CLOSED"}, Closed),
        ({"trade_state": "ODD"}, Unknown),
    ],
    ids=str,
)
def test_states_of_an_order(at_the_till: Till, change: dict[str, Any], expected: type[Result]) -> None:
    assert is_thanked(knock(at_the_till.signed(RESOURCE | change)))
    assert [type(result) for result in kept()] == [expected]


def test_what_was_altered_is_kept_as_it_was_told(at_the_till: Till, key: str) -> None:
    other = f"{key[:24]}oth"
    at_the_till.fault("altered_amount", key)
    at_the_till.fault("altered_order", other)
    for each in (key, other):
        at_the_till.pay(each)
        assert is_thanked(knock(at_the_till.notices(each)[0]))
    [amount, order] = Inbox.objects.order_by("received_at", "id")
    assert (amount.key, amount.news["amount_minor"]) == (key, AMOUNT_MINOR + 1)
    assert (order.key, order.news["amount_minor"]) == (f"{other}X", AMOUNT_MINOR)


def test_the_same_notice_twice_is_one_message_and_wakes_once(at_the_till: Till, woken: list[str]) -> None:
    notice = at_the_till.signed(RESOURCE)
    assert is_thanked(knock(notice))
    # A repeat is signed anew.
    again = at_the_till.stamped(notice.body, seconds=15)
    assert is_thanked(knock(again))
    assert Inbox.objects.count() == 1
    assert woken == ["inbox"]


@pytest.mark.parametrize("number", [None, "", 7, "x" * 97, "符"], ids=repr)
def test_a_notice_without_a_number_is_known_by_its_content(at_the_till: Till, number: Any) -> None:
    notice = at_the_till.signed(RESOURCE, id=number)
    for _ in range(2):
        assert is_thanked(knock(notice))
    assert Inbox.objects.get().message_key.startswith(Inbox.objects.get().sha256)


def test_a_refund_before_its_payment_is_kept_first(at_the_till: Till, key: str) -> None:
    at_the_till.fault("refund_before_payment", key)
    at_the_till.pay(key)
    at_the_till.give_back(key, f"ar{key[2:]}")
    at_the_till.settle(key, f"ar{key[2:]}")
    told = sorted(at_the_till.order(key)["notifications"], key=lambda each: each["due_at"])
    assert [each["event"] for each in told] == ["refunded", "paid"]
    for each in told:
        assert is_thanked(knock(raw(each["body"].encode(), each["headers"])))
    assert [message.kind for message in Inbox.objects.order_by("received_at", "id")] == ["refund", "charge"]


def test_a_payment_is_dated_in_shanghai(at_the_till: Till) -> None:
    knock(at_the_till.signed(RESOURCE | {"success_time": "2026-11-25T15:59:59+00:00"}))
    [result] = kept()
    assert isinstance(result, Succeeded)
    assert result.paid_at == datetime(2026, 11, 25, 23, 59, 59, tzinfo=SHANGHAI)


def test_the_log_counts_and_tells_nothing(
    at_the_till: Till, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    at_the_till.pay(key)
    [notice] = at_the_till.notices(key)
    with caplog.at_level(logging.DEBUG):
        knock(notice)
        knock(replace(notice, body=notice.body + b" "))
        knock(at_the_till.signed(RESOURCE | {"mchid": "1900000108"}))
        knock(at_the_till.signed(RESOURCE | {"amount": {"total": "x"}}))
    events = [record.getMessage() for record in caplog.records if record.name == "anqi.channels"]
    assert events == ["notice_badly_signed", "notice_not_ours", "notice_unreadable"]
    told = "".join(str(vars(record)) for record in caplog.records if not record.name.startswith("django.db"))
    for secret in ("oSandbox", "openid", key, "ciphertext", "4200001", "Wechatpay-Signature"):
        assert secret not in told
