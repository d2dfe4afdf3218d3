"""Notices of the sandbox's UnionPay at our door: what is kept, what is turned away, and what UnionPay is answered."""

import sqlite3
from datetime import UTC, datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from anqi.jobs import drains
from anqi.payments import news
from anqi.payments.channels.protocol import (
    Accepted,
    BadSignature,
    Failed,
    NotOurs,
    RawRequest,
    Result,
    Succeeded,
    Unknown,
    Unreadable,
)
from anqi.payments.channels.unionpay import Unionpay
from anqi.payments.models import Inbox
from anqi.rows.days import SHANGHAI
from tests.channels.card_desk import AMOUNT_MINOR, CardDesk, raw
from tests.sandbox.sandbox_stand import Sandbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unionpay_offered")]

# Fault: what a merchant of ours makes of each message, in the order in which they come; None is turned away.
BENT_NOTICES: dict[str, list[type[Result] | None]] = {
    "duplicate": [Succeeded, Succeeded],
    "duplicate_at_once": [Succeeded],
    "late": [Succeeded],
    "before_response": [Succeeded],
    "never": [Succeeded],
    "wrong_signature": [None],
    "notice_unsigned": [None],
    "unknown_certificate": [None],
    "expired_certificate": [None],
    "other_holder": [None],
    "altered_amount": [Succeeded],
    "altered_order": [Succeeded],
    "altered_merchant": [None],
    "altered_currency": [None],
    "replay": [Succeeded, Succeeded],
    "then_failed": [Succeeded, Failed],
    "paid_twice": [Succeeded, Succeeded],
}
PAID = {
    "version": "5.1.0",
    "encoding": "UTF-8",
    "signMethod": "01",
    "accessType": "0",
    "merId": "777290058110048",
    "orderId": "aq1234567",
    "txnTime": "20261125235900",
    "txnType": "01",
    "txnSubType": "01",
    "bizType": "000201",
    "respCode": "00",
    "respMsg": "成功",
    "queryId": "202611252359001234568",
    "txnAmt": "53309",
    "currencyCode": "156",
    "traceNo": "123456",
    "traceTime": "1125235959",
    "settleDate": "1126",
    "reqReserved": "",
}


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The jobs that were asked for; the queue itself has tests of its own."""
    names: list[str] = []
    monkeypatch.setattr(drains, "soon", names.append)
    return names


def knock(message: RawRequest) -> HttpResponse:
    """Posted as UnionPay does it: a form from elsewhere, without a cookie or a token."""
    answer: Any = Client(enforce_csrf_checks=True).post(
        "/hooks/unionpay", message.body, content_type="application/x-www-form-urlencoded"
    )
    return answer


def is_thanked(answer: HttpResponse) -> bool:
    assert answer.status_code in (200, 400)
    return answer.status_code == 200


def kept() -> list[Result]:
    return [news.from_json(message.news) for message in Inbox.objects.order_by("received_at", "id")]


def test_no_fault_of_a_notice_is_forgotten(sandbox: Sandbox) -> None:
    catalogue = sandbox.http.get("/_control/faults").json()["catalogue"]
    known = {each["fault"] for each in catalogue if each["channel"] == "unionpay" and each["kind"] == "notify"}
    assert known == set(BENT_NOTICES)


def test_a_payment_is_told_kept_and_acknowledged(at_the_desk: CardDesk, key: str, woken: list[str]) -> None:
    at_the_desk.pay(key)
    [notice] = at_the_desk.notices(key)
    before = datetime.now(UTC)
    assert is_thanked(knock(notice))
    message = Inbox.objects.get()
    assert news.from_json(message.news) == at_the_desk.query(key)
    assert (message.channel, message.kind, message.key, message.state) == ("unionpay", "charge", key, "waiting")
    assert bytes(message.raw) == notice.body
    assert before <= message.received_at == message.next_try_at <= datetime.now(UTC)
    assert woken == ["inbox"]


@pytest.mark.parametrize("fault", BENT_NOTICES)
def test_each_way_in_which_a_notice_can_be_bent(at_the_desk: CardDesk, key: str, fault: str) -> None:
    if fault == "replay":
        _have_an_old_one(at_the_desk, key)
    at_the_desk.fault(fault, key, operation="paid", seconds=3600)
    at_the_desk.pay(key)
    notices = at_the_desk.notices(key)
    expected = BENT_NOTICES[fault]
    assert len(notices) == len(expected)
    for _ in range(2):
        for notice, result in zip(notices, expected, strict=True):
            assert is_thanked(knock(notice)) == (result is not None)
    different = {notice.body: result for notice, result in zip(notices, expected, strict=True)}.values()
    assert [type(each) for each in kept()] == [result for result in different if result]
    assert isinstance(at_the_desk.query(key), Succeeded)


def _have_an_old_one(at_the_desk: CardDesk, key: str) -> None:
    """A message that the merchant has accepted, for a replay to repeat."""
    older = f"{key[:24]}old"
    at_the_desk.pay(older)
    with sqlite3.connect(at_the_desk.sandbox.home / "sandbox.sqlite3") as file:
        file.execute("UPDATE notifications SET state = 'delivered' WHERE order_no = ?", (older,))
    file.close()


def test_what_was_altered_is_kept_as_it_was_told(at_the_desk: CardDesk, key: str) -> None:
    at_the_desk.fault("altered_amount", key)
    at_the_desk.pay(key)
    assert is_thanked(knock(at_the_desk.notices(key)[0]))
    assert (Inbox.objects.get().key, Inbox.objects.get().news["amount_minor"]) != (key, AMOUNT_MINOR)


def test_refunds_and_payouts_are_told_under_their_own_numbers(at_the_desk: CardDesk, key: str) -> None:
    at_the_desk.pay(key)
    at_the_desk.refund(f"{key}r", key)
    token = at_the_desk.bind(f"{key}c").token
    at_the_desk.payout(f"{key}p", token)
    at_the_desk.debit(f"{key}d", token)
    for number in "rpd":
        at_the_desk.settle(f"{key}{number}")
    told = {
        (notice.kind, notice.key[-1]): notice.result
        for number in ("", "p", "d")
        for notice in map(at_the_desk.up.parse_notification, at_the_desk.notices(f"{key}{number}"))
    }
    assert set(told) == {("charge", key[-1]), ("refund", "r"), ("payout", "p"), ("charge", "d")}
    assert {type(result) for result in told.values()} == {Succeeded}


def test_the_notice_of_an_opening_is_kept_without_its_token(at_the_desk: CardDesk, key: str) -> None:
    bound = at_the_desk.bind(key)
    [notice] = at_the_desk.notices(key)
    assert bound.token in notice.body.decode()
    assert is_thanked(knock(notice))
    message = Inbox.objects.get()
    assert (message.kind, message.key, bytes(message.raw)) == ("card", key, b"")
    assert bound.token not in f"{message.news}{message.message_key}{message.why}"
    assert news.from_json(message.news) == Accepted()


def test_a_notice_is_read_to_the_fen_and_second(at_the_desk: CardDesk) -> None:
    notice = at_the_desk.up.parse_notification(at_the_desk.signed(PAID))
    assert notice.result == Succeeded(
        ref="202611252359001234568", amount_minor=53309,
        paid_at=datetime(2026, 11, 25, 23, 59, 59, tzinfo=SHANGHAI),
    )  # fmt: skip
    assert notice.message_key == "aq1234567:20261125235900:202611252359001234568:00"
    assert not notice.is_secret


@pytest.mark.parametrize("how", ["wrong", "none", "unknown", "expired", "other_holder"])
def test_what_unionpay_did_not_sign_is_turned_away(at_the_desk: CardDesk, how: str, woken: list[str]) -> None:
    notice = at_the_desk.signed(PAID, how=how)
    with pytest.raises(BadSignature) as trouble:
        at_the_desk.up.parse_notification(notice)
    assert (trouble.value.args, trouble.value.__context__) == ((), None)
    assert not is_thanked(knock(notice))
    assert (Inbox.objects.count(), woken) == (0, [])


def test_unionpays_other_certificate_is_as_good(at_the_desk: CardDesk) -> None:
    assert is_thanked(knock(at_the_desk.signed(PAID, how="next")))


def test_what_was_changed_on_the_way_is_turned_away(at_the_desk: CardDesk) -> None:
    good = at_the_desk.signed(PAID).body
    for body in (
        good.replace(b"53309", b"53308"),
        good + b"&extra=1",
        # Which of the two was signed?
        good + b"&txnAmt=1",
        good.partition(b"&signature=")[0],
        b"",
        b"\xff\xfe",
        b"[]",
    ):
        assert not is_thanked(knock(raw(body))), body[:40]
    assert Inbox.objects.count() == 0


@pytest.mark.parametrize("mer_id", ["777290058110049", ""])
def test_a_notice_for_another_merchant_is_turned_away(at_the_desk: CardDesk, mer_id: str) -> None:
    with pytest.raises(NotOurs):
        at_the_desk.up.parse_notification(at_the_desk.signed(PAID | {"merId": mer_id}))


@pytest.mark.parametrize(
    "change",
    [
        {"orderId": ""},
        {"orderId": "a b"},
        {"orderId": "x" * 41},
        {"queryId": ""},
        {"txnAmt": ""},
        {"txnAmt": "0"},
        {"txnAmt": "-1"},
        {"txnAmt": "1.5"},
        {"currencyCode": "840"},
        {"currencyCode": ""},
        {"traceTime": ""},
        {"traceTime": "0230000000"},
        {"txnTime": ""},
        {"txnType": "99"},
        {"txnType": ""},
    ],
    ids=str,
)
def test_a_notice_that_says_less_than_it_must_is_turned_away(
    up: Unionpay, at_the_desk: CardDesk, change: dict[str, str]
) -> None:
    notice = at_the_desk.signed(PAID | change)
    with pytest.raises(Unreadable):
        up.parse_notification(notice)
    assert not is_thanked(knock(notice))
    assert Inbox.objects.count() == 0


@pytest.mark.parametrize(
    ("code", "expected"), [("A6", Succeeded), ("05", Accepted), ("64", Failed), ("03", Unknown), ("B9", Unknown)]
)
def test_codes_of_a_notice(at_the_desk: CardDesk, code: str, expected: type[Result]) -> None:
    assert is_thanked(knock(at_the_desk.signed(PAID | {"respCode": code})))
    assert [type(result) for result in kept()] == [expected]
