"""Scripts: a fault for each call in order, for one order or whoever comes."""

import http.client
from typing import Any
from urllib.error import HTTPError

import pytest
from alipay import AliPay
from sandbox_stand import Merchant, Sandbox, cashier_url, wait_until

QUERY, REFUND = "alipay.trade.query", "alipay.trade.refund"


@pytest.fixture
def trade(sandbox: Sandbox, ali: AliPay, order_no: str) -> str:
    assert sandbox.control("alipay/open", url=cashier_url(ali, order_no)).status_code == 200
    return order_no


def write(sandbox: Sandbox, *steps: str, **who: Any) -> None:
    answer = sandbox.control("faults", script=list(steps), **who)
    assert answer.status_code == 201, answer.text


def rules(sandbox: Sandbox) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = sandbox.http.get("/_control/faults").json()["rules"]
    return kept


def asked(ali: AliPay, trade: str) -> object:
    """What a query meets: a state of the trade, a refusal, or the name of an error."""
    try:
        answer = ali.api_alipay_trade_query(out_trade_no=trade)
    except HTTPError as trouble:
        return trouble.code
    except Exception as trouble:
        return type(trouble).__name__
    return answer.get("trade_status") or answer["sub_code"]


def test_each_call_meets_its_step_and_then_all_is_well(sandbox: Sandbox, ali: AliPay, trade: str) -> None:
    write(sandbox, "http_500", "-", "bad_signature", "http_429", out_trade_no=trade)
    waits = "WAIT_BUYER_PAY"
    assert [asked(ali, trade) for _ in range(6)] == [500, waits, "AliPayValidationError", 429, waits, waits]
    (rule,) = rules(sandbox)
    assert rule["script"] == ["http_500", "-", "bad_signature", "http_429"]
    assert (rule["seen"], rule["struck"], rule["remaining"]) == (4, 3, 0)


def test_a_script_for_one_order_lets_others_pass(sandbox: Sandbox, ali: AliPay, trade: str) -> None:
    write(sandbox, "-", "http_500", out_trade_no=trade)
    assert [asked(ali, "ANOTHER") for _ in range(3)] == ["ACQ.TRADE_NOT_EXIST"] * 3
    assert [asked(ali, trade) for _ in range(2)] == ["WAIT_BUYER_PAY", 500]


def test_a_script_for_whoever_comes(sandbox: Sandbox, ali: AliPay, trade: str) -> None:
    write(sandbox, "-", "http_503")
    assert [asked(ali, "ANOTHER"), asked(ali, trade), asked(ali, trade)] == [
        "ACQ.TRADE_NOT_EXIST",
        503,
        "WAIT_BUYER_PAY",
    ]


def test_a_script_counts_the_operation_it_names(sandbox: Sandbox, ali: AliPay, trade: str) -> None:
    sandbox.control("alipay/pay", out_trade_no=trade)
    write(sandbox, "-", "lost_after", out_trade_no=trade, operation=REFUND)
    assert [asked(ali, trade) for _ in range(3)] == ["TRADE_SUCCESS"] * 3
    assert ali.api_alipay_trade_refund("1.00", out_trade_no=trade, out_request_no="R1")["code"] == "10000"
    with pytest.raises((ConnectionResetError, http.client.RemoteDisconnected)):
        ali.api_alipay_trade_refund("1.00", out_trade_no=trade, out_request_no="R2")
    assert len(sandbox.trade(trade)["refunds"]) == 2


def test_states_and_notices_have_scripts_too(
    sandbox: Sandbox, ali: AliPay, merchant: Merchant, trade: str
) -> None:
    write(sandbox, "query_not_exist", "-", "query_waiting", out_trade_no=trade)
    write(sandbox, "-", "wrong_signature", out_trade_no=trade)
    sandbox.control("alipay/pay", out_trade_no=trade)
    said = [asked(ali, trade) for _ in range(4)]
    assert said == ["ACQ.TRADE_NOT_EXIST", "TRADE_SUCCESS", "WAIT_BUYER_PAY", "TRADE_SUCCESS"]
    ali.api_alipay_trade_refund("1.00", out_trade_no=trade, out_request_no="R1")
    sandbox.flush(trade)
    wait_until(lambda: len(merchant.about(trade)) == 2)
    genuine = {
        notice.get("out_biz_no"): bool(ali.verify(notice, notice.pop("sign")))
        for notice in merchant.about(trade)
    }
    assert genuine == {None: True, "R1": False}


