"""What Alipay's channel asks for a debit and what it makes of the answers, with the sandbox at the other end."""

import io
import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from anqi.payments import reasons
from anqi.payments.channels import alipay
from anqi.payments.channels.alipay import Alipay, debits, gateway
from anqi.payments.channels.protocol import (
    Accepted,
    Closed,
    Failed,
    NotFound,
    RefundRequest,
    Result,
    Succeeded,
    Unknown,
)
from anqi.rows.days import SHANGHAI
from sandbox.alipay.agreement_catalogue import DEBIT_FAULTS
from tests.channels.cashier import AMOUNT_MINOR, NOTIFY_URL, raw
from tests.channels.signer import SCENE, Signer, due, soon
from tests.channels.test_alipay_charges import BROKEN_ANSWERS
from tests.sandbox.sandbox_stand import Sandbox

PAY, QUERY = "alipay.trade.pay", "alipay.trade.query"
DAY = 86400
DECLINED = {
    "debit_balance": "balance",
    "debit_limit": "amount_limit",
    "debit_day_limit": "day_limit",
    "debit_window": "outside_hours",
    "debit_unsigned": "mandate_ended",
    "debit_frozen": "account_state",
    "debit_risk": "risk",
    "debit_maintenance": "declined",
    "debit_merchant": "merchant_state",
}
TOLD_LATER = {"debit_processing", "debit_forever", "debit_then_failed"}
FATES = {
    "fang": "balance",
    "hao": "balance",
    "qin": "day_limit",
    "shen": "day_limit",
    "tang": "risk",
    "yan": "declined",
    "gu": "account_state",
}


@pytest.fixture
def signer(sandbox: Sandbox, stated: dict[str, str]) -> Signer:
    return Signer(sandbox=sandbox, ali=alipay.connect(stated | {"sign_scene": SCENE}))


@pytest.fixture
def ref(signer: Signer, key: str) -> str:
    """Alipay's number of an agreement that holds."""
    return signer.sign(f"{key}m").ref


