"""Each fault does what its name says, and only to whom it was meant for."""

import http.client
import json
import socket
import threading
from datetime import datetime, timedelta
from typing import Any
from urllib.error import HTTPError

import pytest
from alipay import AliPay
from alipay.exceptions import AliPayException, AliPayValidationError
from sandbox_stand import Merchant, Sandbox, cashier_url, wait_until

REFUND_QUERY = "alipay.trade.fastpay.refund.query"


@pytest.fixture
def trade(sandbox: Sandbox, ali: AliPay, order_no: str) -> str:
    assert sandbox.control("alipay/open", url=cashier_url(ali, order_no)).status_code == 200
    return order_no


def pay(sandbox: Sandbox, trade: str) -> None:
    answer = sandbox.control("alipay/pay", out_trade_no=trade)
    assert answer.status_code == 200, answer.text


def pay_and_flush(sandbox: Sandbox, merchant: Merchant, trade: str, count: int) -> list[dict[str, str]]:
    pay(sandbox, trade)
    sandbox.flush(trade)
    wait_until(lambda: len(merchant.about(trade)) >= count)
    received = merchant.about(trade)
    assert len(received) == count
    return received


def verified(ali: AliPay, notice: dict[str, str]) -> bool:
    fields = dict(notice)
    return bool(ali.verify(fields, fields.pop("sign")))


@pytest.mark.parametrize("fault", ["duplicate", "duplicate_at_once"])
def test_a_notification_twice(
    sandbox: Sandbox, ali: AliPay, merchant: Merchant, trade: str, fault: str
) -> None:
    sandbox.fault(fault, out_trade_no=trade)
    first, second = pay_and_flush(sandbox, merchant, trade, 2)
    assert first == second and verified(ali, first)


def test_a_late_notification_waits_for_its_time(
    sandbox: Sandbox, ali: AliPay, merchant: Merchant, trade: str
) -> None:
    sandbox.fault("late", out_trade_no=trade, seconds=3600)
    pay(sandbox, trade)
    sandbox.control("notify/flush", due_only=True)
    assert sandbox.trade(trade)["notifications"][0]["state"] == "waiting"
    assert merchant.about(trade) == []
    sandbox.flush(trade)
    assert len(merchant.about(trade)) == 1


def test_a_notification_that_overtakes_the_answer(
    sandbox: Sandbox, ali: AliPay, merchant: Merchant, trade: str
) -> None:
    sandbox.fault("before_response", out_trade_no=trade)
    pay(sandbox, trade)
    assert [each["trade_status"] for each in merchant.about(trade)] == ["TRADE_SUCCESS"]
    ali.api_alipay_trade_refund("12.30", out_trade_no=trade)
    assert [each["trade_status"] for each in merchant.about(trade)] == ["TRADE_SUCCESS", "TRADE_CLOSED"]


def test_a_notification_that_never_comes(
    sandbox: Sandbox, ali: AliPay, merchant: Merchant, trade: str
) -> None:
    sandbox.fault("never", out_trade_no=trade)
    pay(sandbox, trade)
    assert sandbox.flush(trade) == []
    assert sandbox.trade(trade)["notifications"][0]["state"] == "withheld"
    assert ali.api_alipay_trade_query(out_trade_no=trade)["trade_status"] == "TRADE_SUCCESS"


def test_a_wrong_signature(sandbox: Sandbox, ali: AliPay, merchant: Merchant, trade: str) -> None:
    sandbox.fault("wrong_signature", out_trade_no=trade)
    (notice,) = pay_and_flush(sandbox, merchant, trade, 1)
    assert not verified(ali, notice)


@pytest.mark.parametrize(
    ("fault", "field", "value"),
    [
        ("altered_amount", "total_amount", "12.31"),
        ("altered_seller", "seller_id", "2088000000000009"),
        ("altered_app", "app_id", "2021000000000009"),
    ],
)
def test_altered_but_signed(
    sandbox: Sandbox, ali: AliPay, merchant: Merchant, trade: str, fault: str, field: str, value: str
) -> None:
    sandbox.fault(fault, out_trade_no=trade)
    (notice,) = pay_and_flush(sandbox, merchant, trade, 1)
    assert notice[field] == value and verified(ali, notice)


