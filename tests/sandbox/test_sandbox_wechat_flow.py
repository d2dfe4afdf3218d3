"""A purchase by WeChat from the order to the last refund, through the real SDK."""

import re
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from sandbox_stand import Sandbox, wait_until
from wechat_stand import APPID, MCHID, Counter, in_rfc3339


def arrive(sandbox: Sandbox, url: str) -> httpx.Response:
    """As a browser does that comes from the shop's page."""
    return sandbox.http.get(url, headers={"Referer": "https://shop.example/"}, follow_redirects=True)


def test_an_order_that_was_never_placed(counter: Counter, order_no: str) -> None:
    assert counter.query(order_no)[0] == 404
    assert counter.query(order_no)[1]["code"] == "ORDER_NOT_EXIST"
    assert counter.close(order_no)[1]["code"] == "ORDER_NOT_EXIST"


def test_a_payment_on_the_phone(sandbox: Sandbox, counter: Counter, order_no: str) -> None:
    status, answer = counter.place(order_no)
    assert status == 200 and answer["h5_url"].startswith(f"{sandbox.url}/wechat/h5/checkmweb?prepay_id=")
    assert counter.query(order_no)[1]["trade_state"] == "NOTPAY"
    back = "https://shop.example/back?a=1&b=2"
    link = f"{answer['h5_url']}&redirect_url=https%3A%2F%2Fshop.example%2Fback%3Fa%3D1%26b%3D2"
    page = arrive(sandbox, link)
    assert "¥12.30" in page.text and "第 3 期还款" in page.text
    paid = sandbox.http.post(
        f"{page.url.path}/pay", data={"buyer": "lin", "password": "123456"}, follow_redirects=True
    )
    assert "支付成功" in paid.text and f'href="{back.replace("&", "&amp;")}"' in paid.text

    found = counter.query(order_no)[1]
    assert (found["trade_state"], found["appid"], found["mchid"]) == ("SUCCESS", APPID, MCHID)
    assert found["amount"] == {"total": 1230, "payer_total": 1230, "currency": "CNY", "payer_currency": "CNY"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00", found["success_time"])
    # No flush: the background brings it.
    wait_until(lambda: bool(counter.about(order_no)))
    [notice] = counter.about(order_no)
    assert (notice["event_type"], notice["resource_type"]) == ("TRANSACTION.SUCCESS", "encrypt-resource")
    assert notice["resource"] == found


def test_a_payment_by_its_number_at_wechat(counter: Counter, order_no: str) -> None:
    counter.pay(order_no)
    found = counter.query(order_no)[1]
    status, text = counter.sdk.query(transaction_id=found["transaction_id"])
    assert status == 200 and order_no in text
    assert counter.sdk.query(transaction_id="4200000")[0] == 404


def test_a_code_is_scanned_by_a_phone(sandbox: Sandbox, counter: Counter, order_no: str) -> None:
    code = counter.place(order_no, operation="native")[1]["code_url"]
    assert code.startswith("weixin://wxpay/bizpayurl?pr=")
    assert order_no in sandbox.http.get("/wechat/scan").text
    page = sandbox.http.post("/wechat/scan", data={"picked": code}, follow_redirects=True)
    assert "¥12.30" in page.text
    sandbox.http.post(f"{page.url.path}/pay", data={"buyer": "lin", "password": "123456"})
    assert counter.query(order_no)[1]["trade_type"] == "NATIVE"
    assert order_no not in sandbox.http.get("/wechat/scan").text
    strange = sandbox.http.post("/wechat/scan", data={"code": "https://example.com"})
    assert strange.status_code == 422 and "不是微信支付的收款码" in strange.text
    unknown = sandbox.http.post("/wechat/scan", data={"code": f"{code}x"})
    assert unknown.status_code == 422 and "没有这笔订单" in unknown.text


def test_a_code_is_no_address_and_an_address_no_code(
    sandbox: Sandbox, counter: Counter, order_no: str
) -> None:
    token = counter.place(order_no, operation="native")[1]["code_url"].partition("pr=")[2]
    assert arrive(sandbox, f"/wechat/h5/checkmweb?prepay_id={token}").status_code == 400


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
    sandbox: Sandbox, counter: Counter, order_no: str, buyer: str, password: str, words: str
) -> None:
    url = counter.place(order_no)[1]["h5_url"]
    path = sandbox.control("wechat/open", url=url).json()["cashier_path"]
    answer = sandbox.http.post(f"{path}/pay", data={"buyer": buyer, "password": password})
    assert answer.status_code == 422 and words in answer.text
    assert counter.query(order_no)[1]["trade_state"] == "NOTPAY"


