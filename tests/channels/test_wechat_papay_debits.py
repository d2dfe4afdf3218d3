"""Debits under a contract at WeChat: what the channel asks, and what it makes of the answers."""

import logging
from dataclasses import replace
from typing import Any

import pytest

from anqi.payments.channels import wechat
from anqi.payments.channels.protocol import Accepted, Closed, Failed, NotFound, Result, Succeeded, Unknown
from anqi.payments.channels.wechat import Wechat, codes
from tests.channels import contract_desk, till
from tests.channels.contract_desk import (
    AMOUNT_MINOR,
    BROKEN_ANSWERS,
    ContractDesk,
    announcement,
    hurry,
    order,
)
from tests.channels.till import ACCOUNT, NOTIFY_URL
from tests.sandbox.sandbox_stand import Sandbox, wait_until

REFUSALS = {
    "RULELIMIT": "merchant_limit",
    "INVALID_REQUEST": "not_announced",
    "CONTRACT_NOT_EXIST": "mandate_ended",
    "NOTENOUGH": "balance",
    "NOAUTH": "no_rights",
}
FATES = (
    "NOTENOUGH", "RULELIMIT", "BANKERROR", "ACCOUNTERROR", "USER_ACCOUNT_ABNORMAL", "USER_NOT_EXIST",
    "CODE_NOBODY_LISTED",
)  # fmt: skip


@pytest.fixture
def wx(sandbox: Sandbox) -> Wechat:
    return wechat.connect(contract_desk.stated(sandbox))


@pytest.fixture
def desk(sandbox: Sandbox, wx: Wechat) -> ContractDesk:
    return ContractDesk(sandbox=sandbox, wx=wx)


@pytest.fixture
def debit_key(key: str) -> str:
    return f"ad{key[2:]}"


def test_no_fault_of_debits_is_forgotten(sandbox: Sandbox) -> None:
    catalogue = sandbox.http.get("/_control/faults").json()["catalogue"]
    known = {each["fault"] for each in catalogue if each["fault"].startswith("papay_") and each["kind"] != "notify"}
    told = {f"papay_refused_{code}" for code in REFUSALS} | {f"papay_fails_{code}" for code in FATES}
    assert known == told | {"papay_runs_out", "papay_forever", "papay_answer_md5"}


def test_a_debit_is_taken_and_done_a_while_later(
    desk: ContractDesk, wx: Wechat, key: str, debit_key: str
) -> None:
    found = desk.announced(key)
    assert wx.debit(order(debit_key, found)) == Accepted()
    result = desk.settle(debit_key)
    told = desk.debit(debit_key)
    assert isinstance(result, Succeeded)
    assert (result.amount_minor, result.ref) == (AMOUNT_MINOR, told["transaction_id"])
    assert f"{result.paid_at:%Y-%m-%d %H:%M:%S%z}" == f"{told['paid_at']}+0800"
    assert (told["trade_type"], told["notify_url"]) == ("PAP", NOTIFY_URL)


def test_right_after_it_was_taken_wechat_does_not_know_it(
    desk: ContractDesk, wx: Wechat, key: str, debit_key: str
) -> None:
    desk.fault("query_not_exist", debit_key, operation="debit_query", next=1)
    found = desk.announced(key)
    wx.debit(order(debit_key, found))
    assert isinstance(desk.settle(debit_key), NotFound)
    assert isinstance(wx.query_debit(debit_key), Succeeded)


def test_a_debit_that_waits_is_accepted(desk: ContractDesk, wx: Wechat, key: str, debit_key: str) -> None:
    found = desk.announced(key)
    desk.fault("papay_forever", debit_key, operation="debit", next=1)
    assert wx.debit(order(debit_key, found)) == Accepted()
    wait_until(lambda: wx.query_debit(debit_key) != NotFound())
    assert wx.query_debit(debit_key) == Accepted()
    desk.fault("query_waiting", debit_key, operation="debit_query", next=1)
    assert wx.query_debit(debit_key) == Accepted()


