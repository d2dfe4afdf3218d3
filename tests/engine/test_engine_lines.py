"""The lines behind each amount at the door, by hand, and for every shared case."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from anqi.engine.contract import answer_line

CASES = [json.loads(line) for line in (Path(__file__).parent / "cases/engine.jsonl").read_text().splitlines()]
PHONE = {
    "principal": "1999.00", "method": "flat_fee", "instalments": 6, "starts_on": "2026-08-31", "every": {"months": 1},
    "fee_rate_per_instalment": "0.0065", "grace_days": 3, "penalty": {"daily_rate": "0.0006", "on": "principal"},
}  # fmt: skip
LOAN = {
    "principal": "6000.00", "method": "equal_instalment", "instalments": 12, "starts_on": "2026-01-31",
    "every": {"months": 1}, "annual_rate": "0.12",
}  # fmt: skip


def ask(terms: dict[str, Any], on: str, *facts: dict[str, Any], explain: Any = True) -> dict[str, Any]:
    request = {"ask": "standing", "terms": terms, "facts": list(facts), "on": on, "explain": explain}
    return answer_line(json.dumps(request))


def total(lines: list[dict[str, Any]]) -> Fraction:
    return sum((Fraction(line["exact"]) for line in lines), start=Fraction(0))


def test_interest_is_opening_times_rate_and_one_rounding() -> None:
    """6000.00 at 12 % a year: 5526.91 × 1 % = 55.2691, 0.0009 up to 55.27."""
    second = ask(LOAN, "2026-01-31")["explain"]["instalments"][1]
    assert second["interest"] == [
        {"what": "interest", "exact": "552691/10000", "base": "5526.91", "rate": "1/100", "since": "2026-02-28",
         "until": "2026-03-31", "days": 31, "of_days": 31},
        {"what": "rounding", "exact": "9/10000"},
    ]  # fmt: skip


def test_a_penalty_is_its_bases_their_days_and_one_rounding() -> None:
    """333.16 × 0.0006 × 2 days + 246.15 × 0.0006 × 3 days = 0.842862, rounded to 0.84."""
    paid = {"id": "p", "type": "payment", "on": "2026-10-02", "amount": "100.00"}
    first = ask(PHONE, "2026-10-05", paid)["explain"]["instalments"][0]["penalty"]
    seen = [(line["what"], line.get("base"), line.get("rate"), line.get("days")) for line in first]
    assert seen == [
        ("penalty", "333.16", "3/5000", 2), ("penalty", "246.15", "3/5000", 3), ("rounding", None, None, None),
    ]  # fmt: skip
    assert total(first) == Fraction("0.84")


def test_a_payoff_and_a_credit_are_their_lines() -> None:
    paid = {"id": "p", "type": "payment", "on": "2026-09-30", "amount": "400.00"}
    lines = ask(PHONE, "2026-10-10", paid)["explain"]
    assert [(line["what"], line["exact"]) for line in lines["payoff"]] == [
        ("principal", "41646/25"), ("fee", "419/100"), ("credit", "-1077/20"),
    ]  # fmt: skip
    assert [(line["what"], line["exact"]) for line in lines["credit"]] == [("payment", "400"), ("paid", "-6923/20")]


def test_without_being_asked_nothing_is_explained() -> None:
    assert "explain" not in ask(PHONE, "2026-10-10", explain=False)


@pytest.mark.parametrize("explain", ["yes", 1, None])
def test_explain_is_yes_or_no(explain: Any) -> None:
    refused = ask(PHONE, "2026-10-10", explain=explain)["refused"]
    assert (refused["code"], refused["field"]) == ("bad_request", "explain")


STANDINGS = [case["request"] for case in CASES if case["request"].get("ask") == "standing" and "status" in case["answer"]]


@pytest.mark.parametrize("request_", STANDINGS, ids=range(len(STANDINGS)))
def test_the_lines_of_every_shared_case_add_up(request_: dict[str, Any]) -> None:
    plain = answer_line(json.dumps(request_))
    explained = answer_line(json.dumps(request_ | {"explain": True}))
    lines = explained.pop("explain")
    assert explained == plain
    for name in ("due_now", "next_due", "outstanding_principal", "payoff", "credit"):
        assert total(lines[name]) == Fraction(plain[name] or 0), name
    for group in ("paid", "reduced"):
        for name, behind in lines[group].items():
            assert total(behind) == Fraction(plain[group][name]), (group, name)
    for row, behind_row in zip(plain["instalments"], lines["instalments"], strict=True):
        for name in ("principal", "interest", "fee", "penalty", "paid", "remaining"):
            assert total(behind_row[name]) == Fraction(row[name]), (row["n"], name)
