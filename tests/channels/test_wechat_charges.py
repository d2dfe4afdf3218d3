"""What WeChat's channel asks and what it makes of the answers, with the sandbox at the other end."""

import json
import logging
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import requests
from wechatpayv3 import WeChatPay, WeChatPayType

from anqi.payments import channels
from anqi.payments.channels import wechat
from anqi.payments.channels.protocol import (
    Accepted,
    Closed,
    Failed,
    NotFound,
    Qr,
    Redirect,
    Result,
    Succeeded,
    Unknown,
)
from anqi.payments.channels.wechat import Wechat
from anqi.rows.days import SHANGHAI
from tests.channels.till import ACCOUNT, AMOUNT_MINOR, NOTIFY_URL, RETURN_URL, Till, ordered, shown, stated
from tests.sandbox.sandbox_stand import Sandbox

# Fault: the cause that is noted, and whether WeChat had done what it was asked.
BROKEN_ANSWERS = {
    "lost_before": ("no_answer", False),
    "lost_after": ("no_answer", True),
    "slow": ("timeout", True),
    "http_500": ("http_500", False),
    "http_500_after": ("http_500", True),
    "http_502": ("http_502", False),
    "http_503": ("http_503", False),
    "http_429": ("http_429", False),
    "html": ("no_signature", False),
    "cut": ("no_answer", True),
    "proxy_407": ("http_407", False),
    "proxy_login": ("no_signature", False),
    "bad_signature": ("bad_signature", True),
    "no_signature": ("no_signature", True),
    "system_error_after": ("500 SYSTEM_ERROR", True),
    "unlisted_code": ("400 CODE_NOBODY_LISTED", True),
    "frequency_limited": ("429 FREQUENCY_LIMITED", False),
    "rotated_key": ("unknown_serial", True),
}
OTHER_STATES = {
    "accepted_then_failed", "paid_after_close", "closed_yet_paid", "query_not_exist", "query_waiting",
}  # fmt: skip
OF_OTHERS = ("refund_", "papay_", "line_", "statement_")


def test_no_fault_of_an_answer_is_forgotten(sandbox: Sandbox) -> None:
    catalogue = sandbox.http.get("/_control/faults").json()["catalogue"]
    known = {each["fault"] for each in catalogue if each["channel"] == "wechat" and each["kind"] != "notify"}
    # What can happen to refunds, debits and statements is tried among them.
    assert {name for name in known if not name.startswith(OF_OTHERS)} == set(BROKEN_ANSWERS) | OTHER_STATES


def test_a_phone_pays_on_wechats_page(sandbox: Sandbox, wx: Wechat, at_the_till: Till, key: str) -> None:
    result = wx.charge(ordered(key, how="wap"))
    assert isinstance(result, Accepted)
    assert isinstance(result.action, Redirect)
    assert result.action.url.endswith(f"&redirect_url={quote(RETURN_URL, safe='')}")
    assert parse_qs(urlsplit(result.action.url).query)["redirect_url"] == [RETURN_URL]
    page = sandbox.http.get(
        result.action.url, headers={"Referer": "http://localhost:8000/"}, follow_redirects=True
    )
    assert "¥533.09" in page.text
    before = datetime.now(SHANGHAI).replace(microsecond=0)
    paid = sandbox.http.post(
        f"{page.url.path}/pay", data={"buyer": "lin", "password": "123456"}, follow_redirects=True
    )
    assert RETURN_URL.replace("&", "&amp;") in paid.text

    found = wx.query(key)
    assert isinstance(found, Succeeded)
    assert (found.amount_minor, found.ref) == (AMOUNT_MINOR, at_the_till.order(key)["transaction_id"])
    assert before <= found.paid_at <= datetime.now(SHANGHAI)
    assert found.paid_at.utcoffset() == timedelta(hours=8)


def test_a_desk_shows_a_code_that_a_phone_scans(
    sandbox: Sandbox, wx: Wechat, at_the_till: Till, key: str
) -> None:
    result = wx.charge(ordered(key, how="page", payer_ip=""))
    assert isinstance(result, Accepted)
    assert isinstance(result.action, Qr)
    assert result.action.text.startswith("weixin://wxpay/bizpayurl?pr=")
    page = sandbox.http.post("/wechat/scan", data={"code": result.action.text}, follow_redirects=True)
    assert "¥533.09" in page.text
    sandbox.http.post(f"{page.url.path}/pay", data={"buyer": "lin", "password": "123456"})
    assert isinstance(wx.query(key), Succeeded)


