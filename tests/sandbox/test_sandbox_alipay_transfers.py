"""Transfers to wallets at Alipay's stand-in: in certificate mode only, made once, and all that may become of them."""

import json
from typing import Any

import pytest
from alipay import AliPay, DCAliPay
from alipay.exceptions import AliPayValidationError
from sandbox_stand import APP_ID, Sandbox

TRANSFER, QUERY, ACCOUNT = (
    "alipay.fund.trans.uni.transfer", "alipay.fund.trans.common.query", "alipay.fund.account.query",
)  # fmt: skip
PRODUCT = {"product_code": "TRANS_ACCOUNT_NO_PWD", "biz_scene": "DIRECT_TRANSFER"}
PAYEE = {"identity": "chen@example.com", "identity_type": "ALIPAY_LOGON_ID", "name": "陈静"}
OWNER = {"alipay_user_id": "2088000000000001", "account_type": "ACCTRANS_ACCOUNT"}


@pytest.fixture
def dc(sandbox: Sandbox) -> DCAliPay:
    """The SDK in certificate mode."""
    sdk = DCAliPay(
        appid=APP_ID,
        app_private_key_string=(sandbox.home / "app_private.pem").read_text(),
        app_public_key_cert_string=(sandbox.home / "app_cert.pem").read_text(),
        alipay_public_key_cert_string=(sandbox.home / "alipay_cert.pem").read_text(),
        alipay_root_cert_string=(sandbox.home / "alipay_root_cert.pem").read_text(),
    )
    sdk._gateway = f"{sandbox.url}/alipay/gateway.do"
    return sdk


@pytest.fixture(autouse=True)
def can_pay_out(sandbox: Sandbox) -> None:
    sandbox.control("alipay/account", balance="1000000.00")
    sandbox.control("alipay/wallets", logon_id=PAYEE["identity"], name=PAYEE["name"])


def order(order_no: str, **changes: Any) -> dict[str, Any]:
    return {
        "out_biz_no": order_no, "trans_amount": "500.00", **PRODUCT, "payee_info": PAYEE, "order_title": "按期放款",
    } | changes  # fmt: skip


