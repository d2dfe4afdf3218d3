"""Notifications survive deaf merchants, dead processes and a server that was killed."""

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from alipay import AliPay
from sandbox_stand import Merchant, Sandbox, cashier_url, connect, wait_until

SCHEDULE = [240, 600, 600, 3600, 7200, 21600, 54000]


@pytest.mark.parametrize(
    "answer", [(200, b"fail"), (200, b"success\n"), (500, b"success"), (302, b"success")]
)
def test_anything_but_success_is_retried(
    sandbox: Sandbox, ali: AliPay, merchant: Merchant, order_no: str, answer: tuple[int, bytes]
) -> None:
    merchant.answer = answer
    sandbox.control("alipay/pay", url=cashier_url(ali, order_no))
    (sent,) = sandbox.flush(order_no) or [{}]
    if not sent:
        # The background was faster than this test.
        wait_until(lambda: bool(sandbox.trade(order_no)["notifications"][0]["deliveries"]))
    assert sandbox.trade(order_no)["notifications"][0]["state"] == "waiting"
    merchant.answer = (200, b"success")
    assert [each["state"] for each in sandbox.flush(order_no)] == ["delivered"]
    assert sandbox.flush(order_no) == []


def test_the_schedule_ends(sandbox: Sandbox, ali: AliPay, merchant: Merchant, order_no: str) -> None:
    merchant.answer = (500, b"")
    # Late, so that only the flushes below send it.
    sandbox.fault("late", out_trade_no=order_no, seconds=9999)
    sandbox.control("alipay/pay", url=cashier_url(ali, order_no))
    waits: list[Any] = [sandbox.flush(order_no)[0]["seconds_to_next"] for _ in range(8)]
    assert waits == [*SCHEDULE, None]
    notification = sandbox.trade(order_no)["notifications"][0]
    assert (notification["state"], len(notification["deliveries"])) == ("gave_up", 8)
    assert len({each["notify_id"] for each in merchant.about(order_no)}) == 1


def test_a_slow_answer_counts_as_none(tmp_path: Path, merchant: Merchant, order_no: str) -> None:
    (tmp_path / "sandbox.json").write_text('{"notify_timeout_seconds": 1}')
    running = Sandbox(tmp_path)
    running.start()
    try:
        merchant.seconds_to_answer = 1.5
        # Late, so that only the flushes below send it.
        running.fault("late", out_trade_no=order_no, seconds=9999)
        running.control("alipay/pay", url=cashier_url(connect(running, merchant), order_no))
        (sent,) = running.flush(order_no)
        assert (sent["state"], sent["seconds_to_next"]) == ("waiting", SCHEDULE[0])
        assert sent["answers"] == [{"status": None, "answer": "ReadTimeout"}]
        merchant.seconds_to_answer = 0
        assert [each["state"] for each in running.flush(order_no)] == ["delivered"]
        # The merchant has heard it each time all the same.
        assert len(merchant.about(order_no)) == 2
    finally:
        running.stop()


def test_a_merchant_that_is_down(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    ali._app_notify_url = "http://127.0.0.1:9/notify"
    sandbox.control("alipay/pay", url=cashier_url(ali, order_no))
    sandbox.flush(order_no)
    wait_until(lambda: bool(sandbox.trade(order_no)["notifications"][0]["deliveries"]))
    delivery = sandbox.trade(order_no)["notifications"][0]["deliveries"][0]
    assert (delivery["status"], delivery["answer"]) == (None, "ConnectError")
    page = sandbox.http.get(f"/alipay/trades/{order_no}").text
    assert "没有应答" in page and "ConnectError" in page


def test_without_an_address_nothing_is_sent(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    ali._app_notify_url = None
    sandbox.control("alipay/pay", url=cashier_url(ali, order_no))
    assert sandbox.trade(order_no)["notifications"] == []


def test_passback_parameters_come_back(
    sandbox: Sandbox, ali: AliPay, merchant: Merchant, order_no: str
) -> None:
    sandbox.control("alipay/pay", url=cashier_url(ali, order_no, passback_params="a%3D1"))
    wait_until(lambda: bool(merchant.about(order_no)))
    notice = merchant.about(order_no)[0]
    assert notice["passback_params"] == "a%3D1" and ali.verify(notice, notice.pop("sign"))


def test_a_killed_server_forgets_nothing(tmp_path: Path, merchant: Merchant, order_no: str) -> None:
    running = Sandbox(tmp_path)
    running.start()
    try:
        _pay_twice_and_refund(running, connect(running, merchant), merchant, order_no)
        running.kill()
        _pretend_the_kill_hit_a_sending(tmp_path)
        merchant.answer = (200, b"success")
        running.start()
        # The claim of the killed process has run out: the background brings the message by itself.
        wait_until(lambda: running.trade(order_no)["notifications"][0]["state"] == "delivered")
        ali = connect(running, merchant)
        assert ali.api_alipay_trade_query(out_trade_no=order_no)["trade_status"] == "TRADE_SUCCESS"
        assert running.http.get("/_control/faults").json()["rules"][0]["fault"] == "late"
    finally:
        running.stop()


def _pay_twice_and_refund(running: Sandbox, ali: AliPay, merchant: Merchant, order_no: str) -> None:
    merchant.answer = (500, b"")
    running.control("alipay/pay", url=cashier_url(ali, order_no))
    running.control("alipay/pay", url=cashier_url(ali, f"{order_no}b"))
    first = ali.api_alipay_trade_refund("1.00", out_trade_no=f"{order_no}b", out_request_no="R1")
    second = ali.api_alipay_trade_refund("1.00", out_trade_no=f"{order_no}b", out_request_no="R2")
    assert first["fund_change"] == "Y"
    assert (second["code"], second["sub_code"]) == ("40005", "isv.app-call-limited")
    running.fault("late", out_trade_no="X")


def _pretend_the_kill_hit_a_sending(home: Path) -> None:
    with sqlite3.connect(home / "sandbox.sqlite3") as connection:
        connection.execute(
            "UPDATE notifications SET state = 'sending', claimed_until = ?", (time.time() - 1,)
        )
    connection.close()


def test_two_couriers_send_a_message_once(
    sandbox: Sandbox, ali: AliPay, merchant: Merchant, order_no: str
) -> None:
    sandbox.fault("late", out_trade_no=order_no, seconds=9999)
    sandbox.control("alipay/pay", url=cashier_url(ali, order_no))
    with ThreadPoolExecutor(8) as pool, httpx.Client(base_url=sandbox.url, trust_env=False) as client:
        body = {"out_trade_no": order_no}
        list(pool.map(lambda _: client.post("/_control/notify/flush", json=body), range(8)))
    assert len(merchant.about(order_no)) == 1
