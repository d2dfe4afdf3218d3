"""The statement of a clearing day, and what the faults make of it."""

import re
import zlib
from datetime import datetime, timedelta

import pytest
from sandbox_stand import SHANGHAI, Sandbox
from unionpay_stand import MER_ID, Acquirer, files, wire_time

# Code, acquirer, sender, trace, time, account, amount, category, terminal, queryId, old, order, card, origin's two,
# fee, settled.
WIDTHS = (3, 11, 11, 6, 10, 19, 12, 4, 2, 21, 2, 32, 2, 6, 10, 13, 13)


def cells(line: str) -> list[str]:
    """The fields of a line, which stand one blank apart."""
    assert len(line) == sum(WIDTHS) + len(WIDTHS) - 1, line
    found, at = [], 0
    for width in WIDTHS:
        found.append(line[at : at + width].strip())
        assert line[at + width : at + width + 1] in (" ", ""), line
        at += width + 1
    return found


@pytest.fixture
def day(sandbox: Sandbox) -> str:
    """The clearing day in which everything here happens, as MMDD."""
    return f"{datetime.now(SHANGHAI) + timedelta(hours=1):%m%d}"


def over(sandbox: Sandbox, acquirer: Acquirer, *, days: int = 1) -> None:
    """From here on the clearing day is over, and the merchant's clock with it."""
    sandbox.shift_clock(days * 86400)


def lines(acquirer: Acquirer, mmdd: str, order: str, *, days: int = 1) -> dict[str, list[list[str]]]:
    """The lines about an order in both files."""
    answer = acquirer.statement(mmdd, txnTime=wire_time(minutes=days * 1440))
    assert answer["respCode"] == "00", answer
    found = {kind: content.decode("gbk").splitlines() for kind, content in files(answer).items()}
    return {kind: [cells(line) for line in each if order in line] for kind, each in found.items()}


def test_the_day_is_not_over(acquirer: Acquirer, day: str) -> None:
    answer = acquirer.statement(day)
    assert (answer["respCode"], "fileContent" in answer) == ("98", False)


def test_everything_stands_in_it(acquirer: Acquirer, sandbox: Sandbox, order_no: str, day: str) -> None:
    acquirer.pay(order_no)
    token = acquirer.bind(f"{order_no}o")
    acquirer.debit(f"{order_no}d", token, 333)
    acquirer.refund(f"{order_no}r", order_no, 30)
    acquirer.payout(f"{order_no}p", token, 5000)
    acquirer.debit(f"{order_no}e", acquirer.bind(f"{order_no}l", card="lost"), 1)
    for suffix, biz in (("d", "000902"), ("r", "000201"), ("p", "000401")):
        acquirer.settled(order_no + suffix, biz)
    paid = acquirer.query(order_no)
    over(sandbox, acquirer)
    found = lines(acquirer, day, order_no)
    assert found["ZME"] == []
    told = {cell[11].removeprefix(order_no): cell for cell in found["ZM"]}
    assert {name: (cell[0], int(cell[6]), cell[15], cell[16]) for name, cell in told.items()} == {
        "": ("S22", 1230, "D000000000007", "C000000001223"),
        "d": ("S22", 333, "D000000000002", "C000000000331"),
        "r": ("S30", 30, "C000000000000", "D000000000030"),
        "p": ("S65", 5000, "D000000000100", "D000000005100"),
    }
    assert (told[""][3], told[""][4], told[""][9]) == (paid["traceNo"], paid["traceTime"], paid["queryId"])
    assert told[""][5] == "6222****0017" and told[""][12] == "01"
    assert told["r"][13:15] == [paid["traceNo"], paid["traceTime"]]


