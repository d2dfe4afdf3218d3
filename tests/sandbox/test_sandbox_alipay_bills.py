"""Alipay's statements of a day: what really happened, in its own format, and what the faults make of it."""

import io
import zipfile
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from alipay import AliPay
from sandbox_stand import SHANGHAI, Sandbox, cashier_url

METHOD = "alipay.data.dataservice.bill.downloadurl.query"


class Desk:
    """The merchant who asks for statements of today, from the morning after on."""

    def __init__(self, sandbox: Sandbox, ali: AliPay) -> None:
        self.sandbox, self.ali = sandbox, ali
        self.day = datetime.now(SHANGHAI).date()

    def pay(self, order_no: str) -> None:
        assert self.sandbox.control("alipay/pay", url=cashier_url(self.ali, order_no)).status_code == 200

    def be_at(self, hour: int, *, days: int = 1) -> None:
        then = datetime.combine(self.day + timedelta(days=days), datetime.min.time(), SHANGHAI) + timedelta(hours=hour)
        self.sandbox.shift_clock(int((then - datetime.now(SHANGHAI)).total_seconds()) + 1)

    def ask(self, bill_type: str, *, days: int = 0, **more: str) -> dict[str, Any]:
        biz = {"bill_type": bill_type, "bill_date": f"{self.day + timedelta(days=days)}"} | more
        answer: dict[str, Any] = self.ali.verified_sync_response(
            self.ali.build_body(METHOD, biz), f"{METHOD.replace('.', '_')}_response"
        )
        return answer

    def lists(self, bill_type: str, **more: Any) -> dict[str, str]:
        """The two lists by the end of their names."""
        content = httpx.get(self.ask(bill_type, **more)["bill_download_url"], trust_env=False).content
        with zipfile.ZipFile(io.BytesIO(content), metadata_encoding="gbk") as packed:
            return {name.split("_")[2]: packed.read(name).decode("gbk") for name in packed.namelist()}

    def rows(self, bill_type: str, order_no: str, **more: Any) -> list[list[str]]:
        """The cells of the order's rows."""
        details, _ = self.lists(bill_type, **more).values()
        told = [line.split("\t,") for line in details.splitlines() if order_no in line]
        assert all(cells[-1].endswith("\t") for cells in told)
        return [[*cells[:-1], cells[-1].removesuffix("\t")] for cells in told]


@pytest.fixture
def desk(sandbox: Sandbox, ali: AliPay) -> Desk:
    return Desk(sandbox, ali)


@pytest.fixture
def paid(desk: Desk, order_no: str) -> str:
    desk.pay(order_no)
    return order_no


def test_a_day_that_is_not_over_has_no_statement(desk: Desk, paid: str) -> None:
    for hour, days in ((23, 0), (8, 1)):
        desk.be_at(hour, days=days)
        answer = desk.ask("trade")
        assert (answer["code"], answer["sub_code"]) == ("40004", "isp.bill_not_exist")
    desk.be_at(9)
    assert desk.ask("trade")["code"] == "10000"


def test_what_happened_stands_in_it(desk: Desk, paid: str) -> None:
    desk.ali.api_alipay_trade_refund(refund_amount="3.09", out_trade_no=paid, out_request_no=f"{paid}r")
    desk.be_at(9)
    lists = desk.lists("trade")
    assert list(lists) == ["业务明细.csv", "业务明细(汇总).csv"]
    payment, refund = desk.rows("trade", paid)
    trade = desk.sandbox.trade(paid)
    assert payment[:4] == [trade["trade_no"], paid, "交易", "按期 第 3 期还款"]
    assert payment[11:13] + payment[21:23] == ["12.30", "12.30", "", "-0.07"]
    assert refund[2] == "退款"
    assert refund[11:13] + refund[21:23] == ["-3.09", "-3.09", f"{paid}r", "0.00"]
    assert "\n#交易合计：" in lists["业务明细.csv"] and lists["业务明细(汇总).csv"].startswith("#支付宝业务汇总查询\r\n")


