"""The loans that docs/engine.md works through by hand: its tables are followed as they stand there."""

import json
import re
from pathlib import Path

import pytest
from engine_tables import follow, look_at_standing

_DOCS = Path(__file__).parents[2] / "docs/engine.md"
_LOANS = re.findall(r"^### (.+?)$.*?^```loan\n(.+?)\n\n(.+?)^```", _DOCS.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def test_five_loans_are_worked_through() -> None:
    assert len(_LOANS) == 5


@pytest.mark.parametrize(("title", "terms", "table"), _LOANS)
def test_a_loan_worked_through_by_hand_is_what_the_engine_says(title: str, terms: str, table: str) -> None:
    follow(json.loads(terms), table, look_at_standing)