def refuse(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    """From now on each debit is answered so, and questions are as they were."""
    ask = gateway.ask

    def answer(sdk: Any, method: str, question: dict[str, Any], **outer: str) -> Any:
        if method != PAY:
            return ask(sdk, method, question, **outer)
        return dict(zip(("code", "sub_code"), said.split(), strict=False))

    monkeypatch.setattr(gateway, "ask", answer)


def test_money_is_taken_and_the_query_says_so_too(sandbox: Sandbox, signer: Signer, ref: str, key: str) -> None:
    before = datetime.now(SHANGHAI).replace(microsecond=0)
    result = signer.ali.debit(due(key, ref))
    assert isinstance(result, Succeeded)
    assert (result.ref, result.amount_minor) == (sandbox.trade(key)["trade_no"], AMOUNT_MINOR)
    assert before <= result.paid_at <= datetime.now(SHANGHAI)
    assert result.paid_at.utcoffset() == timedelta(hours=8)
    assert signer.ali.query_debit(key) == result
    assert signer.told(f"{key}m")["paid_minor"] == AMOUNT_MINOR


def test_the_same_number_takes_money_once(signer: Signer, ref: str, key: str) -> None:
    first = signer.ali.debit(due(key, ref))
    assert signer.ali.debit(due(key, ref)) == first
    assert signer.told(f"{key}m")["paid_count"] == 1


def test_the_same_number_for_something_else_is_a_riddle(signer: Signer, ref: str, key: str) -> None:
    signer.ali.debit(due(key, ref))
    other = signer.ali.debit(due(key, ref, amount_minor=1_000))
    assert other == Unknown(cause="40004 ACQ.CONTEXT_INCONSISTENT")


def test_what_nobody_sent_is_not_found(signer: Signer, key: str) -> None:
    assert signer.ali.query_debit(key) == NotFound()


def test_taken_and_not_shown_yet_is_not_found(sandbox: Sandbox, signer: Signer, ref: str, key: str) -> None:
    signer.ali.debit(due(key, ref))
    sandbox.fault("query_not_exist", out_trade_no=key, next=1)
    assert signer.ali.query_debit(key) == NotFound()
    assert isinstance(signer.ali.query_debit(key), Succeeded)


def test_no_fault_of_a_debit_is_forgotten() -> None:
    assert {fault.name for fault in DEBIT_FAULTS} == set(DECLINED) | TOLD_LATER


@pytest.mark.parametrize(
    ("fault", "end"),
    [("debit_processing", Succeeded), ("debit_then_failed", Closed), ("debit_forever", Accepted)],
)
def test_a_debit_on_its_way(
    sandbox: Sandbox, signer: Signer, ref: str, key: str, fault: str, end: type[Result]
) -> None:
    sandbox.fault(fault, out_trade_no=key, seconds=600)
    assert signer.ali.debit(due(key, ref)) == Accepted()
    assert signer.ali.debit(due(key, ref)) == Accepted()
    assert isinstance(signer.ali.query_debit(key), Accepted)
    sandbox.shift_clock(600)
    assert isinstance(signer.ali.query_debit(key), end)
    # A number whose trade has ended says how.
    assert isinstance(signer.ali.debit(due(key, ref)), end)


@pytest.mark.parametrize("fault", DECLINED)
def test_a_final_no_says_why(sandbox: Sandbox, signer: Signer, ref: str, key: str, fault: str) -> None:
    sandbox.fault(fault, out_trade_no=key, next=1)
    result = signer.ali.debit(due(key, ref))
    assert isinstance(result, Failed)
    assert result.reason == DECLINED[fault]
    assert result.code.startswith("40004 ACQ.")
    assert signer.ali.query_debit(key) == NotFound()


@pytest.mark.parametrize("buyer", FATES)
def test_each_payer_s_fate_is_told(signer: Signer, key: str, buyer: str) -> None:
    result = signer.ali.debit(due(key, signer.sign(f"{key}m", buyer=buyer).ref))
    assert isinstance(result, Failed)
    assert result.reason == FATES[buyer]


def test_each_reason_is_one_of_the_words() -> None:
    assert set(debits._REASONS.values()) <= set(reasons.known())


@pytest.mark.parametrize("way", ["payer", "us", "time"])
def test_an_ended_agreement_debits_nothing(sandbox: Sandbox, signer: Signer, ref: str, key: str, way: str) -> None:
    if way == "payer":
        signer.end(f"{key}m")
    elif way == "us":
        signer.ali.end_mandate(f"{key}m", ref=ref, why="")
        sandbox.shift_clock(2)
    else:
        sandbox.control(f"alipay/agreements/{key}m/expire")
    result = signer.ali.debit(due(key, ref))
    assert isinstance(result, Failed)
    assert result.reason == "mandate_ended"


def test_more_than_was_agreed_is_not_taken(signer: Signer, ref: str, key: str) -> None:
    result = signer.ali.debit(due(key, ref, amount_minor=60_001))
    assert result == Failed(reason="amount_limit", code="40004 ACQ.CYCLE_PAY_SINGLE_FEE_EXCEED")


def test_after_all_agreed_debits_the_agreement_has_run_out(signer: Signer, ref: str, key: str) -> None:
    signer.ali.debit(due(key, ref))
    result = signer.ali.debit(due(f"{key}b", ref))
    assert result == Failed(reason="mandate_ended", code="40004 ACQ.CYCLE_PAY_TOTAL_TIMES_EXCEED")


def test_each_day_from_the_due_day_to_the_last_can_be_debited(sandbox: Sandbox, signer: Signer, key: str) -> None:
    """The days of `debit_rules`: from the due day on, and three after it, the last of which is the agreed one."""
    window = signer.ali.debit_rules().window_days
    due_in = 10
    outcomes = []
    for day in range(due_in - 3, due_in + window + 2):
        ref = signer.sign(f"{key}{day}m", first_on=soon(due_in + window)).ref
        sandbox.shift_clock(day * DAY)
        result = signer.ali.debit(due(f"{key}{day}d", ref))
        outcomes.append(result.reason if isinstance(result, Failed) else "paid")
        sandbox.shift_clock(0)
    assert outcomes == ["outside_hours", "paid", "paid", "paid", "paid", "paid", "paid", "outside_hours"]


def test_a_day_that_has_passed_is_told_as_outside(sandbox: Sandbox, signer: Signer, key: str) -> None:
    ref = signer.sign(f"{key}m").ref
    sandbox.shift_clock(10 * DAY)
    result = signer.ali.debit(due(key, ref))
    assert result == Failed(reason="outside_hours", code="40004 ACQ.CYCLE_PAY_DATE_NOT_MATCH")


@pytest.mark.parametrize("fault", BROKEN_ANSWERS)
def test_what_cannot_be_believed_is_unknown_and_the_same_number_finds_out(
    sandbox: Sandbox, signer: Signer, ref: str, key: str, fault: str
) -> None:
    signer.ali._sdk._config.timeout = 1
    cause, is_done = BROKEN_ANSWERS[fault]
    sandbox.fault(fault, out_trade_no=key, operation=PAY, next=1, **({"seconds": 3} if fault == "slow" else {}))
    assert signer.ali.debit(due(key, ref)) == Unknown(cause=cause)
    assert isinstance(signer.ali.query_debit(key), Succeeded if is_done else NotFound)
    assert isinstance(signer.ali.debit(due(key, ref)), Succeeded)
    assert signer.told(f"{key}m")["paid_count"] == 1


@pytest.mark.parametrize("fault", ["lost_after", "http_500", "bad_signature", "system_error", "unlisted_code"])
def test_a_question_that_gets_no_good_answer_is_open(
    sandbox: Sandbox, signer: Signer, ref: str, key: str, fault: str
) -> None:
    signer.ali.debit(due(key, ref))
    sandbox.fault(fault, out_trade_no=key, operation=QUERY, next=1)
    assert signer.ali.query_debit(key) == Unknown(cause=BROKEN_ANSWERS[fault][0])


def test_a_no_to_a_repeat_does_not_deny_what_was_taken(
    sandbox: Sandbox, signer: Signer, ref: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gateway that looks at the agreement, or at the balance, before it looks for the number."""
    taken = signer.ali.debit(due(key, ref))
    refuse(monkeypatch, "40004 ACQ.BUYER_BALANCE_NOT_ENOUGH")
    assert signer.ali.debit(due(key, ref)) == taken
    sandbox.fault("http_500", out_trade_no=key, operation=QUERY, next=1)
    assert signer.ali.debit(due(key, ref)) == Unknown(cause="http_500")


def test_a_no_whose_trade_waits_is_not_final(
    sandbox: Sandbox, signer: Signer, ref: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A trade that is there and not closed may be paid yet; closed, it never will be."""
    sandbox.fault("debit_forever", out_trade_no=key)
    signer.ali.debit(due(key, ref))
    refuse(monkeypatch, "40004 ACQ.BUYER_BALANCE_NOT_ENOUGH")
    assert isinstance(signer.ali.debit(due(key, ref)), Accepted)
    signer.ali.close(key)
    no = Failed(reason="balance", code="40004 ACQ.BUYER_BALANCE_NOT_ENOUGH")
    assert signer.ali.debit(due(key, ref)) == no


@pytest.mark.parametrize(
    "said", ["40004 ACQ.SYSTEM_ERROR", "40004 ACQ.NEW_REASON", "40004", "20000 ACQ.BUYER_BALANCE_NOT_ENOUGH", "40006 x"]
)
def test_only_a_listed_business_answer_is_a_no(
    signer: Signer, ref: str, key: str, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    refuse(monkeypatch, said)
    assert signer.ali.debit(due(key, ref)) == Unknown(cause=said)


@pytest.mark.parametrize(
    "changes",
    [
        {"out_trade_no": "other"},
        {"out_trade_no": None},
        {"trade_no": None},
        {"total_amount": "x"},
        {"total_amount": None},
        {"gmt_payment": None},
        {"gmt_payment": "2026-11-27"},
    ],
    ids=str,
)
def test_an_answer_that_does_not_say_it_all_says_nothing(
    signer: Signer, ref: str, key: str, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]
) -> None:
    ask = gateway.ask

    def changed(*about: Any, **outer: str) -> Any:
        answer = ask(*about, **outer)
        assert isinstance(answer, dict)
        return {name: value for name, value in (answer | changes).items() if value is not None}

    monkeypatch.setattr(gateway, "ask", changed)
    assert signer.ali.debit(due(key, ref)) == Unknown(cause="unreadable")


def test_another_amount_than_was_asked_for_is_told(
    signer: Signer, ref: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = gateway.ask
    monkeypatch.setattr(gateway, "ask", lambda *about, **outer: ask(*about, **outer) | {"total_amount": "5.00"})
    result = signer.ali.debit(due(key, ref))
    assert isinstance(result, Succeeded)
    assert result.amount_minor == 500


def test_a_debit_is_told_as_a_charge_is(sandbox: Sandbox, signer: Signer, ref: str, key: str) -> None:
    taken = signer.ali.debit(due(key, ref))
    [notice] = sandbox.trade(key)["notifications"]
    told = signer.ali.parse_notification(raw(notice["body"].encode()))
    assert (told.kind, told.key, told.result) == ("charge", key, taken)


def test_what_was_taken_goes_back_like_a_charge(signer: Signer, ref: str, key: str) -> None:
    signer.ali.debit(due(key, ref))
    request = RefundRequest(
        key=f"{key}r", charge_key=key, amount_minor=1_000, charge_amount_minor=AMOUNT_MINOR, currency="CNY", why="多付",
        notify_url=NOTIFY_URL, opened_at=datetime.now(SHANGHAI),
    )  # fmt: skip
    assert isinstance(signer.ali.refund(request), Succeeded)


def test_what_the_wire_says(signer: Signer, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def listen(url: str, timeout: float) -> io.BytesIO:
        asked.append(url)
        return io.BytesIO(b"")

    monkeypatch.setattr("alipay.urlopen", listen)
    signer.ali.debit(due(key, "20261127"))
    [fields] = [parse_qs(urlsplit(url).query) for url in asked]
    assert (fields["method"], fields["notify_url"]) == ([PAY], [NOTIFY_URL])
    assert json.loads(fields["biz_content"][0]) == {
        "out_trade_no": key,
        "product_code": "CYCLE_PAY_AUTH",
        "total_amount": "533.09",
        "subject": "按期还款 AQ1",
        "agreement_params": {"agreement_no": "20261127"},
    }


@pytest.mark.parametrize("change", [{"currency": "USD"}, {"subject": "a{b}"}, {"subject": "a/b"}], ids=str)
def test_a_debit_that_alipay_could_not_make_is_a_broken_assumption(
    ali: Alipay, key: str, change: dict[str, str]
) -> None:
    with pytest.raises(AssertionError):
        ali.debit(due(key, "20261127", **change))
