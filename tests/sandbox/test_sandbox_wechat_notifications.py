"""WeChat's notifications survive deaf merchants; each sending is signed anew."""

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from sandbox_stand import Sandbox, wait_until
from wechat_stand import Counter, Shop

SCHEDULE = [15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600]


@pytest.mark.parametrize("answer", [(401, b'{"code": "FAIL"}'), (500, b""), (302, b"")])
def test_anything_but_2xx_is_retried(
    sandbox: Sandbox, counter: Counter, order_no: str, answer: tuple[int, bytes]
) -> None:
    counter.shop.answer = answer
    counter.fault("late", out_trade_no=order_no, seconds=9999)
    counter.pay(order_no)
    [sent] = sandbox.flush(order_no)
    assert (sent["state"], sent["seconds_to_next"]) == ("waiting", 15)
    counter.shop.answer = (204, b"")
    assert [each["state"] for each in sandbox.flush(order_no)] == ["delivered"]
    assert sandbox.flush(order_no) == []


def test_a_200_is_enough_whatever_it_says(sandbox: Sandbox, counter: Counter, order_no: str) -> None:
    counter.shop.answer = (200, b'{"code": "FAIL"}')
    counter.fault("late", out_trade_no=order_no, seconds=9999)
    counter.pay(order_no)
    assert [each["state"] for each in sandbox.flush(order_no)] == ["delivered"]


def test_the_schedule_ends(sandbox: Sandbox, counter: Counter, order_no: str) -> None:
    counter.shop.answer = (500, b"")
    # Late, so that only the flushes below send it.
    counter.fault("late", out_trade_no=order_no, seconds=9999)
    counter.pay(order_no)
    waits = [sandbox.flush(order_no)[0]["seconds_to_next"] for _ in range(16)]
    assert waits == [*SCHEDULE, None]
    assert sum(SCHEDULE) == 24 * 3600 + 4 * 60
    [notification] = counter.told(order_no)["notifications"]
    assert (notification["state"], len(notification["deliveries"])) == ("gave_up", 16)
    mine = [(headers, body) for headers, body in counter.shop.received if counter.opened(headers, body)]
    # One message, signed sixteen times.
    assert len({body for _, body in mine}) == 1
    assert len({headers["Wechatpay-Nonce"] for headers, _ in mine}) == 16
    assert all(headers["Content-Type"] == "application/json" for headers, _ in mine)


def test_a_slow_merchant_is_retried(sandbox: Sandbox, counter: Counter, order_no: str) -> None:
    counter.shop.seconds = 5.5
    counter.fault("late", out_trade_no=order_no, seconds=9999)
    counter.pay(order_no)
    [sent] = sandbox.flush(order_no)
    assert (sent["state"], sent["answers"]) == ("waiting", [{"status": None, "answer": "ReadTimeout"}])


def test_a_message_is_stamped_on_the_shifted_clock(sandbox: Sandbox, counter: Counter, order_no: str) -> None:
    counter.fault("late", out_trade_no=order_no, seconds=9999)
    counter.pay(order_no)
    sandbox.shift_clock(86400)
    sandbox.flush(order_no)
    [(headers, _)] = [each for each in counter.shop.received if counter.opened(*each)]
    assert abs(int(headers["Wechatpay-Timestamp"]) - time.time() - 86400) < 60


def test_a_killed_server_forgets_nothing(tmp_path: Path, shop: Shop, order_no: str) -> None:
    running = Sandbox(tmp_path)
    running.start()
    try:
        counter = Counter(sandbox=running, shop=shop)
        shop.answer = (500, b"")
        counter.pay(order_no)
        assert counter.refund(order_no, f"{order_no}-1", 1)[0] == 200
        running.kill()
        with sqlite3.connect(tmp_path / "sandbox.sqlite3") as file:
            file.execute("UPDATE notifications SET state = 'sending', claimed_until = ?", (time.time() - 1,))
        file.close()
        shop.answer = (204, b"")
        running.start()
        wait_until(lambda: len(counter.about(order_no)) >= 2)
        assert counter.settled(f"{order_no}-1")["status"] == "SUCCESS"
        assert counter.query(order_no)[1]["trade_state"] == "REFUND"
    finally:
        running.stop()


def test_two_couriers_send_a_message_once(sandbox: Sandbox, counter: Counter, order_no: str) -> None:
    counter.fault("late", out_trade_no=order_no, seconds=9999)
    counter.pay(order_no)
    with ThreadPoolExecutor(8) as pool, httpx.Client(base_url=sandbox.url, trust_env=False) as client:
        body = {"out_trade_no": order_no}
        list(pool.map(lambda _: client.post("/_control/notify/flush", json=body), range(8)))
    assert len(counter.about(order_no)) == 1
