"""What WeChat's gateway refuses, and in which words."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from sandbox_stand import Sandbox
from wechat_stand import CERT_SERIAL, MCHID, NEXT_KEY_ID, Counter, in_rfc3339, understood
from wechatpayv3.utils import build_authorization, load_private_key, rsa_sign

PATH = f"/v3/pay/transactions/out-trade-no/STRICT-1?mchid={MCHID}"
NONCE = "0123456789ABCDEF"


def ask(
    sandbox: Sandbox, key: Any = None, *, to: str = PATH, headers: dict[str, str] | None = None, **parts: str
) -> Any:
    """A query whose Authorization is made of these parts; the key signs them, or they are signed rightly."""
    private = key or load_private_key((sandbox.home / "wechat_merchant_private.pem").read_text())
    signed = {
        "mchid": MCHID,
        "nonce_str": f"{NONCE}{time.time_ns() % 10**16:016d}",
        "timestamp": str(int(time.time())),
        "serial_no": CERT_SERIAL,
    } | {name: value for name, value in parts.items() if name != "signature"}
    text = f"GET\n{PATH}\n{signed['timestamp']}\n{signed['nonce_str']}\n\n"
    signed["signature"] = parts.get("signature") or rsa_sign(private, text)
    pairs = ",".join(f'{name}="{value}"' for name, value in signed.items())
    sent = {
        "Authorization": f"WECHATPAY2-SHA256-RSA2048 {pairs}",
        "Accept": "application/json",
        "Wechatpay-Serial": NEXT_KEY_ID,
    } | (headers or {})
    return sandbox.http.get(f"/wechat{to}", headers=sent)


def test_a_right_question_is_answered(sandbox: Sandbox) -> None:
    answer = ask(sandbox)
    assert (answer.status_code, answer.json()["code"]) == (404, "ORDER_NOT_EXIST")
    assert "Wechatpay-Signature" not in answer.headers


@pytest.mark.parametrize(
    "parts",
    [
        {"mchid": "1900000108"},
        {"serial_no": "0000"},
        {"timestamp": "1000000000"},
        {"timestamp": "9999999999"},
        {"timestamp": "soon"},
        {"nonce_str": "short"},
        {"nonce_str": "x" * 33},
        {"nonce_str": "a-b-c-d-e-f-g-h-i"},
        {"signature": "bm90IGEgc2lnbmF0dXJl"},
        {"signature": "!"},
    ],
    ids=str,
)
def test_a_wrong_authorization(sandbox: Sandbox, parts: dict[str, str]) -> None:
    answer = ask(sandbox, **parts)
    assert (answer.status_code, answer.json()["code"]) == (401, "SIGN_ERROR")
    assert answer.json()["detail"]["location"] == "authorization"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer x",
        "WECHATPAY2-SHA256-RSA2048",
        'WECHATPAY2-SHA256-RSA2048 mchid="1900000109"',
        'WECHATPAY2-SM2-WITH-SM3 mchid="1"',
        'WECHATPAY2-SHA256-RSA2048 mchid="1",mchid="1",nonce_str="1",signature="1",timestamp="1",serial_no="1"',
    ],
)
def test_no_authorization(sandbox: Sandbox, header: str) -> None:
    answer = ask(sandbox, headers={"Authorization": header})
    assert (answer.status_code, answer.json()["code"]) == (401, "SIGN_ERROR")


def test_a_stranger_s_key(sandbox: Sandbox) -> None:
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert ask(sandbox, stranger).status_code == 401


@pytest.mark.parametrize("to", [PATH.replace("-1?", "-2?"), f"{PATH}&x=1", PATH.partition("?")[0]])
def test_another_address_than_was_signed(sandbox: Sandbox, to: str) -> None:
    assert ask(sandbox, to=to).status_code == 401


def test_a_nonce_is_good_once(sandbox: Sandbox) -> None:
    nonce = f"{time.time_ns():032d}"
    assert ask(sandbox, nonce_str=nonce).status_code == 404
    again = ask(sandbox, nonce_str=nonce)
    assert (again.status_code, again.json()["detail"]["issue"]) == (401, "nonce_str reused")


def test_another_body_than_was_signed(sandbox: Sandbox, counter: Counter, order_no: str) -> None:
    path, order = "/v3/pay/transactions/h5", counter.order(order_no)
    key = load_private_key((sandbox.home / "wechat_merchant_private.pem").read_text())
    signed = build_authorization(path, "POST", MCHID, CERT_SERIAL, key, data=order)
    headers = {"Authorization": signed, "Accept": "application/json", "Content-Type": "application/json"}
    body = json.dumps(order).replace("1230", "1231")
    answer = sandbox.http.post(f"/wechat{path}", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "SIGN_ERROR")


@pytest.mark.parametrize("headers", [{"Accept": "text/html"}, {"Wechatpay-Serial": "PUB_KEY_ID_9"}], ids=str)
def test_headers_that_the_rules_ask_for(sandbox: Sandbox, headers: dict[str, str]) -> None:
    answer = ask(sandbox, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_REQUEST")


def test_the_stamp_is_compared_with_real_time(sandbox: Sandbox) -> None:
    sandbox.shift_clock(90 * 86400)
    assert ask(sandbox).status_code == 404


def test_an_answer_is_signed(sandbox: Sandbox, counter: Counter, order_no: str) -> None:
    """The SDK checks it by itself; with another key it must not find it right."""
    counter.place(order_no)
    stranger = counter.connect(key="wechat_next")
    with pytest.raises(Exception, match="failed to verify"):
        stranger.query(out_trade_no=order_no)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("/out_trade_no", {"out_trade_no": "a" * 33}),
        ("/out_trade_no", {"out_trade_no": "a" * 5}),
        ("/out_trade_no", {"out_trade_no": "a b c d"}),
        ("/out_trade_no", {"out_trade_no": 1234567}),
        ("/description", {"description": ""}),
        ("/description", {"description": "长" * 128}),
        ("/time_expire", {"time_expire": "2027-01-01 00:00:00"}),
        ("/time_expire", {"time_expire": "2027-01-01T00:00:00"}),
        ("/time_expire", {"time_expire": "2027-13-01T00:00:00+08:00"}),
        ("/time_expire", {"time_expire": "2020-01-01T00:00:00+08:00"}),
        ("/time_expire", {"time_expire": 5}),
        ("/notify_url", {"notify_url": "ftp://a.example/"}),
        ("/notify_url", {"notify_url": "https://a.example/?a=1"}),
        ("/notify_url", {"notify_url": "https:///a"}),
        ("/notify_url", {"notify_url": "https://a.example/" + "a" * 255}),
        ("/notify_url", {"notify_url": None}),
        ("/amount", {"amount": 1230}),
        ("/amount/total", {"amount": {"total": "12.30", "currency": "CNY"}}),
        ("/amount/total", {"amount": {"total": 12.3, "currency": "CNY"}}),
        ("/amount/total", {"amount": {"total": 0, "currency": "CNY"}}),
        ("/amount/total", {"amount": {"total": True, "currency": "CNY"}}),
        ("/amount/total", {"amount": {"currency": "CNY"}}),
        ("/amount/currency", {"amount": {"total": 1, "currency": "USD"}}),
        ("/amount/tip", {"amount": {"total": 1, "tip": 1}}),
        ("/scene_info", {"scene_info": None}),
        ("/scene_info/payer_client_ip", {"scene_info": {"h5_info": {"type": "Wap"}}}),
        (
            "/scene_info/payer_client_ip",
            {"scene_info": {"payer_client_ip": "here", "h5_info": {"type": "Wap"}}},
        ),
        ("/scene_info/h5_info/type", {"scene_info": {"payer_client_ip": "203.0.113.7"}}),
        ("/scene_info/h5_info/type", {"scene_info": {"payer_client_ip": "::1", "h5_info": {"type": "wap"}}}),
        ("/attach", {"attach": "x" * 129}),
        ("/totalfee", {"totalfee": 1}),
    ],
    ids=str,
)
def test_a_wrong_order_names_the_field(
    counter: Counter, order_no: str, field: str, wrong: dict[str, Any]
) -> None:
    status, answer = counter.place(order_no, **wrong)
    assert (status, answer["code"], answer["detail"]["field"]) == (400, "PARAM_ERROR", field)
    assert counter.query(order_no)[0] == 404


@pytest.mark.parametrize("wrong", [{"appid": "wx9"}, {"mchid": "1900000108"}], ids=str)
def test_another_account(counter: Counter, order_no: str, wrong: dict[str, str]) -> None:
    assert counter.place(order_no, **wrong)[1]["code"] == "APPID_MCHID_NOT_MATCH"


def test_numbers_of_six_and_of_thirty_two(counter: Counter, order_no: str) -> None:
    for number in (order_no[:6], f"{order_no}*_-".ljust(32, "0")):
        assert counter.place(number)[0] == 200


def test_an_expiry_counts_on_the_shifted_clock(sandbox: Sandbox, counter: Counter, order_no: str) -> None:
    sandbox.shift_clock(3600)
    for seconds in (0, 30):
        refused = counter.place(order_no, time_expire=in_rfc3339(seconds))[1]
        assert refused["detail"]["field"] == "/time_expire"
    assert counter.place(order_no, time_expire=in_rfc3339(90))[0] == 200


def test_a_query_names_the_merchant(counter: Counter, order_no: str) -> None:
    counter.place(order_no)
    assert (
        understood(counter.sdk.query(out_trade_no=order_no, mchid="1900000108"))[1]["code"] == "PARAM_ERROR"
    )
    assert (
        understood(counter.sdk.close(out_trade_no=order_no, mchid="1900000108"))[1]["code"] == "PARAM_ERROR"
    )
    assert understood(counter.sdk.query(out_trade_no="short"))[1]["code"] == "PARAM_ERROR"


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("/out_refund_no", {"out_refund_no": "a/b"}),
        ("/out_refund_no", {"out_refund_no": "a" * 65}),
        ("/out_trade_no", {"transaction_id": "4200001"}),
        ("/reason", {"reason": "多" * 27}),
        ("/notify_url", {"notify_url": "nowhere"}),
        ("/amount", {"amount": None}),
        ("/amount/refund", {"amount": {"refund": 0, "total": 1230, "currency": "CNY"}}),
        ("/amount/refund", {"amount": {"refund": "1", "total": 1230, "currency": "CNY"}}),
        ("/amount/total", {"amount": {"refund": 1, "total": 1231, "currency": "CNY"}}),
        ("/amount/currency", {"amount": {"refund": 1, "total": 1230}}),
        ("/why", {"why": "so"}),
    ],
    ids=str,
)
def test_a_wrong_refund_names_the_field(
    counter: Counter, order_no: str, field: str, wrong: dict[str, Any]
) -> None:
    counter.pay(order_no)
    status, answer = counter.refund(order_no, f"{order_no}-1", 1, **wrong)
    assert (status, answer["code"], answer["detail"]["field"]) == (400, "PARAM_ERROR", field)
    assert counter.told(order_no)["refunds"] == []


def test_a_refund_of_nothing(counter: Counter, order_no: str) -> None:
    assert counter.refund(order_no, f"{order_no}-1", 1)[1]["code"] == "RESOURCE_NOT_EXISTS"
    counter.place(order_no)
    assert counter.refund(order_no, f"{order_no}-1", 1)[1]["code"] == "INVALID_REQUEST"


def test_two_refunds_are_a_minute_apart(tmp_path: Path, counter: Counter, order_no: str) -> None:
    running = Sandbox(tmp_path)
    running.start()
    try:
        there = Counter(sandbox=running, shop=counter.shop)
        there.pay(order_no)
        assert there.refund(order_no, f"{order_no}-1", 1)[0] == 200
        status, answer = there.refund(order_no, f"{order_no}-2", 1)
        assert (status, answer["code"]) == (429, "FREQUENCY_LIMITED")
        # The same one again is none.
        assert there.refund(order_no, f"{order_no}-1", 1)[0] == 200
    finally:
        running.stop()


@pytest.mark.parametrize("body", [b"[]", b"{", b"\xff", b""], ids=repr)
def test_a_body_that_is_no_object(sandbox: Sandbox, body: bytes) -> None:
    path = "/v3/pay/transactions/native"
    key = load_private_key((sandbox.home / "wechat_merchant_private.pem").read_text())
    signed = build_authorization(path, "POST", MCHID, CERT_SERIAL, key, data=body.decode(errors="replace"))
    headers = {
        "Authorization": signed, "Accept": "application/json", "Content-Type": "application/json",
        "Wechatpay-Serial": NEXT_KEY_ID,
    }  # fmt: skip
    answer = sandbox.http.post(f"/wechat{path}", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) in ((400, "PARAM_ERROR"), (400, "INVALID_REQUEST"))


@pytest.mark.parametrize("path", ["/v3/certificates", "/v3/pay/transactions/jsapi", "/v3/"])
def test_what_is_not_there(counter: Counter, path: str) -> None:
    assert understood(counter.sdk._core.request(path))[0] == 404


def test_control_doors_say_what_is_wrong(sandbox: Sandbox) -> None:
    assert sandbox.control("wechat/pay", out_trade_no="NONE").status_code == 404
    assert sandbox.control("wechat/open", url=7).status_code == 400
    assert (
        sandbox.control("wechat/open", url="weixin://wxpay/bizpayurl?pr=x").json()["error"]
        == "LINK_NOT_EXIST"
    )
    assert sandbox.http.get("/_control/wechat/trades/NONE").status_code == 404
    assert sandbox.http.get("/wechat/trades/NONE").status_code == 404
    assert sandbox.http.get("/wechat/cashier/NONE").status_code == 404