def test_a_charge_says_when_it_ends_and_where_to_tell(wx: Wechat, at_the_till: Till, key: str) -> None:
    at_the_till.open(key, minutes=15)
    order = at_the_till.order(key)
    lasts = datetime.fromisoformat(order["expires_at"]) - datetime.fromisoformat(order["created_at"])
    assert timedelta(minutes=14, seconds=50) <= lasts <= timedelta(minutes=15)
    assert order["time_expire"].endswith("+08:00")
    assert (order["notify_url"], order["attach"]) == (NOTIFY_URL, None)


def test_the_same_charge_again_is_one_order(wx: Wechat, at_the_till: Till, key: str) -> None:
    request = ordered(key)
    first, second = shown(wx.charge(request)), shown(wx.charge(request))
    assert first != second
    assert at_the_till.sandbox.control("wechat/pay", url=first).status_code == 200
    assert isinstance(wx.query(key), Succeeded)


def test_a_charge_that_is_paid_already_tells_so(wx: Wechat, at_the_till: Till, key: str) -> None:
    request = ordered(key)
    at_the_till.sandbox.control("wechat/pay", url=shown(wx.charge(request)))
    result = wx.charge(request)
    assert isinstance(result, Succeeded)
    assert result == wx.query(key)


@pytest.mark.parametrize("amount_minor", [1, 10, 100, 53309, 9_999_999])
def test_amounts_come_back_as_they_went(wx: Wechat, at_the_till: Till, key: str, amount_minor: int) -> None:
    at_the_till.pay(key, amount_minor=amount_minor)
    result = wx.query(key)
    assert isinstance(result, Succeeded)
    assert result.amount_minor == amount_minor


def test_a_long_subject_is_cut(wx: Wechat, at_the_till: Till, key: str) -> None:
    at_the_till.open(key, subject="按期还款 " + "、".join(f"AQ{number:010d}" for number in range(20)))
    description = at_the_till.order(key)["description"]
    assert description.startswith("按期还款 AQ0000000000、")
    assert 120 < len(description.encode()) <= 127


def test_an_order_nobody_placed_is_not_found(wx: Wechat, key: str) -> None:
    assert wx.query(key) == NotFound()
    assert wx.close(key) == NotFound()


def test_an_open_order_waits(wx: Wechat, at_the_till: Till, key: str) -> None:
    at_the_till.open(key)
    assert wx.query(key) == Accepted()


def test_a_closed_charge_cannot_be_paid(sandbox: Sandbox, wx: Wechat, at_the_till: Till, key: str) -> None:
    at_the_till.open(key)
    assert wx.close(key) == Closed()
    assert wx.query(key) == Closed()
    assert wx.close(key) == Closed()
    assert sandbox.control("wechat/pay", out_trade_no=key).json()["error"] == "ORDER_CLOSED"
    assert wx.charge(ordered(key)) == Unknown(cause="400 ORDER_CLOSED")


def test_closing_a_paid_charge_tells_that_it_is_paid(wx: Wechat, at_the_till: Till, key: str) -> None:
    at_the_till.pay(key)
    result = wx.close(key)
    assert isinstance(result, Succeeded)
    assert result == wx.query(key)


def test_a_charge_that_ran_out_of_time_waits_until_it_is_closed(
    sandbox: Sandbox, wx: Wechat, at_the_till: Till, key: str
) -> None:
    at_the_till.open(key)
    sandbox.shift_clock(16 * 60)
    assert sandbox.control("wechat/pay", out_trade_no=key).json()["error"] == "ORDER_EXPIRED"
    assert wx.query(key) == Accepted()
    assert wx.close(key) == Closed()


def test_a_payment_given_back_is_still_a_payment(wx: Wechat, at_the_till: Till, key: str) -> None:
    at_the_till.pay(key)
    then = wx.query(key)
    for number, amount in ((1, 309), (2, AMOUNT_MINOR - 309)):
        assert isinstance(at_the_till.give_back(key, f"{key}r{number}", amount), Accepted)
        assert at_the_till.order(key)["trade_state"] == "REFUND"
        assert wx.query(key) == then


