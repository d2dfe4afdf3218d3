"""Each fault of WeChat's does what its name says, and only to whom it was meant for."""

from typing import Any

import pytest
import requests
from sandbox_stand import Sandbox, wait_until
from wechat_stand import KEY_ID, NEXT_KEY_ID, Counter


@pytest.fixture
def order(counter: Counter, order_no: str) -> str:
    assert counter.place(order_no)[0] == 200
    return order_no


def pay(counter: Counter, order: str) -> None:
    answer = counter.sandbox.control("wechat/pay", out_trade_no=order)
    assert answer.status_code == 200, answer.text


def pay_and_flush(counter: Counter, order: str, count: int) -> list[tuple[dict[str, str], str]]:
    """Everything the shop received, verified or not."""
    pay(counter, order)
    counter.sandbox.flush(order)
    wait_until(lambda: len(counter.shop.received) >= count)
    assert len(counter.shop.received) == count
    return counter.shop.received


@pytest.mark.parametrize("fault", ["duplicate", "duplicate_at_once"])
def test_a_notification_twice(counter: Counter, order: str, fault: str) -> None:
    counter.fault(fault, out_trade_no=order)
    (first, one), (second, two) = pay_and_flush(counter, order, 2)
    assert one == two and counter.opened(first, one) and counter.opened(second, two)
    assert first["Wechatpay-Nonce"] != second["Wechatpay-Nonce"]


def test_a_late_notification_waits_for_its_time(counter: Counter, order: str) -> None:
    counter.fault("late", out_trade_no=order, seconds=3600)
    pay(counter, order)
    counter.sandbox.control("notify/flush", due_only=True)
    assert counter.told(order)["notifications"][0]["state"] == "waiting"
    counter.sandbox.flush(order)
    assert len(counter.about(order)) == 1


def test_a_notification_that_overtakes_the_answer(counter: Counter, order: str) -> None:
    counter.fault("before_response", out_trade_no=order)
    pay(counter, order)
    assert [each["event_type"] for each in counter.about(order)] == ["TRANSACTION.SUCCESS"]


def test_a_refund_told_before_its_answer(counter: Counter, order: str) -> None:
    pay(counter, order)
    counter.fault("refund_before_response", out_trade_no=order)
    assert counter.refund(order, f"{order}-1", 1)[1]["status"] == "PROCESSING"
    told = [each["event_type"] for each in counter.about(order)]
    assert "REFUND.SUCCESS" in told


def test_a_refund_told_before_its_payment(counter: Counter, order: str) -> None:
    counter.fault("refund_before_payment", out_trade_no=order)
    pay(counter, order)
    assert counter.refund(order, f"{order}-1", 1)[0] == 200
    # The background brings both: the payment no longer waits.
    wait_until(lambda: len(counter.about(order)) == 2)
    assert [each["event_type"] for each in counter.about(order)] == ["REFUND.SUCCESS", "TRANSACTION.SUCCESS"]


def test_a_notification_that_never_comes(counter: Counter, order: str) -> None:
    counter.fault("never", out_trade_no=order)
    pay(counter, order)
    assert counter.sandbox.flush(order) == []
    assert counter.told(order)["notifications"][0]["state"] == "withheld"
    assert counter.query(order)[1]["trade_state"] == "SUCCESS"


def test_signatures_that_are_none(counter: Counter, order: str) -> None:
    counter.fault("wrong_signature", out_trade_no=order)
    [(headers, body)] = pay_and_flush(counter, order, 1)
    assert headers["Wechatpay-Serial"] == KEY_ID and counter.opened(headers, body) is None


def test_a_key_that_nobody_knows(counter: Counter, order: str) -> None:
    counter.fault("unknown_serial", out_trade_no=order)
    [(headers, body)] = pay_and_flush(counter, order, 1)
    assert headers["Wechatpay-Serial"] not in (KEY_ID, NEXT_KEY_ID)
    # Only its number is wrong.
    assert counter.opened({**headers, "Wechatpay-Serial": KEY_ID}, body)


def test_no_headers(counter: Counter, order: str) -> None:
    counter.fault("no_headers", out_trade_no=order)
    [(headers, _)] = pay_and_flush(counter, order, 1)
    assert not [name for name in headers if name.lower().startswith("wechatpay-")]


