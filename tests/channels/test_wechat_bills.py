"""WeChat Pay's statements: fetched from the sandbox in both kinds, with all that happened, or refused in words."""

from typing import Any

import pytest

from anqi.payments import channels
from anqi.payments.channels import wechat
from anqi.payments.channels.protocol import NotReady, Succeeded
from anqi.payments.channels.wechat import Wechat, gateway
from anqi.payments.statements import StatementUnreadable
from tests.channels import contract_desk
from tests.channels.bill_desk import BillDesk, brief
from tests.channels.contract_desk import ContractDesk
from tests.channels.till import AMOUNT_MINOR, Till
from tests.sandbox.sandbox_stand import Sandbox

FEE_MINOR, REFUNDED_MINOR = 320, 309


@pytest.fixture
def desk(sandbox: Sandbox, wx: Wechat) -> BillDesk:
    return BillDesk(sandbox=sandbox, channel=wx, code="wechat")


@pytest.fixture
def paid(at_the_till: Till, key: str) -> str:
    at_the_till.pay(key)
    return key


@pytest.fixture
def refunded(at_the_till: Till, paid: str) -> str:
    at_the_till.give_back(paid, f"ar{paid[2:]}", REFUNDED_MINOR)
    at_the_till.settle(paid, f"ar{paid[2:]}")
    return paid


def test_a_day_that_is_not_over_has_no_statement(desk: BillDesk, paid: str) -> None:
    for hour, days in ((23, 0), (9, 1)):
        desk.be_at(hour, days=days)
        with pytest.raises(NotReady):
            desk.all("trade")


def test_a_day_without_a_movement_has_none_either(desk: BillDesk) -> None:
    with pytest.raises(NotReady):
        desk.all("funds", days=-300)


def test_trades(desk: BillDesk, wx: Wechat, refunded: str) -> None:
    charge = wx.query(refunded)
    desk.be_at(10)
    payment, refund = desk.told("trade", refunded)
    assert brief([payment, refund]) == [
        ("pay", "done", refunded, "", AMOUNT_MINOR, FEE_MINOR),
        ("refund", "done", f"ar{refunded[2:]}", refunded, -REFUNDED_MINOR, -2),
    ]
    assert isinstance(charge, Succeeded)
    assert (payment.ref, payment.at, payment.day) == (charge.ref, charge.paid_at, desk.day)


def test_a_debit_is_told_as_one(sandbox: Sandbox, desk: BillDesk, key: str) -> None:
    signing = wechat.connect(contract_desk.stated(sandbox))
    contracts, number = ContractDesk(sandbox=sandbox, wx=signing), f"ad{key[2:]}"
    found = contracts.announced(key)
    signing.debit(contract_desk.order(number, found))
    assert isinstance(contracts.settle(number), Succeeded)
    desk.be_at(10, days=4)
    [row] = desk.told("trade", number, days=3)
    assert (row.kind, row.amount_minor, row.fee_minor) == ("debit", contract_desk.AMOUNT_MINOR, 180)


def test_funds(desk: BillDesk, refunded: str) -> None:
    desk.be_at(10)
    assert brief(desk.told("funds", refunded)) == [
        ("pay", "done", refunded, "", AMOUNT_MINOR, 0), ("fee", "done", "", refunded, -FEE_MINOR, 0),
    ]  # fmt: skip
    number = f"ar{refunded[2:]}"
    assert brief(desk.told("funds", number)) == [
        ("refund", "done", number, "", -REFUNDED_MINOR, 0), ("fee", "done", "", number, 2, 0),
    ]  # fmt: skip


def test_both_kinds_tell_the_same_money(desk: BillDesk, refunded: str) -> None:
    desk.be_at(10)
    _, trades = desk.all("trade")
    _, funds = desk.all("funds")
    assert funds.minor == trades.minor - trades.fee_minor


def test_what_is_fetched_is_kept_as_it_came(desk: BillDesk, wx: Wechat, paid: str) -> None:
    desk.be_at(10)
    statement = wx.statement(desk.day, kind="trade")
    assert statement.file.startswith(b"\x1f\x8b")
    assert (statement.channel, statement.kind, statement.account) == ("wechat", "trade", "1900000109")