def test_the_same_debit_again_is_one_debit(desk: ContractDesk, wx: Wechat, key: str, debit_key: str) -> None:
    found = desk.announced(key)
    request = order(debit_key, found)
    assert [wx.debit(request), wx.debit(request)] == [Accepted(), Accepted()]
    done = desk.settle(debit_key)
    assert isinstance(done, Succeeded)
    assert wx.debit(request) == done
    # Another amount under its number is not another debit.
    assert wx.debit(replace(request, amount_minor=1)) == done
    assert len(desk.contract(key)["debits"]) == 1


@pytest.mark.parametrize(
    ("payer", "code"), [("hao", "NOTENOUGH"), ("bai", "ACCOUNTERROR"), ("tang", "USER_ACCOUNT_ABNORMAL")]
)
def test_a_debit_fails_by_the_payers_fate(
    desk: ContractDesk, wx: Wechat, key: str, debit_key: str, payer: str, code: str
) -> None:
    found = desk.announced(key, payer=payer)
    assert wx.debit(order(debit_key, found)) == Accepted()
    # A query says that, and not why; the notice does.
    assert desk.settle(debit_key) == Failed(reason="declined", code="PAY_FAIL")
    [notice] = desk.notices(desk.debit(debit_key))
    assert wx.parse_notification(notice).result == Failed(reason=codes.ENDED[code], code=code)
    assert wx.debit(order(debit_key, found)) == Failed(reason="declined", code="PAY_FAIL")
    # The period is not used up.
    again = f"{debit_key[:31]}b"
    assert wx.debit(order(again, found)) == Accepted()


@pytest.mark.parametrize("code", FATES)
def test_each_way_in_which_a_debit_fails(
    desk: ContractDesk, wx: Wechat, key: str, debit_key: str, code: str
) -> None:
    found = desk.announced(key)
    desk.fault(f"papay_fails_{code}", debit_key, operation="debit", next=1)
    assert wx.debit(order(debit_key, found)) == Accepted()
    assert desk.settle(debit_key) == Failed(reason="declined", code="PAY_FAIL")
    [notice] = desk.notices(desk.debit(debit_key))
    listed = code in codes.ENDED
    expected = Failed(reason=codes.ENDED[code], code=code) if listed else Unknown(cause=code)
    assert wx.parse_notification(notice).result == expected


@pytest.mark.parametrize("code", REFUSALS)
def test_each_way_in_which_a_debit_is_refused(
    desk: ContractDesk, wx: Wechat, key: str, debit_key: str, code: str
) -> None:
    found = desk.announced(key)
    desk.fault(f"papay_refused_{code}", debit_key, operation="debit", next=1)
    assert wx.debit(order(debit_key, found)) == Failed(reason=REFUSALS[code], code=code)
    assert wx.query_debit(debit_key) == NotFound()
    assert wx.debit(order(debit_key, found)) == Accepted()


@pytest.mark.parametrize("fault", BROKEN_ANSWERS)
def test_a_debit_without_a_clear_answer_is_unknown(
    desk: ContractDesk, wx: Wechat, monkeypatch: pytest.MonkeyPatch, key: str, debit_key: str, fault: str
) -> None:
    hurry(monkeypatch)
    found = desk.announced(key)
    cause, is_done = BROKEN_ANSWERS[fault]
    desk.fault(fault, debit_key, operation="debit", next=1, seconds=2)
    assert wx.debit(order(debit_key, found)) == Unknown(cause=cause)
    if is_done:
        assert isinstance(desk.settle(debit_key), Succeeded)
    else:
        assert wx.query_debit(debit_key) == NotFound()
    # The same number once more takes nothing twice.
    assert isinstance(wx.debit(order(debit_key, found)), Succeeded if is_done else Accepted)


@pytest.mark.parametrize("fault", BROKEN_ANSWERS)
def test_a_query_without_a_clear_answer_is_unknown(
    desk: ContractDesk, wx: Wechat, monkeypatch: pytest.MonkeyPatch, key: str, debit_key: str, fault: str
) -> None:
    hurry(monkeypatch)
    found = desk.announced(key)
    wx.debit(order(debit_key, found))
    done = desk.settle(debit_key)
    desk.fault(fault, debit_key, operation="debit_query", next=1, seconds=2)
    assert wx.query_debit(debit_key) == Unknown(cause=BROKEN_ANSWERS[fault][0])
    assert wx.query_debit(debit_key) == done