def test_the_next_key_signs(counter: Counter, order: str) -> None:
    counter.fault("rotated_key", out_trade_no=order)
    [(headers, body)] = pay_and_flush(counter, order, 1)
    assert headers["Wechatpay-Serial"] == NEXT_KEY_ID
    coming = counter.connect(key="wechat_next", key_id=NEXT_KEY_ID)
    assert coming.callback(headers, body)["resource"]["out_trade_no"] == order
    assert coming.query(out_trade_no=order)[0] == 200


@pytest.mark.parametrize(
    ("fault", "field", "value"),
    [
        (
            "altered_amount",
            "amount",
            {"total": 1231, "payer_total": 1230, "currency": "CNY", "payer_currency": "CNY"},
        ),
        (
            "altered_currency",
            "amount",
            {"total": 1230, "payer_total": 1230, "currency": "USD", "payer_currency": "CNY"},
        ),
        ("altered_mchid", "mchid", "1900000108"),
        ("altered_appid", "appid", "wx00a1b2c3d4e5f609"),
    ],
)
def test_altered_but_signed(counter: Counter, order: str, fault: str, field: str, value: Any) -> None:
    counter.fault(fault, out_trade_no=order)
    [(headers, body)] = pay_and_flush(counter, order, 1)
    message = counter.opened(headers, body)
    assert message and message["resource"][field] == value


def test_an_altered_order(counter: Counter, order: str) -> None:
    counter.fault("altered_order", out_trade_no=order)
    [(headers, body)] = pay_and_flush(counter, order, 1)
    message = counter.opened(headers, body)
    assert message and message["resource"]["out_trade_no"] == f"{order}X"


def test_a_replay_repeats_an_old_message_headers_and_all(counter: Counter, order: str) -> None:
    older = f"{order}-older"
    counter.pay(older)
    counter.sandbox.flush(older)
    wait_until(lambda: counter.told(older)["notifications"][0]["state"] == "delivered")
    before = len(counter.shop.received)
    counter.fault("replay", out_trade_no=order)
    pay(counter, order)
    counter.sandbox.flush(order)
    wait_until(lambda: len(counter.shop.received) >= before + 2)
    (_, own), (headers, old) = counter.shop.received[before:]
    assert own != old
    message = counter.opened(headers, old)
    assert message and message["resource"]["out_trade_no"] != order
    # The oldest that was ever accepted here may be another test's; its headers are the ones of then.
    assert headers["Wechatpay-Nonce"] not in [
        sent["Wechatpay-Nonce"] for sent, body in counter.shop.received if body == own
    ]


def test_closed_after_success(counter: Counter, order: str) -> None:
    counter.fault("then_closed", out_trade_no=order)
    pay_and_flush(counter, order, 2)
    first, second = counter.about(order)
    assert [each["resource"]["trade_state"] for each in (first, second)] == ["SUCCESS", "CLOSED"]
    assert first["id"] != second["id"]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("lost_after", requests.ConnectionError),
        ("bad_signature", Exception),
        ("no_signature", Exception),
        ("cut", requests.RequestException),
        ("slow", requests.Timeout),
    ],
)
def test_done_but_the_answer_is_lost(
    counter: Counter, order: str, fault: str, error: type[Exception]
) -> None:
    pay(counter, order)
    counter.sdk._core._timeout = 1
    counter.fault(fault, out_trade_no=order, operation="refund", seconds=2)
    with pytest.raises(error):
        counter.refund(order, f"{order}-1", 200)
    assert counter.query_refund(f"{order}-1")[0] == 200


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [("system_error_after", 500, "SYSTEM_ERROR"), ("unlisted_code", 400, "CODE_NOBODY_LISTED")],
)
def test_done_but_called_failed(counter: Counter, order: str, fault: str, status: int, code: str) -> None:
    counter.fault(fault, out_trade_no=order, next=1)
    answered, content = counter.close(order)
    assert (answered, content["code"]) == (status, code)
    assert counter.query(order)[1]["trade_state"] == "CLOSED"


def test_asked_too_often(counter: Counter, order: str) -> None:
    counter.fault("frequency_limited", out_trade_no=order, next=1)
    assert counter.close(order)[1]["code"] == "FREQUENCY_LIMITED"
    assert counter.query(order)[1]["trade_state"] == "NOTPAY"


