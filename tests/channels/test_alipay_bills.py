"""Alipay's statements: fetched from the sandbox in both kinds, with all that happened, or refused in words."""

from datetime import datetime
from typing import Any

import pytest

from anqi.payments import channels
from anqi.payments.channels import alipay
from anqi.payments.channels.alipay import Alipay, bills
from anqi.payments.channels.protocol import NotReady, Payee, PayoutRequest, RefundRequest, Succeeded
from anqi.payments.statements import StatementUnreadable
from anqi.rows.days import SHANGHAI
from tests.channels.bill_desk import BillDesk, brief
from tests.channels.cashier import AMOUNT_MINOR, NOTIFY_URL, Cashier
from tests.sandbox.sandbox_stand import Sandbox

FEE_MINOR, REFUNDED_MINOR, PAID_OUT_MINOR = 320, 309, 80_000


@pytest.fixture
def desk(sandbox: Sandbox, ali: Alipay) -> BillDesk:
    return BillDesk(sandbox=sandbox, channel=ali, code="alipay")


@pytest.fixture
def paid(cashier: Cashier, key: str) -> str:
    cashier.pay(key)
    return key


@pytest.fixture
def refunded(ali: Alipay, paid: str) -> str:
    refund = RefundRequest(
        key=f"ar{paid[2:]}", charge_key=paid, amount_minor=REFUNDED_MINOR, charge_amount_minor=AMOUNT_MINOR,
        currency="CNY", why="多付的款原路退回", notify_url=NOTIFY_URL, opened_at=datetime.now(SHANGHAI),
    )  # fmt: skip
    assert isinstance(ali.refund(refund), Succeeded)
    return paid


def test_a_day_that_is_not_over_has_no_statement(desk: BillDesk, paid: str) -> None:
    for hour, days in ((23, 0), (8, 1)):
        desk.be_at(hour, days=days)
        with pytest.raises(NotReady):
            desk.all("trade")


def test_trades(desk: BillDesk, ali: Alipay, refunded: str) -> None:
    charge = ali.query(refunded)
    desk.be_at(9)
    payment, refund = desk.told("trade", refunded)
    assert brief([payment, refund]) == [
        ("pay", "done", refunded, "", AMOUNT_MINOR, FEE_MINOR),
        ("refund", "done", f"ar{refunded[2:]}", refunded, -REFUNDED_MINOR, 0),
    ]
    assert isinstance(charge, Succeeded)
    assert (payment.ref, payment.at, payment.day) == (charge.ref, charge.paid_at, desk.day)


def test_funds(desk: BillDesk, sandbox: Sandbox, certified: dict[str, str], refunded: str) -> None:
    sandbox.control("alipay/account", balance="1000000.00")
    sandbox.control("alipay/wallets", logon_id="chen@example.com", name="陈静")
    number = f"ap{refunded[2:]}"
    payout = PayoutRequest(
        key=number, opened_at=datetime.now(SHANGHAI), payee=Payee(account="chen@example.com", name="陈静"),
        amount_minor=PAID_OUT_MINOR, currency="CNY", why="按期放款", notify_url=NOTIFY_URL,
    )  # fmt: skip
    assert isinstance(alipay.connect(certified).payout(payout), Succeeded)
    assert sandbox.control(f"alipay/transfers/{number}/return").status_code == 200
    desk.be_at(9)
    assert brief(desk.told("funds", refunded)) == [
        ("pay", "done", refunded, "", AMOUNT_MINOR, 0),
        ("fee", "done", "", refunded, -FEE_MINOR, 0),
        ("refund", "done", "", refunded, -REFUNDED_MINOR, 0),
    ]
    assert brief(desk.told("funds", number)) == [
        ("payout", "done", number, "", -PAID_OUT_MINOR, 0), ("payout", "returned", number, "", PAID_OUT_MINOR, 0),
    ]  # fmt: skip


def test_both_kinds_tell_the_same_money(desk: BillDesk, refunded: str) -> None:
    desk.be_at(9)
    _, trades = desk.all("trade")
    rows, _ = desk.all("funds")
    assert sum(row.amount_minor for row in rows if row.kind not in ("payout", "remittance")) == trades.minor - trades.fee_minor