@pytest.mark.parametrize(
    ("fault", "brought"),
    [
        ("line_missing", []),
        ("line_twice", [(AMOUNT_MINOR, FEE_MINOR)] * 2),
        ("line_amount", [(AMOUNT_MINOR + 1, FEE_MINOR)]),
        ("line_fee", [(AMOUNT_MINOR, FEE_MINOR + 1)]),
    ],
)
def test_lines_that_are_wrong_are_read_as_they_are(
    desk: BillDesk, paid: str, fault: str, brought: list[tuple[int, int]]
) -> None:
    desk.be_at(10)
    desk.fault("line_stranger", out_trade_no=paid, next=1)
    assert [row.amount_minor for row in desk.told("trade", "STRANGER")] == [AMOUNT_MINOR]
    desk.fault(fault, out_trade_no=paid, next=1)
    assert [(row.amount_minor, row.fee_minor) for row in desk.told("trade", paid)] == brought


def test_a_refund_on_another_day(desk: BillDesk, refunded: str) -> None:
    desk.be_at(10, days=2)
    desk.fault("line_refund_next_day", out_trade_no=refunded, next=1)
    assert [row.kind for row in desk.told("trade", refunded)] == ["pay"]
    [row] = desk.told("trade", refunded, days=1)
    assert (row.kind, row.at.date(), (row.day - row.at.date()).days) == ("refund", desk.day, 1)


def test_an_empty_day(desk: BillDesk, paid: str) -> None:
    desk.be_at(10)
    desk.fault("statement_empty", next=1)
    rows, totals = desk.all("funds")
    assert (rows, totals.count) == ([], 0)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("statement_broken", "hash_differs"), ("statement_encoding", "encoding"), ("statement_cut", "cut")],
)
def test_files_that_are_broken(desk: BillDesk, paid: str, fault: str, reason: str) -> None:
    desk.be_at(10)
    for kind in ("trade", "funds"):
        desk.fault(fault, next=1)
        with pytest.raises(StatementUnreadable) as caught:
            desk.all(kind)
        assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("fault", "step", "cause"),
    [
        ("statement_link_expired", "bill_trade", "http_400"),
        ("http_500", "bill_trade", "http_500"),
        ("bad_signature", "bill_trade", "bad_signature"),
        ("system_error_after", "bill_trade", "500 SYSTEM_ERROR"),
        ("html", "bill_trade", "unreadable|no_signature"),
        ("http_503", "bill_download", "http_503"),
        ("cut", "bill_download", "no_answer"),
        ("lost_after", "bill_download", "no_answer"),
    ],
)
def test_without_a_clear_answer_there_is_no_statement(
    desk: BillDesk, paid: str, fault: str, step: str, cause: str
) -> None:
    desk.be_at(10)
    desk.fault(fault, operation=step, next=1)
    with pytest.raises(OSError, match=f"^({cause})$"):
        desk.all("trade")
    assert desk.told("trade", paid)


def test_a_page_in_place_of_the_file(desk: BillDesk, paid: str) -> None:
    desk.be_at(10)
    desk.fault("html", operation="bill_download", next=1)
    with pytest.raises(StatementUnreadable) as caught:
        desk.all("trade")
    assert caught.value.reason == "hash_differs"


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"download_url": "https://elsewhere.example/v3/billdownload/file"}, "other_address"),
        ({"download_url": None}, "other_address"),
        ({"hash_type": "MD5"}, "no_hash"),
        ({"hash_value": None}, "no_hash"),
    ],
)
def test_answers_that_lead_nowhere(
    desk: BillDesk, wx: Wechat, paid: str, changes: dict[str, Any], cause: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = gateway.ask

    def ask(call: Any) -> Any:
        answer = asked(call)
        answer.fields.update(changes)
        return answer

    monkeypatch.setattr(gateway, "ask", ask)
    desk.be_at(10)
    with pytest.raises(OSError, match=f"^{cause}$"):
        desk.all("trade")


def test_who_hands_out_statements(wechat_offered: None) -> None:
    assert "wechat" in channels.stating()
    assert channels.find_stating("wechat").statement_kinds() == ("trade", "funds")