def test_an_altered_order(sandbox: Sandbox, ali: AliPay, merchant: Merchant, trade: str) -> None:
    sandbox.fault("altered_order", out_trade_no=trade)
    (notice,) = pay_and_flush(sandbox, merchant, trade, 1)
    assert notice["out_trade_no"] == f"{trade}X" and verified(ali, notice)


def test_a_replay_repeats_an_old_message(
    sandbox: Sandbox, ali: AliPay, merchant: Merchant, trade: str
) -> None:
    older = f"{trade}-older"
    sandbox.control("alipay/pay", url=cashier_url(ali, older))
    sandbox.flush(older)
    wait_until(lambda: bool(merchant.about(older)))
    before = len(merchant.received)
    sandbox.fault("replay", out_trade_no=trade)
    pay(sandbox, trade)
    sandbox.flush(trade)
    wait_until(lambda: len(merchant.received) >= before + 2)
    own, old = merchant.received[before:]
    assert own["out_trade_no"] == trade
    assert old["out_trade_no"] != trade and verified(ali, old)


def test_a_year_old_message(sandbox: Sandbox, ali: AliPay, merchant: Merchant, trade: str) -> None:
    sandbox.fault("replay_old", out_trade_no=trade)
    new, old = pay_and_flush(sandbox, merchant, trade, 2)
    assert new["notify_id"] != old["notify_id"] and verified(ali, old)
    aged = datetime.fromisoformat(new["notify_time"]) - datetime.fromisoformat(old["notify_time"])
    assert aged == timedelta(days=365)
    assert {new[name] == old[name] for name in ("trade_no", "total_amount", "gmt_payment")} == {True}


def test_money_twice_under_one_number(sandbox: Sandbox, ali: AliPay, merchant: Merchant, trade: str) -> None:
    sandbox.fault("paid_twice", out_trade_no=trade)
    first, second = pay_and_flush(sandbox, merchant, trade, 2)
    assert first["trade_no"] != second["trade_no"] and first["notify_id"] != second["notify_id"]
    assert (second["out_trade_no"], second["trade_status"]) == (trade, "TRADE_SUCCESS")
    assert verified(ali, second) and len(second["trade_no"]) == len(first["trade_no"])
    assert ali.api_alipay_trade_query(out_trade_no=trade)["trade_no"] == first["trade_no"]


def test_a_notice_signed_with_the_next_key(
    sandbox: Sandbox, ali: AliPay, merchant: Merchant, trade: str
) -> None:
    sandbox.fault("notice_other_key", out_trade_no=trade)
    (notice,) = pay_and_flush(sandbox, merchant, trade, 1)
    assert not verified(ali, notice)
    assert verified(with_the_next_key(sandbox, ali), notice)


def test_a_notice_without_a_signature(sandbox: Sandbox, merchant: Merchant, trade: str) -> None:
    sandbox.fault("notice_unsigned", out_trade_no=trade)
    (notice,) = pay_and_flush(sandbox, merchant, trade, 1)
    assert "sign" not in notice and notice["trade_status"] == "TRADE_SUCCESS"


def test_an_answer_signed_with_the_next_key(sandbox: Sandbox, ali: AliPay, trade: str) -> None:
    sandbox.fault("answer_other_key", out_trade_no=trade, next=2)
    with pytest.raises(AliPayValidationError):
        ali.api_alipay_trade_query(out_trade_no=trade)
    found = with_the_next_key(sandbox, ali).api_alipay_trade_query(out_trade_no=trade)
    assert found["trade_status"] == "WAIT_BUYER_PAY"


def with_the_next_key(sandbox: Sandbox, ali: AliPay) -> AliPay:
    """The merchant once it was given Alipay's next key."""
    key = (sandbox.home / "alipay_next_public.pem").read_text()
    ali._alipay_public_key_string = key
    ali._load_key()
    return ali


