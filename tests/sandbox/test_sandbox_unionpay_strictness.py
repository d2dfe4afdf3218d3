"""What UnionPay's gateway refuses: signed, under a code, and doing nothing."""

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from unionpay_stand import (
    BACK,
    BALANCE,
    CERTIFICATE,
    DEBIT,
    FILE,
    FRONT,
    OPEN,
    PAY,
    PAYOUT,
    QUERY,
    REFUND,
    STATEMENT,
    TR_ID,
    Acquirer,
    number,
    payee,
    raw,
    wire_time,
)

ASKED = ("00", "00", "000201")


@pytest.fixture
def order(acquirer: Acquirer, order_no: str) -> str:
    """A payment that waits."""
    assert acquirer.send(FRONT, acquirer.payment(order_no)).status_code == 303
    return order_no


def refusal(acquirer: Acquirer, path: str, fields: dict[str, str]) -> tuple[str, str]:
    """The code and the words of the answer to these very fields, which UnionPay has signed."""
    answer = raw(acquirer.send(path, fields).content.decode())
    assert acquirer.trouble(answer) is None
    return answer["respCode"], answer["respMsg"]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("version", "5.0.0", "10"),
        ("version", None, "10"),
        ("encoding", "GBK", "10"),
        ("signMethod", "02", "10"),
        ("accessType", "1", "10"),
        ("channelType", "06", "10"),
        ("channelType", None, "10"),
        ("certId", "1", "11"),
        ("certId", None, "11"),
        ("merId", "777290058110047", "31"),
        ("txnType", "01", "13"),
        ("txnSubType", "01", "13"),
        ("bizType", "000301", "13"),
        ("bizType", "000902", "10"),
        ("orderId", "short", "10"),
        ("orderId", "with-a-hyphen", "10"),
        ("orderId", "x" * 41, "10"),
        ("txnTime", "20261340000000", "10"),
        ("txnTime", "2026112713050", "10"),
        ("txnTime", "20991231235959", "10"),
        ("extra", "x", "10"),
        ("reqReserved", "x", "10"),
    ],
)
def test_the_fields_of_every_request(acquirer: Acquirer, order: str, field: str, value: Any, code: str) -> None:
    fields = acquirer.request(ASKED, order, **{field: value})
    assert refusal(acquirer, QUERY, acquirer.sign(fields))[0] == code
    assert refusal(acquirer, QUERY, acquirer.sign(acquirer.request(ASKED, order)))[0] == "00"


def test_signatures_that_are_none(acquirer: Acquirer, order: str) -> None:
    right = acquirer.sign(acquirer.request(ASKED, order))
    for signature in ("", "!", base64.b64encode(b"x" * 256).decode()):
        assert refusal(acquirer, QUERY, {**right, "signature": signature})[0] == "11"
    assert refusal(acquirer, QUERY, {**right, "channelType": "08"})[0] == "11"
    acquirer.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert refusal(acquirer, QUERY, acquirer.sign(acquirer.request(ASKED, order)))[0] == "11"


def test_bodies_that_are_no_form(acquirer: Acquirer) -> None:
    http = acquirer.sandbox.http
    fields = acquirer.sign(acquirer.request(ASKED, number()))
    form = {"content-type": "application/x-www-form-urlencoded"}
    for answer in (
        http.post(QUERY, json=fields),
        http.post(QUERY, content=b"\xff=1", headers=form),
        http.post(QUERY, content=b"orderId=1&orderId=2", headers=form),
        http.post(QUERY, content=b"x" * 300_000, headers=form),
    ):
        told = raw(answer.content.decode())
        assert told["respCode"] == "10" and acquirer.trouble(told) is None
    assert http.get(QUERY).status_code == 405


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("txnAmt", "0"),
        ("txnAmt", "12.30"),
        ("txnAmt", "01230"),
        ("txnAmt", None),
        ("currencyCode", "840"),
        ("frontUrl", None),
        ("frontUrl", "javascript:alert(1)"),
        ("backUrl", "ftp://shop.example/notice"),
        ("backUrl", "http://shop.example/notice?order=1"),
        ("payTimeout", None),
        ("payTimeout", "20260101000000"),
        ("payTimeout", "soon"),
        ("orderDesc", "字" * 33),
        ("orderDesc", "a&b"),
        ("reqReserved", "a=b"),
        ("tokenPayData", f"{{token=1&trId={TR_ID}}}"),
        ("extra", "x"),
    ],
)
def test_the_form_of_a_payment(acquirer: Acquirer, order_no: str, field: str, value: Any) -> None:
    refused = acquirer.send(FRONT, acquirer.payment(order_no, **{field: value}))
    assert refused.status_code == 400 and "<code>10</code>" in refused.text
    assert acquirer.query(order_no)["respCode"] == "34"
    assert acquirer.send(FRONT, acquirer.payment(order_no)).status_code == 303