@pytest.mark.parametrize("fault", BROKEN_ANSWERS)
def test_a_charge_without_a_clear_answer_is_unknown(
    wx: Wechat, at_the_till: Till, key: str, fault: str
) -> None:
    hurry(wx)
    cause, is_done = BROKEN_ANSWERS[fault]
    at_the_till.fault(fault, key, operation="h5", next=1, seconds=2)
    assert wx.charge(ordered(key)) == Unknown(cause=cause)
    assert isinstance(wx.query(key), Accepted if is_done else NotFound)


@pytest.mark.parametrize("fault", BROKEN_ANSWERS)
def test_a_query_without_a_clear_answer_is_unknown(
    wx: Wechat, at_the_till: Till, key: str, fault: str
) -> None:
    at_the_till.pay(key)
    hurry(wx)
    at_the_till.fault(fault, key, operation="query", next=1, seconds=2)
    assert wx.query(key) == Unknown(cause=BROKEN_ANSWERS[fault][0])
    assert isinstance(wx.query(key), Succeeded)


@pytest.mark.parametrize("fault", BROKEN_ANSWERS)
def test_a_closing_is_as_good_as_the_query_behind_it(
    wx: Wechat, at_the_till: Till, key: str, fault: str
) -> None:
    """Any answer at all is followed by a query, whose word counts; without an answer nobody can say."""
    at_the_till.open(key)
    hurry(wx)
    cause, is_done = BROKEN_ANSWERS[fault]
    at_the_till.fault(fault, key, operation="close", next=1, seconds=2)
    result = wx.close(key)
    # An empty body can't be cut.
    answered = cause.split()[0].removeprefix("http_").isdecimal() or fault == "cut"
    if answered:
        assert result == (Closed() if is_done else Accepted())
    else:
        assert result == Unknown(cause=cause)
    assert wx.query(key) == (Closed() if is_done else Accepted())
    assert wx.close(key) == Closed()


def hurry(wx: Wechat) -> None:
    wx._sdk._core._timeout = (1, 1)


@pytest.mark.parametrize("fault", ["paid_after_close", "closed_yet_paid"])
def test_a_payment_that_wins_against_the_closing(wx: Wechat, at_the_till: Till, key: str, fault: str) -> None:
    at_the_till.open(key)
    at_the_till.fault(fault, key, next=1)
    result = wx.close(key)
    assert isinstance(result, Succeeded)
    assert result.amount_minor == AMOUNT_MINOR


def test_queries_that_lag_behind(wx: Wechat, at_the_till: Till, key: str) -> None:
    at_the_till.pay(key)
    at_the_till.fault("query_not_exist", key, next=1)
    assert wx.query(key) == NotFound()
    at_the_till.fault("query_waiting", key, next=1)
    assert wx.query(key) == Accepted()
    assert isinstance(wx.query(key), Succeeded)


def test_an_order_that_wechat_drops_after_taking_it(wx: Wechat, at_the_till: Till, key: str) -> None:
    at_the_till.fault("accepted_then_failed", key)
    assert at_the_till.open(key)
    assert wx.query(key) == Closed()


def test_nobody_at_the_other_end(wx: Wechat, key: str) -> None:
    wx._sdk._core._gate_way = "http://127.0.0.1:9/wechat"
    assert wx.charge(ordered(key)) == Unknown(cause="no_answer")
    assert wx.query(key) == Unknown(cause="no_answer")
    assert wx.close(key) == Unknown(cause="no_answer")


def test_while_keys_change_both_are_good(sandbox: Sandbox, at_the_till: Till, key: str) -> None:
    both = wechat.connect(stated(sandbox, next_key=True))
    sandbox.control("wechat/pay", url=shown(both.charge(ordered(key))))
    then = both.query(key)
    at_the_till.fault("rotated_key", key)
    assert both.query(key) == then
    assert isinstance(then, Succeeded)