def test_a_refusal_after_a_lost_answer_is_not_believed(
    desk: ContractDesk, wx: Wechat, monkeypatch: pytest.MonkeyPatch, key: str, debit_key: str
) -> None:
    hurry(monkeypatch)
    found = desk.announced(key)
    desk.fault("lost_after", debit_key, operation="debit", next=1)
    request = order(debit_key, found)
    assert isinstance(wx.debit(request), Unknown)
    assert isinstance(desk.settle(debit_key), Succeeded)
    # It is the period's only one by now: WeChat may say that it is paid, or that there is none to be taken.
    assert isinstance(wx.debit(request), Succeeded)
    for code in REFUSALS:
        desk.fault(f"papay_refused_{code}", debit_key, operation="debit", next=1)
        assert isinstance(wx.debit(request), Succeeded)


@pytest.mark.parametrize(
    ("day", "hour", "amount_minor", "expected"),
    [
        (2, 10, AMOUNT_MINOR, Failed(reason="not_announced", code="INVALID_REQUEST")),
        (3, 6, AMOUNT_MINOR, Failed(reason="not_announced", code="INVALID_REQUEST")),
        (3, 22, AMOUNT_MINOR, Failed(reason="not_announced", code="INVALID_REQUEST")),
        (3, 10, AMOUNT_MINOR + 1, Failed(reason="not_announced", code="INVALID_REQUEST")),
        (3, 7, AMOUNT_MINOR, Accepted()),
        (9, 21, 1, Accepted()),
        (10, 10, AMOUNT_MINOR, Failed(reason="not_announced", code="INVALID_REQUEST")),
        (3, 10, 50_001, Failed(reason="merchant_limit", code="RULELIMIT")),
    ],
)
def test_when_and_how_much_may_be_debited(
    desk: ContractDesk, wx: Wechat, key: str, debit_key: str, day: int, hour: int, amount_minor: int, expected: Result
) -> None:
    found = desk.announced(key)
    desk.day(day, hour=hour)
    assert wx.debit(order(debit_key, found, amount_minor=amount_minor)) == expected


def test_one_success_ends_a_period(desk: ContractDesk, wx: Wechat, key: str, debit_key: str) -> None:
    found = desk.announced(key)
    wx.debit(order(debit_key, found))
    assert isinstance(desk.settle(debit_key), Succeeded)
    second = f"{debit_key[:31]}b"
    assert wx.debit(order(second, found)) == Failed(reason="not_announced", code="INVALID_REQUEST")
    desk.day(4)
    assert wx.announce(announcement(key, found)) == Accepted()
    desk.day(6)
    assert wx.debit(order(second, found)) == Accepted()


def test_nothing_is_debited_once_it_has_ended(desk: ContractDesk, wx: Wechat, key: str, debit_key: str) -> None:
    found = desk.announced(key)
    desk.end_as_payer(key)
    assert wx.debit(order(debit_key, found)) == Failed(reason="mandate_ended", code="CONTRACT_NOT_EXIST")


def test_what_is_under_way_when_it_ends_fails(desk: ContractDesk, wx: Wechat, key: str, debit_key: str) -> None:
    found = desk.announced(key)
    wx.debit(order(debit_key, found))
    desk.end_as_payer(key)
    assert desk.settle(debit_key) == Failed(reason="declined", code="PAY_FAIL")
    [notice] = desk.notices(desk.debit(debit_key))
    assert wx.parse_notification(notice).result == Failed(reason="mandate_ended", code="CONTRACT_NOT_EXIST")


