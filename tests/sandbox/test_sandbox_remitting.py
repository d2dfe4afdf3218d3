"""Channels remit to the account: told in their statements, arriving on the account, and going wrong as told."""

from typing import Any

import pytest
from sandbox_stand import Sandbox


def remit(sandbox: Sandbox, channel: str = "alipay", **told: str) -> dict[str, Any]:
    answer = sandbox.control("bank/remit", channel=channel, **(told or {"amount": "500.00"}))
    assert answer.status_code == 201, answer.text
    row: dict[str, Any] = answer.json()
    return row


def arrived(sandbox: Sandbox, ref: str) -> list[int]:
    lines = sandbox.http.get("/_control/bank").json()["lines"]
    return [line["amount_minor"] for line in lines if line["memo"].endswith(ref)]


@pytest.mark.parametrize(("channel", "name"), [("alipay", "支付宝（中国）网络技术有限公司"), ("wechat", "财付通支付科技有限公司")])
def test_what_a_channel_remits_arrives_in_its_name_with_its_number(sandbox: Sandbox, channel: str, name: str) -> None:
    row = remit(sandbox, channel)
    assert (row["amount_minor"], arrived(sandbox, row["ref"])) == (50_000, [50_000])
    last = sandbox.http.get("/_control/bank").json()["lines"][-1]
    assert last["name"] == name


@pytest.mark.parametrize(
    ("fault", "amounts"),
    [("remit_late", []), ("remit_twice", [50_000, 50_000]), ("remit_amount", [49_900]), ("remit_missing", [])],
)  # fmt: skip
def test_remittances_go_wrong_as_told_and_only_once(sandbox: Sandbox, fault: str, amounts: list[int]) -> None:
    sandbox.fault(fault, channel="bank", order="alipay", next=1)
    spared, hit = remit(sandbox, "wechat"), remit(sandbox)
    assert (arrived(sandbox, hit["ref"]), arrived(sandbox, spared["ref"])) == (amounts, [50_000])
    sandbox.shift_clock(6 * 86_400)
    remit(sandbox)
    assert arrived(sandbox, hit["ref"]) == ([50_000] if fault == "remit_late" else amounts)


@pytest.mark.parametrize(
    "wrong", [{"channel": "sms"}, {"amount": "5"}, {"channel": "unionpay", "day": "once"}, {"channel": "unionpay", "day": "2020-01-01"}]
)
def test_what_cannot_be_remitted_is_refused(sandbox: Sandbox, wrong: dict[str, str]) -> None:
    answer = sandbox.control("bank/remit", **{"channel": "alipay", "amount": "5.00", **wrong})
    assert (answer.status_code, answer.json()["error"]) == (422, "unfit")


def test_people_have_it_remitted_on_the_page(sandbox: Sandbox) -> None:
    answer = sandbox.http.post("/bank/remit", data={"channel": "wechat", "amount": "8.00", "day": ""})
    assert (answer.status_code, answer.headers["location"]) == (303, "/bank")
    assert "微信支付提现" in sandbox.http.get("/bank").text
    assert sandbox.http.post("/bank/remit", data={"channel": "wechat", "amount": "x"}).status_code == 422