def test_ten_buyers_at_once_pay_once(sandbox: Sandbox, counter: Counter, order_no: str) -> None:
    counter.place(order_no)
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: sandbox.control("wechat/pay", out_trade_no=order_no), range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    assert {answer.json()["error"] for answer in answers if answer.status_code == 409} == {"ORDERPAID"}


def test_the_same_order_again_is_another_way_to_it(sandbox: Sandbox, counter: Counter, order_no: str) -> None:
    order = counter.order(order_no)
    path = "/v3/pay/transactions/h5"
    first, second = (counter.post(path, order)[1]["h5_url"] for _ in range(2))
    assert first != second
    elsewhere = {**order, "scene_info": {"payer_client_ip": "2001:db8::7", "h5_info": {"type": "iOS"}}}
    assert counter.post(path, elsewhere)[0] == 200
    for change in (
        {"amount": {"total": 1231, "currency": "CNY"}},
        {"description": "别的"},
        {"time_expire": in_rfc3339(30)},
        {"notify_url": "https://shop.example/elsewhere"},
        {"attach": "a"},
    ):
        assert counter.post(path, order | change) == (
            403, {"code": "OUT_TRADE_NO_USED", "message": "商户订单号重复，参数与上次不一致"},
        )  # fmt: skip
    assert counter.post("/v3/pay/transactions/native", order)[1]["code"] == "OUT_TRADE_NO_USED"
    assert sandbox.control("wechat/pay", url=first).status_code == 200
    assert counter.post(path, order)[1]["code"] == "ORDERPAID"


def test_a_closed_order_cannot_be_paid(sandbox: Sandbox, counter: Counter, order_no: str) -> None:
    url = counter.place(order_no)[1]["h5_url"]
    assert counter.close(order_no) == (204, {})
    assert counter.close(order_no)[1]["code"] == "ORDER_CLOSED"
    assert counter.query(order_no)[1]["trade_state"] == "CLOSED"
    assert counter.place(order_no)[1]["code"] == "ORDER_CLOSED"
    assert sandbox.control("wechat/pay", out_trade_no=order_no).json()["error"] == "ORDER_CLOSED"
    page = arrive(sandbox, url)
    assert "订单已关闭" in page.text and "没有扣款" in page.text
    assert counter.told(order_no)["notifications"] == []


def test_a_paid_order_cannot_be_closed(counter: Counter, order_no: str) -> None:
    counter.pay(order_no)
    assert counter.close(order_no)[1]["code"] == "ORDERPAID"


def test_time_stops_paying_and_closes_nothing(sandbox: Sandbox, counter: Counter, order_no: str) -> None:
    url = counter.place(order_no)[1]["h5_url"]
    path = sandbox.control("wechat/open", url=url).json()["cashier_path"]
    sandbox.shift_clock(16 * 60)
    page = sandbox.http.post(
        f"{path}/pay", data={"buyer": "lin", "password": "123456"}, follow_redirects=True
    )
    assert "已过付款时间" in page.text and "没有扣款" in page.text
    assert counter.query(order_no)[1]["trade_state"] == "NOTPAY"
    assert counter.close(order_no)[0] == 204


def test_an_address_opens_for_five_minutes(sandbox: Sandbox, counter: Counter, order_no: str) -> None:
    url = counter.place(order_no)[1]["h5_url"]
    path = sandbox.control("wechat/open", url=url).json()["cashier_path"]
    sandbox.shift_clock(301)
    late = arrive(sandbox, url)
    assert late.status_code == 400 and "付款链接已失效" in late.text
    # Whoever is there already may pay.
    sandbox.http.post(f"{path}/pay", data={"buyer": "lin", "password": "123456"})
    assert counter.query(order_no)[1]["trade_state"] == "SUCCESS"
    assert "支付成功" in arrive(sandbox, url).text


def test_a_page_that_hides_where_it_comes_from(sandbox: Sandbox, counter: Counter, order_no: str) -> None:
    url = counter.place(order_no)[1]["h5_url"]
    page = sandbox.http.get(url)
    assert page.status_code == 400 and "商家参数格式有误" in page.text
    assert "确认支付" in arrive(sandbox, url).text


def test_an_address_to_go_back_to_must_be_one(sandbox: Sandbox, counter: Counter, order_no: str) -> None:
    url = counter.place(order_no)[1]["h5_url"]
    wrong = arrive(sandbox, f"{url}&redirect_url=javascript%3Aalert%281%29")
    assert wrong.status_code == 400 and "javascript" not in wrong.text


