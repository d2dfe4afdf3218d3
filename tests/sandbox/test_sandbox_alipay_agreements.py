"""Agreements to be debited at Alipay's stand-in: signed on its page, ended from either side, one debit a period."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from alipay import AliPay
from sandbox_stand import APP_ID, SHANGHAI, Merchant, Sandbox, wait_until

SIGN, QUERY, UNSIGN, MOVE, PAY = (
    "alipay.user.agreement.page.sign", "alipay.user.agreement.query", "alipay.user.agreement.unsign",
    "alipay.user.agreement.executionplan.modify", "alipay.trade.pay",
)  # fmt: skip
SCENE = "INDUSTRY|LOAN"
NAMED = {"personal_product_code": "CYCLE_PAY_AUTH_P", "sign_scene": SCENE}
DAY = 86400
BACK = "http://shop.example/back?from=sign"


@pytest.fixture(autouse=True)
def freed(sandbox: Sandbox) -> Iterator[None]:
    """Nobody's ten agreements are used up by the tests before."""
    yield
    sandbox.shift_clock(0)
    for each in sandbox.http.get("/_control/alipay/agreements").json():
        if each["status"] == "NORMAL":
            sandbox.control(f"alipay/agreements/{each['external_agreement_no']}/expire")


def today() -> date:
    return datetime.now(SHANGHAI).date()


def in_days(days: int) -> str:
    return (today() + timedelta(days=days)).isoformat()