def test_a_payout_that_came_back(acquirer: Acquirer, sandbox: Sandbox, order_no: str, day: str) -> None:
    token, payout = acquirer.bind(order_no), f"{order_no}p"
    acquirer.payout(payout, token, 5000)
    acquirer.settled(payout, "000401")
    assert sandbox.control("unionpay/return", out_trade_no=order_no).status_code == 404
    sandbox.shift_clock(3 * 86400)
    assert sandbox.control("unionpay/return", out_trade_no=payout).status_code == 200
    assert sandbox.control("unionpay/return", out_trade_no=payout).status_code == 409
    payouts = sandbox.http.get("/_control/unionpay/payouts").json()["payouts"]
    assert [each["returned_at"] is not None for each in payouts if each["order_id"] == payout] == [True]
    over(sandbox, acquirer, days=5)
    then = f"{datetime.now(SHANGHAI) + timedelta(days=3, hours=1):%m%d}"
    assert [cell[0] for cell in lines(acquirer, day, payout, days=5)["ZM"]] == ["S65"]
    found = lines(acquirer, then, payout, days=5)
    assert found["ZM"] == []
    assert [(cell[0], cell[11], int(cell[6]), cell[16][0]) for cell in found["ZME"]] == [("S66", payout, 5000, "C")]


def test_an_empty_day(acquirer: Acquirer) -> None:
    answer = acquirer.statement(f"{datetime.now(SHANGHAI) - timedelta(days=200):%m%d}")
    assert files(answer) == {"ZM": b"", "ZME": b""}
    assert answer["fileName"].startswith(MER_ID)


@pytest.fixture
def paid(acquirer: Acquirer, sandbox: Sandbox, order_no: str) -> str:
    acquirer.pay(order_no)
    return order_no


@pytest.mark.parametrize(
    ("fault", "amounts", "fees"),
    [
        ("line_missing", [], []),
        ("line_twice", [1230, 1230], [7, 7]),
        ("line_amount", [1231], [7]),
        ("line_fee", [1230], [8]),
    ],
)
def test_lines_that_are_wrong(
    acquirer: Acquirer, sandbox: Sandbox, paid: str, day: str, fault: str, amounts: list[int], fees: list[int]
) -> None:
    over(sandbox, acquirer)
    acquirer.fault(fault, out_trade_no=paid, next=1)
    found = lines(acquirer, day, paid)["ZM"]
    assert [int(cell[6]) for cell in found] == amounts
    assert [int(cell[15][1:]) for cell in found] == fees
    assert [int(cell[6]) for cell in lines(acquirer, day, paid)["ZM"]] == [1230]


def test_a_line_of_nobodys(acquirer: Acquirer, sandbox: Sandbox, paid: str, day: str) -> None:
    over(sandbox, acquirer)
    query_id = acquirer.query(paid)["queryId"]
    acquirer.fault("line_stranger", out_trade_no=paid)
    answer = acquirer.statement(day, txnTime=wire_time(minutes=1440))
    text = files(answer)["ZM"].decode("gbk")
    assert paid in text and re.search(r" STRANGER\d{8} ", text) and f"{query_id[:-1]}7" in text


def test_a_line_in_the_next_days_file(acquirer: Acquirer, sandbox: Sandbox, paid: str, day: str) -> None:
    over(sandbox, acquirer, days=2)
    acquirer.fault("line_next_day", out_trade_no=paid, next=1)
    assert lines(acquirer, day, paid, days=2)["ZM"] == []
    assert lines(acquirer, day, paid, days=2)["ZM"] == []
    after = f"{datetime.now(SHANGHAI) + timedelta(days=1, hours=1):%m%d}"
    assert [cell[11] for cell in lines(acquirer, after, paid, days=2)["ZM"]] == [paid]


def test_files_that_are_wrong(acquirer: Acquirer, sandbox: Sandbox, paid: str, day: str) -> None:
    over(sandbox, acquirer)
    tomorrow = wire_time(minutes=1440)
    acquirer.fault("statement_not_ready", next=1)
    assert acquirer.statement(day, txnTime=tomorrow)["respCode"] == "98"
    acquirer.fault("statement_broken", next=1)
    with pytest.raises(zlib.error):
        files(acquirer.statement(day, txnTime=tomorrow))
    acquirer.fault("statement_encoding", next=1)
    odd = files(acquirer.statement(day, txnTime=tomorrow))["ZM"]
    assert paid.encode() not in odd and paid in odd.decode("utf-16")
    whole = files(acquirer.statement(day, txnTime=tomorrow))["ZM"]
    acquirer.fault("statement_cut", next=1)
    half = files(acquirer.statement(day, txnTime=tomorrow))["ZM"]
    assert whole.startswith(half) and len(half) == len(whole) - 62