def test_the_account_moved_by_as_much(desk: Desk, paid: str) -> None:
    desk.ali.api_alipay_trade_refund(refund_amount="3.09", out_trade_no=paid, out_request_no=f"{paid}r")
    desk.be_at(9)
    rows = desk.rows("signcustomer", paid)
    assert [(cells[10], cells[6], cells[7]) for cells in rows] == [
        ("在线支付", "12.30", "0.00"), ("收费", "0.00", "-0.07"), ("交易退款", "0.00", "-3.09"),
    ]  # fmt: skip
    assert [cells[1] for cells in rows] == [desk.sandbox.trade(paid)["trade_no"]] * 3


@pytest.mark.parametrize(
    ("fault", "amounts", "fees"),
    [
        ("line_missing", [], []),
        ("line_twice", ["12.30"] * 2, ["-0.07"] * 2),
        ("line_amount", ["12.31"], ["-0.07"]),
        ("line_fee", ["12.30"], ["-0.08"]),
    ],
)
def test_lines_that_are_wrong(desk: Desk, paid: str, fault: str, amounts: list[str], fees: list[str]) -> None:
    desk.be_at(9)
    desk.sandbox.fault(fault, out_trade_no=paid, operation="bill_trade")
    rows = desk.rows("trade", paid)
    assert ([cells[12] for cells in rows], [cells[22] for cells in rows]) == (amounts, fees)
    assert len(desk.rows("signcustomer", paid)) == 2


def test_a_line_of_nobodys(desk: Desk, paid: str) -> None:
    desk.be_at(9)
    desk.sandbox.fault("line_stranger", out_trade_no=paid, next=1)
    assert [cells[12] for cells in desk.rows("trade", "STRANGER")] == ["12.30"]
    assert desk.rows("trade", "STRANGER") == []


def test_a_refund_on_another_day(desk: Desk, paid: str) -> None:
    desk.ali.api_alipay_trade_refund(refund_amount="3.09", out_trade_no=paid, out_request_no=f"{paid}r")
    desk.be_at(9, days=2)
    desk.sandbox.fault("line_refund_next_day", out_trade_no=paid, next=1)
    assert [cells[2] for cells in desk.rows("trade", paid)] == ["交易"]
    # It stays there, in the other statement too.
    assert [cells[2] for cells in desk.rows("trade", paid, days=1)] == ["退款"]
    assert [cells[10] for cells in desk.rows("signcustomer", paid, days=1)] == ["交易退款"]
    desk.sandbox.fault("line_next_day", out_trade_no=paid, next=1)
    assert desk.rows("trade", paid) == []


def test_files_that_are_wrong(desk: Desk, paid: str) -> None:
    desk.be_at(9)
    desk.sandbox.fault("statement_not_ready", next=1)
    assert desk.ask("trade")["sub_code"] == "isp.bill_not_exist"
    desk.sandbox.fault("statement_empty", next=1)
    assert "#交易合计：0笔，商家实收共0.00元" in desk.lists("trade")["业务明细.csv"]
    desk.sandbox.fault("statement_broken", next=1)
    with pytest.raises(Exception, match=r"Bad CRC|invalid|Error -3"):
        desk.lists("trade")
    desk.sandbox.fault("statement_encoding", next=1)
    with pytest.raises(UnicodeDecodeError):
        desk.lists("trade")
    desk.sandbox.fault("statement_cut", next=1)
    assert "合计" not in desk.lists("trade")["业务明细.csv"]


def test_a_link_that_has_run_out(desk: Desk, paid: str) -> None:
    desk.be_at(9)
    desk.sandbox.fault("statement_link_expired", next=1)
    assert httpx.get(desk.ask("trade")["bill_download_url"], trust_env=False).status_code == 403
    kept = desk.ask("trade")["bill_download_url"]
    assert [httpx.get(kept, trust_env=False).status_code for _ in range(2)] == [200, 200]
    assert httpx.get(f"{kept}x", trust_env=False).status_code == 403


@pytest.mark.parametrize(
    ("bill_type", "more"), [("settle", {}), ("trade", {"bill_date": "2026-11"}), ("trade", {"smid": "1"})]
)
def test_questions_that_nobody_understands(desk: Desk, bill_type: str, more: dict[str, str]) -> None:
    answer = desk.ask(bill_type, **more)
    assert (answer["code"], answer["sub_code"]) == ("40002", "isv.invalid-parameter")
