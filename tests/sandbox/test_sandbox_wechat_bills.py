"""WeChat's statements of a day: what really happened, in its own format, and what the faults make of it."""

import gzip
import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sandbox_stand import SHANGHAI, Sandbox
from wechat_stand import MCHID, Counter


class Desk:
    """The merchant who asks for statements of today, from the morning after on."""

    def __init__(self, sandbox: Sandbox, counter: Counter) -> None:
        self.sandbox, self.counter = sandbox, counter
        self.day = datetime.now(SHANGHAI).date()

    def be_at(self, hour: int, *, days: int = 1) -> None:
        then = datetime.combine(self.day + timedelta(days=days), datetime.min.time(), SHANGHAI) + timedelta(hours=hour)
        self.sandbox.shift_clock(int((then - datetime.now(SHANGHAI)).total_seconds()) + 1)

    def ask(self, kind: str, *, days: int = 0, **more: Any) -> tuple[int, dict[str, Any]]:
        call = self.counter.sdk.trade_bill if kind == "trade" else self.counter.sdk.fundflow_bill
        status, text = call(bill_date=f"{self.day + timedelta(days=days)}", **more)
        return status, json.loads(text)

    def text(self, kind: str, **more: Any) -> str:
        status, told = self.ask(kind, **more)
        assert status == 200, told
        _, packed = self.counter.sdk.download_bill(url=told["download_url"])
        content = gzip.decompress(packed)
        assert (told["hash_type"], told["hash_value"]) == ("SHA1", hashlib.sha1(content).hexdigest())  # noqa: S324
        return content.decode("utf-8-sig")

    def rows(self, kind: str, number: str, **more: Any) -> list[list[str]]:
        """The cells of the rows that name the number."""
        lines = self.text(kind, **more).splitlines()
        return [line[1:].split(",`") for line in lines if number in line]


@pytest.fixture
def desk(sandbox: Sandbox, counter: Counter) -> Desk:
    return Desk(sandbox, counter)


@pytest.fixture
def paid(desk: Desk, order_no: str) -> str:
    desk.counter.pay(order_no)
    return order_no


@pytest.fixture
def refunded(desk: Desk, paid: str) -> str:
    assert desk.counter.refund(paid, f"{paid}r", 500)[0] == 200
    desk.counter.settled(f"{paid}r")
    return paid


def test_a_day_that_is_not_over_has_no_statement(desk: Desk, paid: str) -> None:
    for hour, days in ((23, 0), (9, 1)):
        desk.be_at(hour, days=days)
        status, told = desk.ask("trade")
        assert (status, told["code"]) == (400, "STATEMENT_CREATING")
    desk.be_at(10)
    assert desk.ask("trade")[0] == 200
    assert desk.ask("trade", days=-200)[1]["code"] == "NO_STATEMENT_EXIST"


def test_what_happened_stands_in_it(desk: Desk, refunded: str) -> None:
    desk.be_at(10)
    payment, refund = desk.rows("trade", refunded)
    transaction_id = desk.counter.query(refunded)[1]["transaction_id"]
    assert (payment[2], payment[5:7], payment[8:10]) == (MCHID, [transaction_id, refunded], ["MWEB", "SUCCESS"])
    assert (payment[12], payment[14:17], payment[22]) == ("12.30", ["0", "0", "0.00"], "0.07000")
    assert (refund[5:7], refund[9], refund[15:17]) == ([transaction_id, refunded], "REFUND", [f"{refunded}r", "5.00"])
    assert (refund[12], refund[19], refund[22]) == ("0.00", "SUCCESS", "-0.03000")
    assert desk.text("trade").splitlines()[-2].startswith("总交易单数,")


def test_the_account_moved_by_as_much(desk: Desk, refunded: str) -> None:
    desk.be_at(10)
    assert [cells[4:7] for cells in desk.rows("funds", refunded)] == [
        ["交易", "收入", "12.30"], ["扣除交易手续费", "支出", "0.07"], ["退款", "支出", "5.00"],
        ["退还交易手续费", "收入", "0.03"],
    ]  # fmt: skip


