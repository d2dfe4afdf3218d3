"""Loans of lenders on days, and what of each is above a cap: one JSON object a line, with its source."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from anqi.engine import caps
from anqi.engine.products import read_terms
from anqi.engine.refusals import CapUnknown
from anqi.engine.schedule import plan

_CASES = Path(__file__).parent / "cases" / "caps.jsonl"


@pytest.mark.parametrize("line", _CASES.read_text("utf-8").splitlines())
def test_every_case_is_judged_as_it_says(line: str) -> None:
    case = json.loads(line)
    assert _above(case) == case["above"], case["source"]


def _above(case: dict[str, Any]) -> list[dict[str, str]] | str:
    terms = read_terms(case["terms"])
    until: date = plan(terms).instalments[-1].due_on
    try:
        holding = caps.caps_of(case["lender"], case["product"], on=terms.starts_on, until=until)
    except CapUnknown as unknown:
        return unknown.code
    return [
        {
            "test": each.test, "basis": each.basis, "percent": f"{each.percent}",
            "cap_percent": f"{each.cap_percent}", "on": f"{each.on}",
        }
        for each in caps.breaches(terms, holding)
    ]  # fmt: skip