@pytest.mark.parametrize(
    "data",
    [
        "",
        "trId=1",
        "{}",
        "{tokenType=01}",
        f"{{trId={TR_ID}}}",
        f"{{trId={TR_ID}&tokenType=02}}",
        f"{{trId={TR_ID}&tokenType=01&token=1}}",
        "{trId=62000000002&tokenType=01}",
        f"{{trId={TR_ID}&trId={TR_ID}&tokenType=01}}",
    ],
)
def test_the_form_of_an_opening(acquirer: Acquirer, order_no: str, data: str) -> None:
    assert acquirer.send(FRONT, acquirer.opening(order_no, tokenPayData=data)).status_code == 400
    assert acquirer.opened(order_no)["respCode"] == "34"


def test_a_form_of_another_merchant(acquirer: Acquirer, order_no: str) -> None:
    fields = acquirer.payment(order_no) | {"txnAmt": "1"}
    refused = acquirer.send(FRONT, fields)
    assert refused.status_code == 400 and "<code>11</code>" in refused.text


def test_a_page_that_comes_too_late(acquirer: Acquirer, order_no: str) -> None:
    late = acquirer.payment(order_no, txnTime=wire_time(minutes=-30), payTimeout=wire_time(minutes=-1))
    assert acquirer.send(FRONT, late).status_code == 400
    # A form is good until its own end, however old it is.
    old = acquirer.payment(order_no, txnTime=wire_time(minutes=-90), payTimeout=wire_time(minutes=1))
    assert acquirer.send(FRONT, old).status_code == 303


@pytest.mark.parametrize(("kind", "path"), [(PAY, BACK), (OPEN, BACK), (DEBIT, FRONT), (PAYOUT, QUERY), (BALANCE, FILE)])
def test_each_kind_has_its_door(acquirer: Acquirer, kind: tuple[str, str, str], path: str) -> None:
    answer = acquirer.send(path, acquirer.sign(acquirer.request(kind, number())))
    code = "13" if path != FRONT else None
    assert "<code>13</code>" in answer.text if code is None else raw(answer.content.decode())["respCode"] == code


def debit(acquirer: Acquirer, order: str, **more: Any) -> tuple[str, str]:
    fields = acquirer.money(1230) | acquirer.of("6235000000000000000") | {"orderDesc": "第 4 期"} | more
    return refusal(acquirer, BACK, acquirer.sign(acquirer.request(DEBIT, order, **fields)))


def test_a_new_order_is_of_this_hour(acquirer: Acquirer) -> None:
    assert debit(acquirer, number(), txnTime=wire_time(minutes=-61))[0] == "10"
    # Whose time is right is asked for its token.
    assert debit(acquirer, number(), txnTime=wire_time(minutes=-59))[0] == "61"
    # A question makes no order, and may come from whoever's clock is behind.
    for kind, more in ((BALANCE, {}), (CERTIFICATE, {"certType": "01"})):
        fields = acquirer.request(kind, number(), **more, txnTime=wire_time(minutes=-61))
        assert refusal(acquirer, BACK, acquirer.sign(fields))[0] == "00"


def test_one_number_is_one_order(acquirer: Acquirer, order_no: str) -> None:
    token = acquirer.bind(order_no)
    assert acquirer.debit(order_no, token)["respCode"] == "12"
    assert acquirer.debit(f"{order_no}d", token)["respCode"] == "00"
    assert acquirer.debit(f"{order_no}d", token, txnTime=wire_time(minutes=-5))["respCode"] == "12"
    assert acquirer.payout(f"{order_no}d", token)["respCode"] == "12"
    assert acquirer.remove(f"{order_no}d", token)["respCode"] == "12"