def test_it_comes_unpacked_to_those_who_want_it_so(desk: Desk, paid: str) -> None:
    desk.be_at(10)
    query = f"bill_date={desk.day}&bill_type=ALL"
    status, text = desk.counter.sdk._core.request(f"/v3/bill/tradebill?{query}")
    assert status == 200
    _, content = desk.counter.sdk.download_bill(url=json.loads(text)["download_url"])
    assert content.decode("utf-8-sig").startswith("交易时间,公众账号ID,")


@pytest.mark.parametrize(
    ("fault", "amounts", "fees"),
    [
        ("line_missing", [], []),
        ("line_twice", ["12.30"] * 2, ["0.07000"] * 2),
        ("line_amount", ["12.31"], ["0.07000"]),
        ("line_fee", ["12.30"], ["0.08000"]),
    ],
)
def test_lines_that_are_wrong(desk: Desk, paid: str, fault: str, amounts: list[str], fees: list[str]) -> None:
    desk.be_at(10)
    desk.counter.fault(fault, out_trade_no=paid, operation="bill_trade")
    rows = desk.rows("trade", paid)
    assert ([cells[12] for cells in rows], [cells[22] for cells in rows]) == (amounts, fees)
    assert len(desk.rows("funds", paid)) == 2


def test_a_line_of_nobodys(desk: Desk, paid: str) -> None:
    desk.be_at(10)
    desk.counter.fault("line_stranger", out_trade_no=paid, next=1)
    assert [cells[12] for cells in desk.rows("trade", "STRANGER")] == ["12.30"]
    assert desk.rows("trade", "STRANGER") == []


def test_a_refund_on_another_day(desk: Desk, refunded: str) -> None:
    desk.be_at(10, days=2)
    desk.counter.fault("line_refund_next_day", out_trade_no=refunded, next=1)
    assert [cells[9] for cells in desk.rows("trade", refunded)] == ["SUCCESS"]
    assert [cells[9] for cells in desk.rows("trade", refunded, days=1)] == ["REFUND"]
    assert len(desk.rows("funds", refunded)) == 2


def test_files_that_are_wrong(desk: Desk, paid: str) -> None:
    desk.be_at(10)
    desk.counter.fault("statement_not_ready", next=1)
    assert desk.ask("trade")[1]["code"] == "STATEMENT_CREATING"
    desk.counter.fault("statement_empty", next=1)
    assert desk.text("trade").splitlines()[-1].startswith("`0,`0.00,")
    desk.counter.fault("statement_broken", next=1)
    with pytest.raises(AssertionError, match="SHA1"):
        desk.text("trade")
    desk.counter.fault("statement_encoding", next=1)
    with pytest.raises(UnicodeDecodeError):
        desk.text("trade")
    desk.counter.fault("statement_cut", next=1)
    assert "总交易单数" not in desk.text("trade")


def test_a_link_that_has_run_out(desk: Desk, paid: str) -> None:
    desk.be_at(10)
    desk.counter.fault("statement_link_expired", next=1)
    status, _ = desk.counter.sdk.download_bill(url=desk.ask("trade")[1]["download_url"])
    assert status == 400
    # Nobody else may have it, either.
    assert desk.sandbox.http.get(desk.ask("trade")[1]["download_url"]).status_code == 401


def test_questions_that_nobody_understands(desk: Desk) -> None:
    for more in ({"bill_type": "REFUND"}, {"tar_type": "ZIP"}, {"bill_date": "2026-11"}):
        asked = {"bill_date": f"{desk.day}"} | more
        status, text = desk.counter.sdk.trade_bill(**asked)
        assert (status, json.loads(text)["code"]) == (400, "PARAM_ERROR")