def agreed(order_no: str, *, rule: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    period = {
        "period_type": "DAY", "period": 30, "execute_time": in_days(3), "single_amount": "600.00", "total_payments": 3,
    }  # fmt: skip
    biz = {
        "product_code": "CYCLE_PAY_AUTH", **NAMED, "external_agreement_no": order_no,
        "access_params": {"channel": "ALIPAYAPP"}, "period_rule_params": period | (rule or {}),
    }  # fmt: skip
    return {name: value for name, value in (biz | changes).items() if value is not None}


def address(ali: AliPay, biz: dict[str, Any], **outer: str) -> str:
    return f"{ali._gateway}?" + ali.client_api(SIGN, biz, **outer)


def call(ali: AliPay, method: str, biz: dict[str, Any], **outer: str) -> dict[str, Any]:
    answer: dict[str, Any] = ali.server_api(method, biz, **outer)
    return answer


def ask(ali: AliPay, order_no: str) -> dict[str, Any]:
    return call(ali, QUERY, {**NAMED, "external_agreement_no": order_no})


def told(sandbox: Sandbox, order_no: str) -> dict[str, Any]:
    found: dict[str, Any] = sandbox.http.get(f"/_control/alipay/agreements/{order_no}").json()
    return found


def sign(sandbox: Sandbox, ali: AliPay, order_no: str, *, buyer: str = "lin", **more: Any) -> str:
    """Signs, and gives the gateway's number."""
    outer = {"notify_url": more.pop("notify_url", ""), "return_url": more.pop("return_url", BACK)}
    answer = sandbox.control("alipay/sign", url=address(ali, agreed(order_no, **more), **outer), buyer=buyer)
    assert answer.status_code == 200, answer.text
    number: str = answer.json()["agreement_no"]
    return number


def debit(ali: AliPay, agreement_no: str, order_no: str, **changes: Any) -> dict[str, Any]:
    biz = {
        "out_trade_no": order_no, "product_code": "CYCLE_PAY_AUTH", "total_amount": "533.09", "subject": "第 3 期还款",
        "agreement_params": {"agreement_no": agreement_no},
    }  # fmt: skip
    return call(ali, PAY, biz | changes)


def is_signed(ali: AliPay, message: dict[str, str]) -> bool:
    fields = dict(message)
    verified: bool = ali.verify(fields, fields.pop("sign"))
    return verified


def messages(sandbox: Sandbox, order_no: str) -> list[dict[str, str]]:
    return [dict(parse_qsl(each["body"])) for each in told(sandbox, order_no)["notifications"]]


def test_an_agreement_is_signed_on_its_page(
    sandbox: Sandbox, ali: AliPay, merchant: Merchant, order_no: str
) -> None:
    url = address(ali, agreed(order_no), notify_url=merchant.notify_url, return_url=BACK)
    page = sandbox.http.get(url, follow_redirects=True)
    assert page.status_code == 200
    assert "同意协议并开通" in page.text
    assert "¥600.00" in page.text
    assert ask(ali, order_no)["status"] == "TEMP"
    done = sandbox.http.post(f"{page.url.path}/agree", data={"buyer": "zhou"}, follow_redirects=True)
    assert "开通成功" in done.text
    found = ask(ali, order_no)
    assert (found["status"], found["alipay_logon_id"], found["single_quota"], found["next_deduct_time"]) == (
        "NORMAL", "zho***@example.com", "600.00", in_days(3),
    )  # fmt: skip
    assert call(ali, QUERY, {"agreement_no": found["agreement_no"]}) == found
    wait_until(lambda: bool(merchant.received))
    [message] = merchant.received
    assert is_signed(ali, message)
    assert (message["notify_type"], message["status"], message["external_agreement_no"], message["app_id"]) == (
        "dut_user_sign", "NORMAL", order_no, APP_ID,
    )  # fmt: skip
    assert (message["agreement_no"], message["invalid_time"]) == (found["agreement_no"], "2115-02-01 00:00:00")
    assert "seller_id" not in message
    back = dict(parse_qsl(urlsplit(done.text.split('id="return-to-merchant" href="')[1].split('"')[0]).query.replace("&amp;", "&")))
    assert (back["from"], back["agreement_no"], back["status"]) == ("sign", found["agreement_no"], "NORMAL")


def test_leaving_refusing_and_coming_too_late(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    left, refused, late = f"{order_no}a", f"{order_no}b", f"{order_no}c"
    urls = {number: address(ali, agreed(number), notify_url="http://127.0.0.1:9/") for number in (left, refused, late)}
    pages = {number: sandbox.http.get(url, follow_redirects=True).url.path for number, url in urls.items()}
    assert "没有开通" in sandbox.http.post(f"{pages[refused]}/refuse", follow_redirects=True).text
    assert ask(ali, left)["status"] == "TEMP"
    assert ask(ali, refused)["sub_code"] == "USER_AGREEMENT_NOT_EXIST"
    sandbox.shift_clock(1800)
    assert "签约页已过期" in sandbox.http.get(pages[late]).text
    for number in (left, refused, late):
        assert ask(ali, number)["sub_code"] == "USER_AGREEMENT_NOT_EXIST"
        assert sandbox.control("alipay/sign", external_agreement_no=number).status_code == 409
        assert messages(sandbox, number) == []


@pytest.mark.parametrize(
    "change",
    [
        {"product_code": "GENERAL_WITHHOLDING"},
        {"personal_product_code": None},
        {"sign_scene": "DEFAULT|DEFAULT"},
        {"sign_scene": None},
        {"external_agreement_no": "a" * 33},
        {"external_agreement_no": "a_b"},
        {"access_params": None},
        {"access_params": {"channel": "PC"}},
        {"access_params": {"channel": "QRCODE", "more": 1}},
        {"sign_validity_period": "12y"},
        {"period_rule_params": None},
        {"notify_url": "http://127.0.0.1:9/"},
        {"rule": {"period_type": "YEAR"}},
        {"rule": {"period": 6}},
        {"rule": {"period": "30"}},
        {"rule": {"period": True}},
        {"rule": {"execute_time": "2026-1-1"}},
        {"rule": {"execute_time": "2026-02-30"}},
        {"rule": {"execute_time": in_days(-1)}},
        {"rule": {"period_type": "MONTH", "execute_time": "2099-01-29"}},
        {"rule": {"single_amount": "600"}},
        {"rule": {"single_amount": "50000.01"}},
        {"rule": {"total_amount": "x"}},
        {"rule": {"total_payments": 0}},
        {"rule": {"more": 1}},
    ],
    ids=str,
)
def test_a_wrong_wish_opens_no_page(sandbox: Sandbox, ali: AliPay, order_no: str, change: dict[str, Any]) -> None:
    page = sandbox.http.get(address(ali, agreed(order_no, **change)), follow_redirects=True)
    assert page.status_code == 400
    assert "无法签约" in page.text
    assert "INVALID_PARAMETER" in page.text
    assert ask(ali, order_no)["sub_code"] == "USER_AGREEMENT_NOT_EXIST"


def test_the_same_number_is_the_same_agreement(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    first = sandbox.control("alipay/open", url=address(ali, agreed(order_no))).json()
    assert sandbox.control("alipay/open", url=address(ali, agreed(order_no))).json() == first
    other = sandbox.control("alipay/open", url=address(ali, agreed(order_no, rule={"single_amount": "601.00"})))
    assert (other.status_code, other.json()["error"]) == (400, "AGREEMENT_HAS_EXISTED")
    sign(sandbox, ali, order_no)
    again = sandbox.http.get(address(ali, agreed(order_no)), follow_redirects=True)
    assert "开通成功" in again.text
    assert sandbox.control("alipay/sign", external_agreement_no=order_no).status_code == 409


def test_the_pages_are_not_each_other_s(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    assert sandbox.control("alipay/pay", url=address(ali, agreed(order_no))).json()["error"] == "other_page"
    cashier = f"{ali._gateway}?" + ali.client_api(
        "alipay.trade.wap.pay",
        {"out_trade_no": order_no, "total_amount": "1.00", "subject": "茶", "product_code": "QUICK_WAP_WAY"},
    )
    assert sandbox.control("alipay/sign", url=cashier).json()["error"] == "other_page"


def test_one_payer_signs_ten_agreements_and_a_frozen_one_none(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    login = f"{order_no.lower()}@example.com"
    sandbox.control("alipay/wallets", logon_id=login, name="陈静")
    for count in range(10):
        sign(sandbox, ali, f"{order_no}{count}", buyer=login)
    sandbox.control("alipay/open", url=address(ali, agreed(f"{order_no}x")))
    answer = sandbox.control("alipay/sign", external_agreement_no=f"{order_no}x", buyer=login)
    assert (answer.status_code, answer.json()["error"]) == (409, "AGREEMENT_TOO_MANY")
    sandbox.control(f"alipay/agreements/{order_no}0/end")
    assert sandbox.control("alipay/sign", external_agreement_no=f"{order_no}x", buyer=login).status_code == 200
    sandbox.control("alipay/open", url=address(ali, agreed(f"{order_no}y")))
    answer = sandbox.control("alipay/sign", external_agreement_no=f"{order_no}y", buyer="bai")
    assert answer.json()["error"] == "BUYER_ENABLE_STATUS_FORBID"


@pytest.mark.parametrize(
    "question",
    [
        {"external_agreement_no": "x"},
        {**NAMED},
        {**NAMED, "external_agreement_no": "x", "sign_scene": "DEFAULT|DEFAULT"},
        {**NAMED, "external_agreement_no": "x", "product_code": "CYCLE_PAY_AUTH"},
        {"agreement_no": 5},
    ],
    ids=str,
)
def test_a_wrong_question(ali: AliPay, question: dict[str, Any]) -> None:
    for method in (QUERY, UNSIGN):
        assert call(ali, method, question)["sub_code"] == "INVALID_PARAMETER"


def test_another_scene_is_another_agreement(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    sign(sandbox, ali, order_no)
    other = call(ali, QUERY, {**NAMED, "external_agreement_no": order_no, "sign_scene": "INDUSTRY|EDU"})
    assert other["sub_code"] == "USER_AGREEMENT_NOT_EXIST"


def test_the_merchant_s_end_comes_a_little_later(
    sandbox: Sandbox, ali: AliPay, merchant: Merchant, order_no: str
) -> None:
    number = sign(sandbox, ali, order_no, notify_url="http://127.0.0.1:9/signed")
    assert call(ali, UNSIGN, {"agreement_no": number}, notify_url=merchant.notify_url)["code"] == "10000"
    sandbox.shift_clock(1)
    wait_until(lambda: ask(ali, order_no)["status"] == "STOP")
    wait_until(lambda: bool(merchant.received))
    [message] = merchant.received
    assert (message["notify_type"], message["status"]) == ("dut_user_unsign", "UNSIGN")
    assert call(ali, UNSIGN, {"agreement_no": number})["sub_code"] == "USER_AGREEMENT_NOT_EXIST"


def test_the_merchant_s_end_without_an_address_is_told_to_nobody(
    sandbox: Sandbox, ali: AliPay, order_no: str
) -> None:
    sign(sandbox, ali, order_no, notify_url="http://127.0.0.1:9/signed")
    call(ali, UNSIGN, {**NAMED, "external_agreement_no": order_no})
    sandbox.shift_clock(2)
    assert ask(ali, order_no)["status"] == "STOP"
    assert [each["notify_type"] for each in messages(sandbox, order_no)] == ["dut_user_sign"]


def test_the_payer_s_end_is_told_where_the_signing_was(
    sandbox: Sandbox, ali: AliPay, merchant: Merchant, order_no: str
) -> None:
    number = sign(sandbox, ali, order_no, notify_url=merchant.notify_url)
    page = sandbox.http.post(f"/alipay/agreements/{order_no}/end", follow_redirects=True)
    assert "付款人关闭" in page.text
    wait_until(lambda: len(merchant.received) == 2)
    ended = merchant.received[1]
    assert is_signed(ali, ended)
    assert (ended["notify_type"], ended["agreement_no"]) == ("dut_user_unsign", number)
    assert debit(ali, number, f"{order_no}d")["sub_code"] == "ACQ.AGREEMENT_NOT_EXIST"


@pytest.mark.parametrize("way", ["page", "door", "fault", "validity"])
def test_what_runs_out_is_told_to_nobody(sandbox: Sandbox, ali: AliPay, order_no: str, way: str) -> None:
    if way == "fault":
        sandbox.fault("agreement_expires", order=order_no, seconds=3600)
    validity = {"sign_validity_period": "30d"} if way == "validity" else {}
    number = sign(sandbox, ali, order_no, notify_url="http://127.0.0.1:9/", **validity)
    assert ask(ali, order_no)["status"] == "NORMAL"
    if way == "page":
        sandbox.http.post(f"/alipay/agreements/{order_no}/expire")
    elif way == "door":
        sandbox.control(f"alipay/agreements/{order_no}/expire")
    else:
        sandbox.shift_clock(3600 if way == "fault" else 30 * DAY)
    found = ask(ali, order_no)
    assert found["status"] == "STOP"
    assert found["invalid_time"] != "2115-02-01 00:00:00"
    assert [each["notify_type"] for each in messages(sandbox, order_no)] == ["dut_user_sign"]
    assert debit(ali, number, f"{order_no}d")["sub_code"] == "ACQ.AGREEMENT_INVALID"


def test_a_term_in_months_ends_on_the_same_day(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    sign(sandbox, ali, order_no, sign_validity_period="14m")
    until, begun = ask(ali, order_no)["invalid_time"][:10], today()
    months = (int(until[:4]) - begun.year) * 12 + int(until[5:7]) - begun.month
    assert (months, int(until[8:])) == (14, min(begun.day, 28))


def test_a_debit_is_a_trade_and_is_told_as_one(
    sandbox: Sandbox, ali: AliPay, merchant: Merchant, order_no: str
) -> None:
    number, trade_no = sign(sandbox, ali, order_no), f"{order_no}d"
    paid = debit(ali, number, trade_no)
    assert (paid["code"], paid["out_trade_no"], paid["total_amount"]) == ("10000", trade_no, "533.09")
    found = ali.api_alipay_trade_query(out_trade_no=trade_no)
    assert (found["trade_status"], found["send_pay_date"], found["trade_no"]) == (
        "TRADE_SUCCESS", paid["gmt_payment"], paid["trade_no"],
    )  # fmt: skip
    # The SDK sends its own default address with a debit, and with nothing else of an agreement.
    wait_until(lambda: bool(merchant.received))
    [message] = merchant.received
    assert (message["notify_type"], message["trade_status"], message["out_trade_no"]) == (
        "trade_status_sync", "TRADE_SUCCESS", trade_no,
    )  # fmt: skip
    after = ask(ali, order_no)
    assert (after["last_deduct_time"], after["next_deduct_time"]) == (paid["gmt_payment"], in_days(33))
    assert ali.api_alipay_trade_refund("533.09", out_trade_no=trade_no)["fund_change"] == "Y"
    assert ali.api_alipay_trade_query(out_trade_no=trade_no)["trade_status"] == "TRADE_CLOSED"


def test_the_same_number_is_debited_once(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    number, trade_no = sign(sandbox, ali, order_no), f"{order_no}d"
    debit(ali, number, trade_no)
    assert debit(ali, number, trade_no)["sub_code"] == "ACQ.TRADE_HAS_SUCCESS"
    assert debit(ali, number, trade_no, total_amount="1.00")["sub_code"] == "ACQ.CONTEXT_INCONSISTENT"
    assert told(sandbox, order_no)["paid_minor"] == 53309


@pytest.mark.parametrize(
    ("change", "sub_code"),
    [
        ({"out_trade_no": "a b"}, "ACQ.INVALID_PARAMETER"),
        ({"product_code": "GENERAL_WITHHOLDING"}, "ACQ.INVALID_PARAMETER"),
        ({"total_amount": 533.09}, "ACQ.INVALID_PARAMETER"),
        ({"subject": "a/b"}, "ACQ.INVALID_PARAMETER"),
        ({"subject": ""}, "ACQ.INVALID_PARAMETER"),
        ({"agreement_params": None}, "ACQ.INVALID_PARAMETER"),
        ({"agreement_params": {"agreement_no": ""}}, "ACQ.INVALID_PARAMETER"),
        ({"auth_code": "28763443825664394"}, "ACQ.INVALID_PARAMETER"),
        ({"agreement_params": {"agreement_no": "20261"}}, "ACQ.AGREEMENT_NOT_EXIST"),
        ({"total_amount": "600.01"}, "ACQ.CYCLE_PAY_SINGLE_FEE_EXCEED"),
    ],
    ids=str,
)
def test_a_wrong_debit(
    sandbox: Sandbox, ali: AliPay, order_no: str, change: dict[str, Any], sub_code: str
) -> None:
    number, trade_no = sign(sandbox, ali, order_no), f"{order_no}d"
    assert debit(ali, number, trade_no, **change)["sub_code"] == sub_code
    assert ali.api_alipay_trade_query(out_trade_no=trade_no)["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    assert debit(ali, number, trade_no)["code"] == "10000"


def test_before_it_is_signed_nothing_is_debited(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    waiting = sandbox.control("alipay/open", url=address(ali, agreed(order_no))).json()
    assert debit(ali, waiting["agreement_no"], f"{order_no}d")["sub_code"] == "ACQ.AGREEMENT_NOT_EXIST"


def test_a_debit_may_be_made_on_the_agreed_day_and_five_days_before(
    sandbox: Sandbox, ali: AliPay, order_no: str
) -> None:
    sandbox.fault("agreement_plan_moves", order=order_no)
    number = sign(sandbox, ali, order_no, rule={"execute_time": in_days(10)})
    outcomes = []
    for days in (4, 11, 34, 40):
        sandbox.shift_clock(days * DAY)
        outcomes.append(debit(ali, number, f"{order_no}d{days}").get("sub_code", "paid"))
    # The first day has passed without one, and moved by itself: the next is 30 days later.
    assert outcomes == ["ACQ.CYCLE_PAY_DATE_NOT_MATCH"] * 3 + ["paid"]
    sandbox.shift_clock(65 * DAY)
    assert debit(ali, number, f"{order_no}e")["code"] == "10000"
    assert ask(ali, order_no)["next_deduct_time"] == in_days(100)


@pytest.mark.parametrize("days", [5, 10])
def test_the_window_s_ends_are_in_it(sandbox: Sandbox, ali: AliPay, order_no: str, days: int) -> None:
    number = sign(sandbox, ali, order_no, rule={"execute_time": in_days(10)})
    sandbox.shift_clock(days * DAY)
    assert debit(ali, number, f"{order_no}d")["code"] == "10000"


def test_one_success_ends_the_period(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    number = sign(sandbox, ali, order_no)
    debit(ali, number, f"{order_no}1")
    assert debit(ali, number, f"{order_no}2")["sub_code"] == "ACQ.CYCLE_PAY_DATE_NOT_MATCH"


def test_months_keep_their_day(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    begun = today()
    first = (begun.replace(day=1) + timedelta(days=45)).replace(day=28)
    sandbox.fault("agreement_plan_moves", order=order_no)
    sign(sandbox, ali, order_no, rule={"period_type": "MONTH", "period": 1, "execute_time": first.isoformat()})
    sandbox.shift_clock(((first - begun).days + 1) * DAY)
    following = (first.replace(day=1) + timedelta(days=45)).replace(day=28)
    assert ask(ali, order_no)["next_deduct_time"] == following.isoformat()


def test_a_day_that_has_passed_stays_and_lets_no_later_debit_through(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    number = sign(sandbox, ali, order_no)
    sandbox.shift_clock(33 * DAY)
    assert debit(ali, number, f"{order_no}d")["sub_code"] == "ACQ.CYCLE_PAY_DATE_NOT_MATCH"
    assert ask(ali, order_no)["next_deduct_time"] == in_days(3)


def move(ali: AliPay, number: str, on: str, **more: Any) -> dict[str, Any]:
    return call(ali, MOVE, {"agreement_no": number, "deduct_time": on} | more)


def test_the_merchant_moves_the_day_on_and_the_next_ones_follow(
    sandbox: Sandbox, ali: AliPay, order_no: str
) -> None:
    number = sign(sandbox, ali, order_no)
    sandbox.shift_clock(33 * DAY)
    moved = move(ali, number, in_days(35), memo="下一期")
    assert (moved["code"], moved["agreement_no"], moved["deduct_time"]) == ("10000", number, in_days(35))
    assert ask(ali, order_no)["next_deduct_time"] == in_days(35)
    assert debit(ali, number, f"{order_no}d")["code"] == "10000"
    assert ask(ali, order_no)["next_deduct_time"] == in_days(65)


@pytest.mark.parametrize(
    ("days", "sub_code"),
    [(3, "ILLEGAL_EXECUTION_TIME"), (2, "ILLEGAL_EXECUTION_TIME"), (32, "ILLEGAL_EXECUTION_TIME"), (33, None)],
)
def test_a_day_is_never_moved_back_nor_to_one_that_has_passed(
    sandbox: Sandbox, ali: AliPay, order_no: str, days: int, sub_code: str | None
) -> None:
    number = sign(sandbox, ali, order_no)
    sandbox.shift_clock(33 * DAY)
    assert move(ali, number, in_days(days)).get("sub_code") == sub_code


def test_a_monthly_day_is_one_that_each_month_has(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    monthly = {"period_type": "MONTH", "period": 1, "execute_time": "2099-01-28"}
    number = sign(sandbox, ali, order_no, rule=monthly)
    assert move(ali, number, "2099-03-29")["sub_code"] == "ILLEGAL_EXECUTION_TIME"
    assert move(ali, number, "2099-03-28")["code"] == "10000"


@pytest.mark.parametrize(
    ("change", "sub_code"),
    [
        ({"deduct_time": "2099/01/01"}, "INVALID_PARAMETER"),
        ({"deduct_time": None}, "INVALID_PARAMETER"),
        ({"agreement_no": ""}, "INVALID_PARAMETER"),
        ({"agreement_no": "20261"}, "USER_AGREEMENT_NOT_EXIST"),
        ({"memo": "x" * 129}, "INVALID_PARAMETER"),
        ({"external_agreement_no": "am1"}, "INVALID_PARAMETER"),
    ],
    ids=str,
)
def test_a_wrong_move(
    sandbox: Sandbox, ali: AliPay, order_no: str, change: dict[str, Any], sub_code: str
) -> None:
    number = sign(sandbox, ali, order_no)
    assert call(ali, MOVE, {"agreement_no": number, "deduct_time": in_days(9)} | change)["sub_code"] == sub_code


def test_what_has_ended_is_not_moved_and_the_fault_refuses_once(
    sandbox: Sandbox, ali: AliPay, order_no: str
) -> None:
    number = sign(sandbox, ali, order_no)
    sandbox.fault("agreement_day_refused", order=order_no, next=1)
    assert move(ali, number, in_days(9))["sub_code"] == "ILLEGAL_EXECUTION_TIME"
    assert move(ali, number, in_days(9))["code"] == "10000"
    sandbox.control(f"alipay/agreements/{order_no}/end")
    assert move(ali, number, in_days(10))["sub_code"] == "USER_AGREEMENT_NOT_EXIST"


def test_a_test_may_have_a_day_passed(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    number = sign(sandbox, ali, order_no)
    assert sandbox.control(f"alipay/agreements/{order_no}/fall-behind", on="soon").status_code == 422
    assert sandbox.control(f"alipay/agreements/{order_no}/fall-behind", on=in_days(-20)).status_code == 200
    assert ask(ali, order_no)["next_deduct_time"] == in_days(-20)
    assert debit(ali, number, f"{order_no}d")["sub_code"] == "ACQ.CYCLE_PAY_DATE_NOT_MATCH"


@pytest.mark.parametrize(
    ("rule", "sub_code"),
    [
        ({"total_payments": 1}, "ACQ.CYCLE_PAY_TOTAL_TIMES_EXCEED"),
        ({"total_amount": "1066.17"}, "ACQ.CYCLE_PAY_TOTAL_FEE_EXCEED"),
    ],
    ids=str,
)
def test_all_debits_together_have_an_end(
    sandbox: Sandbox, ali: AliPay, order_no: str, rule: dict[str, Any], sub_code: str
) -> None:
    number = sign(sandbox, ali, order_no, rule=rule)
    assert debit(ali, number, f"{order_no}1")["code"] == "10000"
    sandbox.shift_clock(30 * DAY)
    assert debit(ali, number, f"{order_no}2")["sub_code"] == sub_code


FATES = {
    "zhou": None,
    "fang": "ACQ.BUYER_BALANCE_NOT_ENOUGH",
    "hao": "ACQ.BUYER_BANKCARD_BALANCE_NOT_ENOUGH",
    "qin": "ACQ.BUYER_PAYMENT_AMOUNT_MONTH_LIMIT_ERROR",
    "shen": "ACQ.BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR",
    "tang": "ACQ.PAYMENT_REQUEST_HAS_RISK",
    "yan": "ACQ.PAYMENT_FAIL",
    "gu": "ACQ.NO_PAYMENT_INSTRUMENTS_AVAILABLE",
}


@pytest.mark.parametrize("buyer", FATES)
def test_each_payer_s_fate(sandbox: Sandbox, ali: AliPay, order_no: str, buyer: str) -> None:
    number = sign(sandbox, ali, order_no, buyer=buyer)
    assert debit(ali, number, f"{order_no}d", total_amount="1.00").get("sub_code") == FATES[buyer]
    # Others count on what is in a wallet.
    ali.api_alipay_trade_refund("1.00", out_trade_no=f"{order_no}d")


DECLINES = {
    "debit_balance": "ACQ.BUYER_BALANCE_NOT_ENOUGH",
    "debit_limit": "ACQ.CYCLE_PAY_SINGLE_FEE_EXCEED",
    "debit_day_limit": "ACQ.BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR",
    "debit_window": "ACQ.CYCLE_PAY_DATE_NOT_MATCH",
    "debit_unsigned": "ACQ.AGREEMENT_NOT_EXIST",
    "debit_frozen": "ACQ.BUYER_ENABLE_STATUS_FORBID",
    "debit_risk": "ACQ.PAYMENT_REQUEST_HAS_RISK",
    "debit_maintenance": "ACQ.PAYMENT_FAIL",
    "debit_merchant": "ACQ.SELLER_BEEN_BLOCKED",
}


@pytest.mark.parametrize("fault", DECLINES)
def test_a_declined_debit_leaves_nothing(sandbox: Sandbox, ali: AliPay, order_no: str, fault: str) -> None:
    number, trade_no = sign(sandbox, ali, order_no), f"{order_no}d"
    sandbox.fault(fault, out_trade_no=trade_no, next=1)
    answer = debit(ali, number, trade_no)
    assert (answer["code"], answer["sub_code"]) == ("40004", DECLINES[fault])
    assert ali.api_alipay_trade_query(out_trade_no=trade_no)["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    assert debit(ali, number, trade_no)["code"] == "10000"


@pytest.mark.parametrize(
    ("fault", "end"),
    [
        ("debit_processing", "TRADE_SUCCESS"),
        ("debit_then_failed", "TRADE_CLOSED"),
        ("debit_forever", "WAIT_BUYER_PAY"),
    ],
)
def test_a_debit_in_progress(sandbox: Sandbox, ali: AliPay, order_no: str, fault: str, end: str) -> None:
    number, trade_no = sign(sandbox, ali, order_no), f"{order_no}d"
    sandbox.fault(fault, out_trade_no=trade_no, next=1)
    assert debit(ali, number, trade_no)["code"] == "10003"
    assert debit(ali, number, trade_no)["code"] == "10003"
    assert debit(ali, number, f"{order_no}e")["sub_code"] == "ACQ.CYCLE_PAY_DATE_NOT_MATCH"
    assert sandbox.control("alipay/pay", out_trade_no=trade_no).json()["error"] == "TRADE_NOT_HERE"
    assert ali.api_alipay_trade_query(out_trade_no=trade_no)["trade_status"] == "WAIT_BUYER_PAY"
    sandbox.shift_clock(60)
    assert ali.api_alipay_trade_query(out_trade_no=trade_no)["trade_status"] == end
    taken = {"TRADE_SUCCESS": "paid", "TRADE_CLOSED": "closed"}
    events = [each["event"] for each in sandbox.trade(trade_no)["notifications"]]
    assert events == ([taken[end]] if end in taken else [])
    assert told(sandbox, order_no)["paid_count"] == (1 if end == "TRADE_SUCCESS" else 0)


def test_what_the_merchant_closed_in_time_is_not_taken(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    number, trade_no = sign(sandbox, ali, order_no), f"{order_no}d"
    sandbox.fault("debit_processing", out_trade_no=trade_no)
    debit(ali, number, trade_no)
    assert ali.api_alipay_trade_close(out_trade_no=trade_no)["code"] == "10000"
    sandbox.shift_clock(60)
    assert ali.api_alipay_trade_query(out_trade_no=trade_no)["trade_status"] == "TRADE_CLOSED"
    assert debit(ali, number, trade_no)["sub_code"] == "ACQ.TRADE_HAS_CLOSE"


@pytest.mark.parametrize(("fault", "paid"), [("system_error", False), ("system_error_after", True)])
def test_a_system_error_says_nothing(
    sandbox: Sandbox, ali: AliPay, order_no: str, fault: str, paid: bool
) -> None:
    number, trade_no = sign(sandbox, ali, order_no), f"{order_no}d"
    sandbox.fault(fault, out_trade_no=trade_no, operation=PAY, next=1)
    assert debit(ali, number, trade_no)["sub_code"] == "ACQ.SYSTEM_ERROR"
    assert ("trade_status" in ali.api_alipay_trade_query(out_trade_no=trade_no)) == paid


def test_a_lower_limit_than_was_asked_for(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    sandbox.fault("agreement_low_limit", order=order_no)
    number = sign(sandbox, ali, order_no)
    assert ask(ali, order_no)["single_quota"] == "300.00"
    assert debit(ali, number, f"{order_no}d")["sub_code"] == "ACQ.CYCLE_PAY_SINGLE_FEE_EXCEED"


def test_a_payer_who_ends_it_later(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    sandbox.fault("agreement_ended", order=order_no, seconds=3600)
    sign(sandbox, ali, order_no, notify_url="http://127.0.0.1:9/")
    sandbox.shift_clock(3600)
    wait_until(lambda: len(messages(sandbox, order_no)) == 2)
    assert told(sandbox, order_no)["ended_by"] == "payer"


@pytest.mark.parametrize(("fault", "seconds", "status"), [
    ("agreement_ends_late", 599, "NORMAL"), ("agreement_ends_late", 601, "STOP"), ("agreement_never_ends", DAY, "NORMAL"),
])  # fmt: skip
def test_an_end_that_lags(
    sandbox: Sandbox, ali: AliPay, order_no: str, fault: str, seconds: int, status: str
) -> None:
    sandbox.fault(fault, order=order_no)
    number = sign(sandbox, ali, order_no)
    assert call(ali, UNSIGN, {"agreement_no": number})["code"] == "10000"
    sandbox.shift_clock(seconds - 5 if status == "NORMAL" else seconds)
    assert ask(ali, order_no)["status"] == status


def test_a_query_that_does_not_see(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    sign(sandbox, ali, order_no)
    sandbox.fault("agreement_unseen", order=order_no, next=1)
    assert ask(ali, order_no)["sub_code"] == "USER_AGREEMENT_NOT_EXIST"
    sandbox.fault("agreement_temp", order=order_no, next=1)
    assert ask(ali, order_no)["status"] == "TEMP"
    assert ask(ali, order_no)["status"] == "NORMAL"


def test_a_rule_that_names_no_order_bends_the_notices_of_both(
    sandbox: Sandbox, ali: AliPay, order_no: str
) -> None:
    """What is changed in a trade's notice alone strikes no agreement's."""
    for fault in ("altered_amount", "altered_seller", "then_closed", "paid_twice"):
        sandbox.fault(fault, next=1, operation="signed")
    sandbox.fault("altered_order", next=1, operation="signed")
    sign(sandbox, ali, order_no, notify_url="http://127.0.0.1:9/")
    [message] = messages(sandbox, order_no)
    assert message["external_agreement_no"] == f"{order_no}X"


@pytest.mark.parametrize("fault", ["lost_before", "http_500", "system_error"])
def test_a_page_that_does_not_open(sandbox: Sandbox, ali: AliPay, order_no: str, fault: str) -> None:
    sandbox.fault(fault, order=order_no, operation=SIGN, next=1)
    answer = sandbox.control("alipay/open", url=address(ali, agreed(order_no)))
    assert answer.status_code == (400 if fault == "system_error" else 502)
    assert sandbox.control("alipay/open", url=address(ali, agreed(order_no))).status_code == 200


def test_people_see_agreements(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    number = sign(sandbox, ali, order_no, notify_url="http://127.0.0.1:9/")
    ask(ali, order_no)
    call(ali, QUERY, {"agreement_no": number})
    page = sandbox.http.get(f"/alipay/agreements/{order_no}")
    assert page.text.count("alipay.user.agreement.query") == 2
    assert "以付款人身份关闭自动扣款" in page.text
    assert f"/alipay/agreements/{order_no}" in sandbox.http.get("/").text
    assert order_no in {each["external_agreement_no"] for each in sandbox.http.get("/_control/alipay/agreements").json()}
    assert sandbox.http.get("/alipay/agreements/none").status_code == 404
    assert sandbox.http.get("/alipay/sign/none").status_code == 404
    assert sandbox.http.get("/_control/alipay/agreements/none").status_code == 404
    assert sandbox.control("alipay/sign", external_agreement_no="none").status_code == 404


def test_a_changed_address_is_nobody_s(sandbox: Sandbox, ali: AliPay, order_no: str) -> None:
    url = address(ali, agreed(order_no))
    fields = dict(parse_qsl(urlsplit(url).query))
    fields["biz_content"] = fields["biz_content"].replace("600.00", "6000.00")
    page = sandbox.http.get(f"{ali._gateway}?{urlencode(fields)}", follow_redirects=True)
    assert (page.status_code, "isv.invalid-signature" in page.text) == (400, True)