@pytest.mark.parametrize(("fault", "sign"), [("clock_ahead", 1), ("clock_behind", -1)])
def test_a_clock_that_is_wrong(
    sandbox: Sandbox, ali: AliPay, merchant: Merchant, trade: str, fault: str, sign: int
) -> None:
    sandbox.fault(fault, out_trade_no=trade)
    pay(sandbox, trade)
    ali.api_alipay_trade_refund("2.00", out_trade_no=trade, out_request_no="R1")
    sandbox.flush(trade)
    wait_until(lambda: len(merchant.about(trade)) >= 2)
    paid_at = datetime.fromisoformat(sandbox.trade(trade)["paid_at"])
    for notice in merchant.about(trade):
        told = datetime.fromisoformat(notice["gmt_payment"])
        assert told - paid_at == sign * timedelta(seconds=600) and verified(ali, notice)
    refunded = next(each for each in merchant.about(trade) if "out_biz_no" in each)
    kept = datetime.fromisoformat(sandbox.trade(trade)["refunds"][0]["refunded_at"])
    assert refunded["gmt_refund"].endswith(".000")
    assert datetime.fromisoformat(refunded["gmt_refund"]) - kept == sign * timedelta(seconds=600)


def test_a_refund_is_told_before_its_answer_and_before_the_payment(
    sandbox: Sandbox, ali: AliPay, merchant: Merchant, trade: str
) -> None:
    sandbox.fault("late", out_trade_no=trade, operation="paid", seconds=9999)
    sandbox.fault("before_response", out_trade_no=trade, operation="refunded")
    pay(sandbox, trade)
    ali.api_alipay_trade_refund("2.00", out_trade_no=trade, out_request_no="R1")
    assert [each.get("out_biz_no") for each in merchant.about(trade)] == ["R1"]
    sandbox.flush(trade)
    assert [each.get("out_biz_no") for each in merchant.about(trade)] == ["R1", None]


def test_a_refund_accepted_and_never_done(
    sandbox: Sandbox, ali: AliPay, merchant: Merchant, trade: str
) -> None:
    pay(sandbox, trade)
    sandbox.fault("accepted_then_failed", out_trade_no=trade, next=1)
    answer = ali.api_alipay_trade_refund("2.00", out_trade_no=trade, out_request_no="R1")
    assert (answer["code"], answer["fund_change"], answer["refund_fee"]) == ("10000", "Y", "2.00")
    assert "refund_status" not in ali.api_alipay_trade_fastpay_refund_query("R1", out_trade_no=trade)
    assert (sandbox.trade(trade)["refunded_minor"], sandbox.trade(trade)["refunds"]) == (0, [])
    again = ali.api_alipay_trade_refund("2.00", out_trade_no=trade, out_request_no="R1")
    assert (again["fund_change"], sandbox.trade(trade)["refunded_minor"]) == ("Y", 200)


def test_an_account_too_empty_to_refund(sandbox: Sandbox, ali: AliPay, trade: str) -> None:
    pay(sandbox, trade)
    sandbox.fault("seller_balance", out_trade_no=trade, next=1)
    no = ali.api_alipay_trade_refund("2.00", out_trade_no=trade, out_request_no="R1")
    assert no["sub_code"] == "ACQ.SELLER_BALANCE_NOT_ENOUGH"
    assert sandbox.trade(trade)["refunds"] == []
    assert ali.api_alipay_trade_refund("2.00", out_trade_no=trade, out_request_no="R1")["fund_change"] == "Y"


def test_the_time_of_a_refund_is_told_to_who_asks(sandbox: Sandbox, ali: AliPay, trade: str) -> None:
    pay(sandbox, trade)
    ali.api_alipay_trade_refund("2.00", out_trade_no=trade, out_request_no="R1")
    question = {"out_trade_no": trade, "out_request_no": "R1"}
    assert "gmt_refund_pay" not in ali.server_api(REFUND_QUERY, question)
    told = ali.server_api(REFUND_QUERY, question | {"query_options": ["gmt_refund_pay"]})
    assert told["gmt_refund_pay"] == sandbox.trade(trade)["refunds"][0]["refunded_at"]
    for wrong in (["gmt_refund"], "gmt_refund_pay", [1]):
        answer = ali.server_api(REFUND_QUERY, question | {"query_options": wrong})
        assert answer["sub_code"] == "ACQ.INVALID_PARAMETER"


