"""Figures from books, regulations and memoranda, each with its source."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from engine_tables import LOAN, PHONE

from anqi.engine.calendar import YEAR_UNITS, Step, steps_after, year_position
from anqi.engine.contract import answer
from anqi.engine.money import even_split, read_amount, rounded, write_amount
from anqi.engine.products import read_terms
from anqi.engine.schedule import level_payment, plan


@pytest.mark.parametrize(
    ("paragraph", "a_year", "amount", "payments", "percent"),
    [
        ("(c)(1)(i)", "12", "5000.00", [("230.00", 24, 1, "0")], "9.69"),
        ("(c)(1)(ii)", "12", "6000.00", [("200.00", 36, 1, "19/30")], "11.82"),
        ("(c)(1)(iii)", "24", "5000.00", [("219.17", 24, 0, "6/15")], "10.34"),
        ("(c)(1)(iv)", "4", "10000.00", [("385.00", 40, 1, "39/90")], "8.97"),
        ("(c)(1)(v)", "52", "500.00", [("17.60", 30, 4, "4/7")], "14.96"),
        ("(c)(2)(i)", "12", "5000.00", [("250.00", 1, 1, "0"), ("230.00", 23, 2, "0")], "10.08"),
        ("(c)(2)(ii)", "13", "400.00", [("39.50", 1, 1, "5/28"), ("38.31", 11, 2, "5/28")], "28.50"),
        ("(c)(3)(i)", "12", "5000.00", [("230.00", 23, 1, "0"), ("280.00", 1, 24, "0")], "10.50"),
        ("(c)(3)(ii)", "26", "200.00", [("9.50", 19, 0, "8/14"), ("30.00", 1, 19, "8/14")], "12.22"),
        ("(c)(5)(i)", "365/255", "1000.00", [("1080.00", 1, 1, "0")], "11.45"),
    ],
)
def test_regulation_z_appendix_j(
    paragraph: str, a_year: str, amount: str, payments: list[tuple[str, int, int, str]], percent: str
) -> None:
    """12 CFR 1026, Appendix J (c): examples for the actuarial method."""
    request = {
        "ask": "annual_cost",
        "regime": "us_actuarial",
        "unit_periods_per_year": a_year,
        "advances": [{"amount": amount}],
        "payments": [
            {"amount": each, "count": count, "first_full_unit_periods": first, "fraction": fraction}
            for each, count, first, fraction in payments
        ],
    }
    assert answer(request) == {"annual_percent": percent}, paragraph


def test_directive_2008_48_with_a_drawdown_and_costs() -> None:
    """European Commission, Examples for the calculation of the APRC, January 2015, example 39."""
    request = {
        "ask": "annual_cost",
        "regime": "eu",
        "drawdowns": [{"amount": "3000.00", "t_years": "0"}],
        "upfront_cost": "60.00",
        "repayments": [{"amount": "3132.09", "first_t": "1/2"}],
    }
    assert answer(request) == {"annual_percent": "13.49"}
    assert answer(request | {"places": 6}) == {"annual_percent": _rate_39()}


def _rate_39() -> str:
    """(3132.09 / 2940)² − 1, in per cent to six digits: no root need be looked for."""
    millionths = 10**8 * ((Fraction("3132.09") / 2940) ** 2 - 1)
    whole, rest = divmod(rounded(millionths.numerator, millionths.denominator), 10**6)
    return f"{whole}.{rest:06d}"


@pytest.mark.parametrize(
    ("flows", "percent"),
    [
        (["-100", "112.5"], "12.50"),
        (["-10000", "10000.5"], "0.01"),
        (["-10000", "10000.4999"], "0.00"),
        (["-10000", "9999.4"], "-0.01"),
        (["-1000", "0", "1210"], "10.00"),
        (["-8000", "10125"], "26.56"),
        (["-100", "50", "50"], "0.00"),
        (["-1", "1000001"], "100000000.00"),
    ],
)
def test_a_rate_that_can_be_worked_out_is_met_exactly_and_rounded_half_up(
    flows: list[str], percent: str
) -> None:
    """Half a unit of the last place goes up: 0.005 is 0.01."""
    request = {"ask": "annual_cost", "regime": "cn_simple", "flows": flows, "periods_per_year": "1"}
    assert answer(request) == {"annual_percent": percent}


def test_compound_cost_counts_days_over_365() -> None:
    """XIRR convention: 100 becomes 110 in 365 days; in 730 days 121."""
    for on, amount in (("2027-01-01", "110"), ("2028-01-01", "121")):
        flows = [{"on": "2026-01-01", "amount": "-100"}, {"on": on, "amount": amount}]
        assert answer({"ask": "annual_cost", "regime": "cn_compound", "flows": flows}) == {
            "annual_percent": "10.00"
        }


def test_the_level_payment_of_a_thirty_year_mortgage() -> None:
    """The best-known annuity there is: 100 000.00 over 30 years at 6 %, 599.55 a month."""
    assert level_payment(10_000_000, [Fraction("0.06") / 12] * 360) == 59955


def test_the_plan_of_the_contract() -> None:
    """Contract, plan: 6000.00 at 12 %, 12 months: 533.09 eleven times, 533.12 at last; the due day keeps its anchor."""
    planned = plan(read_terms(LOAN))
    assert [each.total_minor for each in planned.instalments] == [53309] * 11 + [53312]
    assert [each.due_on.day for each in planned.instalments[:4]] == [28, 31, 30, 31]


def _fraction(since: date, until: date, day_count: Any) -> Fraction:
    return Fraction(year_position(until, day_count) - year_position(since, day_count), YEAR_UNITS[day_count])


def test_day_counts_of_the_isda_memorandum() -> None:
    """ISDA, EMU and Market Conventions, 1998: 1 November 1999 to 1 May 2000 is 61/365 + 121/366."""
    since, until = date(1999, 11, 1), date(2000, 5, 1)
    assert _fraction(since, until, "actual/actual") == Fraction(61, 365) + Fraction(121, 366)
    assert _fraction(since, until, "actual/365") == Fraction(182, 365)
    assert _fraction(since, until, "actual/360") == Fraction(182, 360)
    assert _fraction(since, until, "30/360") == Fraction(180, 360)


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        ("2026-01-31", "2026-02-28", 28),
        ("2026-01-30", "2026-01-31", 0),
        ("2026-02-28", "2026-03-31", 32),
        ("2026-05-31", "2026-08-31", 90),
        ("2024-02-29", "2025-02-28", 359),
    ],
)
def test_thirty_360_caps_each_day_number_at_thirty(since: str, until: str, days: int) -> None:
    """Contract, day_count; 30E/360 of ISDA 2006, 4.16(g)."""
    position = _fraction(date.fromisoformat(since), date.fromisoformat(until), "30/360")
    assert position == Fraction(days, 360)


def test_months_keep_their_anchor_and_clamp() -> None:
    """31 January 2028: 29 February, 31 March; every second month from 31 December over the new year."""
    start, monthly = date(2028, 1, 31), Step(unit="months", count=1)
    assert [steps_after(start, monthly, times=n, anchor_day=31).day for n in (1, 2, 3)] == [29, 31, 30]
    two = Step(unit="months", count=2)
    assert steps_after(date(2026, 12, 31), two, times=1, anchor_day=31) == date(2027, 2, 28)
    assert steps_after(date(2026, 12, 31), Step(unit="weeks", count=2), times=3) == date(2027, 2, 11)


def test_money_has_its_currency_digits() -> None:
    """ISO 4217."""
    assert [read_amount(text, currency="CNY") for text in ("12", "12.5", "12.50", "-0.01")] == [
        1200,
        1250,
        1250,
        -1,
    ]
    assert [write_amount(minor, currency="CNY") for minor in (0, 5, -5, 123456)] == [
        "0.00",
        "0.05",
        "-0.05",
        "1234.56",
    ]
    assert (read_amount("12", currency="JPY"), write_amount(-12, currency="KRW")) == (12, "-12")


def test_halves_go_up_and_even_parts_go_down() -> None:
    assert [rounded(n, 2) for n in (1, 3, -1, -3, 4)] == [1, 2, 0, -1, 2]
    assert even_split(199900, parts=6, tail="last") == [33316] * 5 + [33320]
    assert even_split(5, parts=6, tail="first") == [5, 0, 0, 0, 0, 0]


def test_a_plan_in_yen_has_no_digits_after_the_point() -> None:
    """10000 yen in three at 1 %: 3400 a month (10000 ÷ 2.940985), interest 100, 67, 34."""
    shown = answer(
        {"ask": "plan", "terms": LOAN | {"currency": "JPY", "principal": "10000", "instalments": 3}}
    )
    assert [each["interest"] for each in shown["instalments"]] == ["100", "67", "34"]
    assert [each["total"] for each in shown["instalments"]] == ["3400", "3400", "3401"]


def test_an_irregular_first_period_of_months_counts_its_days_over_360() -> None:
    """From 31 January to 15 February: 15 days of 6000.00 at 12 % over 360 are 30.00; later months bear 1 %."""
    shown = answer(
        {"ask": "plan", "terms": LOAN | {"first_due_on": "2026-02-15", "method": "equal_principal"}}
    )
    assert [each["interest"] for each in shown["instalments"][:2]] == ["30.00", "55.00"]
    assert shown["instalments"][1]["due_on"] == "2026-03-15"


def test_the_phone_of_the_contract() -> None:
    """1999.00 in six with 0.65 % each: 13.25 % a year, as the market's published 3.9 % plan has it."""
    shown = answer({"ask": "plan", "terms": PHONE})
    assert shown["annual_cost"] == {"simple_percent": "13.25", "compound_percent": "14.10"}
    assert shown["totals"] == {"principal": "1999.00", "interest": "0.00", "fee": "77.94", "total": "2076.94"}


def test_a_level_payment_never_repays_less_than_nothing_nor_more_than_is_left() -> None:
    """Three years before the first due date bear more interest than the level; three fen in six parts of one."""
    slow = LOAN | {"first_due_on": "2029-01-31", "annual_rate": "0.36", "instalments": 3}
    principals = [each.principal_minor for each in plan(read_terms(slow)).instalments]
    assert principals[0] == 0
    assert sum(principals) == 600000
    tiny = LOAN | {"principal": "0.03", "instalments": 6}
    assert [each.principal_minor for each in plan(read_terms(tiny)).instalments] == [1, 1, 1, 0, 0, 0]