def test_an_answer_under_a_strange_key_asks_for_no_certificate(
    wx: Wechat, at_the_till: Till, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_the_till.open(key)
    at_the_till.fault("rotated_key", key)
    asked: list[str] = []
    get = requests.get
    monkeypatch.setattr(requests, "get", lambda url, **more: (asked.append(url), get(url, **more))[1])
    assert wx.query(key) == Unknown(cause="unknown_serial")
    assert len(asked) == 1


PAID: dict[str, Any] = {
    "appid": ACCOUNT.appid,
    "mchid": ACCOUNT.mchid,
    "out_trade_no": "aq1234",
    "transaction_id": "4200001",
    "trade_state": "SUCCESS",
    "success_time": "2026-11-25T23:59:59+08:00",
    "amount": {"total": 53309, "currency": "CNY"},
}


def answered(wx: Wechat, monkeypatch: pytest.MonkeyPatch, status: int, text: Any) -> Result:
    """What a query makes of an answer whose signature was right."""
    monkeypatch.setattr(wx._sdk._core, "request", lambda *_, **__: (status, text))
    return wx.query("aq1234")


def test_an_answer_is_read_to_the_fen_and_second(wx: Wechat, monkeypatch: pytest.MonkeyPatch) -> None:
    assert answered(wx, monkeypatch, 200, json.dumps(PAID)) == Succeeded(
        ref="4200001", amount_minor=53309, paid_at=datetime(2026, 11, 25, 23, 59, 59, tzinfo=SHANGHAI)
    )


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"appid": "wx9"}, "not_ours"),
        ({"mchid": "1900000108"}, "not_ours"),
        ({"mchid": None}, "not_ours"),
        ({"out_trade_no": "aq1235"}, "unreadable"),
        ({"out_trade_no": None}, "unreadable"),
        ({"transaction_id": None}, "unreadable"),
        ({"transaction_id": "x" * 65}, "unreadable"),
        ({"amount": None}, "unreadable"),
        ({"amount": {"total": "53309", "currency": "CNY"}}, "unreadable"),
        ({"amount": {"total": 533.09, "currency": "CNY"}}, "unreadable"),
        ({"amount": {"total": True, "currency": "CNY"}}, "unreadable"),
        ({"amount": {"total": 0, "currency": "CNY"}}, "unreadable"),
        ({"amount": {"total": -1, "currency": "CNY"}}, "unreadable"),
        ({"amount": {"total": 53309, "currency": "USD"}}, "unreadable"),
        ({"amount": {"total": 53309}}, "unreadable"),
        ({"success_time": None}, "unreadable"),
        ({"success_time": "2026-11-25T23:59:59"}, "unreadable"),
        ({"success_time": "2026-13-25T00:00:00+08:00"}, "unreadable"),
        ({"trade_state": "REVOKED"}, "unlisted_status"),
        ({"trade_state": None}, "unlisted_status"),
    ],
    ids=str,
)
def test_an_answer_that_says_less_than_it_must_is_unknown(
    wx: Wechat, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], cause: str
) -> None:
    assert answered(wx, monkeypatch, 200, json.dumps(PAID | change)) == Unknown(cause=cause)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"trade_state": "REFUND"}, Succeeded),
        ({"trade_state": "NOTPAY"}, Accepted),
        ({"trade_state": "USERPAYING"}, Accepted),
        ({"trade_state": "CLOSED"}, Closed),
        ({"trade_state": "PAYERROR"}, Failed),
    ],
    ids=str,
)
def test_states_of_an_order(
    wx: Wechat, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], expected: type[Result]
) -> None:
    assert type(answered(wx, monkeypatch, 200, json.dumps(PAID | change))) is expected