def test_closed_after_success(sandbox: Sandbox, ali: AliPay, merchant: Merchant, trade: str) -> None:
    sandbox.fault("then_closed", out_trade_no=trade)
    first, second = pay_and_flush(sandbox, merchant, trade, 2)
    assert [first["trade_status"], second["trade_status"]] == ["TRADE_SUCCESS", "TRADE_CLOSED"]
    assert first["notify_id"] != second["notify_id"] and verified(ali, second)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("lost_after", (ConnectionResetError, http.client.RemoteDisconnected)),
        ("http_500_after", HTTPError),
        ("bad_signature", AliPayValidationError),
        ("no_signature", AliPayException),
        ("answer_other_key", AliPayValidationError),
        ("cut", (http.client.IncompleteRead, ConnectionResetError)),
        ("slow", TimeoutError),
    ],
)
def test_done_but_the_answer_is_lost(
    sandbox: Sandbox, ali: AliPay, trade: str, fault: str, error: type[Exception]
) -> None:
    pay(sandbox, trade)
    ali._config.timeout = 1
    sandbox.fault(fault, out_trade_no=trade, operation="alipay.trade.refund", seconds=2)
    with pytest.raises(error):
        ali.api_alipay_trade_refund("2.00", out_trade_no=trade, out_request_no="R1")
    found = ali.api_alipay_trade_fastpay_refund_query("R1", out_trade_no=trade)
    assert found["refund_status"] == "REFUND_SUCCESS"


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("lost_before", (ConnectionResetError, http.client.RemoteDisconnected)),
        ("http_500", HTTPError),
        ("http_502", HTTPError),
        ("http_503", HTTPError),
        ("http_429", HTTPError),
        ("html", json.JSONDecodeError),
        ("proxy_407", HTTPError),
        ("proxy_login", json.JSONDecodeError),
    ],
)
def test_not_done_and_no_answer(
    sandbox: Sandbox, ali: AliPay, trade: str, fault: str, error: type[Exception]
) -> None:
    pay(sandbox, trade)
    sandbox.fault(fault, out_trade_no=trade, operation="alipay.trade.refund")
    with pytest.raises(error):
        ali.api_alipay_trade_refund("2.00", out_trade_no=trade, out_request_no="R1")
    assert "refund_status" not in ali.api_alipay_trade_fastpay_refund_query("R1", out_trade_no=trade)


@pytest.mark.parametrize(
    ("fault", "sub_code"),
    [
        ("system_error_after", "ACQ.SYSTEM_ERROR"),
        ("unlisted_code", "ACQ.CODE_NOBODY_LISTED"),
        ("unavailable_after", "isp.unknow-error"),
    ],
)
def test_done_but_called_failed(sandbox: Sandbox, ali: AliPay, trade: str, fault: str, sub_code: str) -> None:
    sandbox.fault(fault, out_trade_no=trade, next=1)
    assert ali.api_alipay_trade_close(out_trade_no=trade)["sub_code"] == sub_code
    assert ali.api_alipay_trade_query(out_trade_no=trade)["trade_status"] == "TRADE_CLOSED"


@pytest.mark.parametrize(
    ("fault", "sub_code"),
    [
        ("system_error", "ACQ.SYSTEM_ERROR"),
        ("call_limited", "isv.app-call-limited"),
        ("clock_refused", "isv.invalid-timestamp"),
    ],
)
def test_called_failed_and_not_done(
    sandbox: Sandbox, ali: AliPay, trade: str, order_no: str, fault: str, sub_code: str
) -> None:
    sandbox.fault(fault, out_trade_no=trade, next=1)
    assert ali.api_alipay_trade_close(out_trade_no=trade)["sub_code"] == sub_code
    assert ali.api_alipay_trade_query(out_trade_no=trade)["trade_status"] == "WAIT_BUYER_PAY"
    other = f"{order_no}other"
    sandbox.fault(fault, out_trade_no=other, next=1, operation="alipay.trade.wap.pay")
    page = sandbox.http.get(cashier_url(ali, other))
    assert page.status_code == 400 and sub_code in page.text
    assert sandbox.http.get(f"/_control/alipay/trades/{other}").status_code == 404