def test_refunds(counter: Counter, order_no: str) -> None:
    counter.pay(order_no)
    status, first = counter.refund(order_no, f"{order_no}-1", 300, reason="多付")
    assert (status, first["status"]) == (200, "PROCESSING")
    assert (first["amount"]["refund"], first["amount"]["total"], first["channel"]) == (300, 1230, "ORIGINAL")
    assert counter.refund(order_no, f"{order_no}-1", 300)[1]["refund_id"] == first["refund_id"]
    assert counter.refund(order_no, f"{order_no}-1", 301)[1]["code"] == "INVALID_REQUEST"
    assert counter.refund(order_no, f"{order_no}-2", 931)[1]["code"] == "INVALID_REQUEST"
    by_theirs = {"transaction_id": first["transaction_id"], "out_refund_no": f"{order_no}-2"}
    amount = {"refund": 930, "total": 1230, "currency": "CNY"}
    assert counter.post("/v3/refund/domestic/refunds", by_theirs | {"amount": amount})[0] == 200
    assert counter.query(order_no)[1]["trade_state"] == "REFUND"
    assert counter.settled(f"{order_no}-1")["status"] == "SUCCESS"
    assert "success_time" in counter.settled(f"{order_no}-2")
    assert counter.query_refund(f"{order_no}-9") == (
        404,
        {"code": "RESOURCE_NOT_EXISTS", "message": "退款单不存在"},
    )

    wait_until(lambda: len(counter.about(order_no)) == 2)
    [told] = [each for each in counter.about(order_no) if each["event_type"] == "REFUND.SUCCESS"]
    assert (told["resource"]["out_refund_no"], told["resource"]["refund_status"]) == (
        f"{order_no}-1",
        "SUCCESS",
    )
    assert "currency" not in told["resource"]["amount"] and "appid" not in told["resource"]
    # The second named no address to tell.
    assert len(counter.told(order_no)["notifications"]) == 2


def test_a_closed_refund_frees_its_amount(counter: Counter, order_no: str) -> None:
    counter.pay(order_no)
    counter.fault("refund_closed", out_trade_no=order_no, next=1)
    counter.refund(order_no, f"{order_no}-1", 1230)
    assert counter.settled(f"{order_no}-1")["status"] == "CLOSED"
    assert counter.query(order_no)[1]["trade_state"] == "SUCCESS"
    assert counter.refund(order_no, f"{order_no}-1", 1230)[1]["status"] == "CLOSED"
    assert counter.refund(order_no, f"{order_no}-2", 1230)[0] == 200


def test_fifty_refunds_are_the_most(counter: Counter, order_no: str) -> None:
    counter.pay(order_no)
    for number in range(50):
        assert counter.refund(order_no, f"{order_no}-{number}", 1)[0] == 200
    assert counter.refund(order_no, f"{order_no}-50", 1)[1]["code"] == "INVALID_REQUEST"


def test_a_balance_goes_down_and_comes_back(sandbox: Sandbox, counter: Counter, order_no: str) -> None:
    whole = {"amount": {"total": 300000, "currency": "CNY"}}
    counter.place(order_no, **whole)
    assert sandbox.control("wechat/pay", out_trade_no=order_no, buyer="zhou").status_code == 200
    counter.place(f"{order_no}b")
    poor = sandbox.control("wechat/pay", out_trade_no=f"{order_no}b", buyer="zhou")
    assert poor.json()["error"] == "NOT_ENOUGH"
    amount = {"refund": 300000, "total": 300000, "currency": "CNY"}
    assert counter.refund(order_no, f"{order_no}-1", 0, amount=amount)[0] == 200
    assert counter.settled(f"{order_no}-1")["user_received_account"] == "支付用户零钱"
    assert sandbox.control("wechat/pay", out_trade_no=f"{order_no}b", buyer="zhou").status_code == 200
    counter.refund(f"{order_no}b", f"{order_no}-2", 1230)
    counter.settled(f"{order_no}-2")


def test_a_year_later_nothing_is_refundable(sandbox: Sandbox, counter: Counter, order_no: str) -> None:
    counter.pay(order_no)
    sandbox.shift_clock(366 * 86400)
    assert counter.query(order_no)[1]["trade_state"] == "SUCCESS"
    assert counter.refund(order_no, f"{order_no}-1", 1)[1]["code"] == "INVALID_REQUEST"
