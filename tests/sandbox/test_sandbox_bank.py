"""The bank's counter: transfers, the statement's file, and the faults of both."""

import csv
import io
import json
import secrets
from itertools import pairwise
from typing import Any

import httpx
import pytest
from sandbox_stand import Sandbox

NUMBER = "110060149012345678901"


@pytest.fixture
def memo() -> str:
    return f"AQ{secrets.token_hex(4).upper()}"


def transfer(sandbox: Sandbox, amount: str = "533.09", **told: str) -> dict[str, Any]:
    answer = sandbox.control("bank/transfer", amount=amount, **{"name": "林小满", "account": "6222020200112233445", **told})
    assert answer.status_code == 201, answer.text
    row: dict[str, Any] = answer.json()
    return row


def statement(sandbox: Sandbox, encoding: str = "utf-8") -> list[dict[str, str]]:
    body = sandbox.http.get("/bank/statement.csv", params={"encoding": encoding}).content
    text = body.decode("utf-8-sig" if encoding == "utf-8" else "gbk")
    first, _, lines = text.partition("\r\n")
    assert NUMBER in first
    return list(csv.DictReader(io.StringIO(lines)))


def follows(rows: list[dict[str, str]]) -> bool:
    told = [(minor(row["收入金额"]) - minor(row["支出金额"]), minor(row["余额"])) for row in rows]
    return all(after[1] == before[1] + after[0] for before, after in pairwise(told))


def minor(yuan: str) -> int:
    return round(float(yuan.replace(",", "") or "0") * 100)


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_what_came_and_went_stands_in_the_statement(sandbox: Sandbox, memo: str, encoding: str) -> None:
    arrived = transfer(sandbox, memo=memo)
    left = transfer(sandbox, "1234.50", memo=f"退{memo}", direction="out", name="王五")
    rows = statement(sandbox, encoding)
    [first] = [row for row in rows if row["交易流水号"].strip() == arrived["serial"]]
    assert (first["收入金额"], first["支出金额"], first["对方户名"], first["摘要/附言"]) == ("533.09", "", "林小满", memo)
    assert first["对方账号"].strip() == "6222020200112233445"
    [second] = [row for row in rows if row["交易流水号"].strip() == left["serial"]]
    assert (second["收入金额"], second["支出金额"]) == ("", "1,234.50")
    assert left["balance_minor"] == arrived["balance_minor"] - 123_450
    assert follows(rows)


def test_a_payees_bank_sends_back_what_it_cannot_take(sandbox: Sandbox, memo: str) -> None:
    left = transfer(sandbox, memo=memo, direction="out")
    assert sandbox.control("bank/return", serial=left["serial"]).status_code == 201
    last = sandbox.http.get("/_control/bank").json()["lines"][-1]
    assert (last["amount_minor"], last["memo"]) == (53_309, f"退汇 {memo}")
    assert sandbox.control("bank/return", serial=last["serial"]).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [{"amount": "12"}, {"amount": "0.00"}, {"to": "622200"}, {"name": " "}, {"direction": "up"}, {"more": "x"},
     {"direction": "out", "amount": "99999999.00"}],
)  # fmt: skip
def test_the_bank_is_strict(sandbox: Sandbox, wrong: dict[str, str]) -> None:
    answer = sandbox.control("bank/transfer", **{"amount": "1.00", "name": "林小满", **wrong})
    assert (answer.status_code, answer.json()["error"]) == (422, "unfit")


def test_people_transfer_on_the_page(sandbox: Sandbox, memo: str) -> None:
    form = {"direction": "in", "to": f"{NUMBER[:4]} {NUMBER[4:]}", "amount": "8.00", "name": "赵六", "account": "", "memo": memo}
    answer = sandbox.http.post("/bank/transfer", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/bank")
    for path in ("/bank", "/"):
        page = sandbox.http.get(path).text
        assert memo in page, path
        assert "+¥8.00" in page, path
    refused = sandbox.http.post("/bank/transfer", data={**form, "to": "1"})
    assert refused.status_code == 422
    assert "收款账号不存在" in refused.text
    assert memo in refused.text, "what was typed stays"


def test_transfers_go_wrong_as_told(sandbox: Sandbox, memo: str) -> None:
    sandbox.fault("amount_differs", channel="bank", order=memo, next=1)
    assert transfer(sandbox, memo=memo)["amount_minor"] == 53_308
    assert transfer(sandbox, memo=memo)["amount_minor"] == 53_309
    sandbox.fault("wrong_reference", channel="bank", order=memo, next=1)
    wrong = transfer(sandbox, memo=memo)["memo"]
    assert (wrong[:-1], wrong == memo) == (memo[:-1], False)


@pytest.mark.parametrize("fault", ["line_missing", "line_repeated", "balance_gap", "line_extra"])
def test_statements_go_wrong_as_told_and_only_once(sandbox: Sandbox, fault: str) -> None:
    for _ in range(4):
        transfer(sandbox, "1.00")
    whole = statement(sandbox)
    sandbox.fault(fault, channel="bank", next=1)
    spoiled = statement(sandbox)
    assert not follows(spoiled)
    assert len(spoiled) - len(whole) == {"line_missing": -1, "line_repeated": 1, "balance_gap": 0, "line_extra": 1}[fault]
    assert statement(sandbox) == whole


def test_files_go_wrong_as_told_and_only_once(sandbox: Sandbox) -> None:
    for _ in range(2):
        transfer(sandbox, "1.00")
    whole = sandbox.http.get("/bank/statement.csv").content
    spoiled = {}
    for fault in ("line_not_yet", "statement_cut", "statement_encoding"):
        sandbox.fault(fault, channel="bank", next=1)
        spoiled[fault] = sandbox.http.get("/bank/statement.csv").content
    assert spoiled["line_not_yet"] == whole[: whole[:-2].rindex(b"\r\n") + 2]
    assert spoiled["line_not_yet"] < spoiled["statement_cut"] < whole
    assert whole.startswith(spoiled["statement_cut"])
    assert spoiled["statement_encoding"].decode("utf-16").encode("utf-8-sig") == whole
    assert sandbox.http.get("/bank/statement.csv").content == whole


def test_days_can_be_chosen(sandbox: Sandbox) -> None:
    day = transfer(sandbox)["at"][:10]
    asked = {"since": day, "until": day}
    assert sandbox.http.get("/bank/statement.csv", params=asked).content.count(b"\r\n") > 2
    assert sandbox.http.get("/bank/statement.csv", params={"until": "2000-01-01"}).content.count(b"\r\n") == 2
    assert sandbox.http.get("/bank/statement.csv", params={"encoding": "big5"}).status_code == 422


def test_the_account_is_told_in_a_file(sandbox: Sandbox) -> None:
    assert json.loads((sandbox.home / "bank.json").read_text())["number"] == NUMBER


def test_forms_of_other_sites_are_turned_away(sandbox: Sandbox) -> None:
    answer: httpx.Response = sandbox.http.post("/bank/transfer", data={"amount": "1.00"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