def test_a_login_page_stands_where_the_proxy_sends_to(sandbox: Sandbox, ali: AliPay, trade: str) -> None:
    sandbox.fault("proxy_login", out_trade_no=trade, next=1)
    signed = ali.sign_data(ali.build_body("alipay.trade.query", {"out_trade_no": trade}))
    answer = sandbox.http.get(f"/alipay/gateway.do?{signed}")
    assert answer.status_code == 302
    page = sandbox.http.get(answer.headers["location"])
    assert page.status_code == 200 and "上网认证" in page.text


def test_paid_after_close(sandbox: Sandbox, ali: AliPay, merchant: Merchant, trade: str) -> None:
    sandbox.fault("paid_after_close", out_trade_no=trade)
    assert ali.api_alipay_trade_close(out_trade_no=trade)["code"] == "10000"
    assert ali.api_alipay_trade_query(out_trade_no=trade)["trade_status"] == "TRADE_SUCCESS"
    sandbox.flush(trade)
    wait_until(lambda: bool(merchant.about(trade)))
    assert merchant.about(trade)[0]["trade_status"] == "TRADE_SUCCESS"


def test_closed_yet_paid(sandbox: Sandbox, ali: AliPay, trade: str) -> None:
    sandbox.fault("closed_yet_paid", out_trade_no=trade)
    assert ali.api_alipay_trade_close(out_trade_no=trade)["code"] == "10000"
    assert ali.api_alipay_trade_query(out_trade_no=trade)["trade_status"] == "TRADE_SUCCESS"
    assert sandbox.trade(trade)["notifications"] == []


