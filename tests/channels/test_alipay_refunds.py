"""What Alipay's channel makes of refunds: of the call, of the query that alone proves them, and of their notices."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest

from anqi.payments.channels.alipay import Alipay
from anqi.payments.channels.protocol import (
    Accepted,
    BadSignature,
    Failed,
    NotFound,
    NotOurs,
    RefundRequest,
    Result,
    Succeeded,
    Unknown,
    Unreadable,
)
from anqi.rows.days import SHANGHAI
from tests.channels.cashier import AMOUNT_MINOR, NOTIFY_URL, Cashier, raw
from tests.channels.test_alipay_charges import BROKEN_ANSWERS
from tests.channels.test_alipay_notices import FIELDS
from tests.sandbox.sandbox_stand import Sandbox

REFUND, REFUND_QUERY = "alipay.trade.refund", "alipay.trade.fastpay.refund.query"


def owed(charge_key: str, number: str = "", amount_minor: int = 1000, **more: Any) -> RefundRequest:
    stated: dict[str, Any] = {
        "key": number or f"{charge_key}r",
        "charge_key": charge_key,
        "amount_minor": amount_minor,
        "charge_amount_minor": AMOUNT_MINOR,
        "currency": "CNY",
        "why": "多付的部分退回",
        "notify_url": NOTIFY_URL,
        "opened_at": datetime.now(SHANGHAI),
    }
    return RefundRequest(**stated | more)


@pytest.fixture
def paid(cashier: Cashier, key: str) -> str:
    """A charge that was paid."""
    cashier.pay(key)
    return key


@pytest.fixture
def impatient(ali: Alipay) -> Iterator[None]:
    ali._sdk._config.timeout = 1
    yield


def given_back(sandbox: Sandbox, key: str) -> list[tuple[str, int]]:
    return [(each["out_request_no"], each["amount_minor"]) for each in sandbox.trade(key)["refunds"]]


def test_a_refund_is_what_the_query_shows(sandbox: Sandbox, ali: Alipay, paid: str) -> None:
    before = datetime.now(SHANGHAI).replace(microsecond=0)
    result = ali.refund(owed(paid))
    assert isinstance(result, Succeeded)
    assert (result.ref, result.amount_minor) == (sandbox.trade(paid)["trade_no"], 1000)
    assert before <= result.paid_at <= datetime.now(SHANGHAI)
    assert result.paid_at.utcoffset() == timedelta(hours=8)
    assert ali.query_refund(f"{paid}r", charge_key=paid) == result
    [kept] = sandbox.trade(paid)["refunds"]
    assert (kept["amount_minor"], kept["reason"]) == (1000, "多付的部分退回")


def test_the_same_number_moves_money_once(sandbox: Sandbox, ali: Alipay, paid: str) -> None:
    first = ali.refund(owed(paid))
    # The answer says fund_change=N now.
    assert ali.refund(owed(paid)) == first
    assert given_back(sandbox, paid) == [(f"{paid}r", 1000)]


def test_a_number_goes_with_a_whole_refund_too(sandbox: Sandbox, ali: Alipay, paid: str) -> None:
    result = ali.refund(owed(paid, amount_minor=AMOUNT_MINOR))
    assert isinstance(result, Succeeded)
    assert given_back(sandbox, paid) == [(f"{paid}r", AMOUNT_MINOR)]
    assert sandbox.trade(paid)["trade_status"] == "TRADE_CLOSED"
    # The trade is closed by now, and still this is no news of it.
    assert ali.refund(owed(paid, amount_minor=AMOUNT_MINOR)) == result


def test_parts_are_refunds_of_their_own(sandbox: Sandbox, ali: Alipay, paid: str) -> None:
    for number, amount_minor in (("a", 1), ("b", 20), ("c", AMOUNT_MINOR - 21)):
        result = ali.refund(owed(paid, f"{paid}{number}", amount_minor))
        assert isinstance(result, Succeeded)
        assert result.amount_minor == amount_minor
    assert sum(amount for _, amount in given_back(sandbox, paid)) == AMOUNT_MINOR


def test_the_payment_that_is_meant_goes_back_and_no_other_of_its_charge(
    sandbox: Sandbox, ali: Alipay, paid: str
) -> None:
    """A second payment under one number, which this gateway told of in a notice only."""
    assert ali.refund(owed(paid, payment_ref="2026112622001400001")) == Unknown(cause="40004 ACQ.TRADE_NOT_EXIST")
    assert given_back(sandbox, paid) == []
    assert isinstance(ali.refund(owed(paid, payment_ref=sandbox.trade(paid)["trade_no"])), Succeeded)


def test_what_nobody_asked_for_is_not_found(ali: Alipay, paid: str, key: str) -> None:
    assert ali.query_refund(f"{paid}r", charge_key=paid) == NotFound()
    assert ali.query_refund(f"{key}r", charge_key=f"{key}-none") == NotFound()


@pytest.mark.parametrize("fault", ["refund_lag", "query_not_exist"])
def test_accepted_and_not_shown_yet_is_on_its_way(
    sandbox: Sandbox, ali: Alipay, paid: str, fault: str
) -> None:
    sandbox.fault(fault, out_trade_no=paid, operation=REFUND_QUERY, next=2)
    assert ali.refund(owed(paid)) == Accepted()
    assert ali.query_refund(f"{paid}r", charge_key=paid) == NotFound()
    assert isinstance(ali.query_refund(f"{paid}r", charge_key=paid), Succeeded)


def test_a_yes_with_nothing_behind_it_is_no_refund(sandbox: Sandbox, ali: Alipay, paid: str) -> None:
    sandbox.fault("accepted_then_failed", out_trade_no=paid, next=1)
    assert ali.refund(owed(paid)) == Accepted()
    assert ali.query_refund(f"{paid}r", charge_key=paid) == NotFound()
    assert given_back(sandbox, paid) == []
    assert isinstance(ali.refund(owed(paid)), Succeeded)
    assert given_back(sandbox, paid) == [(f"{paid}r", 1000)]


@pytest.mark.parametrize("fault", BROKEN_ANSWERS)
@pytest.mark.usefixtures("impatient")
def test_a_call_without_a_clear_answer_is_unknown(
    sandbox: Sandbox, ali: Alipay, paid: str, fault: str
) -> None:
    cause, is_done = BROKEN_ANSWERS[fault]
    sandbox.fault(fault, out_trade_no=paid, operation=REFUND, next=1, seconds=2)
    assert ali.refund(owed(paid)) == Unknown(cause=cause)
    found = ali.query_refund(f"{paid}r", charge_key=paid)
    assert isinstance(found, Succeeded if is_done else NotFound)
    assert isinstance(ali.refund(owed(paid)), Succeeded)
    assert given_back(sandbox, paid) == [(f"{paid}r", 1000)]


@pytest.mark.parametrize("fault", BROKEN_ANSWERS)
@pytest.mark.usefixtures("impatient")
def test_a_query_without_a_clear_answer_is_unknown_though_the_call_was_good(
    sandbox: Sandbox, ali: Alipay, paid: str, fault: str
) -> None:
    sandbox.fault(fault, out_trade_no=paid, operation=REFUND_QUERY, next=2, seconds=2)
    unknown = Unknown(cause=BROKEN_ANSWERS[fault][0])
    assert ali.refund(owed(paid)) == unknown
    assert ali.query_refund(f"{paid}r", charge_key=paid) == unknown
    assert isinstance(ali.query_refund(f"{paid}r", charge_key=paid), Succeeded)


def test_nobody_at_the_other_end(ali: Alipay, key: str) -> None:
    ali._sdk._gateway = "http://127.0.0.1:9/gateway.do"
    assert ali.refund(owed(key)) == Unknown(cause="no_answer")
    assert ali.query_refund(f"{key}r", charge_key=key) == Unknown(cause="no_answer")


def test_more_than_is_left_is_a_final_no(ali: Alipay, paid: str) -> None:
    no = Failed(reason="too_much", code="40004 ACQ.REASON_TRADE_REFUND_FEE_ERR")
    assert ali.refund(owed(paid, amount_minor=AMOUNT_MINOR + 1)) == no
    assert isinstance(ali.refund(owed(paid, "first", AMOUNT_MINOR - 1)), Succeeded)
    assert ali.refund(owed(paid, amount_minor=2)) == no


def test_a_trade_that_somebody_else_gave_back_is_a_final_no(ali: Alipay, paid: str) -> None:
    ali._sdk.api_alipay_trade_refund("533.09", out_trade_no=paid)
    assert ali.refund(owed(paid)) == Failed(reason="closed", code="40004 ACQ.TRADE_STATUS_ERROR")


def test_after_the_term_is_a_final_no(sandbox: Sandbox, ali: Alipay, paid: str) -> None:
    sandbox.shift_clock(366 * 86400)
    assert ali.refund(owed(paid)) == Failed(reason="too_late", code="40004 ACQ.TRADE_HAS_FINISHED")


def test_an_empty_account_is_no_final_no(sandbox: Sandbox, ali: Alipay, paid: str) -> None:
    sandbox.fault("seller_balance", out_trade_no=paid, next=1)
    assert ali.refund(owed(paid)) == Unknown(cause="40004 ACQ.SELLER_BALANCE_NOT_ENOUGH")
    assert isinstance(ali.refund(owed(paid)), Succeeded)


def test_another_amount_under_the_same_number_is_unknown(sandbox: Sandbox, ali: Alipay, paid: str) -> None:
    ali.refund(owed(paid))
    other = ali.refund(owed(paid, amount_minor=2000))
    assert other == Unknown(cause="40004 ACQ.DISCORDANT_REPEAT_REQUEST")
    assert given_back(sandbox, paid) == [(f"{paid}r", 1000)]


SHOWN: dict[str, Any] = {
    "code": "10000",
    "out_trade_no": "aq1",
    "out_request_no": "aq1r",
    "trade_no": "2026112522001",
    "total_amount": "533.09",
    "refund_amount": "10.00",
    "refund_status": "REFUND_SUCCESS",
    "gmt_refund_pay": "2026-11-25 23:59:59",
}
SEEN = Succeeded(
    ref="2026112522001", amount_minor=1000, paid_at=datetime(2026, 11, 25, 23, 59, 59, tzinfo=SHANGHAI)
)


def answered(
    ali: Alipay, monkeypatch: pytest.MonkeyPatch, *, call: dict[str, Any], query: dict[str, Any]
) -> Result:
    """What a refund of ten yuan is, with these two answers whose signatures were right."""
    answers = {"alipay_trade_refund_response": call, "alipay_trade_fastpay_refund_query_response": query}
    monkeypatch.setattr(ali._sdk, "verified_sync_response", lambda _, name: answers[name])
    return ali.refund(owed("aq1"))


def test_a_refund_is_read_to_the_fen_and_second(ali: Alipay, monkeypatch: pytest.MonkeyPatch) -> None:
    assert answered(ali, monkeypatch, call={"code": "10000"}, query=SHOWN) == SEEN


@pytest.mark.parametrize(
    "call", [{"fund_change": "Y"}, {"fund_change": "N"}, {"refund_fee": "533.09"}], ids=str
)
@pytest.mark.parametrize(("query", "expected"), [(SHOWN, SEEN), ({"code": "10000"}, Accepted())])
def test_nothing_in_a_good_answer_decides(
    ali: Alipay,
    monkeypatch: pytest.MonkeyPatch,
    call: dict[str, str],
    query: dict[str, str],
    expected: Result,
) -> None:
    assert answered(ali, monkeypatch, call={"code": "10000"} | call, query=query) == expected


NOES = [
    "ACQ.TRADE_HAS_CLOSE",
    "ACQ.TRADE_HAS_FINISHED",
    "ACQ.TRADE_STATUS_ERROR",
    "ACQ.REASON_TRADE_REFUND_FEE_ERR",
]


@pytest.mark.parametrize("sub_code", NOES)
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (SHOWN, Succeeded),
        ({"code": "10000"}, Failed),
        ({"code": "20000", "sub_code": "isp.unknow-error"}, Unknown),
        (SHOWN | {"refund_amount": "9.99"}, Unknown),
    ],
)
def test_a_no_stands_only_when_nothing_was_given_back(
    ali: Alipay, monkeypatch: pytest.MonkeyPatch, sub_code: str, query: dict[str, str], expected: type[Result]
) -> None:
    call = {"code": "40004", "sub_code": sub_code}
    assert isinstance(answered(ali, monkeypatch, call=call, query=query), expected)


@pytest.mark.parametrize(
    "code",
    [
        "10003",
        "20000 isp.unknow-error",
        "40002 isv.invalid-signature",
        "40004",
        "40004 ACQ.INVALID_PARAMETER",
        "40004 ACQ.TRADE_NOT_EXIST",
        "40004 ACQ.TRADE_NOT_ALLOW_REFUND",
        "40004 ACQ.REASON_TRADE_BEEN_FREEZEN",
        "40006 isv.insufficient-isv-permissions",
        "20000 ACQ.TRADE_HAS_CLOSE",
    ],
)
def test_what_isnt_certain_stays_unknown(ali: Alipay, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    call = dict(zip(("code", "sub_code"), code.split(), strict=False))
    assert answered(ali, monkeypatch, call=call, query={"code": "10000"}) == Unknown(cause=code)


@pytest.mark.parametrize(
    "change",
    [
        {"out_trade_no": "aq2"},
        {"out_request_no": "aq2r"},
        {"out_request_no": None},
        {"trade_no": None},
        {"refund_amount": None},
        {"refund_amount": "0.00"},
        {"refund_amount": 10.0},
        {"gmt_refund_pay": None},
        {"gmt_refund_pay": "2026-11-25"},
        {"refund_status": "REFUND_PROCESSING"},
        {"refund_status": "REFUND_FAIL"},
        {"code": None},
    ],
    ids=str,
)
def test_a_query_that_says_less_than_it_must_is_unknown(
    ali: Alipay, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    assert isinstance(answered(ali, monkeypatch, call={"code": "10000"}, query=SHOWN | change), Unknown)


def test_another_amount_than_ours_is_nobodys_success(ali: Alipay, monkeypatch: pytest.MonkeyPatch) -> None:
    other = SHOWN | {"refund_amount": "10.01"}
    assert answered(ali, monkeypatch, call={"code": "10000"}, query=other) == Unknown(cause="other_amount")


@pytest.mark.parametrize("change", [{"currency": "USD"}, {"why": "a{b}"}], ids=str)
def test_a_refund_that_alipay_could_not_take_is_a_broken_assumption(
    ali: Alipay, key: str, change: dict[str, str]
) -> None:
    with pytest.raises(AssertionError):
        ali.refund(owed(key, **change))


def told(ali: Alipay, body: bytes) -> tuple[str, str, Result]:
    notice = ali.parse_notification(raw(body))
    return notice.kind, notice.key, notice.result


def test_a_part_and_the_rest_are_each_told_as_refunds(
    sandbox: Sandbox, cashier: Cashier, ali: Alipay, paid: str
) -> None:
    ali.refund(owed(paid, "R1"))
    ali.refund(owed(paid, "R2", AMOUNT_MINOR - 1000))
    [payment, part, rest] = cashier.bodies(paid)
    ask = Accepted(ref=sandbox.trade(paid)["trade_no"])
    assert told(ali, payment)[:2] == ("charge", paid)
    assert told(ali, part) == ("refund", "R1", ask)
    assert dict(parse_qsl(rest.decode()))["trade_status"] == "TRADE_CLOSED"
    assert told(ali, rest) == ("refund", "R2", ask)


# What a refund's notice can't tell wrongly, since it only says: ask.
REFUSED = {
    "wrong_signature": BadSignature,
    "notice_other_key": BadSignature,
    "notice_unsigned": BadSignature,
    "altered_seller": NotOurs,
    "altered_app": NotOurs,
}


def test_each_way_in_which_a_notice_of_a_refund_can_be_bent(
    sandbox: Sandbox, cashier: Cashier, ali: Alipay, key: str
) -> None:
    catalogue = sandbox.http.get("/_control/faults").json()["catalogue"]
    faults = [each["fault"] for each in catalogue if (each["channel"], each["kind"]) == ("alipay", "notify")]
    # A replay is of whatever came first, and known as that.
    for fault in set(faults) - {"replay"}:
        charge_key = f"{key}{fault}"
        cashier.pay(charge_key)
        sandbox.fault(fault, out_trade_no=charge_key, operation="refunded", seconds=3600)
        ali.refund(owed(charge_key, "R1"))
        bodies = cashier.bodies(charge_key)[1:]
        assert bodies
        for body in bodies:
            if fault in REFUSED:
                with pytest.raises(REFUSED[fault]):
                    told(ali, body)
            else:
                assert told(ali, body)[:2] == ("refund", "R1")


REFUNDED = FIELDS | {"refund_fee": "10.00", "out_biz_no": "aq1r", "gmt_refund": "2026-11-26 00:00:01.000"}


def test_a_notice_of_a_refund_only_says_ask(cashier: Cashier, ali: Alipay) -> None:
    body = cashier.signed(REFUNDED)
    assert told(ali, body) == ("refund", "aq1r", Accepted(ref="2026112522001"))
    closed = cashier.signed(REFUNDED | {"trade_status": "TRADE_CLOSED", "refund_fee": "533.09"})
    assert told(ali, closed) == ("refund", "aq1r", Accepted(ref="2026112522001"))


@pytest.mark.parametrize("number", [None, "", "x" * 65, "a b", "退款"])
def test_a_notice_of_a_refund_without_its_number_is_unreadable(
    cashier: Cashier, ali: Alipay, number: str | None
) -> None:
    fields = {name: value for name, value in REFUNDED.items() if name != "out_biz_no"}
    with pytest.raises(Unreadable):
        told(ali, cashier.signed(fields | ({} if number is None else {"out_biz_no": number})))


@pytest.mark.parametrize("fee", ["0.00", "0.0", "0", ""])
def test_nothing_given_back_is_a_notice_of_the_charge(cashier: Cashier, ali: Alipay, fee: str) -> None:
    assert told(ali, cashier.signed(FIELDS | {"refund_fee": fee}))[0] == "charge"


@pytest.mark.parametrize("fee", ["x", "0.000", "-1.00", "1e2"])
def test_a_fee_that_is_none_is_never_read_as_a_payment(cashier: Cashier, ali: Alipay, fee: str) -> None:
    assert told(ali, cashier.signed(REFUNDED | {"refund_fee": fee}))[0] == "refund"
