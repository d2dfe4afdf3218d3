"""Contracts at WeChat, signed, announced and ended: what the channel asks, and what it makes of the answers."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from anqi.payments import channels, reasons
from anqi.payments.channels import wechat
from anqi.payments.channels.protocol import (
    Accepted,
    Closed,
    Failed,
    MandateChannel,
    MandateFound,
    NotFound,
    Redirect,
    Result,
    Unknown,
)
from anqi.payments.channels.wechat import Wechat, codes
from anqi.rows.days import SHANGHAI
from tests.channels import contract_desk, till
from tests.channels.contract_desk import (
    AMOUNT_MINOR,
    BROKEN_ANSWERS,
    OUR_PAGE,
    ContractDesk,
    announcement,
    asked,
    hurry,
    opened,
    page,
)
from tests.channels.till import ACCOUNT, NOTIFY_URL
from tests.sandbox.sandbox_stand import Sandbox


@pytest.fixture
def wx(sandbox: Sandbox) -> Wechat:
    return wechat.connect(contract_desk.stated(sandbox))


@pytest.fixture
def desk(sandbox: Sandbox, wx: Wechat) -> ContractDesk:
    return ContractDesk(sandbox=sandbox, wx=wx)


def test_the_channel_signs_only_with_a_template(sandbox: Sandbox, settings: Any) -> None:
    for stated, codes_with in ((contract_desk.stated(sandbox), ("wechat",)), (till.stated(sandbox), ())):
        settings.ANQI_ALIPAY = settings.ANQI_UNIONPAY = None
        settings.ANQI_WECHAT = stated
        channels.find.cache_clear()
        assert channels.with_mandates() == codes_with
        assert isinstance(channels.find("wechat"), MandateChannel)
    channels.find.cache_clear()


def test_every_reason_has_its_meaning() -> None:
    told = {*codes.REFUSED.values(), *codes.ENDED.values(), *codes.NOT_ANNOUNCED.values(), codes.NOT_SAID}
    assert told <= set(reasons.known())


def test_the_rules_are_wechats_and_the_templates(sandbox: Sandbox, wx: Wechat) -> None:
    rules = wx.debit_rules()
    assert (rules.single_minor, rules.day_minor) == (500_00, 2_500_00)
    assert (rules.announced_days, rules.window_days, rules.once_a_period) == (2, 3, True)
    assert [each.hour for each in rules.hours] == [7, 22]
    more = contract_desk.stated(sandbox) | {"papay_single_minor": "100000", "papay_day_minor": "300000"}
    raised = wechat.connect(more).debit_rules()
    assert (raised.single_minor, raised.day_minor) == (100_000, 300_000)


def test_a_payer_signs_on_wechats_page_and_comes_back(desk: ContractDesk, wx: Wechat, key: str) -> None:
    desk.day(0)
    result = wx.sign_mandate(asked(key))
    assert isinstance(result, Accepted)
    assert isinstance(result.action, Redirect)
    assert result.action.opens_for
    assert result.action.opens_for < timedelta(minutes=10)
    assert result.action.wants_page
    assert wx.query_mandate(key) == NotFound()
    shown = opened(result.action.url)
    assert "按期分期还款" in shown.text
    assert shown.text.count(f'href="{OUR_PAGE}"') == 1
    agreed = desk.sandbox.http.post(
        result.action.url, data={"payer": "lin"}, follow_redirects=True
    )
    assert "签约成功" in agreed.text
    assert OUR_PAGE in agreed.text

    found = wx.query_mandate(key)
    told = desk.contract(key)
    assert isinstance(found, MandateFound)
    assert (found.ref, found.account, found.limit_minor) == (told["contract_id"], "", None)
    assert found.signed_at.strftime("%Y-%m-%d %H:%M:%S%z") == f"{told['signed_at']}+0800"
    assert found.ends_on
    assert found.ends_on.isoformat() == told["expires_at"][:10]
    assert told["notify_url"] == NOTIFY_URL


def test_a_payer_who_leaves_signs_nothing(desk: ContractDesk, wx: Wechat, key: str) -> None:
    desk.day(0)
    opened(page(wx.sign_mandate(asked(key))))
    assert wx.query_mandate(key) == NotFound()
    assert desk.contract(key)["notifications"] == []


def test_the_same_contract_again_is_one_contract_with_a_new_page(desk: ContractDesk, wx: Wechat, key: str) -> None:
    desk.day(0)
    request = asked(key)
    first, second = page(wx.sign_mandate(request)), page(wx.sign_mandate(request))
    assert first != second
    assert desk.sandbox.control("wechat/sign", url=second).status_code == 200
    assert isinstance(wx.query_mandate(key), MandateFound)
    # Whoever has signed is led nowhere any more.
    assert wx.sign_mandate(request) == Unknown(cause="not_opened")


def test_a_page_that_nobody_stamps_with_an_address_is_not_asked_for(wx: Wechat, key: str) -> None:
    assert wx.sign_mandate(asked(key, payer_ip="")) == Unknown(cause="no_payer_ip")


def test_serials_grow_and_repeat(desk: ContractDesk, wx: Wechat, key: str) -> None:
    desk.day(0)
    at = datetime.now(SHANGHAI)
    keys = [f"{key[:29]}{n:03d}" for n in range(3)]
    for n, each in enumerate(keys):
        wx.sign_mandate(asked(each, opened_at=at + timedelta(microseconds=n)))
    serials = [int(desk.contract(each)["request_serial"]) for each in keys]
    assert serials == sorted(set(serials))
    assert serials[-1] < 2**63


def test_a_long_name_is_cut(desk: ContractDesk, wx: Wechat, key: str) -> None:
    desk.day(0)
    page(wx.sign_mandate(asked(key, name="按期分期还款" * 10)))
    assert desk.contract(key)["display_account"] == ("按期分期还款" * 10)[:32]


@pytest.mark.parametrize("fault", [name for name in BROKEN_ANSWERS if "signature" not in name and "md5" not in name])
def test_a_page_without_a_clear_answer_is_unknown(desk: ContractDesk, wx: Wechat, monkeypatch: pytest.MonkeyPatch, key: str, fault: str) -> None:
    hurry(monkeypatch)
    cause = BROKEN_ANSWERS[fault][0]
    desk.fault(fault, key, operation="sign", next=1, seconds=2)
    told = cause if cause.islower() else "not_opened"
    assert wx.sign_mandate(asked(key)) == Unknown(cause=told)


@pytest.mark.parametrize("fault", BROKEN_ANSWERS)
def test_a_contract_without_a_clear_answer_is_unknown(desk: ContractDesk, wx: Wechat, monkeypatch: pytest.MonkeyPatch, key: str, fault: str) -> None:
    hurry(monkeypatch)
    desk.sign(key)
    desk.fault(fault, key, operation="contract_query", next=1, seconds=2)
    assert wx.query_mandate(key) == Unknown(cause=BROKEN_ANSWERS[fault][0])
    assert isinstance(wx.query_mandate(key), MandateFound)


def test_a_contract_that_nobody_asked_for_is_not_found(wx: Wechat, key: str) -> None:
    assert wx.query_mandate(key) == NotFound()


def test_a_payer_ends_it(desk: ContractDesk, wx: Wechat, key: str) -> None:
    desk.sign(key)
    desk.end_as_payer(key)
    ended = wx.query_mandate(key)
    assert isinstance(ended, Failed)
    assert (ended.reason, ended.code) == ("ended_by_payer", "MODE_2")
    assert f"{ended.at:%Y-%m-%d %H:%M:%S%z}" == f"{desk.contract(key)['ended_at']}+0800"


def test_it_runs_out_in_silence(desk: ContractDesk, wx: Wechat, key: str) -> None:
    desk.fault("papay_runs_out", key, operation="signed", next=1, seconds=86400)
    desk.sign(key)
    desk.day(1, hour=11)
    ended = wx.query_mandate(key)
    assert isinstance(ended, Failed)
    assert (ended.reason, ended.code) == ("expired", "MODE_1")
    assert [each["event"] for each in desk.contract(key)["notifications"]] == ["signed"]


def test_we_end_it(desk: ContractDesk, wx: Wechat, key: str) -> None:
    found = desk.sign(key)
    assert wx.end_mandate(key, ref=found.ref, why="已结清") == Closed()
    ended = wx.query_mandate(key)
    assert isinstance(ended, Failed)
    assert ended.reason == "ended_by_us"
    assert desk.contract(key)["remark"] == "已结清"
    # Ended before is ended.
    assert wx.end_mandate(key, ref=found.ref, why="已结清") == Closed()
    assert len(desk.contract(key)["notifications"]) == 2


def test_ending_what_nobody_signed_ends_nothing(desk: ContractDesk, wx: Wechat, key: str) -> None:
    desk.day(0)
    page(wx.sign_mandate(asked(key)))
    assert wx.end_mandate(key, ref="", why="不签了") == NotFound()


@pytest.mark.parametrize("fault", BROKEN_ANSWERS)
def test_an_end_without_a_clear_answer_is_unknown_or_asked_for(
    desk: ContractDesk, wx: Wechat, monkeypatch: pytest.MonkeyPatch, key: str, fault: str
) -> None:
    hurry(monkeypatch)
    found = desk.sign(key)
    cause, is_done = BROKEN_ANSWERS[fault]
    desk.fault(fault, key, operation="contract_end", next=1, seconds=2)
    first = wx.end_mandate(key, ref=found.ref, why="已结清")
    if cause.islower():
        assert first == Unknown(cause=cause)
    else:
        # A no that WeChat signed decides nothing: the query does.
        assert first == (Closed() if is_done else Accepted(ref=found.ref))
    assert wx.end_mandate(key, ref=found.ref, why="已结清") == Closed()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"contract_state": "0"}, MandateFound),
        ({"contract_state": "0", "contract_expired_time": ""}, MandateFound),
        ({"contract_state": "0", "contract_signed_time": "1764111600"}, MandateFound),
        ({"contract_state": "1", "contract_termination_mode": "1"}, "expired"),
        ({"contract_state": "1", "contract_termination_mode": "2"}, "ended_by_payer"),
        ({"contract_state": "1", "contract_termination_mode": "3"}, "ended_by_us"),
        ({"contract_state": "1", "contract_termination_mode": "4"}, "ended_by_us"),
        ({"contract_state": "1", "contract_termination_mode": "5"}, "ended_by_payer"),
        ({"contract_state": "1", "contract_termination_mode": "7"}, "ended_by_payer"),
        ({"contract_state": "2"}, Unknown(cause="unlisted_status")),
        ({"contract_code": "other"}, Unknown(cause="unreadable")),
        ({"plan_id": "131314"}, Unknown(cause="unreadable")),
        ({"contract_id": ""}, Unknown(cause="unreadable")),
        ({"contract_signed_time": ""}, Unknown(cause="unreadable")),
        ({"contract_signed_time": "yesterday"}, Unknown(cause="unreadable")),
        ({"contract_signed_time": "2026-02-30 00:00:00"}, Unknown(cause="unreadable")),
        ({"mch_id": "1900000108"}, Unknown(cause="not_ours")),
        ({"appid": "wx00a1b2c3d4e5f609"}, Unknown(cause="not_ours")),
        ({"return_code": "FAIL"}, Unknown(cause="not_taken")),
    ],
    ids=str,
)
def test_what_a_signed_answer_may_say(
    desk: ContractDesk, wx: Wechat, monkeypatch: pytest.MonkeyPatch, change: dict[str, str], expected: Any
) -> None:
    desk.answers(monkeypatch, contract_fields() | change)
    result = wx.query_mandate("am1234")
    if isinstance(expected, str):
        assert isinstance(result, Failed)
        assert result.reason == expected
    elif isinstance(expected, type):
        assert isinstance(result, expected)
    else:
        assert result == expected


def contract_fields() -> dict[str, str]:
    return {
        "return_code": "SUCCESS",
        "result_code": "SUCCESS",
        "mch_id": ACCOUNT.mchid,
        "appid": ACCOUNT.appid,
        "plan_id": ACCOUNT.plan_id,
        "contract_code": "am1234",
        "contract_id": "20261125001",
        "contract_state": "0",
        "contract_signed_time": "2026-11-25 10:00:00",
        "contract_expired_time": "2036-11-25 10:00:00",
    }


def test_an_announcement_opens_the_days_of_a_debit(desk: ContractDesk, wx: Wechat, key: str) -> None:
    found = desk.sign(key)
    desk.day(1)
    assert wx.announce(announcement(key, found)) == Accepted()
    [period] = desk.contract(key)["periods"]
    first = datetime.now(SHANGHAI).date() + timedelta(days=3)
    assert (period["amount_minor"], period["first_on"]) == (AMOUNT_MINOR, first.isoformat())
    assert period["last_on"] == (first + timedelta(days=6)).isoformat()
    # The window of our rules lies in it, also when we were two days early.
    assert wx.debit_rules().window_days + 2 <= 6


def test_the_same_announcement_again_is_no_error_and_another_amount_is(
    desk: ContractDesk, wx: Wechat, key: str
) -> None:
    found = desk.sign(key)
    desk.day(1)
    for _ in range(2):
        assert wx.announce(announcement(key, found)) == Accepted()
    other = wx.announce(announcement(key, found, amount_minor=AMOUNT_MINOR + 1))
    assert other == Failed(reason="not_announced", code="INVALID_REQUEST")
    assert len(desk.contract(key)["periods"]) == 1


@pytest.mark.parametrize(
    ("hour", "amount_minor", "ends", "expected"),
    [
        (6, AMOUNT_MINOR, False, Failed(reason="not_announced", code="INVALID_REQUEST")),
        (22, AMOUNT_MINOR, False, Failed(reason="not_announced", code="INVALID_REQUEST")),
        (7, AMOUNT_MINOR, False, Accepted()),
        (21, 50_000, False, Accepted()),
        (10, 50_001, False, Failed(reason="merchant_limit", code="RULE_LIMIT")),
        (10, AMOUNT_MINOR, True, Failed(reason="mandate_ended", code="CONTRACT_NOT_EXIST")),
    ],
)
def test_what_wechat_does_not_announce(
    desk: ContractDesk, wx: Wechat, key: str, hour: int, amount_minor: int, ends: bool, expected: Result
) -> None:
    found = desk.sign(key)
    if ends:
        desk.end_as_payer(key)
    desk.day(1, hour=hour)
    assert wx.announce(announcement(key, found, amount_minor=amount_minor)) == expected


def test_an_announcement_without_a_clear_answer_is_unknown(desk: ContractDesk, wx: Wechat, key: str) -> None:
    found = desk.sign(key)
    desk.day(1)
    for fault, cause in (
        ("http_502", "http_502"), ("bad_signature", "bad_signature"), ("frequency_limited", "429 FREQUENCY_LIMITED"),
        ("system_error_after", "500 SYSTEM_ERROR"), ("unlisted_code", "400 CODE_NOBODY_LISTED"),
    ):  # fmt: skip
        desk.fault(fault, key, operation="announce", next=1)
        assert wx.announce(announcement(key, found)) == Unknown(cause=cause)
    assert wx.announce(announcement(key, found)) == Accepted()