def call(sdk: AliPay, method: str, biz: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = sdk.verified_sync_response(
        sdk.build_body(method, biz), f"{method.replace('.', '_')}_response"
    )
    return answer


def ask(sdk: AliPay, out_biz_no: str) -> dict[str, Any]:
    return call(sdk, QUERY, {"out_biz_no": out_biz_no, **PRODUCT})


def account_minor(sandbox: Sandbox) -> int:
    left: int = sandbox.http.get("/_control/alipay/account").json()["balance_minor"]
    return left


def told(sandbox: Sandbox, out_biz_no: str) -> dict[str, Any]:
    found: dict[str, Any] = sandbox.http.get(f"/_control/alipay/transfers/{out_biz_no}").json()
    return found


def wallet(sandbox: Sandbox, order_no: str) -> tuple[str, dict[str, str]]:
    """A new wallet's login, and the wallet as a payee."""
    login = f"{order_no.lower()}@example.com"
    assert sandbox.control("alipay/wallets", logon_id=login, name="陈静").status_code == 200
    return login, {"identity": login, "identity_type": "ALIPAY_LOGON_ID", "name": "陈静"}


def holds(sandbox: Sandbox, ali: AliPay, login: str, yuan: str, order_no: str) -> bool:
    """Whether a wallet has so much money, by its paying for something."""
    url = f"{ali._gateway}?" + ali.client_api(
        "alipay.trade.wap.pay",
        {"out_trade_no": f"{order_no}c", "total_amount": yuan, "subject": "茶", "product_code": "QUICK_WAP_WAY"},
    )
    return sandbox.control("alipay/pay", url=url, buyer=login).status_code == 200


def test_money_goes_to_the_wallet_once(sandbox: Sandbox, ali: AliPay, dc: DCAliPay, order_no: str) -> None:
    login, payee = wallet(sandbox, order_no)
    assert not holds(sandbox, ali, login, "500.00", f"{order_no}1")
    first = call(dc, TRANSFER, order(order_no, payee_info=payee))
    assert (first["code"], first["status"]) == ("10000", "SUCCESS")
    assert {"out_biz_no", "order_id", "pay_fund_order_id", "trans_date"} < set(first)
    assert call(dc, TRANSFER, order(order_no, payee_info=payee)) == first
    assert call(dc, ACCOUNT, OWNER)["available_amount"] == "999500.00"
    found = ask(dc, order_no)
    assert (found["status"], found["trans_amount"], found["pay_date"]) == ("SUCCESS", "500.00", first["trans_date"])
    assert call(dc, QUERY, {"order_id": first["order_id"]}) == found
    assert not holds(sandbox, ali, login, "500.01", f"{order_no}2")
    assert holds(sandbox, ali, login, "500.00", f"{order_no}3")


@pytest.mark.parametrize(
    "change",
    [
        {"trans_amount": "500.01"},
        {"payee_info": PAYEE | {"identity": "13800006021", "name": "林小满"}},
        {"order_title": "别的"},
        {"remark": "别的"},
    ],
    ids=str,
)
def test_the_same_number_with_other_contents_is_refused(
    sandbox: Sandbox, dc: DCAliPay, order_no: str, change: dict[str, Any]
) -> None:
    call(dc, TRANSFER, order(order_no))
    assert call(dc, TRANSFER, order(order_no, **change))["sub_code"] == "PAYMENT_INFO_INCONSISTENCY"
    assert account_minor(sandbox) == 99_950_000


@pytest.mark.parametrize(
    ("change", "sub_code"),
    [
        ({"out_biz_no": "a b"}, "INVALID_PARAMETER"),
        ({"out_biz_no": "a" * 65}, "INVALID_PARAMETER"),
        ({"trans_amount": "500"}, "INVALID_PARAMETER"),
        ({"trans_amount": 500.00}, "INVALID_PARAMETER"),
        ({"product_code": "STD_RED_PACKET"}, "INVALID_PARAMETER"),
        ({"biz_scene": None}, "INVALID_PARAMETER"),
        ({"payee_info": "zhou@example.com"}, "INVALID_PARAMETER"),
        ({"payee_info": PAYEE | {"identity_type": "ALIPAY_USER_ID"}}, "INVALID_PARAMETER"),
        ({"payee_info": PAYEE | {"identity": "+8613800006021"}}, "INVALID_PARAMETER"),
        ({"payee_info": PAYEE | {"name": ""}}, "INVALID_PARAMETER"),
        ({"payee_info": PAYEE | {"nickname": "zhou"}}, "INVALID_PARAMETER"),
        ({"order_title": "长" * 129}, "INVALID_PARAMETER"),
        ({"remark": "长" * 201}, "INVALID_PARAMETER"),
        ({"notify_url": "http://127.0.0.1:9/"}, "INVALID_PARAMETER"),
        ({"trans_amount": "0.09"}, "EXCEED_LIMIT_SM_MIN_AMOUNT"),
        ({"trans_amount": "50000.00"}, "MEMO_REQUIRED_IN_TRANSFER_ERROR"),
        ({"trans_amount": "1000000.01", "remark": "放款"}, "PAYER_BALANCE_NOT_ENOUGH"),
        ({"payee_info": PAYEE | {"identity": "nobody@example.com"}}, "PAYEE_NOT_EXIST"),
        ({"payee_info": PAYEE | {"name": "陈净"}}, "PAYEE_USER_INFO_ERROR"),
        ({"payee_info": PAYEE | {"identity": "bai@example.com", "name": "白露"}}, "PAYEE_ACCOUNT_STATUS_ERROR"),
    ],
    ids=str,
)
def test_a_wrong_transfer(
    sandbox: Sandbox, dc: DCAliPay, order_no: str, change: dict[str, Any], sub_code: str
) -> None:
    answer = call(dc, TRANSFER, order(order_no, **change))
    assert (answer["code"], answer["sub_code"]) == ("40004", sub_code)
    assert account_minor(sandbox) == 100_000_000
    assert ask(dc, order_no)["sub_code"] == "ORDER_NOT_EXIST"


def test_a_number_that_was_refused_may_be_asked_for_again(sandbox: Sandbox, dc: DCAliPay, order_no: str) -> None:
    sandbox.control("alipay/account", balance="0.00")
    assert call(dc, ACCOUNT, OWNER)["available_amount"] == "0.00"
    assert call(dc, TRANSFER, order(order_no))["sub_code"] == "PAYER_BALANCE_NOT_ENOUGH"
    sandbox.control("alipay/account", balance="500.00")
    assert call(dc, TRANSFER, order(order_no))["status"] == "SUCCESS"


@pytest.mark.parametrize(
    "question",
    [{}, {"out_biz_no": "a"}, {"out_biz_no": "a", **PRODUCT, "extra": "1"}, {"order_id": 5}],
    ids=str,
)
def test_a_wrong_question(dc: DCAliPay, question: dict[str, Any]) -> None:
    assert call(dc, QUERY, question)["sub_code"] in ("INVALID_PARAMETER", "isv.missing-biz-content")
    assert call(dc, ACCOUNT, OWNER | {"alipay_user_id": "2088000000000002"})["sub_code"] == "INVALID_PARAMETER"
    assert call(dc, ACCOUNT, OWNER | {"account_type": "OTHER"})["sub_code"] == "INVALID_PARAMETER"


def test_without_certificates_nothing_is_paid_out(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    for method, biz in ((TRANSFER, order(order_no)), (QUERY, {"out_biz_no": order_no}), (ACCOUNT, dict(OWNER))):
        answer = call(ali, method, biz)
        assert (answer["code"], answer["sub_code"]) == ("40001", "isv.missing-app-cert-sn")
    assert account_minor(sandbox) == 100_000_000


@pytest.mark.parametrize(
    ("change", "sub_code"),
    [
        ({"app_cert_sn": ""}, "isv.missing-app-cert-sn"),
        ({"alipay_root_cert_sn": ""}, "isv.missing-alipay-root-cert-sn"),
        ({"app_cert_sn": "0" * 32}, "isv.app-cert-not-exist"),
        ({"alipay_root_cert_sn": "0" * 32}, "isv.invalid-alipay-root-cert-sn"),
    ],
    ids=str,
)
@pytest.mark.parametrize("method", [TRANSFER, "alipay.trade.query"])
def test_a_wrong_certificate(
    dc: DCAliPay, sandbox: Sandbox, order_no: str, method: str, change: dict[str, str], sub_code: str
) -> None:
    biz = order(order_no) if method == TRANSFER else {"out_trade_no": order_no}
    body = {name: value for name, value in (dc.build_body(method, biz) | change).items() if value}
    answer = sandbox.http.get(f"{dc._gateway}?{dc.sign_data(body)}").json()
    assert next(iter(answer.values()))["sub_code"] == sub_code


def test_certificate_mode_is_good_for_every_call_and_says_whose_certificate_answers(
    sandbox: Sandbox, ali: AliPay, dc: DCAliPay, order_no: str
) -> None:
    order_of_page = {
        "out_trade_no": order_no, "total_amount": "1.00", "subject": "茶", "product_code": "QUICK_WAP_WAY",
    }  # fmt: skip
    page = f"{dc._gateway}?{dc.client_api('alipay.trade.wap.pay', order_of_page)}"
    assert sandbox.control("alipay/open", url=page).status_code == 200
    query = dc.sign_data(dc.build_body("alipay.trade.query", {"out_trade_no": order_no}))
    answer = json.loads(sandbox.http.get(f"{dc._gateway}?{query}").text)
    assert answer["alipay_cert_sn"] == dc.get_cert_sn((sandbox.home / "alipay_cert.pem").read_text())
    query = ali.sign_data(ali.build_body("alipay.trade.query", {"out_trade_no": order_no}))
    assert "alipay_cert_sn" not in json.loads(sandbox.http.get(f"{ali._gateway}?{query}").text)


def test_dealt_with_for_a_while_and_then_there(sandbox: Sandbox, dc: DCAliPay, order_no: str) -> None:
    sandbox.fault("transfer_dealing", out_id=order_no, seconds=600)
    answer = call(dc, TRANSFER, order(order_no))
    assert answer["status"] == "DEALING" and "trans_date" not in answer
    assert account_minor(sandbox) == 99_950_000
    assert ask(dc, order_no)["status"] == call(dc, TRANSFER, order(order_no))["status"] == "DEALING"
    sandbox.shift_clock(600)
    assert ask(dc, order_no)["status"] == "SUCCESS"
    assert call(dc, TRANSFER, order(order_no))["trans_date"] == told(sandbox, order_no)["settles_at"]


def test_dealt_with_for_ever(sandbox: Sandbox, dc: DCAliPay, order_no: str) -> None:
    sandbox.fault("transfer_forever", out_id=order_no)
    call(dc, TRANSFER, order(order_no))
    sandbox.shift_clock(400 * 86400)
    assert ask(dc, order_no)["status"] == "DEALING"


@pytest.mark.parametrize(("fault", "later"), [("transfer_failed", 0), ("transfer_then_failed", 60)])
def test_what_fails_says_why_and_its_money_stays(
    sandbox: Sandbox, dc: DCAliPay, order_no: str, fault: str, later: int
) -> None:
    sandbox.fault(fault, out_id=order_no)
    assert call(dc, TRANSFER, order(order_no))["status"] == ("DEALING" if later else "FAIL")
    sandbox.shift_clock(later)
    found = ask(dc, order_no)
    assert (found["status"], found["error_code"]) == ("FAIL", "PAYEE_ACCOUNT_STATUS_ERROR")
    assert call(dc, TRANSFER, order(order_no))["status"] == "FAIL"
    assert account_minor(sandbox) == 100_000_000


@pytest.mark.parametrize(
    ("fault", "sub_code"),
    [
        ("transfer_mismatch", "PAYEE_USER_INFO_ERROR"),
        ("transfer_no_payee", "PAYEE_NOT_EXIST"),
        ("transfer_limit", "EXCEED_LIMIT_SM_AMOUNT"),
        ("transfer_day_limit", "EXCEED_LIMIT_DM_AMOUNT"),
        ("transfer_balance", "PAYER_BALANCE_NOT_ENOUGH"),
    ],
)
def test_declined_by_a_fault(sandbox: Sandbox, dc: DCAliPay, order_no: str, fault: str, sub_code: str) -> None:
    sandbox.fault(fault, out_id=order_no, next=1)
    assert call(dc, TRANSFER, order(order_no))["sub_code"] == sub_code
    assert call(dc, TRANSFER, order(order_no))["status"] == "SUCCESS"


def test_back_after_days_by_a_fault(sandbox: Sandbox, dc: DCAliPay, order_no: str) -> None:
    sandbox.fault("transfer_returned", out_id=order_no)
    assert call(dc, TRANSFER, order(order_no))["status"] == "SUCCESS"
    sandbox.shift_clock(2 * 86400 - 60)
    assert ask(dc, order_no)["status"] == "SUCCESS"
    sandbox.shift_clock(2 * 86400)
    assert call(dc, ACCOUNT, OWNER)["available_amount"] == "1000000.00"
    assert ask(dc, order_no)["status"] == call(dc, TRANSFER, order(order_no))["status"] == "REFUND"


def test_back_at_a_door_unless_it_was_spent(sandbox: Sandbox, ali: AliPay, dc: DCAliPay, order_no: str) -> None:
    login, payee = wallet(sandbox, order_no)
    call(dc, TRANSFER, order(order_no, payee_info=payee))
    door = f"alipay/transfers/{order_no}/return"
    assert sandbox.control(door, seconds=-1).status_code == 422
    assert sandbox.control(door, seconds=3600).json()["state"] == "SUCCESS"
    assert sandbox.control(door).json()["state"] == "REFUND"
    assert account_minor(sandbox) == 100_000_000
    assert not holds(sandbox, ali, login, "0.01", f"{order_no}1")
    assert sandbox.control(door).status_code == 409
    call(dc, TRANSFER, order(f"{order_no}b", payee_info=payee))
    assert holds(sandbox, ali, login, "0.01", f"{order_no}2")
    assert sandbox.control(f"alipay/transfers/{order_no}b/return").json()["state"] == "SUCCESS"
    assert sandbox.control("alipay/transfers/NONE/return").status_code == 404


def test_a_query_that_lags(sandbox: Sandbox, dc: DCAliPay, order_no: str) -> None:
    call(dc, TRANSFER, order(order_no))
    sandbox.fault("transfer_lag", out_id=order_no, next=1)
    assert ask(dc, order_no)["sub_code"] == "ORDER_NOT_EXIST"
    assert ask(dc, order_no)["status"] == "SUCCESS"


@pytest.mark.parametrize(("fault", "made"), [("system_error", False), ("system_error_after", True)])
def test_a_system_error_hides_what_was_done(
    sandbox: Sandbox, dc: DCAliPay, order_no: str, fault: str, made: bool
) -> None:
    sandbox.fault(fault, out_id=order_no, next=1)
    assert call(dc, TRANSFER, order(order_no))["sub_code"] == "SYSTEM_ERROR"
    assert (account_minor(sandbox) < 100_000_000) == made
    assert call(dc, TRANSFER, order(order_no))["status"] == "SUCCESS"
    assert account_minor(sandbox) == 99_950_000


def test_answers_can_be_lost_and_forged(sandbox: Sandbox, dc: DCAliPay, order_no: str) -> None:
    sandbox.control("faults", script=["lost_before", "lost_after", "bad_signature"], out_id=order_no)
    for raises, left_minor in ((OSError, 100_000_000), (OSError, 99_950_000), (AliPayValidationError, 99_950_000)):
        with pytest.raises(raises):
            call(dc, TRANSFER, order(order_no))
        assert account_minor(sandbox) == left_minor


def test_people_see_transfers(sandbox: Sandbox, dc: DCAliPay, order_no: str) -> None:
    sandbox.fault("transfer_failed", out_id=order_no)
    call(dc, TRANSFER, order(order_no, remark="备用金"))
    call(dc, TRANSFER, order(f"{order_no}b"))
    home = sandbox.http.get("/").text
    assert f"/alipay/transfers/{order_no}" in home and "¥999,500.00" in home
    page = sandbox.http.get(f"/alipay/transfers/{order_no}").text
    for word in ("陈静", "chen@example.com", "¥500.00", "备用金", "失败", "PAYEE_ACCOUNT_STATUS_ERROR", TRANSFER):
        assert word in page
    assert sandbox.http.get("/alipay/transfers/NONE").status_code == 404
    assert [each["operation"] for each in told(sandbox, order_no)["calls"]] == [TRANSFER]
    newest = sandbox.http.get("/_control/alipay/transfers").json()
    assert [each["out_biz_no"] for each in newest[:2]] == [f"{order_no}b", order_no]


def test_doors_refuse_what_they_cannot_read(sandbox: Sandbox) -> None:
    assert sandbox.control("alipay/account", balance="12").status_code == 422
    assert sandbox.control("alipay/wallets", logon_id="a@example.com").status_code == 422
    assert sandbox.http.get("/_control/alipay/transfers/NONE").status_code == 404