@pytest.mark.parametrize(
    ("status", "text", "expected"),
    [
        (404, '{"code": "ORDER_NOT_EXIST"}', NotFound()),
        (404, '{"code": "ORDERNOTEXIST"}', NotFound()),
        (404, '{"code": "RESOURCE_NOT_EXISTS"}', Unknown(cause="404 RESOURCE_NOT_EXISTS")),
        (404, b"<html>nothing here</html>", Unknown(cause="http_404")),
        (401, '{"code": "SIGN_ERROR", "message": "x"}', Unknown(cause="401 SIGN_ERROR")),
        (400, '{"code": "ORDER_CLOSED"}', Unknown(cause="400 ORDER_CLOSED")),
        (403, '{"code": "TRADE_ERROR"}', Unknown(cause="403 TRADE_ERROR")),
        (500, '{"code": {"a": 1}}', Unknown(cause="http_500")),
        (500, '{"code": "a secret of 138****6021"}', Unknown(cause="http_500")),
        (500, "[]", Unknown(cause="http_500")),
        (500, b"\xff", Unknown(cause="http_500")),
        (500, "[" * 100_000, Unknown(cause="unreadable")),
        (202, '{"code": "USERPAYING"}', Unknown(cause="202 USERPAYING")),
        (204, b"", Unknown(cause="http_204")),
        (200, "[]", Unknown(cause="unreadable")),
        (200, "", Unknown(cause="unreadable")),
        (200, b"\xff", Unknown(cause="unreadable")),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_only_what_is_certain_decides(
    wx: Wechat, monkeypatch: pytest.MonkeyPatch, status: int, text: Any, expected: Result
) -> None:
    assert answered(wx, monkeypatch, status, text) == expected


@pytest.mark.parametrize(
    "fields", [{}, {"h5_url": None}, {"h5_url": "javascript:alert(1)"}, {"code_url": "weixin://a"}], ids=str
)
def test_an_order_without_a_way_to_pay_is_unknown(
    wx: Wechat, monkeypatch: pytest.MonkeyPatch, key: str, fields: dict[str, Any]
) -> None:
    monkeypatch.setattr(wx._sdk._core, "request", lambda *_, **__: (200, json.dumps(fields)))
    assert wx.charge(ordered(key)) == Unknown(cause="unreadable")


def test_what_is_asked_goes_to_the_stated_gateway_and_not_for_ever(
    wx: Wechat, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, Any]] = []

    def refuse(url: str, **more: Any) -> None:
        asked.append((url, more["timeout"]))
        raise requests.ConnectionError

    monkeypatch.setattr(requests, "get", refuse)
    monkeypatch.setattr(requests, "post", refuse)
    wx._sdk._core._gate_way = "http://127.0.0.1:9/here"
    wx.query(key)
    wx.charge(ordered(key))
    wx.close(key)
    assert all(url.startswith("http://127.0.0.1:9/here/v3/") for url, _ in asked)
    assert [timeout for _, timeout in asked] == [(3, 10)] * 3


def test_the_sdk_still_keeps_its_gateway_where_it_is_overridden(sandbox: Sandbox) -> None:
    sdk = WeChatPay(
        WeChatPayType.NATIVE,
        mchid="1",
        appid="1",
        cert_serial_no="1",
        apiv3_key="1",
        private_key=(sandbox.home / "wechat_merchant_private.pem").read_text(),
        public_key=(sandbox.home / "wechat_public.pem").read_text(),
        public_key_id="PUB_KEY_ID_1",
    )
    assert sdk._core._gate_way == "https://api.mch.weixin.qq.com"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"public_key": "wechat_merchant_public.pem"}, "merchant's own"),
        ({"apiv3_key": "wechat_public.pem"}, "32 characters"),
    ],
    ids=str,
)
def test_mistaken_files_are_refused(sandbox: Sandbox, change: dict[str, str], says: str) -> None:
    files = {name: str(sandbox.home / file) for name, file in change.items()}
    with pytest.raises(AssertionError, match=says):
        wechat.connect(stated(sandbox) | files)


def test_a_certificate_s_number_is_no_key_s_id(sandbox: Sandbox) -> None:
    with pytest.raises(AssertionError, match="public_key_id"):
        wechat.connect(stated(sandbox) | {"public_key_id": "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"})


@pytest.mark.parametrize(
    "change", [{"currency": "USD"}, {"key": "aq1"}, {"key": "x" * 33}, {"key": "aq/..123"}], ids=str
)
def test_a_charge_that_wechat_could_not_take_is_a_broken_assumption(
    wx: Wechat, key: str, change: dict[str, str]
) -> None:
    request = ordered(key)
    with pytest.raises(AssertionError):
        wx.charge(type(request)(**{**vars(request), **change}))


def test_a_phone_whose_address_is_not_known_cannot_pay(wx: Wechat, key: str) -> None:
    assert wx.charge(ordered(key, how="wap", payer_ip="")) == Unknown(cause="no_payer_ip")
    assert wx.query(key) == NotFound()


def test_the_channel_is_offered_where_it_is_configured(wechat_offered: None, settings: Any) -> None:
    assert "wechat" in channels.offered()
    assert channels.find("wechat").code == "wechat"
    assert channels.find("wechat") is channels.find("wechat")
    channels.find.cache_clear()
    settings.ANQI_WECHAT = None
    assert "wechat" not in channels.offered()
    with pytest.raises(LookupError):
        channels.find("wechat")


def test_nothing_that_is_asked_or_answered_reaches_a_log(
    wx: Wechat, at_the_till: Till, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        at_the_till.pay(key)
        wx.query(key)
        at_the_till.fault("bad_signature", key, next=1)
        wx.query(key)
        wx.close(key)
    told = "".join(str(vars(record)) for record in caplog.records)
    for secret in ("Authorization", "signature=", "按期还款", "203.0.113.7", "oSandbox", "prepay_id="):
        assert secret not in told
