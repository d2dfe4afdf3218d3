"""A purchase from the first page to the last refund, through the real SDK."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qsl, urlsplit

import pytest
from alipay import AliPay
from sandbox_stand import APP_ID, Merchant, Sandbox, cashier_url, in_minutes, wait_until


def test_a_trade_exists_only_once_its_page_was_opened(ali: AliPay, order_no: str) -> None:
    answer = ali.api_alipay_trade_query(out_trade_no=order_no)
    assert (answer["code"], answer["sub_code"]) == ("40004", "ACQ.TRADE_NOT_EXIST")
    assert ali.api_alipay_trade_close(out_trade_no=order_no)["sub_code"] == "ACQ.TRADE_NOT_EXIST"


def test_a_payment_at_the_cashier(sandbox: Sandbox, ali: AliPay, merchant: Merchant, order_no: str) -> None:
    url = cashier_url(ali, order_no, "1234.50", time_expire=in_minutes(30))
    page = sandbox.http.get(url, follow_redirects=True)
    assert "¥1,234.50" in page.text and "第 3 期还款" in page.text
    waiting = ali.api_alipay_trade_query(out_trade_no=order_no)
    assert waiting["trade_status"] == "WAIT_BUYER_PAY"

    paid = sandbox.http.post(
        f"{page.url.path}/pay", data={"buyer": "lin", "password": "123456"}, follow_redirects=True
    )
    assert "支付成功" in paid.text
    answer = ali.api_alipay_trade_query(out_trade_no=order_no)
    assert (answer["trade_status"], answer["total_amount"]) == ("TRADE_SUCCESS", "1234.50")
    assert ali.api_alipay_trade_query(trade_no=answer["trade_no"])["out_trade_no"] == order_no

    # No flush: the background brings it.
    wait_until(lambda: bool(merchant.about(order_no)))
    (notice,) = merchant.about(order_no)
    assert ali.verify(notice, notice.pop("sign"))
    expected = {
        "notify_type": "trade_status_sync",
        "trade_status": "TRADE_SUCCESS",
        "total_amount": "1234.50",
        "receipt_amount": "1234.50",
        "app_id": APP_ID,
        "seller_id": "2088000000000001",
        "trade_no": answer["trade_no"],
        "buyer_logon_id": "138****6021",
        "gmt_payment": answer["send_pay_date"],
    }
    assert expected.items() <= notice.items()


def test_the_way_back_is_signed(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    sandbox.control("alipay/pay", url=cashier_url(ali, order_no))
    page = sandbox.http.get(sandbox.trade(order_no)["cashier_path"]).text
    link = page.split('id="return-to-merchant" href="')[1].split('"')[0].replace("&amp;", "&")
    parameters = dict(parse_qsl(urlsplit(link).query))
    assert parameters.pop("from") == "cashier"
    assert ali.verify(parameters, parameters.pop("sign"))
    assert parameters["method"] == "alipay.trade.wap.pay.return"
    assert (parameters["out_trade_no"], parameters["total_amount"]) == (order_no, "12.30")


def test_the_page_product_works_too(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    signed = ali.api_alipay_trade_page_pay(subject="还款", out_trade_no=order_no, total_amount="0.01")
    answer = sandbox.control("alipay/pay", url=f"{ali._gateway}?{signed}", buyer="fang")
    assert answer.json()["trade_status"] == "TRADE_SUCCESS"


def test_a_post_to_the_gateway_is_understood(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    sandbox.control("alipay/open", url=cashier_url(ali, order_no))
    signed = ali.sign_data(ali.build_body("alipay.trade.query", {"out_trade_no": order_no}))
    outer = "&".join(part for part in signed.split("&") if not part.startswith("biz_content"))
    inner = next(part for part in signed.split("&") if part.startswith("biz_content"))
    answer = sandbox.http.post(f"{ali._gateway}?{outer}", content=inner.encode())
    result = ali._verify_and_return_sync_response(answer.text, "alipay_trade_query_response")
    assert result["trade_status"] == "WAIT_BUYER_PAY"


@pytest.mark.parametrize(
    ("buyer", "password", "words"),
    [
        ("fang", "123456", "余额不足"),
        ("lin", "000000", "支付密码不正确"),
        ("lin", "12345", "6 位数字"),
        ("nobody", "123456", "请选择一个付款账户"),
    ],
)
def test_the_cashier_says_why_not(
    sandbox: Sandbox, ali: AliPay, order_no: str, buyer: str, password: str, words: str
) -> None:
    path = sandbox.control("alipay/open", url=cashier_url(ali, order_no)).json()["cashier_path"]
    answer = sandbox.http.post(f"{path}/pay", data={"buyer": buyer, "password": password})
    assert answer.status_code == 422 and words in answer.text
    assert sandbox.trade(order_no)["trade_status"] == "WAIT_BUYER_PAY"
    assert sandbox.control("alipay/pay", out_trade_no=order_no).status_code == 200


def test_ten_buyers_at_once_pay_once(
    sandbox: Sandbox, ali: AliPay, merchant: Merchant, order_no: str
) -> None:
    sandbox.control("alipay/open", url=cashier_url(ali, order_no))
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: sandbox.control("alipay/pay", out_trade_no=order_no), range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    assert {answer.json()["error"] for answer in answers if answer.status_code == 409} == {
        "TRADE_HAS_SUCCESS"
    }
    sandbox.flush(order_no)
    wait_until(lambda: sandbox.trade(order_no)["notifications"][0]["state"] == "delivered")
    assert len(merchant.about(order_no)) == 1


def test_a_closed_trade_cannot_be_paid(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    path = sandbox.control("alipay/open", url=cashier_url(ali, order_no)).json()["cashier_path"]
    assert ali.api_alipay_trade_close(out_trade_no=order_no)["code"] == "10000"
    assert ali.api_alipay_trade_close(out_trade_no=order_no)["sub_code"] == "ACQ.TRADE_STATUS_ERROR"
    assert ali.api_alipay_trade_query(out_trade_no=order_no)["trade_status"] == "TRADE_CLOSED"
    assert sandbox.control("alipay/pay", out_trade_no=order_no).json()["error"] == "TRADE_HAS_CLOSE"
    page = sandbox.http.post(
        f"{path}/pay", data={"buyer": "lin", "password": "123456"}, follow_redirects=True
    )
    assert "商家已关闭" in page.text and "没有扣款" in page.text


def test_a_paid_trade_cannot_be_closed(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    sandbox.control("alipay/pay", url=cashier_url(ali, order_no))
    assert ali.api_alipay_trade_close(out_trade_no=order_no)["sub_code"] == "ACQ.TRADE_STATUS_ERROR"
    # Opening the page once more shows the payment instead of asking for it again.
    again = sandbox.http.get(cashier_url(ali, order_no), follow_redirects=True)
    assert "支付成功" in again.text and "confirm-pay" not in again.text


def test_an_expired_trade_closes_by_itself(
    sandbox: Sandbox, ali: AliPay, merchant: Merchant, order_no: str
) -> None:
    url = cashier_url(ali, order_no, time_expire=in_minutes(10))
    path = sandbox.control("alipay/open", url=url).json()["cashier_path"]
    sandbox.shift_clock(601)
    wait_until(lambda: sandbox.trade(order_no)["trade_status"] == "TRADE_CLOSED")
    assert "已过付款时间" in sandbox.http.get(path).text
    sandbox.flush(order_no)
    wait_until(lambda: bool(merchant.about(order_no)))
    assert merchant.about(order_no)[0]["trade_status"] == "TRADE_CLOSED"
    assert "gmt_payment" not in merchant.about(order_no)[0]


def test_refunds(sandbox: Sandbox, ali: AliPay, merchant: Merchant, order_no: str) -> None:
    sandbox.control("alipay/pay", url=cashier_url(ali, order_no, "100.00"))

    def refund(amount: str, number: str | None = None) -> dict[str, str]:
        more = {"out_request_no": number} if number else {}
        answer: dict[str, str] = ali.api_alipay_trade_refund(amount, out_trade_no=order_no, **more)
        return answer

    assert refund("30.00")["sub_code"] == "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"
    first = refund("30.00", "R1")
    assert (first["fund_change"], first["refund_fee"]) == ("Y", "30.00")
    assert refund("30.00", "R1") == {**first, "fund_change": "N"}
    assert refund("31.00", "R1")["sub_code"] == "ACQ.DISCORDANT_REPEAT_REQUEST"
    assert refund("70.01", "R2")["sub_code"] == "ACQ.REASON_TRADE_REFUND_FEE_ERR"
    assert refund("70.00", "R2")["refund_fee"] == "100.00"
    assert refund("0.01", "R3")["sub_code"] == "ACQ.TRADE_STATUS_ERROR"
    assert ali.api_alipay_trade_query(out_trade_no=order_no)["trade_status"] == "TRADE_CLOSED"

    found = ali.api_alipay_trade_fastpay_refund_query("R1", out_trade_no=order_no)
    assert (found["refund_status"], found["refund_amount"]) == ("REFUND_SUCCESS", "30.00")
    assert "refund_status" not in ali.api_alipay_trade_fastpay_refund_query("R9", out_trade_no=order_no)

    sandbox.flush(order_no)
    wait_until(lambda: len(merchant.about(order_no)) == 3)
    told = {
        (each["trade_status"], each.get("refund_fee"), each.get("out_biz_no"))
        for each in merchant.about(order_no)
    }
    assert told == {
        ("TRADE_SUCCESS", None, None),
        ("TRADE_SUCCESS", "30.00", "R1"),
        ("TRADE_CLOSED", "100.00", "R2"),
    }


def test_a_balance_goes_down_and_comes_back(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    sandbox.control("alipay/pay", url=cashier_url(ali, order_no, "3000.00"), buyer="zhou")
    second = cashier_url(ali, f"{order_no}b", "0.01")
    assert sandbox.control("alipay/pay", url=second, buyer="zhou").json()["error"] == (
        "BUYER_BALANCE_NOT_ENOUGH"
    )
    ali.api_alipay_trade_refund("3000.00", out_trade_no=order_no)
    assert sandbox.control("alipay/pay", out_trade_no=f"{order_no}b", buyer="zhou").status_code == 200
    ali.api_alipay_trade_refund("0.01", out_trade_no=f"{order_no}b")


def test_a_year_later_nothing_is_refundable(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    sandbox.control("alipay/pay", url=cashier_url(ali, order_no))
    sandbox.shift_clock(366 * 86400)
    assert ali.api_alipay_trade_query(out_trade_no=order_no)["trade_status"] == "TRADE_FINISHED"
    assert ali.api_alipay_trade_refund("12.30", out_trade_no=order_no)["sub_code"] == (
        "ACQ.TRADE_HAS_FINISHED"
    )
