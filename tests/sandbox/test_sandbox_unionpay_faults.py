"""Each fault of UnionPay's answers and states does what its name says, and only to whom it was meant for."""

import httpx
import pytest
from sandbox_stand import Sandbox
from unionpay_stand import BACK, DEBIT, FRONT, QUERY, Acquirer, raw

LOST = (httpx.ReadError, httpx.RemoteProtocolError)


@pytest.fixture
def token(acquirer: Acquirer, order_no: str) -> str:
    return acquirer.bind(f"{order_no}o")


def send_debit(acquirer: Acquirer, order: str, token: str) -> httpx.Response:
    fields = acquirer.money(1230) | acquirer.of(token) | {"orderDesc": "第 4 期"}
    return acquirer.send(BACK, acquirer.sign(acquirer.request(DEBIT, order, **fields)))


def end(acquirer: Acquirer, order: str, biz: str = "000902") -> str:
    """What became of the order: a code, or that nobody knows it."""
    found = acquirer.query(order, biz)
    return acquirer.settled(order, biz)["origRespCode"] if found["respCode"] == "00" else found["respCode"]


@pytest.mark.parametrize(("fault", "ends"), [("lost_before", "34"), ("lost_after", "00")])
def test_an_answer_is_lost(acquirer: Acquirer, order_no: str, token: str, fault: str, ends: str) -> None:
    acquirer.fault(fault, out_trade_no=order_no, next=1)
    with pytest.raises(LOST):
        send_debit(acquirer, order_no, token)
    assert end(acquirer, order_no) == ends


def test_an_answer_is_cut(acquirer: Acquirer, order_no: str, token: str) -> None:
    acquirer.fault("cut", out_trade_no=order_no, next=1)
    with pytest.raises(LOST):
        send_debit(acquirer, order_no, token)
    assert end(acquirer, order_no) == "00"


@pytest.mark.parametrize(
    ("fault", "status", "ends"),
    [
        ("http_500", 500, "34"),
        ("http_500_after", 500, "00"),
        ("http_502", 502, "34"),
        ("http_503", 503, "34"),
        ("html", 200, "34"),
    ],
)
def test_a_page_instead(
    acquirer: Acquirer, order_no: str, token: str, fault: str, status: int, ends: str
) -> None:
    acquirer.fault(fault, out_trade_no=order_no, next=1)
    answer = send_debit(acquirer, order_no, token)
    assert (answer.status_code, answer.text.startswith("<!DOCTYPE")) == (status, True)
    assert end(acquirer, order_no) == ends


def test_a_slow_answer(acquirer: Acquirer, order_no: str, token: str) -> None:
    acquirer.fault("slow", out_trade_no=order_no, next=1, seconds=1)
    answer = send_debit(acquirer, order_no, token)
    assert answer.elapsed.total_seconds() >= 1
    assert raw(answer.text)["respCode"] == "00"


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [
        ("bad_signature", "wrong signature"),
        ("no_signature", "unsigned"),
        ("answer_unknown_certificate", "unknown certificate"),
        ("rotated_key", None),
    ],
)
def test_who_signed_the_answer(acquirer: Acquirer, order_no: str, token: str, fault: str, trouble: str | None) -> None:
    acquirer.fault(fault, out_trade_no=order_no, next=1)
    answer = raw(send_debit(acquirer, order_no, token).text)
    assert (answer["respCode"], acquirer.trouble(answer)) == ("00", trouble)
    assert end(acquirer, order_no) == "00"


@pytest.mark.parametrize(
    ("fault", "code", "ends"),
    [
        ("answered_01", "01", "00"),
        ("answered_03", "03", "00"),
        ("answered_12", "12", "00"),
        ("answered_34", "34", "00"),
        ("answered_60", "60", "00"),
        ("system_error_after", "06", "00"),
        ("unlisted_code", "58", "00"),
        ("system_error", "06", "34"),
    ],
)
def test_payouts_and_what_was_answered(
    acquirer: Acquirer, order_no: str, token: str, fault: str, code: str, ends: str
) -> None:
    before = acquirer.balance()
    acquirer.fault(fault, out_trade_no=order_no, next=1, operation="payout")
    assert acquirer.payout(order_no, token)["respCode"] == code
    assert end(acquirer, order_no, "000401") == ends
    assert acquirer.balance() == before - (1230 if ends == "00" else 0)


def test_taken_and_then_failed(acquirer: Acquirer, order_no: str, token: str) -> None:
    before = acquirer.balance()
    acquirer.pay(order_no)
    acquirer.fault("accepted_then_failed", next=3)
    assert acquirer.debit(f"{order_no}d", token)["respCode"] == "00"
    assert acquirer.payout(f"{order_no}p", token)["respCode"] == "00"
    assert acquirer.refund(f"{order_no}r", order_no, 1230)["respCode"] == "00"
    ends = {order: end(acquirer, order_no + order, biz) for order, biz in (("d", "000902"), ("p", "000401"), ("r", "000201"))}
    assert ends == {"d": "01", "p": "01", "r": "01"}
    # The money is back where it was, and may be asked for again under another number.
    assert acquirer.balance() == before
    assert acquirer.refund(f"{order_no}s", order_no, 1230)["respCode"] == "00"
    assert end(acquirer, f"{order_no}s", "000201") == "00"


