"""Classes and report codes by the days past due, on either side of every border, and by how a loan ends."""

from dataclasses import replace
from datetime import date

import pytest
from engine_tables import RESERVE

from anqi.engine.classes import category_of, report_code_of
from anqi.engine.loan import Status, standing
from anqi.engine.products import read_terms

_DUE = standing(read_terms(RESERVE), (), date(2026, 9, 8))


@pytest.mark.parametrize(
    ("days", "category", "code"),
    [
        (0, "normal", "N"), (1, "special_mention", "1"), (30, "special_mention", "1"), (31, "special_mention", "2"),
        (60, "special_mention", "2"), (61, "special_mention", "3"), (90, "special_mention", "3"),
        (91, "substandard", "4"), (120, "substandard", "4"), (121, "substandard", "5"), (150, "substandard", "5"),
        (151, "substandard", "6"), (180, "substandard", "6"), (181, "substandard", "7"), (270, "substandard", "7"),
        (271, "doubtful", "7"), (360, "doubtful", "7"), (361, "loss", "7"), (4000, "loss", "7"),
    ],
)  # fmt: skip
def test_by_the_days_past_due(days: int, category: str, code: str) -> None:
    late = replace(_DUE, status="overdue" if days else "due", days_past_due=days)
    assert (category_of(late), report_code_of(late)) == (category, code)


@pytest.mark.parametrize(
    ("status", "category", "code"),
    [
        ("pending", None, None), ("active", "normal", "N"), ("grace", "normal", "N"), ("settled", "normal", "C"),
        ("written_off", "loss", "B"), ("void", None, "G"),
    ],
)  # fmt: skip
def test_by_how_it_stands(status: Status, category: str | None, code: str | None) -> None:
    shown = replace(_DUE, status=status, days_past_due=0)
    assert (category_of(shown), report_code_of(shown)) == (category, code)


def test_a_day_after_a_day_of_a_real_loan() -> None:
    """Due on 8 September: one day late on the 9th, 31 on 9 October, 91 on 8 December."""
    terms = read_terms(RESERVE)
    days = [date(2026, 9, 8), date(2026, 9, 9), date(2026, 10, 9), date(2026, 12, 8)]
    assert [report_code_of(standing(terms, (), day)) for day in days] == ["N", "1", "2", "4"]
