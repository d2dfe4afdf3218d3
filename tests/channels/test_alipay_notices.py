"""Notices of the sandbox at our door: what is kept, what is turned away, and what the channel is answered."""

import logging
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from django.http import HttpResponse
from django.test import Client

from anqi.jobs import drains
from anqi.payments import news
from anqi.payments.channels.alipay import Alipay
from anqi.payments.channels.protocol import (
    Accepted,
    BadSignature,
    Closed,
    NotOurs,
    Result,
    Succeeded,
    Unknown,
    Unreadable,
)
from anqi.payments.models import Inbox
from anqi.rows.days import SHANGHAI
from tests.channels.cashier import AMOUNT_MINOR, Cashier, raw
from tests.sandbox.sandbox_stand import APP_ID, Sandbox, wait_until

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("offered")]

# Fault: what a merchant of ours makes of each message, in the order in which they come; None is turned away.
BENT_NOTICES: dict[str, list[type[Result] | None]] = {
    "duplicate": [Succeeded, Succeeded],
    "duplicate_at_once": [Succeeded],
    "late": [Succeeded],
    "before_response": [Succeeded],
    "never": [Succeeded],
    "wrong_signature": [None],
    "altered_amount": [Succeeded],
    "altered_order": [Succeeded],
    "altered_seller": [None],
    "altered_app": [None],
    "replay": [Succeeded, Succeeded],
    "replay_old": [Succeeded, Succeeded],
    "then_closed": [Succeeded, Unknown],
    "paid_twice": [Succeeded, Succeeded],
    "notice_other_key": [None],
    "notice_unsigned": [None],
    "clock_ahead": [Succeeded],
    "clock_behind": [Succeeded],
}
FIELDS = {
    "notify_id": "2026112500001",
    "notify_type": "trade_status_sync",
    "app_id": APP_ID,
    "seller_id": "2088000000000001",
    "out_trade_no": "aq1",
    "trade_no": "2026112522001",
    "trade_status": "TRADE_SUCCESS",
    "total_amount": "533.09",
    "gmt_payment": "2026-11-25 23:59:59",
}


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The jobs that were asked for; the queue itself has tests of its own."""
    names: list[str] = []
    monkeypatch.setattr(drains, "soon", names.append)
    return names


def knock(body: bytes, **more: Any) -> HttpResponse:
    """Posted as Alipay does it: a form from elsewhere, without a cookie or a token."""
    form = "application/x-www-form-urlencoded; charset=utf-8"
    answer: Any = Client(enforce_csrf_checks=True).post("/hooks/alipay", body, content_type=form, **more)
    return answer


def is_thanked(answer: HttpResponse) -> bool:
    assert (answer.status_code, answer.content) in ((200, b"success"), (400, b"failure"))
    return answer.status_code == 200


def kept() -> list[Result]:
    return [news.from_json(message.news) for message in Inbox.objects.order_by("received_at", "id")]


def test_no_fault_of_a_notice_is_forgotten(sandbox: Sandbox) -> None:
    catalogue = sandbox.http.get("/_control/faults").json()["catalogue"]
    known = {each["fault"] for each in catalogue if each["channel"] == "alipay" and each["kind"] == "notify"}
    assert known == set(BENT_NOTICES)


def test_a_payment_is_told_kept_and_acknowledged(
    sandbox: Sandbox, cashier: Cashier, ali: Alipay, key: str, woken: list[str]
) -> None:
    cashier.pay(key)
    [body] = cashier.bodies(key)
    before = datetime.now(UTC)
    assert is_thanked(knock(body))
    message = Inbox.objects.get()
    assert news.from_json(message.news) == ali.query(key)
    assert (message.channel, message.kind, message.key, message.state) == ("alipay", "charge", key, "waiting")
    assert bytes(message.raw) == body
    assert message.message_key.startswith(dict(parse_qsl(body.decode()))["notify_id"])
    assert before <= message.received_at == message.next_try_at <= datetime.now(UTC)
    assert woken == ["inbox"]


def test_a_charge_that_nobody_paid_in_time_is_told_closed(
    sandbox: Sandbox, cashier: Cashier, key: str
) -> None:
    cashier.open(key)
    sandbox.shift_clock(16 * 60)
    wait_until(lambda: bool(cashier.notices(key)))
    [body] = cashier.bodies(key)
    assert is_thanked(knock(body))
    assert kept() == [Closed()]


@pytest.mark.parametrize("fault", BENT_NOTICES)
def test_each_way_in_which_a_notice_can_be_bent(
    sandbox: Sandbox, cashier: Cashier, ali: Alipay, key: str, fault: str
) -> None:
    if fault == "replay":
        _have_an_old_one(sandbox, cashier, key)
    sandbox.fault(fault, out_trade_no=key, seconds=3600)
    cashier.pay(key)
    bodies = cashier.bodies(key)
    expected = BENT_NOTICES[fault]
    assert len(bodies) == len(expected)
    for body, result in zip(bodies, expected, strict=True):
        assert is_thanked(knock(body)) == (result is not None)
    # Whatever came is told once more, and changes nothing.
    for body, result in zip(bodies, expected, strict=True):
        assert is_thanked(knock(body)) == (result is not None)
    different = dict(zip(bodies, expected, strict=True)).values()
    assert [type(each) for each in kept()] == [result for result in different if result]
    assert isinstance(ali.query(key), Succeeded)


def _have_an_old_one(sandbox: Sandbox, cashier: Cashier, key: str) -> None:
    """A message that the merchant has accepted, for a replay to repeat."""
    import sqlite3

    cashier.pay(f"{key}older")
    with sqlite3.connect(sandbox.home / "sandbox.sqlite3") as file:
        file.execute("UPDATE notifications SET state = 'delivered' WHERE order_no = ?", (f"{key}older",))
    file.close()


def test_what_was_altered_is_kept_as_it_was_told(sandbox: Sandbox, cashier: Cashier, key: str) -> None:
    sandbox.fault("altered_amount", out_trade_no=key)
    sandbox.fault("altered_order", out_trade_no=f"{key}b")
    for each in (key, f"{key}b"):
        cashier.pay(each)
        assert is_thanked(knock(cashier.bodies(each)[0]))
    [amount, order] = Inbox.objects.order_by("received_at", "id")
    assert (amount.key, amount.news["amount_minor"]) == (key, AMOUNT_MINOR + 1)
    assert (order.key, order.news["amount_minor"]) == (f"{key}bX", AMOUNT_MINOR)


def test_a_refund_is_no_news_of_the_charge(sandbox: Sandbox, cashier: Cashier, ali: Alipay, key: str) -> None:
    cashier.pay(key)
    ali._sdk.api_alipay_trade_refund("1.00", out_trade_no=key, out_request_no="R1")
    [_, body] = cashier.bodies(key)
    assert is_thanked(knock(body))
    assert (Inbox.objects.get().kind, Inbox.objects.get().key) == ("refund", "R1")
    assert kept() == [Accepted(ref=sandbox.trade(key)["trade_no"])]


def test_the_same_notice_twice_is_one_message_and_wakes_once(cashier: Cashier, woken: list[str]) -> None:
    body = cashier.signed(FIELDS)
    assert is_thanked(knock(body))
    assert is_thanked(knock(body))
    assert Inbox.objects.count() == 1
    assert woken == ["inbox"]


def test_the_same_number_with_another_content_is_news(cashier: Cashier, woken: list[str]) -> None:
    assert is_thanked(knock(cashier.signed(FIELDS)))
    assert is_thanked(knock(cashier.signed(FIELDS | {"total_amount": "533.10"})))
    assert [result.amount_minor for result in kept() if isinstance(result, Succeeded)] == [53309, 53310]
    assert woken == ["inbox", "inbox"]


def test_a_notice_without_a_number_is_known_by_its_content(cashier: Cashier) -> None:
    nameless = {name: value for name, value in FIELDS.items() if name != "notify_id"}
    for _ in range(2):
        assert is_thanked(knock(cashier.signed(nameless)))
    assert Inbox.objects.get().message_key.startswith(Inbox.objects.get().sha256)


def test_a_message_that_cannot_wake_the_worker_is_not_kept_nor_acknowledged(
    cashier: Cashier, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(name: str) -> None:
        raise ConnectionError(name)

    monkeypatch.setattr(drains, "soon", fail)
    with pytest.raises(ConnectionError):
        knock(cashier.signed(FIELDS))
    assert Inbox.objects.count() == 0


def _changed(body: bytes, **fields: str) -> bytes:
    return urlencode(dict(parse_qsl(body.decode())) | fields).encode()


@pytest.mark.parametrize(
    "change",
    [
        {"total_amount": "0.01"},
        {"out_trade_no": "aq2"},
        {"sign": ""},
        {"sign": "bm90IGEgc2lnbmF0dXJl"},
        {"sign": "符"},
        {"sign_type": "RSA"},
        {"another": "field"},
    ],
    ids=str,
)
def test_what_was_changed_on_the_way_is_turned_away(
    cashier: Cashier, woken: list[str], change: dict[str, str]
) -> None:
    assert not is_thanked(knock(_changed(cashier.signed(FIELDS), **change)))
    assert (Inbox.objects.count(), woken) == (0, [])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"total_amount=533.09",
        b"\xff\xfe",
        b"a=%ff",
        b"not a form",
        b'{"sign": "x"}',
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_no_notice_is_turned_away(body: bytes) -> None:
    assert not is_thanked(knock(body))
    assert Inbox.objects.count() == 0


def test_more_fields_than_any_notice_has_are_turned_away(cashier: Cashier) -> None:
    assert not is_thanked(knock(cashier.signed(FIELDS | {f"field{number}": "" for number in range(100)})))


def test_a_field_that_comes_twice_is_turned_away(cashier: Cashier) -> None:
    body = cashier.signed(FIELDS)
    assert not is_thanked(knock(body + b"&total_amount=533.09"))


def test_a_signature_of_ours_is_not_theirs(sandbox: Sandbox, ali: Alipay) -> None:
    own = ali._sdk.sign_data(dict(FIELDS))
    with pytest.raises(BadSignature) as trouble:
        ali.parse_notification(raw(own.encode()))
    assert trouble.value.args == ()
    assert trouble.value.__context__ is None


@pytest.mark.parametrize("name", ["app_id", "seller_id"])
@pytest.mark.parametrize("value", ["2088000000000009", ""])
def test_a_notice_for_another_account_is_turned_away(
    cashier: Cashier, ali: Alipay, name: str, value: str
) -> None:
    body = cashier.signed(FIELDS | {name: value})
    with pytest.raises(NotOurs):
        ali.parse_notification(raw(body))
    assert not is_thanked(knock(body))
    assert Inbox.objects.count() == 0


@pytest.mark.parametrize("name", ["out_trade_no", "trade_no", "total_amount", "gmt_payment"])
def test_a_notice_that_lacks_something_is_turned_away(cashier: Cashier, ali: Alipay, name: str) -> None:
    body = cashier.signed({each: value for each, value in FIELDS.items() if each != name})
    with pytest.raises(Unreadable):
        ali.parse_notification(raw(body))
    assert not is_thanked(knock(body))
    assert Inbox.objects.count() == 0


@pytest.mark.parametrize(
    "amount",
    ["533.091", "533.090", "-1.00", "+1.00", "0.00", "0", "1e2", "NaN", "Infinity", "1,000.00", "５.00", "", " 1.00",
     "1.", ".50", "1" * 10, "1.00\n"],
)  # fmt: skip
def test_an_amount_that_is_no_sum_of_fen_is_turned_away(cashier: Cashier, amount: str) -> None:
    assert not is_thanked(knock(cashier.signed(FIELDS | {"total_amount": amount})))
    assert Inbox.objects.count() == 0


@pytest.mark.parametrize(
    ("amount", "minor"), [("0.01", 1), ("12", 1200), ("12.3", 1230), ("999999999.99", 99999999999)]
)
def test_an_amount_is_read_to_the_fen(cashier: Cashier, amount: str, minor: int) -> None:
    assert is_thanked(knock(cashier.signed(FIELDS | {"total_amount": amount})))
    [result] = kept()
    assert isinstance(result, Succeeded)
    assert result.amount_minor == minor


@pytest.mark.parametrize(
    "change",
    [
        {"gmt_payment": "2026-11-25"},
        {"gmt_payment": "2026-02-30 00:00:00"},
        {"out_trade_no": "x" * 65},
        {"out_trade_no": "a b"},
        {"trade_no": "x" * 65},
    ],
    ids=str,
)
def test_what_no_row_could_hold_is_turned_away(cashier: Cashier, change: dict[str, str]) -> None:
    assert not is_thanked(knock(cashier.signed(FIELDS | change)))
    assert Inbox.objects.count() == 0


def test_an_endless_number_of_a_notice_still_fits(cashier: Cashier) -> None:
    assert is_thanked(knock(cashier.signed(FIELDS | {"notify_id": "9" * 128})))
    assert Inbox.objects.get().message_key.startswith(Inbox.objects.get().sha256)


def test_a_payment_is_dated_in_shanghai(cashier: Cashier) -> None:
    knock(cashier.signed(FIELDS))
    [result] = kept()
    assert isinstance(result, Succeeded)
    assert result.paid_at == datetime(2026, 11, 25, 23, 59, 59, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"trade_status": "TRADE_FINISHED"}, Succeeded),
        ({"trade_status": "WAIT_BUYER_PAY", "gmt_payment": ""}, Accepted),
        ({"trade_status": "TRADE_CLOSED", "gmt_payment": ""}, Closed),
        ({"trade_status": "TRADE_CLOSED"}, Unknown),
        ({"trade_status": "TRADE_PENDING"}, Unknown),
        ({"refund_fee": "0.00"}, Succeeded),
    ],
    ids=str,
)
def test_states_of_a_trade(cashier: Cashier, change: dict[str, str], expected: type[Result]) -> None:
    assert is_thanked(knock(cashier.signed(FIELDS | change)))
    assert [type(result) for result in kept()] == [expected]
    assert Inbox.objects.get().kind == "charge"


def test_the_door_opens_to_messages_only(cashier: Cashier) -> None:
    assert Client().get("/hooks/alipay").status_code == 405
    assert Client().post("/hooks/pigeon", b"", content_type="text/plain").status_code == 404
    assert knock(cashier.signed(FIELDS) + b"&x=" + b"y" * 64_000).status_code == 413
    assert Inbox.objects.count() == 0


def test_a_channel_that_is_not_configured_has_no_door(settings: Any) -> None:
    settings.ANQI_ALIPAY = None
    assert knock(b"").status_code == 404


def test_the_log_counts_and_tells_nothing(
    cashier: Cashier, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    cashier.pay(key)
    [body] = cashier.bodies(key)
    with caplog.at_level(logging.DEBUG):
        knock(body)
        knock(_changed(body, total_amount="0.01"))
        knock(cashier.signed(FIELDS | {"app_id": "2021000000000009"}))
        knock(cashier.signed(FIELDS | {"total_amount": "x"}))
    events = [record.getMessage() for record in caplog.records if record.name == "anqi.channels"]
    assert events == ["notice_badly_signed", "notice_not_ours", "notice_unreadable"]
    told = "".join(str(vars(record)) for record in caplog.records if not record.name.startswith("django.db"))
    for secret in ("138****6021", "buyer", key, "sign=", "2088102170000011"):
        assert secret not in told