@pytest.mark.parametrize(
    ("info", "code"),
    [
        ("!", "10"),
        (base64.b64encode(b"customerNm=x").decode(), "10"),
        (base64.b64encode("{customerNm=林晓&phoneNo=13800006021}".encode()).decode(), "10"),
        (payee(""), "10"),
        (payee("字" * 31), "10"),
        (payee("周航"), "67"),
    ],
)
def test_who_is_paid(acquirer: Acquirer, order_no: str, info: str, code: str) -> None:
    token, before = acquirer.bind(order_no), acquirer.balance()
    assert acquirer.payout(f"{order_no}p", token, customerInfo=info)["respCode"] == code
    assert acquirer.balance() == before


@pytest.mark.parametrize(("field", "value"), [("accType", "02"), ("customerInfo", None), ("orderDesc", "x"), ("txnAmt", "-1")])
def test_the_fields_of_a_payout(acquirer: Acquirer, order_no: str, field: str, value: Any) -> None:
    token = acquirer.bind(order_no)
    assert acquirer.payout(f"{order_no}p", token, **{field: value})["respCode"] == "10"


def test_what_can_be_given_back(acquirer: Acquirer, order: str) -> None:
    query_id = acquirer.query(order)["queryId"]
    for origin, code in ((query_id, "34"), ("1" * 21, "34"), ("1" * 20, "10")):
        fields = acquirer.request(REFUND, number(), **acquirer.money(1), origQryId=origin)
        assert refusal(acquirer, BACK, acquirer.sign(fields))[0] == code
    assert acquirer.sandbox.control("unionpay/pay", out_trade_no=order).status_code == 200
    assert acquirer.refund(f"{order}r", order, 1231)["respCode"] == "36"
    assert acquirer.refund(f"{order}s", order, 1230)["respCode"] == "00"


def test_a_refund_comes_within_its_term(acquirer: Acquirer, order: str) -> None:
    assert acquirer.sandbox.control("unionpay/pay", out_trade_no=order).status_code == 200
    acquirer.sandbox.shift_clock(331 * 86400)
    later = wire_time(minutes=331 * 1440)
    assert acquirer.refund(f"{order}r", order, 1, txnTime=later)["respCode"] == "33"


@pytest.mark.parametrize(("field", "value"), [("settleDate", "1340"), ("settleDate", "20261127"), ("fileType", "01")])
def test_the_fields_of_a_statement(acquirer: Acquirer, field: str, value: str) -> None:
    fields = acquirer.request(STATEMENT, number(), **({"fileType": "00", "settleDate": "0101"} | {field: value}))
    assert refusal(acquirer, FILE, acquirer.sign(fields))[0] == "10"


def test_only_the_front_door_takes_forms_of_other_sites(acquirer: Acquirer, order: str) -> None:
    elsewhere = {"sec-fetch-site": "cross-site"}
    http = acquirer.sandbox.http
    assert http.post(FRONT, data=acquirer.payment(order), headers=elsewhere).status_code == 303
    path = acquirer.send(FRONT, acquirer.payment(order)).headers["location"]
    assert http.post(f"{path}/do", data={"card": "icbc", "code": "123456"}, headers=elsewhere).status_code == 403
    assert acquirer.query(order)["origRespCode"] == "05"


@pytest.mark.parametrize(
    ("door", "body", "status"),
    [
        ("pay", {"out_trade_no": "NOBODYS1"}, 404),
        ("pay", {"fields": "x"}, 422),
        ("bind", {"out_trade_no": "NOBODYS1"}, 404),
        ("unbind", {"out_trade_no": "NOBODYS1"}, 404),
        ("return", {"out_trade_no": "NOBODYS1"}, 404),
        ("balance", {"balance_minor": -1}, 422),
        ("balance", {"balance_minor": None}, 422),
        ("balance", {"balance_minor": 1, "card": "none"}, 404),
    ],
)
def test_what_the_control_doors_refuse(acquirer: Acquirer, door: str, body: dict[str, Any], status: int) -> None:
    assert acquirer.sandbox.control(f"unionpay/{door}", **body).status_code == status
