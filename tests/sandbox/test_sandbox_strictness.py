"""What the gateway refuses, and in which words."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from alipay import AliPay
from alipay.exceptions import AliPayException
from Cryptodome.PublicKey import RSA
from sandbox_stand import SHANGHAI, Merchant, Sandbox, cashier_url, connect, in_minutes

Change = Callable[[dict[str, Any]], object]
GOOD = {
    "out_trade_no": "STRICT-1",
    "total_amount": "12.30",
    "subject": "还款",
    "product_code": "QUICK_WAP_WAY",
}


def ask(sandbox: Sandbox, ali: AliPay, change: Change) -> dict[str, Any]:
    """The gateway's bare answer to a query whose outer parameters were changed before signing."""
    body = ali.build_body("alipay.trade.query", {"out_trade_no": "STRICT-0"})
    change(body)
    answer = json.loads(sandbox.http.get(f"{ali._gateway}?{ali.sign_data(body)}").text)
    content: dict[str, Any] = next(iter(answer.values()))
    return content


@pytest.mark.parametrize(
    ("change", "code", "sub_code"),
    [
        (lambda body: body.pop("app_id"), "40001", "isv.missing-app-id"),
        (lambda body: body.pop("method"), "40001", "isv.missing-method"),
        (lambda body: body.pop("sign_type"), "40001", "isv.missing-signature-type"),
        (lambda body: body.pop("timestamp"), "40001", "isv.missing-timestamp"),
        (lambda body: body.pop("version"), "40001", "isv.missing-version"),
        (lambda body: body.pop("charset"), "40001", "isv.missing-charset"),
        (lambda body: body.update(app_id="2021000000000002"), "40002", "isv.invalid-app-id"),
        (lambda body: body.update(sign_type="RSA"), "40002", "isv.invalid-signature-type"),
        (lambda body: body.update(charset="gbk"), "40002", "isv.invalid-charset"),
        (lambda body: body.update(version="2.0"), "40002", "isv.invalid-parameter"),
        (lambda body: body.update(notifyurl="http://a"), "40002", "isv.invalid-parameter"),
        (lambda body: body.update(biz_content="[]"), "40002", "isv.invalid-parameter"),
        (lambda body: body.update(method="alipay.trade.create"), "40002", "isv.invalid-method"),
        (lambda body: body.update(timestamp="2026-1-2 3:4:5"), "40002", "isv.invalid-timestamp"),
        (lambda body: body.update(timestamp=minutes_ago(16)), "40002", "isv.invalid-timestamp"),
        (lambda body: body.update(timestamp=minutes_ago(-16)), "40002", "isv.invalid-timestamp"),
        (lambda body: body.update(timestamp=minutes_ago(14)), "40004", "ACQ.TRADE_NOT_EXIST"),
        (lambda body: body.update(biz_content={}), "40004", "ACQ.INVALID_PARAMETER"),
        (lambda body: body.update(biz_content={"outtradeno": "1"}), "40004", "ACQ.INVALID_PARAMETER"),
    ],
)
def test_outer_parameters(sandbox: Sandbox, ali: AliPay, change: Change, code: str, sub_code: str) -> None:
    answer = ask(sandbox, ali, change)
    assert (answer["code"], answer["sub_code"]) == (code, sub_code)


def minutes_ago(minutes: int) -> str:
    return f"{datetime.now(SHANGHAI) - timedelta(minutes=minutes):%Y-%m-%d %H:%M:%S}"


def test_the_timestamp_is_compared_with_real_time(sandbox: Sandbox, ali: AliPay) -> None:
    sandbox.shift_clock(90 * 86400)
    assert ali.api_alipay_trade_query(out_trade_no="STRICT-0")["sub_code"] == "ACQ.TRADE_NOT_EXIST"


def test_a_wrong_signature(sandbox: Sandbox, merchant: Merchant, ali: AliPay) -> None:
    stranger = connect(sandbox, merchant)
    stranger._app_private_key = RSA.generate(2048)
    answer = stranger.api_alipay_trade_query(out_trade_no="STRICT-0")
    assert (answer["code"], answer["sub_code"]) == ("40002", "isv.invalid-signature")
    changed = cashier_url(ali, "STRICT-2").replace("12.30", "12.31")
    assert sandbox.control("alipay/open", url=changed).json()["error"] == "isv.invalid-signature"
    page = sandbox.http.get(changed)
    assert page.status_code == 400 and "无法付款" in page.text and "没有扣款" in page.text