def test_queries_that_lag(sandbox: Sandbox, ali: AliPay, trade: str) -> None:
    pay(sandbox, trade)
    sandbox.fault("query_not_exist", out_trade_no=trade, next=1)
    assert ali.api_alipay_trade_query(out_trade_no=trade)["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    sandbox.fault("query_waiting", out_trade_no=trade, next=1)
    assert ali.api_alipay_trade_query(out_trade_no=trade)["trade_status"] == "WAIT_BUYER_PAY"
    assert ali.api_alipay_trade_query(out_trade_no=trade)["trade_status"] == "TRADE_SUCCESS"
    ali.api_alipay_trade_refund("12.30", out_trade_no=trade)
    sandbox.fault("refund_lag", out_trade_no=trade, next=1)
    assert "refund_status" not in ali.api_alipay_trade_fastpay_refund_query(trade, out_trade_no=trade)
    assert "refund_status" in ali.api_alipay_trade_fastpay_refund_query(trade, out_trade_no=trade)
    sandbox.fault("query_not_exist", out_trade_no=trade, next=1)
    found = ali.api_alipay_trade_fastpay_refund_query(trade, out_trade_no=trade)
    assert found["sub_code"] == "ACQ.TRADE_NOT_EXIST"


def test_in_progress_for_ever(sandbox: Sandbox, ali: AliPay, trade: str) -> None:
    pay(sandbox, trade)
    ali.api_alipay_trade_refund("2.00", out_trade_no=trade, out_request_no="R1")
    sandbox.fault("query_waiting", out_trade_no=trade)
    sandbox.fault("refund_lag", out_trade_no=trade)
    for _ in range(5):
        assert ali.api_alipay_trade_query(out_trade_no=trade)["trade_status"] == "WAIT_BUYER_PAY"
        assert "refund_status" not in ali.api_alipay_trade_fastpay_refund_query("R1", out_trade_no=trade)


def test_a_page_suffers_only_a_fault_that_names_it(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    url = cashier_url(ali, order_no)
    sandbox.fault("http_500", out_trade_no=order_no)
    assert sandbox.http.get(url).status_code == 302
    sandbox.fault("http_500", out_trade_no=f"{order_no}b", operation="alipay.trade.wap.pay")
    assert sandbox.http.get(cashier_url(ali, f"{order_no}b")).status_code == 500
    assert sandbox.http.get(f"/_control/alipay/trades/{order_no}b").status_code == 404


def test_a_count_runs_out_and_others_are_spared(sandbox: Sandbox, ali: AliPay, trade: str) -> None:
    sandbox.fault("http_500", next=2)
    for _ in range(2):
        with pytest.raises(HTTPError):
            ali.api_alipay_trade_query(out_trade_no=trade)
    assert ali.api_alipay_trade_query(out_trade_no=trade)["code"] == "10000"
    sandbox.fault("http_500", out_trade_no="ANOTHER")
    assert ali.api_alipay_trade_query(out_trade_no=trade)["code"] == "10000"


def test_a_rate_is_drawn_from_its_seed(sandbox: Sandbox, ali: AliPay, trade: str) -> None:
    def struck() -> list[bool]:
        sandbox.http.delete("/_control/faults")
        sandbox.fault("http_500", rate=0.5, seed="town")
        hits = []
        for _ in range(20):
            try:
                ali.api_alipay_trade_query(out_trade_no=trade)
                hits.append(False)
            except HTTPError:
                hits.append(True)
        return hits

    first = struck()
    assert 0 < sum(first) < 20
    assert struck() == first


@pytest.mark.parametrize(
    "rule",
    [
        {"fault": "no_such", "next": 1},
        {"fault": "late"},
        {"fault": "late", "next": 0},
        {"fault": "late", "next": "x"},
        {"fault": "late", "rate": 2},
        {"fault": "late", "rate": "x"},
        {"fault": "late", "next": 1, "seconds": -1},
        {"fault": "late", "next": 1, "operation": "nothing"},
        {"fault": "late", "next": 1, "channel": "pigeon"},
        {"fault": "late", "next": 1, "whom": "me"},
    ],
    ids=str,
)
def test_a_wrong_rule_is_explained(sandbox: Sandbox, rule: dict[str, Any]) -> None:
    answer = sandbox.control("faults", **rule)
    assert answer.status_code == 422 and answer.json()["message"]
    assert sandbox.http.get("/_control/faults").json()["rules"] == []


def test_what_has_struck_is_told_and_outlives_its_rule(sandbox: Sandbox, ali: AliPay, trade: str) -> None:
    sandbox.fault("http_500", out_trade_no=trade, next=1)
    sandbox.fault("never", out_trade_no=trade)
    with pytest.raises(HTTPError):
        ali.api_alipay_trade_query(out_trade_no=trade)
    ali.api_alipay_trade_query(out_trade_no=trade)
    pay(sandbox, trade)
    sandbox.http.delete("/_control/faults")
    told = [
        each for each in sandbox.http.get("/_control/faults").json()["struck"] if each["order_no"] == trade
    ]
    assert [(each["fault"], each["operation"], each["channel"]) for each in told] == [
        ("never", "paid", "alipay"),
        ("http_500", "alipay.trade.query", "alipay"),
    ]


def test_a_person_can_set_and_clear_faults(sandbox: Sandbox) -> None:
    form = {"fault": "alipay:late", "order": "", "next": "3", "rate": "", "operation": "", "seconds": "9"}
    page = sandbox.http.post("/faults/set", data=form, follow_redirects=True)
    assert "通知迟到" in page.text and "3 次" in page.text
    wrong = sandbox.http.post("/faults/set", data={**form, "next": ""})
    assert wrong.status_code == 422 and 'role="alert"' in wrong.text
    (rule,) = sandbox.http.get("/_control/faults").json()["rules"]
    assert (rule["fault"], rule["remaining"], rule["seconds"]) == ("late", 3, 9)
    sandbox.http.post("/faults/clear", data={"rule": str(rule["id"])})
    assert sandbox.http.get("/_control/faults").json()["rules"] == []


def test_hanging_up_is_a_reset_without_a_byte(sandbox: Sandbox, ali: AliPay, trade: str) -> None:
    sandbox.fault("lost_after", out_trade_no=trade)
    signed = ali.sign_data(ali.build_body("alipay.trade.query", {"out_trade_no": trade}))
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=5) as line:
        line.sendall(f"GET /alipay/gateway.do?{signed} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        try:
            heard = line.recv(1)
        except ConnectionResetError:
            heard = b""
    assert heard == b""
    assert threading.active_count() < 50
