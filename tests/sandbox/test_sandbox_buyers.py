"""Buyers who can't pay: each is told why, nothing is taken, and another one may pay."""

import pytest
from alipay import AliPay
from sandbox_stand import Merchant, Sandbox, cashier_url

TROUBLED = {
    "fang": ("BUYER_BALANCE_NOT_ENOUGH", "余额不足"),
    "hao": ("BUYER_BANKCARD_BALANCE_NOT_ENOUGH", "银行卡余额不足"),
    "qin": ("BEYOND_PER_RECEIPT_RESTRICTION", "单笔限额"),
    "shen": ("BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR", "今天的付款额度"),
    "bai": ("BUYER_ENABLE_STATUS_FORBID", "已被冻结"),
    "tang": ("PAYMENT_REQUEST_HAS_RISK", "为了资金安全"),
    "yan": ("PAYMENT_FAIL", "银行系统维护中"),
    "gu": ("NO_PAYMENT_INSTRUMENTS_AVAILABLE", "已过期"),
}


@pytest.mark.parametrize("buyer", TROUBLED)
def test_a_buyer_who_cannot_pay(
    sandbox: Sandbox, ali: AliPay, merchant: Merchant, order_no: str, buyer: str
) -> None:
    code, words = TROUBLED[buyer]
    path = sandbox.control("alipay/open", url=cashier_url(ali, order_no)).json()["cashier_path"]
    page = sandbox.http.post(f"{path}/pay", data={"buyer": buyer, "password": "123456"})
    assert page.status_code == 422 and words in page.text
    refused = sandbox.control("alipay/pay", out_trade_no=order_no, buyer=buyer)
    assert (refused.status_code, refused.json()["error"]) == (409, code)
    assert sandbox.trade(order_no)["trade_status"] == "WAIT_BUYER_PAY"
    assert ali.api_alipay_trade_query(out_trade_no=order_no)["trade_status"] == "WAIT_BUYER_PAY"
    # No notice: at the real gateway a refused payment is no news either.
    assert sandbox.trade(order_no)["notifications"] == []
    assert sandbox.control("alipay/pay", out_trade_no=order_no).json()["buyer_id"] == "2088102170000011"


def test_a_wrong_password_is_told_before_any_trouble(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    sandbox.control("alipay/open", url=cashier_url(ali, order_no))
    refused = sandbox.control("alipay/pay", out_trade_no=order_no, buyer="bai", password="000000")
    assert refused.json()["error"] == "PASSWORD_WRONG"


def test_the_cashier_and_the_desk_show_everybody(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    cashier = sandbox.http.get(cashier_url(ali, order_no), follow_redirects=True).text
    desk = sandbox.http.get("/").text
    for buyer in ("lin", "zhou", *TROUBLED):
        assert f'id="buyer-{buyer}"' in cashier and f"<code>{buyer}</code>" in desk
