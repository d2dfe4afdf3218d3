"""What stands exactly at an edge, found by changing the engine until no test noticed (`make mutants`)."""

import io
import json
from fractions import Fraction
from types import SimpleNamespace

import pytest
from engine_tables import FLAT, THREE, follow, look_at_standing

from anqi.engine import __main__ as door
from anqi.engine.contract import answer
from anqi.engine.money import read_amount, rounded_half_even, write_amount
from anqi.engine.products import read_terms
from anqi.engine.schedule import plan


@pytest.mark.parametrize(("currency", "text", "minor"), [("KWD", "1.005", 1005), ("CLF", "-0.0205", -205)])
def test_currencies_of_three_and_four_digits_keep_them_all(currency: str, text: str, minor: int) -> None:
    """ISO 4217: a Kuwaiti dinar has 1000 fils, a Chilean unidad de fomento four digits and no coin."""
    assert read_amount(text, currency=currency) == minor
    assert write_amount(minor, currency=currency) == text
    with pytest.raises(ValueError, match="not an amount"):
        read_amount(f"{text}1", currency=currency)


def test_halves_go_to_the_even_neighbour_and_everything_else_to_the_nearest() -> None:
    assert [rounded_half_even(n, 2) for n in (-3, -1, 1, 3, 4, 5, 7)] == [-2, 0, 0, 2, 2, 2, 4]
    assert [rounded_half_even(n, 5) for n in (6, 7, 8, 9)] == [1, 1, 2, 2]
    for denominator in range(1, 9):
        for numerator in range(-40, 41):
            nearest = round(Fraction(numerator, denominator))
            assert rounded_half_even(numerator, denominator) == nearest


@pytest.mark.parametrize(("places", "percent"), [(0, "12"), (1, "12.0"), (20, "12.00000000000000000000")])
def test_an_annual_cost_has_from_none_to_twenty_digits(places: int, percent: str) -> None:
    """100.00 lent, 101.00 back after a month: 1 % a month, 12 % a year."""
    request = {"ask": "annual_cost", "regime": "cn_simple", "flows": ["-100.00", "101.00"], "periods_per_year": 12}
    assert answer(request | {"places": places}) == {"annual_percent": percent}


def test_a_line_that_breaks_the_engine_ends_itself_loudly_and_no_other(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def breaks_at_two(line: bytes) -> dict[str, str]:
        assert line != b"2\n", "a broken assumption"
        return {"line": line.decode().strip()}

    monkeypatch.setattr(door, "answer_line", breaks_at_two)
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"1\n2\n3\n")))
    assert door.main() == 1
    told = capsys.readouterr()
    answers = [json.loads(line) for line in told.out.splitlines()]
    assert (answers[0], answers[2]) == ({"line": "1"}, {"line": "3"})
    assert list(answers[1]) == ["broken"]
    assert "a broken assumption" in told.err


def test_a_whole_period_is_owed_once_beside_what_came_from_arrears() -> None:
    """9.00 of arrears are carried; the month bears (600.00 × 10 + 900.00 × 21) ÷ 31 × 1 % = 8.03: 917.03 in all."""
    follow(
        THREE | {"early": {"interest": "whole_period"}},
        """
day         happens       payoff
2026-03-10                915.00
2026-03-10  re-amortises  917.03
""",
        look_at_standing,
    )


@pytest.mark.parametrize(("fee", "payoff"), [("whole_period", "636.00"), ("all", "648.00")])
def test_what_staff_charged_is_owed_once_beside_the_fees(fee: str, payoff: str) -> None:
    """600.00, 30.00 of the notary, and one fee of 6.00 or all three."""
    follow(
        FLAT | {"early": {"fee": fee}, "charges": {"notary": "80.00"}},
        f"""
day         happens               payoff
2026-02-10  charges 30.00 notary  {payoff}
""",
        look_at_standing,
    )


def test_the_smallest_loan_and_the_first_of_the_month_are_possible() -> None:
    stated = THREE | {"principal": "0.01", "instalments": 1, "first_due_on": "2026-03-01", "anchor_day": 1}
    assert [each.due_on.isoformat() for each in plan(read_terms(stated)).instalments] == ["2026-03-01"]
