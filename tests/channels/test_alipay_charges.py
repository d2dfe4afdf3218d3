"""What Alipay's channel asks and what it makes of the answers, with the sandbox at the other end."""

import io
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from alipay import AliPay
from alipay.exceptions import AliPayException

from anqi.payments import channels
from anqi.payments.channels import alipay
from anqi.payments.channels.alipay import Alipay
from anqi.payments.channels.protocol import (
    Accepted,
    Closed,
    NotFound,
    Result,
    Succeeded,
    Unknown,
)
from anqi.rows.days import SHANGHAI
from tests.channels.cashier import AMOUNT_MINOR, NOTIFY_URL, Cashier, address, ordered
from tests.sandbox.sandbox_stand import Sandbox

QUERY, CLOSE = "alipay.trade.query", "alipay.trade.close"

# Fault: the cause that is noted, and whether Alipay had done what it was asked.
BROKEN_ANSWERS = {
    "lost_before": ("no_answer", False),
    "lost_after": ("no_answer", True),
    "slow": ("timeout", True),
    "cut": ("no_answer", True),
    "http_500": ("http_500", False),
    "http_500_after": ("http_500", True),
    "http_502": ("http_502", False),
    "http_503": ("http_503", False),
    "http_429": ("http_429", False),
    "html": ("unreadable", False),
    "proxy_407": ("http_407", False),
    "proxy_login": ("unreadable", False),
    "bad_signature": ("bad_signature", True),
    "no_signature": ("no_signature", True),
    "answer_other_key": ("bad_signature", True),
    "system_error": ("40004 ACQ.SYSTEM_ERROR", False),
    "system_error_after": ("40004 ACQ.SYSTEM_ERROR", True),
    "unlisted_code": ("40004 ACQ.CODE_NOBODY_LISTED", True),
    "unavailable_after": ("20000 isp.unknow-error", True),
    "call_limited": ("40005 isv.app-call-limited", False),
    "clock_refused": ("40002 isv.invalid-timestamp", False),
}
WRONG_STATES = {"paid_after_close", "closed_yet_paid", "query_not_exist", "query_waiting"}
# Of refunds, transfers, agreements and debits, which have tests of their own.
NOT_ASKED = {"refund_lag", "accepted_then_failed", "seller_balance"}
OF_OTHERS = ("transfer_", "agreement_", "debit_", "line_", "statement_")


def test_no_fault_of_an_answer_is_forgotten(sandbox: Sandbox) -> None:
    catalogue = sandbox.http.get("/_control/faults").json()["catalogue"]
    known = {each["fault"] for each in catalogue if each["channel"] == "alipay" and each["kind"] != "notify"}
    assert {each for each in known if not each.startswith(OF_OTHERS)} == set(BROKEN_ANSWERS) | WRONG_STATES | NOT_ASKED


@pytest.mark.parametrize(
    ("how", "method", "product_code"),
    [
        ("wap", "alipay.trade.wap.pay", "QUICK_WAP_WAY"),
        ("page", "alipay.trade.page.pay", "FAST_INSTANT_TRADE_PAY"),
    ],
)
def test_a_charge_is_paid_at_the_cashier(
    sandbox: Sandbox, ali: Alipay, key: str, how: str, method: str, product_code: str
) -> None:
    url = address(ali.charge(ordered(key, how=how)))
    [sent] = parse_qs(urlsplit(url).query)["method"]
    assert sent == method
    assert product_code in parse_qs(urlsplit(url).query)["biz_content"][0]
    page = sandbox.http.get(url, follow_redirects=True)
    assert "¥533.09" in page.text
    before = datetime.now(SHANGHAI).replace(microsecond=0)
    sandbox.http.post(f"{page.url.path}/pay", data={"buyer": "lin", "password": "123456"})

    result = ali.query(key)
    assert isinstance(result, Succeeded)
    assert (result.amount_minor, result.ref) == (AMOUNT_MINOR, sandbox.trade(key)["trade_no"])
    assert before <= result.paid_at <= datetime.now(SHANGHAI)
    assert result.paid_at.utcoffset() == timedelta(hours=8)