def test_a_call_that_a_step_cannot_strike_passes_and_counts(
    sandbox: Sandbox, ali: AliPay, trade: str
) -> None:
    sandbox.control("alipay/pay", out_trade_no=trade)
    ali.api_alipay_trade_refund("1.00", out_trade_no=trade, out_request_no="R1")
    # One looks at a refund only, the other at a trade only.
    write(sandbox, "refund_lag", "query_waiting", out_trade_no=trade)
    assert [asked(ali, trade), asked(ali, trade)] == ["TRADE_SUCCESS", "WAIT_BUYER_PAY"]


def test_times_are_each_faults_own_or_one_for_all(sandbox: Sandbox, ali: AliPay, trade: str) -> None:
    sandbox.control("alipay/pay", out_trade_no=trade)
    ali._config.timeout = 1
    write(sandbox, "slow", "-", out_trade_no=trade, operation=QUERY, seconds=2)
    assert [asked(ali, trade), asked(ali, trade)] == ["TimeoutError", "TRADE_SUCCESS"]
    write(sandbox, "late", "-", out_trade_no=trade)
    ali.api_alipay_trade_refund("1.00", out_trade_no=trade, out_request_no="R1")
    sandbox.control("notify/flush", due_only=True)
    assert sandbox.trade(trade)["notifications"][-1]["state"] == "waiting"
    write(sandbox, "late", out_trade_no=trade)
    assert [rule["seconds"] for rule in rules(sandbox)] == [2, 0, 60]


def test_a_script_and_a_rule_strike_the_same_call(sandbox: Sandbox, ali: AliPay, trade: str) -> None:
    write(sandbox, "-", "unlisted_code", out_trade_no=trade)
    sandbox.fault("no_signature", out_trade_no=trade, next=2)
    assert [asked(ali, trade) for _ in range(3)] == ["AliPayException", "AliPayException", "WAIT_BUYER_PAY"]
    assert [call["faults"] for call in sandbox.trade(trade)["calls"][-2:]] == [
        "unlisted_code no_signature",
        "",
    ]


@pytest.mark.parametrize("channel", ["alipay", "sms"])
def test_every_channel_takes_scripts(sandbox: Sandbox, channel: str) -> None:
    write(sandbox, "http_500", "-", "lost_after", channel=channel)
    assert rules(sandbox)[0]["channel"] == channel


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"script": []}, "1 to 100"),
        ({"script": "http_500"}, "must be a list"),
        ({"script": {"1": "http_500"}}, "must be a list"),
        ({"script": ["http_500"] * 101}, "1 to 100"),
        ({"script": ["http_500", "no_such"]}, "step 2"),
        ({"script": ["http_500", None]}, "step 2"),
        ({"script": ["http_500", ["-"]]}, "step 2"),
        ({"script": ["http_500 -"]}, "step 1"),
        ({"script": ["-", "-"]}, "nothing in the script"),
        ({"script": ["http_500", "late"]}, "of one kind, not of notify, response"),
        ({"script": ["http_500"], "fault": "late"}, "leave out fault"),
        ({"script": ["http_500"], "next": 2}, "leave out next"),
        ({"script": ["http_500"], "rate": "0.5"}, "leave out rate"),
        ({"script": ["http_500"], "seed": "town"}, "leave out seed"),
        ({"script": ["http_500"], "seconds": "soon"}, "seconds must be"),
        ({"script": ["http_500"], "operation": "nothing"}, "unknown operation"),
        ({"script": ["http_500"], "channel": "pigeon"}, "step 1: channel pigeon"),
        ({"script": ["http_500"], "whom": "me"}, "unknown key whom"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_wrong_script_is_explained(sandbox: Sandbox, rule: dict[str, Any], words: str) -> None:
    answer = sandbox.control("faults", **rule)
    assert answer.status_code == 422 and words in answer.json()["message"]
    assert rules(sandbox) == []