def test_not_done_and_no_answer(counter: Counter, order: str) -> None:
    counter.fault("lost_before", out_trade_no=order, operation="close", next=1)
    with pytest.raises(requests.ConnectionError):
        counter.close(order)
    assert counter.query(order)[1]["trade_state"] == "NOTPAY"


def test_accepted_then_failed(counter: Counter, order_no: str) -> None:
    counter.fault("accepted_then_failed", out_trade_no=order_no, operation="h5")
    assert counter.place(order_no)[0] == 200
    assert counter.query(order_no)[1]["trade_state"] == "CLOSED"


def test_paid_after_close(counter: Counter, order: str) -> None:
    counter.fault("paid_after_close", out_trade_no=order)
    assert counter.close(order)[0] == 204
    assert counter.query(order)[1]["trade_state"] == "SUCCESS"
    counter.sandbox.flush(order)
    wait_until(lambda: bool(counter.about(order)))


def test_closed_yet_paid(counter: Counter, order: str) -> None:
    counter.fault("closed_yet_paid", out_trade_no=order)
    assert counter.close(order)[0] == 204
    assert counter.query(order)[1]["trade_state"] == "SUCCESS"
    assert counter.told(order)["notifications"] == []


def test_queries_that_lag(counter: Counter, order: str) -> None:
    pay(counter, order)
    counter.fault("query_not_exist", out_trade_no=order, next=1)
    assert counter.query(order)[1]["code"] == "ORDER_NOT_EXIST"
    counter.fault("query_waiting", out_trade_no=order, next=1)
    lagging = counter.query(order)[1]
    assert lagging["trade_state"] == "NOTPAY" and "transaction_id" not in lagging
    assert counter.query(order)[1]["trade_state"] == "SUCCESS"


@pytest.mark.parametrize(
    ("fault", "status", "event"),
    [("refund_abnormal", "ABNORMAL", "REFUND.ABNORMAL"), ("refund_closed", "CLOSED", "REFUND.CLOSED")],
)
def test_a_refund_that_goes_wrong(counter: Counter, order: str, fault: str, status: str, event: str) -> None:
    pay(counter, order)
    counter.fault(fault, out_trade_no=order)
    assert counter.refund(order, f"{order}-1", 1230)[1]["status"] == "PROCESSING"
    found = counter.settled(f"{order}-1")
    assert found["status"] == status and "success_time" not in found
    wait_until(lambda: event in [each["event_type"] for each in counter.about(order)])


def test_a_refund_that_never_ends(counter: Counter, order: str) -> None:
    pay(counter, order)
    counter.fault("refund_forever", out_trade_no=order)
    counter.refund(order, f"{order}-1", 1230)
    for _ in range(3):
        counter.sandbox.flush(order)
        assert counter.query_refund(f"{order}-1")[1]["status"] == "PROCESSING"


def test_a_merchant_without_money(counter: Counter, order: str) -> None:
    pay(counter, order)
    counter.fault("refund_not_enough", out_trade_no=order, next=1)
    assert counter.refund(order, f"{order}-1", 1230)[1]["code"] == "NOT_ENOUGH"
    assert counter.query_refund(f"{order}-1")[0] == 404
    assert counter.refund(order, f"{order}-1", 1230)[0] == 200


def test_a_count_runs_out_and_others_are_spared(counter: Counter, order: str) -> None:
    counter.fault("http_500", next=2)
    for _ in range(2):
        assert counter.sdk.query(out_trade_no=order)[0] == 500
    assert counter.query(order)[0] == 200
    counter.fault("http_500", out_trade_no="ANOTHER")
    assert counter.query(order)[0] == 200


def test_a_fault_of_alipay_spares_wechat(sandbox: Sandbox, counter: Counter, order: str) -> None:
    sandbox.fault("http_500", out_trade_no=order)
    assert counter.query(order)[0] == 200
    page = sandbox.http.get("/faults?channel=wechat").text
    assert "微信支付" in page


def test_a_rate_is_drawn_from_its_seed(sandbox: Sandbox, counter: Counter, order: str) -> None:
    def struck() -> list[bool]:
        sandbox.http.delete("/_control/faults")
        counter.fault("http_500", rate=0.5, seed="town")
        return [counter.sdk.query(out_trade_no=order)[0] == 500 for _ in range(20)]

    first = struck()
    assert 0 < sum(first) < 20
    assert struck() == first
