"""UnionPay's statement: fetched from the sandbox, with all that happened."""

from datetime import date, datetime, timedelta

import pytest

from anqi.payments import channels
from anqi.payments.channels.protocol import NotReady, Succeeded
from anqi.payments.channels.unionpay import Unionpay, account
from anqi.payments.statements import Row, StatementUnreadable
from anqi.rows.days import SHANGHAI
from tests.channels.card_desk import AMOUNT_MINOR, CardDesk
from tests.sandbox.sandbox_stand import Sandbox

DAY = date(2026, 11, 26)


@pytest.fixture
def day(sandbox: Sandbox, at_the_desk: CardDesk, key: str) -> date:
    """A clearing day on which everything happened, and that is over."""
    at_the_desk.pay(key)
    at_the_desk.refund(f"{key}r", key, amount_minor=309)
    token = at_the_desk.bind(f"{key}c").token
    at_the_desk.debit(f"{key}d", token)
    at_the_desk.payout(f"{key}p", token)
    for number in "rdp":
        at_the_desk.settle(f"{key}{number}")
    return (datetime.now(SHANGHAI) + timedelta(hours=1)).date()


@pytest.fixture
def over(sandbox: Sandbox, day: date, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the next clearing day, in its first hour."""
    now = datetime.combine(day, datetime.min.time(), SHANGHAI) + timedelta(hours=23, minutes=30)
    sandbox.shift_clock(int((now - datetime.now(SHANGHAI)).total_seconds()))
    monkeypatch.setattr(account, "_world_now", lambda: now)


def told(up: Unionpay, day: date, key: str) -> dict[tuple[str, str, str], Row]:
    found = [row for row in up.statement(day, kind="clearing").rows() if row.key.startswith(key)]
    by_name = {(row.kind, row.state, row.key.removeprefix(key)): row for row in found}
    assert len(by_name) == len(found)
    return by_name


def test_a_day_that_is_not_over_has_no_statement(at_the_desk: CardDesk, day: date) -> None:
    with pytest.raises(NotReady):
        at_the_desk.up.statement(day, kind="clearing")


def test_a_day_that_is_over_tells_all_of_it(
    sandbox: Sandbox, at_the_desk: CardDesk, key: str, day: date, request: pytest.FixtureRequest
) -> None:
    paid = at_the_desk.query(key)
    sandbox.control("unionpay/return", out_trade_no=f"{key}p")
    request.getfixturevalue("over")
    lines = told(at_the_desk.up, day, key)
    assert set(lines) == {
        ("pay", "done", ""), ("pay", "done", "d"), ("refund", "done", "r"), ("payout", "done", "p"),
        ("payout", "returned", "p"),
    }  # fmt: skip
    assert isinstance(paid, Succeeded)
    charge = lines["pay", "done", ""]
    assert (charge.ref, charge.amount_minor, charge.at) == (paid.ref, paid.amount_minor, paid.paid_at)
    assert (charge.fee_minor, charge.day) == (320, day)
    assert lines["refund", "done", "r"].amount_minor == -309
    assert lines["payout", "done", "p"].amount_minor == -AMOUNT_MINOR
    assert lines["payout", "returned", "p"].amount_minor == AMOUNT_MINOR


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("statement_broken", "damaged"), ("statement_encoding", "encoding"), ("statement_cut", "columns")],
)
def test_a_file_that_is_broken_is_refused(
    sandbox: Sandbox, at_the_desk: CardDesk, day: date, over: None, fault: str, reason: str
) -> None:
    sandbox.fault(fault, channel="unionpay", next=1)
    with pytest.raises(StatementUnreadable) as caught:
        list(at_the_desk.up.statement(day, kind="clearing").rows())
    assert caught.value.reason == reason


def test_who_hands_out_statements(unionpay_offered: None, at_the_desk: CardDesk) -> None:
    assert "unionpay" in channels.stating()
    assert channels.find_stating("unionpay").statement_kinds() == ("clearing",)


def test_without_a_clear_answer_there_is_no_statement(at_the_desk: CardDesk) -> None:
    at_the_desk.up._way._file_address = "http://127.0.0.1:9/unionpay/file"
    with pytest.raises(OSError, match="no_answer"):
        at_the_desk.up.statement(DAY, kind="clearing")