def test_a_charge_is_no_request(ali: Alipay, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alipay.urlopen", None)
    assert isinstance(ali.charge(ordered(key)), Accepted)


def test_a_charge_says_when_it_ends_and_where_to_tell(sandbox: Sandbox, cashier: Cashier, key: str) -> None:
    cashier.open(key, minutes=15)
    trade = sandbox.trade(key)
    lasts = datetime.fromisoformat(trade["expires_at"]) - datetime.fromisoformat(trade["created_at"])
    assert timedelta(minutes=14, seconds=50) <= lasts <= timedelta(minutes=15)
    assert (trade["notify_url"], trade["return_url"], trade["quit_url"]) == (
        NOTIFY_URL, "http://localhost:8000/charges/1", "http://localhost:8000/charges/1",
    )  # fmt: skip


@pytest.mark.parametrize("amount_minor", [1, 10, 100, 53309, 9_999_999])
def test_amounts_come_back_as_they_went(
    sandbox: Sandbox, cashier: Cashier, ali: Alipay, key: str, amount_minor: int
) -> None:
    cashier.open(key, amount_minor=amount_minor)
    sandbox.control("alipay/pay", out_trade_no=key)
    result = ali.query(key)
    assert isinstance(result, Succeeded)
    assert result.amount_minor == amount_minor


def test_a_page_that_nobody_opened_is_not_found(ali: Alipay, key: str) -> None:
    ali.charge(ordered(key))
    assert ali.query(key) == NotFound()
    assert ali.close(key) == NotFound()


def test_an_open_page_waits(sandbox: Sandbox, cashier: Cashier, ali: Alipay, key: str) -> None:
    cashier.open(key)
    assert ali.query(key) == Accepted(ref=sandbox.trade(key)["trade_no"])


def test_a_closed_charge_cannot_be_paid(sandbox: Sandbox, cashier: Cashier, ali: Alipay, key: str) -> None:
    cashier.open(key)
    assert ali.close(key) == Closed()
    assert ali.query(key) == Closed()
    assert ali.close(key) == Closed()
    assert sandbox.control("alipay/pay", out_trade_no=key).json()["error"] == "TRADE_HAS_CLOSE"


def test_closing_a_paid_charge_tells_that_it_is_paid(cashier: Cashier, ali: Alipay, key: str) -> None:
    cashier.pay(key)
    result = ali.close(key)
    assert isinstance(result, Succeeded)
    assert result == ali.query(key)


def test_a_charge_that_ran_out_of_time_is_closed(
    sandbox: Sandbox, cashier: Cashier, ali: Alipay, key: str
) -> None:
    cashier.open(key)
    sandbox.shift_clock(16 * 60)
    assert ali.query(key) == Closed()


def test_a_payment_a_year_old_is_still_a_payment(
    sandbox: Sandbox, cashier: Cashier, ali: Alipay, key: str
) -> None:
    cashier.pay(key)
    then = ali.query(key)
    sandbox.shift_clock(366 * 86400)
    assert sandbox.http.get(f"/_control/alipay/trades/{key}").status_code == 200
    assert ali.query(key) == then
    assert sandbox.trade(key)["trade_status"] == "TRADE_FINISHED"


def test_a_payment_given_back_is_neither_paid_nor_unpaid(cashier: Cashier, ali: Alipay, key: str) -> None:
    cashier.pay(key)
    assert ali._sdk.api_alipay_trade_refund("533.09", out_trade_no=key)["fund_change"] == "Y"
    assert ali.query(key) == Unknown(cause="closed_after_payment")


@pytest.mark.parametrize("fault", BROKEN_ANSWERS)
def test_a_query_without_a_clear_answer_is_unknown(
    sandbox: Sandbox, cashier: Cashier, ali: Alipay, key: str, fault: str
) -> None:
    cashier.pay(key)
    ali._sdk._config.timeout = 1
    sandbox.fault(fault, out_trade_no=key, operation=QUERY, next=1, seconds=2)
    assert ali.query(key) == Unknown(cause=BROKEN_ANSWERS[fault][0])
    assert isinstance(ali.query(key), Succeeded)


@pytest.mark.parametrize("fault", BROKEN_ANSWERS)
def test_closing_without_a_clear_answer_is_unknown(
    sandbox: Sandbox, cashier: Cashier, ali: Alipay, key: str, fault: str
) -> None:
    cashier.open(key)
    ali._sdk._config.timeout = 1
    cause, is_done = BROKEN_ANSWERS[fault]
    sandbox.fault(fault, out_trade_no=key, operation=CLOSE, next=1, seconds=2)
    assert ali.close(key) == Unknown(cause=cause)
    assert isinstance(ali.query(key), Closed if is_done else Accepted)
    assert ali.close(key) == Closed()


@pytest.mark.parametrize("fault", ["paid_after_close", "closed_yet_paid"])
def test_a_payment_that_wins_against_the_closing(
    sandbox: Sandbox, cashier: Cashier, ali: Alipay, key: str, fault: str
) -> None:
    cashier.open(key)
    sandbox.fault(fault, out_trade_no=key, next=1)
    result = ali.close(key)
    assert isinstance(result, Succeeded)
    assert result.amount_minor == AMOUNT_MINOR


def test_queries_that_lag_behind(sandbox: Sandbox, cashier: Cashier, ali: Alipay, key: str) -> None:
    cashier.pay(key)
    sandbox.fault("query_not_exist", out_trade_no=key, next=1)
    assert ali.query(key) == NotFound()
    sandbox.fault("query_waiting", out_trade_no=key, next=1)
    assert isinstance(ali.query(key), Accepted)
    assert isinstance(ali.query(key), Succeeded)


def test_nobody_at_the_other_end(ali: Alipay, key: str) -> None:
    ali._sdk._gateway = "http://127.0.0.1:9/gateway.do"
    assert ali.query(key) == Unknown(cause="no_answer")
    assert ali.close(key) == Unknown(cause="no_answer")


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{}", b'"x"', b"\xff\xfe", b'{"sign": 7}'], ids=repr)
def test_an_answer_that_is_none(ali: Alipay, key: str, monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    monkeypatch.setattr("alipay.urlopen", lambda url, timeout: io.BytesIO(body))
    assert isinstance(ali.query(key), Unknown)


PAID: dict[str, Any] = {
    "code": "10000",
    "trade_no": "2026112522001",
    "trade_status": "TRADE_SUCCESS",
    "total_amount": "533.09",
    "send_pay_date": "2026-11-25 23:59:59",
}


def answered(
    ali: Alipay, monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any], key: str = "aq1"
) -> Result:
    """What a query makes of an answer whose signature was right."""
    monkeypatch.setattr(ali._sdk, "verified_sync_response", lambda *_: answer)
    return ali.query(key)


def test_an_answer_is_read_to_the_fen_and_second(ali: Alipay, monkeypatch: pytest.MonkeyPatch) -> None:
    assert answered(ali, monkeypatch, PAID | {"out_trade_no": "aq1"}) == Succeeded(
        ref="2026112522001", amount_minor=53309, paid_at=datetime(2026, 11, 25, 23, 59, 59, tzinfo=SHANGHAI)
    )


@pytest.mark.parametrize(
    "change",
    [
        {"out_trade_no": "aq2"},
        {"out_trade_no": None},
        {"trade_no": None},
        {"trade_no": "x" * 65},
        {"total_amount": 533.09},
        {"total_amount": "533.091"},
        {"total_amount": "5e2"},
        {"total_amount": "0.00"},
        {"total_amount": None},
        {"send_pay_date": None},
        {"send_pay_date": "2026-11-25"},
        {"send_pay_date": "2026-13-25 00:00:00"},
        {"trade_status": "TRADE_PENDING"},
        {"trade_status": None},
        {"code": "10003"},
        {"code": None},
        {"code": "20000", "sub_code": "ACQ.TRADE_NOT_EXIST"},
    ],
    ids=str,
)
def test_an_answer_that_says_less_than_it_must_is_unknown(
    ali: Alipay, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    assert isinstance(answered(ali, monkeypatch, PAID | {"out_trade_no": "aq1"} | change), Unknown)


def test_no_text_of_an_answer_goes_on(ali: Alipay, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AliPayException("40002", '{"buyer_logon_id": "138****6021"}')

    monkeypatch.setattr(ali._sdk, "verified_sync_response", refuse)
    assert ali.query("aq1") == Unknown(cause="no_signature")


def test_requests_go_to_the_gateway_that_was_stated(
    stated: dict[str, str], key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, float]] = []

    def listen(url: str, timeout: float) -> io.BytesIO:
        asked.append((url, timeout))
        return io.BytesIO(b"")

    monkeypatch.setattr("alipay.urlopen", listen)
    ali = alipay.connect(stated | {"gateway": "http://127.0.0.1:9/gateway.do"})
    ali.query(key)
    assert address(ali.charge(ordered(key))).startswith("http://127.0.0.1:9/gateway.do?")
    [(url, timeout)] = asked
    assert url.startswith("http://127.0.0.1:9/gateway.do?")
    assert timeout == 10


def test_the_sdk_still_keeps_its_gateway_where_it_is_overridden(stated: dict[str, str]) -> None:
    sdk = AliPay(
        appid="1",
        app_private_key_string=Path(stated["app_private_key"]).read_text(),
        alipay_public_key_string=Path(stated["alipay_public_key"]).read_text(),
    )
    assert sdk._gateway == "https://openapi.alipay.com/gateway.do"


def test_a_process_elsewhere_is_refused(stated: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    with monkeypatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        with pytest.raises(AssertionError, match="Asia/Shanghai"):
            alipay.connect(stated)
    time.tzset()
    alipay.connect(stated)


def test_the_wrong_half_of_the_keys_is_refused(sandbox: Sandbox, stated: dict[str, str]) -> None:
    with pytest.raises(AssertionError, match="application's own"):
        alipay.connect(stated | {"alipay_public_key": str(sandbox.home / "app_public.pem")})


@pytest.mark.parametrize("change", [{"currency": "USD"}, {"subject": "a{b}"}, {"subject": "a&b"}], ids=str)
def test_a_charge_that_alipay_could_not_take_is_a_broken_assumption(
    ali: Alipay, key: str, change: dict[str, str]
) -> None:
    request = ordered(key)
    with pytest.raises(AssertionError):
        ali.charge(type(request)(**{**vars(request), **change}))


def test_only_what_is_configured_is_offered(offered: None, settings: Any) -> None:
    settings.ANQI_WECHAT = settings.ANQI_BANK = None
    assert channels.offered() == ("alipay",)
    assert channels.find("alipay").code == "alipay"
    assert channels.find("alipay") is channels.find("alipay")
    with pytest.raises(LookupError):
        channels.find("pigeon")
    channels.find.cache_clear()
    settings.ANQI_ALIPAY = None
    assert channels.offered() == ()
    with pytest.raises(LookupError):
        channels.find("alipay")