def test_no_signature_and_a_field_twice(sandbox: Sandbox, ali: AliPay) -> None:
    signed = ali.sign_data(ali.build_body("alipay.trade.query", {"out_trade_no": "STRICT-0"}))
    unsigned = signed.split("&sign=")[0]
    answer = sandbox.http.get(f"{ali._gateway}?{unsigned}").json()
    assert answer["alipay_trade_query_response"]["sub_code"] == "isv.missing-signature"
    twice = sandbox.http.get(f"{ali._gateway}?{signed}&version=1.0").json()
    assert twice["error_response"]["sub_code"] == "isv.invalid-parameter"


def test_an_unknown_app_gets_an_unsigned_answer(sandbox: Sandbox, ali: AliPay) -> None:
    ali._appid = "2021000000000009"
    with pytest.raises(AliPayException, match="isv.invalid-app-id"):
        ali.api_alipay_trade_query(out_trade_no="STRICT-0")


@pytest.mark.parametrize(
    "wrong",
    [
        {"out_trade_no": "a" * 65},
        {"out_trade_no": "a b"},
        {"out_trade_no": ""},
        {"out_trade_no": 12},
        {"total_amount": "12.3"},
        {"total_amount": "12"},
        {"total_amount": 12.30},
        {"total_amount": "0.00"},
        {"total_amount": "-1.00"},
        {"total_amount": "100000000.01"},
        {"total_amount": "012.30"},
        {"subject": ""},
        {"subject": "长" * 257},
        {"subject": "a/b"},
        {"subject": "a=b"},
        {"subject": "a&b"},
        {"subject": "a{b}"},
        {"product_code": "FAST_INSTANT_TRADE_PAY"},
        {"product_code": None},
        {"time_expire": "2026-11-24T12:00:00"},
        {"time_expire": "2026-11-24 1:00:00"},
        {"time_expire": "2020-01-01 00:00:00"},
        {"time_expire": 5},
        {"timeout_express": "30m"},
        {"quit_url": "javascript:alert(1)"},
        {"totalamount": "1.00"},
    ],
    ids=str,
)
def test_a_wrong_order(sandbox: Sandbox, ali: AliPay, wrong: dict[str, Any]) -> None:
    signed = ali.client_api("alipay.trade.wap.pay", {**GOOD, **wrong})
    answer = sandbox.control("alipay/open", url=f"{ali._gateway}?{signed}")
    assert (answer.status_code, answer.json()["error"]) == (400, "ACQ.INVALID_PARAMETER")


@pytest.mark.parametrize(
    "url", ["ftp://a.example/", "http://", "http://a.example/" + "a" * 256, "//a.example"]
)
@pytest.mark.parametrize("name", ["notify_url", "return_url"])
def test_a_wrong_address(sandbox: Sandbox, ali: AliPay, name: str, url: str) -> None:
    signed = ali.client_api("alipay.trade.wap.pay", dict(GOOD), **{name: url})
    answer = sandbox.control("alipay/open", url=f"{ali._gateway}?{signed}")
    assert answer.json()["error"] == "isv.invalid-parameter"


@pytest.mark.parametrize("amount", ["0.01", "100000000.00"])
def test_the_smallest_and_the_largest(sandbox: Sandbox, ali: AliPay, order_no: str, amount: str) -> None:
    opened = sandbox.control("alipay/open", url=cashier_url(ali, order_no, amount)).json()
    assert opened["total_minor"] in (1, 10_000_000_000)


def test_another_amount_under_the_same_number(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    assert sandbox.control("alipay/open", url=cashier_url(ali, order_no, "12.30")).status_code == 200
    again = sandbox.control("alipay/open", url=cashier_url(ali, order_no, "12.30"))
    assert again.json()["trade_no"] == sandbox.trade(order_no)["trade_no"]
    other = sandbox.control("alipay/open", url=cashier_url(ali, order_no, "12.31"))
    assert other.json()["error"] == "ACQ.CONTEXT_INCONSISTENT"


def test_an_expiry_counts_on_the_shifted_clock(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    sandbox.shift_clock(3600)
    late = sandbox.control("alipay/open", url=cashier_url(ali, order_no, time_expire=in_minutes(30)))
    assert late.json()["error"] == "ACQ.INVALID_PARAMETER"
    good = sandbox.control("alipay/open", url=cashier_url(ali, order_no, time_expire=in_minutes(90)))
    assert good.status_code == 200


def test_forms_from_other_sites_are_turned_away(sandbox: Sandbox) -> None:
    answer = sandbox.http.post("/faults/clear", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_control_doors_say_what_is_wrong(sandbox: Sandbox) -> None:
    assert sandbox.http.post("/_control/alipay/pay", content=b"{").json()["error"] == "malformed"
    assert sandbox.control("alipay/pay", out_trade_no="NONE").status_code == 404
    assert sandbox.http.get("/_control/alipay/trades/NONE").status_code == 404
    assert sandbox.http.get("/alipay/trades/NONE").status_code == 404
    assert sandbox.http.get("/alipay/cashier/NONE").status_code == 404