def test_in_progress_for_ever(acquirer: Acquirer, order_no: str, token: str) -> None:
    acquirer.fault("forever", out_trade_no=order_no)
    assert acquirer.debit(order_no, token)["respCode"] == "00"
    acquirer.sandbox.shift_clock(3 * 86400)
    acquirer.sandbox.flush(order_no)
    assert acquirer.query(order_no, "000902")["origRespCode"] == "05"


@pytest.mark.parametrize("code", ["30", "33", "36", "61", "62", "63", "64", "66", "67", "68", "73", "77"])
def test_banks_that_refuse(acquirer: Acquirer, order_no: str, token: str, code: str) -> None:
    acquirer.fault(f"declined_{code}", next=3)
    assert acquirer.debit(f"{order_no}d", token)["respCode"] == code
    assert acquirer.payout(f"{order_no}p", token)["respCode"] == code
    paid = acquirer.sandbox.control("unionpay/pay", fields=acquirer.payment(order_no))
    assert (paid.status_code, paid.json()["error"]) == (409, code)
    assert end(acquirer, f"{order_no}d") == code
    assert acquirer.debit(f"{order_no}e", token)["respCode"] == "00"


@pytest.mark.parametrize(("fault", "notices"), [("paid_after_timeout", 1), ("expired_yet_paid", 0)])
def test_paid_after_its_time(
    acquirer: Acquirer, sandbox: Sandbox, order_no: str, fault: str, notices: int
) -> None:
    acquirer.fault(fault, out_trade_no=order_no)
    assert acquirer.send(FRONT, acquirer.payment(order_no)).status_code == 303
    sandbox.shift_clock(16 * 60)
    assert acquirer.query(order_no)["origRespCode"] == "00"
    assert len(sandbox.flush(order_no)) == notices


def test_queries_that_know_less(acquirer: Acquirer, order_no: str) -> None:
    acquirer.pay(order_no)
    acquirer.fault("query_not_found", out_trade_no=order_no, next=1)
    assert acquirer.query(order_no)["respCode"] == "34"
    acquirer.fault("query_processing", out_trade_no=order_no, next=1)
    found = acquirer.query(order_no)
    assert (found["respCode"], found["origRespCode"], "traceTime" in found) == ("00", "05", False)
    assert acquirer.query(order_no)["origRespCode"] == "00"


def test_openings_that_are_not_told(acquirer: Acquirer, order_no: str) -> None:
    acquirer.bind(order_no)
    acquirer.fault("query_not_found", out_trade_no=order_no, next=1)
    assert acquirer.opened(order_no)["respCode"] == "34"
    acquirer.fault("query_processing", out_trade_no=order_no, next=1)
    assert acquirer.opened(order_no)["activateStatus"] == "0"
    assert acquirer.opened(order_no)["activateStatus"] == "1"


def test_a_payout_comes_back_days_later(acquirer: Acquirer, sandbox: Sandbox, order_no: str, token: str) -> None:
    before = acquirer.balance()
    acquirer.fault("returned", out_trade_no=order_no)
    acquirer.payout(order_no, token)
    assert end(acquirer, order_no, "000401") == "00"
    sandbox.shift_clock(86400)
    sandbox.flush(order_no)
    assert acquirer.told(order_no)["returned_at"] is None
    sandbox.shift_clock(2 * 86400 + 60)
    sandbox.flush(order_no)
    assert acquirer.told(order_no)["returned_at"] is not None
    # Only the statement tells it: the query goes on saying that it was paid.
    assert end(acquirer, order_no, "000401") == "00"
    sandbox.shift_clock(0)
    assert acquirer.balance() == before


def test_a_page_that_does_not_come(acquirer: Acquirer, order_no: str) -> None:
    # The same form each time: one built a second later bears another payTimeout, and its number is then taken.
    form = acquirer.payment(order_no)
    # Without an operation a fault of answers leaves pages alone.
    acquirer.fault("http_500", out_trade_no=order_no)
    assert acquirer.send(FRONT, form).status_code == 303
    acquirer.fault("http_502", operation="pay", next=1)
    assert acquirer.send(FRONT, form).status_code == 502
    assert acquirer.send(FRONT, form).status_code == 303


def test_a_rate(acquirer: Acquirer, order_no: str) -> None:
    acquirer.fault("http_503", rate="0.5", seed="unionpay", operation="query")
    statuses = [
        acquirer.send(QUERY, acquirer.sign(acquirer.request(("00", "00", "000201"), order_no))).status_code
        for _ in range(20)
    ]
    assert {200, 503} == set(statuses)


def test_a_card_that_its_holder_ends_at_the_bank(acquirer: Acquirer, sandbox: Sandbox, order_no: str) -> None:
    token = acquirer.bind(order_no)
    assert sandbox.control("unionpay/unbind", out_trade_no=order_no).status_code == 200
    assert acquirer.debit(f"{order_no}d", token)["respCode"] == "61"
    assert sandbox.control("unionpay/unbind", out_trade_no=order_no).status_code == 404