def test_a_debit_is_given_back_like_any_payment(desk: ContractDesk, wx: Wechat, key: str, debit_key: str) -> None:
    found = desk.announced(key)
    wx.debit(order(debit_key, found))
    paid = desk.settle(debit_key)
    at_the_till = till.Till(sandbox=desk.sandbox, wx=wx)
    back = till.refund_of(debit_key, f"ar{key[2:]}", amount_minor=AMOUNT_MINOR, charge_amount_minor=AMOUNT_MINOR)
    assert isinstance(wx.refund(back), Accepted)
    assert at_the_till.settle(debit_key, f"ar{key[2:]}")["status"] == "SUCCESS"
    assert isinstance(wx.query_refund(f"ar{key[2:]}", charge_key=debit_key), Succeeded)
    # Given back since, and still taken then.
    assert wx.query_debit(debit_key) == paid


def test_a_long_subject_is_cut_and_what_marks_xml_is_written(
    desk: ContractDesk, wx: Wechat, key: str, debit_key: str
) -> None:
    found = desk.announced(key)
    subject = "<按期> & ]]> “还款” " + "长" * 60
    assert wx.debit(order(debit_key, found, subject=subject)) == Accepted()
    description = desk.debit(debit_key)["description"]
    assert subject.startswith(description)
    assert 120 < len(description.encode()) <= 127


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"trade_state": "REFUND"}, Succeeded),
        ({"trade_state": "ACCEPT"}, Accepted()),
        ({"trade_state": "NOTPAY"}, Accepted()),
        ({"trade_state": "CLOSED"}, Closed()),
        ({"trade_state": "PAY_FAIL"}, Failed(reason="declined", code="PAY_FAIL")),
        ({"trade_state": "PAY_FAIL", "err_code": "BANKERROR"}, Failed(reason="bank_closed", code="BANKERROR")),
        ({"trade_state": "ODD"}, Unknown(cause="unlisted_status")),
        ({"out_trade_no": "ad9999"}, Unknown(cause="unreadable")),
        ({"total_fee": "300.00"}, Unknown(cause="unreadable")),
        ({"total_fee": "0"}, Unknown(cause="unreadable")),
        ({"total_fee": ""}, Unknown(cause="unreadable")),
        ({"fee_type": "USD"}, Unknown(cause="unreadable")),
        ({"time_end": "20260230000000"}, Unknown(cause="unreadable")),
        ({"time_end": "2026-11-25"}, Unknown(cause="unreadable")),
        ({"transaction_id": ""}, Unknown(cause="unreadable")),
        ({"appid": "wx00a1b2c3d4e5f609"}, Unknown(cause="not_ours")),
        ({"result_code": "FAIL", "err_code": "ORDERNOTEXIST"}, NotFound()),
        ({"result_code": "FAIL", "err_code": "SYSTEMERROR"}, Unknown(cause="SYSTEMERROR")),
        ({"result_code": "FAIL", "err_code": "<b>"}, Unknown(cause="no_code")),
        ({"result_code": "FAIL"}, Unknown(cause="no_code")),
    ],
    ids=str,
)
def test_states_of_a_debit(
    desk: ContractDesk, wx: Wechat, monkeypatch: pytest.MonkeyPatch, change: dict[str, str], expected: Any
) -> None:
    desk.answers(monkeypatch, debit_fields() | change)
    result = wx.query_debit("ad1234")
    assert isinstance(result, expected) if isinstance(expected, type) else result == expected


def debit_fields() -> dict[str, str]:
    return {
        "return_code": "SUCCESS",
        "result_code": "SUCCESS",
        "mch_id": ACCOUNT.mchid,
        "appid": ACCOUNT.appid,
        "out_trade_no": "ad1234",
        "trade_state": "SUCCESS",
        "total_fee": "30000",
        "transaction_id": "4200001",
        "time_end": "20261125235959",
    }


def test_the_key_is_shown_nowhere(
    desk: ContractDesk, wx: Wechat, key: str, debit_key: str, caplog: pytest.LogCaptureFixture
) -> None:
    secret = (desk.sandbox.home / "wechat_v2_key").read_text().strip()
    with caplog.at_level(logging.DEBUG):
        found = desk.announced(key)
        wx.debit(order(debit_key, found))
    assert secret not in f"{caplog.text}{wx._template!r}"
    assert found.ref not in f"{found!r}{order(debit_key, found)!r}"
