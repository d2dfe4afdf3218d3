"""UnionPay's notices: five sendings in all, and what the faults make of them."""

from typing import Any

import pytest
from sandbox_stand import Sandbox, wait_until
from unionpay_stand import Acquirer


@pytest.fixture
def order(acquirer: Acquirer, order_no: str) -> str:
    """A payment that waits."""
    opened = acquirer.sandbox.control("unionpay/open", fields=acquirer.payment(order_no))
    assert opened.status_code == 200
    return order_no


def pay(acquirer: Acquirer, order: str) -> None:
    assert acquirer.sandbox.control("unionpay/pay", out_trade_no=order).status_code == 200


def pay_and_flush(acquirer: Acquirer, order: str, count: int = 1) -> list[dict[str, str]]:
    """Everything the merchant was told."""
    pay(acquirer, order)
    acquirer.sandbox.flush(order)
    wait_until(lambda: len(acquirer.teller.received) >= count)
    assert len(acquirer.teller.received) == count
    return acquirer.teller.received


@pytest.mark.parametrize("status", [404, 500, 204])
def test_anything_but_200_is_told_five_times(acquirer: Acquirer, sandbox: Sandbox, order: str, status: int) -> None:
    acquirer.teller.status = status
    acquirer.fault("late", out_trade_no=order, seconds=9999)
    pay(acquirer, order)
    waits = [sandbox.flush(order)[0]["seconds_to_next"] for _ in range(5)]
    assert waits == [60, 120, 240, 300, None]
    [notice] = acquirer.told(order)["notifications"]
    assert (notice["state"], len(notice["deliveries"])) == ("gave_up", 5)
    assert len({each["signature"] for each in acquirer.about(order)}) == 1


@pytest.mark.parametrize("status", [200, 302])
def test_these_end_it(acquirer: Acquirer, sandbox: Sandbox, order: str, status: int) -> None:
    acquirer.teller.status = status
    acquirer.fault("late", out_trade_no=order, seconds=9999)
    pay(acquirer, order)
    assert [each["state"] for each in sandbox.flush(order)] == ["delivered"]
    assert sandbox.flush(order) == []


@pytest.mark.parametrize("fault", ["duplicate", "duplicate_at_once"])
def test_a_notice_twice(acquirer: Acquirer, order: str, fault: str) -> None:
    acquirer.fault(fault, out_trade_no=order)
    first, second = pay_and_flush(acquirer, order, 2)
    assert first == second and acquirer.trouble(first) is None


def test_a_late_notice_waits_for_its_time(acquirer: Acquirer, sandbox: Sandbox, order: str) -> None:
    acquirer.fault("late", out_trade_no=order, seconds=3600)
    pay(acquirer, order)
    sandbox.control("notify/flush", due_only=True)
    assert acquirer.told(order)["notifications"][0]["state"] == "waiting"


def test_a_notice_that_overtakes_the_page(acquirer: Acquirer, order: str) -> None:
    acquirer.fault("before_response", out_trade_no=order)
    pay(acquirer, order)
    assert [each["respCode"] for each in acquirer.about(order)] == ["00"]


def test_a_notice_that_overtakes_the_answer(acquirer: Acquirer, order_no: str) -> None:
    token, debit = acquirer.bind(order_no), f"{order_no}d"
    acquirer.fault("before_response", out_trade_no=debit)
    assert acquirer.debit(debit, token)["respCode"] == "00"
    # Nobody waits here: it came first.
    assert [each["orderId"] for each in acquirer.teller.received if each["orderId"] == debit] == [debit]


def test_a_notice_that_never_comes(acquirer: Acquirer, sandbox: Sandbox, order: str) -> None:
    acquirer.fault("never", out_trade_no=order)
    pay(acquirer, order)
    assert sandbox.flush(order) == []
    assert acquirer.told(order)["notifications"][0]["state"] == "withheld"
    assert acquirer.query(order)["origRespCode"] == "00"


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [
        ("wrong_signature", "wrong signature"),
        ("notice_unsigned", "unsigned"),
        ("unknown_certificate", "unknown certificate"),
        ("expired_certificate", "expired certificate"),
        ("other_holder", "other holder"),
        ("rotated_key", None),
    ],
)
def test_who_signed_it(acquirer: Acquirer, order: str, fault: str, trouble: str | None) -> None:
    usual = acquirer.query(order)["signPubKeyCert"]
    acquirer.fault(fault, out_trade_no=order)
    [notice] = pay_and_flush(acquirer, order)
    assert acquirer.trouble(notice) == trouble
    assert (notice.get("signPubKeyCert") == usual) == (fault == "wrong_signature")


@pytest.mark.parametrize(
    ("fault", "field", "value"),
    [
        ("altered_amount", "txnAmt", "1231"),
        ("altered_currency", "currencyCode", "840"),
        ("altered_merchant", "merId", "777290058110049"),
    ],
)
def test_altered_and_signed_anew(acquirer: Acquirer, order: str, fault: str, field: str, value: Any) -> None:
    acquirer.fault(fault, out_trade_no=order)
    [notice] = pay_and_flush(acquirer, order)
    assert (notice[field], acquirer.trouble(notice)) == (value, None)


def test_of_another_order(acquirer: Acquirer, order: str) -> None:
    acquirer.fault("altered_order", out_trade_no=order)
    [notice] = pay_and_flush(acquirer, order)
    assert notice["orderId"] != order and acquirer.trouble(notice) is None


def test_an_old_notice_again(acquirer: Acquirer, order: str) -> None:
    acquirer.fault("replay", out_trade_no=order)
    pay(acquirer, order)
    acquirer.sandbox.flush(order)
    mine = [each for each in acquirer.teller.received if each["orderId"] == order]
    assert mine and all(acquirer.trouble(each) is None for each in acquirer.teller.received)
    assert len(acquirer.told(order)["notifications"]) == 2


@pytest.mark.parametrize(("fault", "field"), [("then_failed", "respCode"), ("paid_twice", "queryId")])
def test_success_and_then_other(acquirer: Acquirer, order: str, fault: str, field: str) -> None:
    acquirer.fault(fault, out_trade_no=order)
    first, second = pay_and_flush(acquirer, order, 2)
    assert first[field] != second[field] and first["orderId"] == second["orderId"] == order
    assert acquirer.trouble(first) is None and acquirer.trouble(second) is None


def test_a_slow_merchant_is_told_again(acquirer: Acquirer, sandbox: Sandbox, order: str) -> None:
    acquirer.teller.seconds = 10.5
    acquirer.fault("late", out_trade_no=order, seconds=9999)
    pay(acquirer, order)
    [sent] = sandbox.flush(order)
    assert (sent["state"], sent["answers"]) == ("waiting", [{"status": None, "answer": "ReadTimeout"}])


def test_an_opening_without_an_amount_survives_every_bend(acquirer: Acquirer, order_no: str) -> None:
    for fault in ("altered_amount", "altered_currency", "then_failed"):
        acquirer.fault(fault, out_trade_no=order_no)
    assert acquirer.bind(order_no)
    acquirer.sandbox.flush(order_no)
    assert [each["respCode"] for each in acquirer.about(order_no)] == ["00", "01"]