def test_what_is_fetched_is_kept_as_it_came(desk: BillDesk, ali: Alipay, paid: str) -> None:
    desk.be_at(9)
    statement = ali.statement(desk.day, kind="trade")
    assert statement.file.startswith(b"PK")
    assert (statement.channel, statement.kind, statement.account) == ("alipay", "trade", "2088000000000001")
    assert len(statement.sha256) == 64
    assert paid not in repr(statement)


@pytest.mark.parametrize(
    ("fault", "brought"),
    [
        ("line_missing", []),
        ("line_twice", [(AMOUNT_MINOR, FEE_MINOR)] * 2),
        ("line_amount", [(AMOUNT_MINOR + 1, FEE_MINOR)]),
        ("line_fee", [(AMOUNT_MINOR, FEE_MINOR + 1)]),
        ("line_next_day", []),
    ],
)
def test_lines_that_are_wrong_are_read_as_they_are(
    desk: BillDesk, paid: str, fault: str, brought: list[tuple[int, int]]
) -> None:
    desk.be_at(9, days=2)
    desk.fault(fault, out_trade_no=paid, next=1)
    assert [(row.amount_minor, row.fee_minor) for row in desk.told("trade", paid)] == brought
    desk.fault("line_stranger", out_trade_no=paid, next=1)
    is_there = fault != "line_next_day"
    assert len(desk.told("trade", "STRANGER")) == is_there
    assert len(desk.told("trade", paid, days=1)) == (not is_there)


def test_an_empty_day(desk: BillDesk, paid: str) -> None:
    desk.be_at(9)
    desk.fault("statement_empty", next=1)
    rows, totals = desk.all("trade")
    assert (rows, totals.count) == ([], 0)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("statement_broken", "damaged"), ("statement_encoding", "encoding"), ("statement_cut", "cut")],
)
def test_files_that_are_broken(desk: BillDesk, paid: str, fault: str, reason: str) -> None:
    desk.be_at(9)
    for kind in ("trade", "funds"):
        desk.fault(fault, next=1)
        with pytest.raises(StatementUnreadable) as caught:
            desk.all(kind)
        assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        ("statement_link_expired", "http_403"),
        ("http_500", "http_500"),
        ("html", "unreadable"),
        ("bad_signature", "bad_signature"),
        ("system_error", "code_40004 ACQ.SYSTEM_ERROR"),
    ],
)
def test_without_a_clear_answer_there_is_no_statement(desk: BillDesk, paid: str, fault: str, cause: str) -> None:
    desk.be_at(9)
    desk.fault(fault, next=1)
    with pytest.raises(OSError, match=f"^{cause}$"):
        desk.all("trade")
    assert desk.told("trade", paid)


def test_a_file_that_is_too_large(desk: BillDesk, paid: str, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.be_at(9)
    monkeypatch.setattr(bills, "_LARGEST", 100)
    with pytest.raises(OSError, match="^too_large$"):
        desk.all("trade")


def test_an_address_that_is_none(desk: BillDesk, ali: Alipay, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(*asked: Any, **more: Any) -> dict[str, str]:
        return {"code": "10000", "bill_download_url": "file:///etc/hostname"}

    monkeypatch.setattr(ali._sdk, "verified_sync_response", answer)
    with pytest.raises(OSError, match="^code_10000$"):
        desk.all("trade")


def test_nobody_listens(desk: BillDesk, ali: Alipay, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(*asked: Any, **more: Any) -> dict[str, str]:
        return {"code": "10000", "bill_download_url": "http://127.0.0.1:9/bills/secret"}

    monkeypatch.setattr(ali._sdk, "verified_sync_response", answer)
    with pytest.raises(OSError, match="^no_answer$"):
        desk.all("trade")


def test_who_hands_out_statements(offered: None) -> None:
    assert "alipay" in channels.stating() and "alipay" not in channels.stating_payouts()
    assert channels.find_stating("alipay").statement_kinds() == ("trade", "funds")
