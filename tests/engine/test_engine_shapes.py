"""The shapes of a plan, a member at a time; every figure was worked out by hand."""

import json
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from engine_tables import LOAN, RESERVE, follow, look_at_standing

from anqi.engine.contract import answer, answer_line
from anqi.engine.products import read_terms
from anqi.engine.refusals import BadTerms
from anqi.engine.schedule import level_payment, plan
from anqi.engine.shapes import PLAIN, FirstPeriod
from anqi.engine.working_days import WorkingDays, read_working_days

# 900.00 in three at 1 % a month, in equal parts and in level payments; periods of 28, 31 and 30 days.
PARTS: dict[str, Any] = {
    "principal": "900.00",
    "method": "equal_principal",
    "instalments": 3,
    "starts_on": "2026-01-31",
    "every": {"months": 1},
    "annual_rate": "0.12",
}
LEVEL = PARTS | {"method": "equal_instalment"}
# 600.00 in three parts of 200.00, 1 % of 600.00 a fee each.
FLAT = PARTS | {
    "principal": "600.00", "method": "flat_fee", "annual_rate": "0", "fee_rate_per_instalment": "0.01",
}  # fmt: skip
# 国务院办公厅关于2025年部分节假日安排的通知, 国办发明电〔2024〕12号.
YEAR_2025 = {
    "holidays": [
        "2025-01-01",
        "2025-01-28", "2025-01-29", "2025-01-30", "2025-01-31", "2025-02-01", "2025-02-02", "2025-02-03", "2025-02-04",
        "2025-04-04", "2025-04-05", "2025-04-06",
        "2025-05-01", "2025-05-02", "2025-05-03", "2025-05-04", "2025-05-05",
        "2025-05-31", "2025-06-01", "2025-06-02",
        "2025-10-01", "2025-10-02", "2025-10-03", "2025-10-04", "2025-10-05", "2025-10-06", "2025-10-07", "2025-10-08",
    ],
    "workdays": ["2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11"],
}  # fmt: skip


def _shaped(terms: dict[str, Any], **shape: Any) -> dict[str, Any]:
    return terms | {"shape": shape}


def _check_plan(terms: dict[str, Any], table: str) -> None:
    """Each line is an instalment: its number, due date, principal, interest or fee, and total."""
    planned = answer({"ask": "plan", "terms": terms})["instalments"]
    borne = "fee" if terms["method"] == "flat_fee" else "interest"
    seen = [[str(row["n"]), row["due_on"], row["principal"], row[borne], row["total"]] for row in planned]
    assert seen == [line.split() for line in table.splitlines() if line]


def _totals(terms: dict[str, Any]) -> str:
    return " ".join(row["total"] for row in answer({"ask": "plan", "terms": terms})["instalments"])


def _principals(terms: dict[str, Any]) -> str:
    return " ".join(row["principal"] for row in answer({"ask": "plan", "terms": terms})["instalments"])


def test_a_shape_that_says_nothing_changes_nothing() -> None:
    plain = {"working_days": {"move": "none"}, "month_end": False, "round_to": "0.01"}
    for terms in (LOAN, PARTS, FLAT, RESERVE):
        for shape in ({}, plain):
            assert read_terms(_shaped(terms, **shape)) == read_terms(terms)
    assert read_terms(LOAN).shape is PLAIN


def test_a_down_payment_is_an_instalment_on_the_first_day_and_the_others_plan_the_rest() -> None:
    _check_plan(
        _shaped(PARTS | {"principal": "1000.00"}, down_payment="100.00"),
        """
1  2026-01-31  100.00  0.00  100.00
2  2026-02-28  300.00  9.00  309.00
3  2026-03-31  300.00  6.00  306.00
4  2026-04-30  300.00  3.00  303.00
""",
    )


def test_a_fee_is_for_what_is_financed_not_for_what_is_paid_down() -> None:
    _check_plan(
        _shaped(FLAT | {"principal": "700.00"}, down_payment="100.00"),
        """
1  2026-01-31  100.00  0.00  100.00
2  2026-02-28  200.00  6.00  206.00
3  2026-03-31  200.00  6.00  206.00
4  2026-04-30  200.00  6.00  206.00
""",
    )


def test_a_down_payment_is_due_at_once_and_then_late_like_any_other() -> None:
    """100.00 × 0.0005 × 10 days = 0.50."""
    terms = PARTS | {"principal": "1000.00", "grace_days": 3, "penalty": {"daily_rate": "0.0005"}}
    follow(
        _shaped(terms, down_payment="100.00"),
        """
day         happens      status   late  due_now  next_due  payoff   states
2026-01-30               pending  0     0.00     100.00    none     UUUU
2026-01-31               due      0     100.00   309.00    1000.00  DUUU
2026-02-03               grace    0     100.00   309.00    1000.90  GUUU
2026-02-10               overdue  10    100.50   309.00    1003.50  OUUU
2026-02-10  pays 100.50  active   0     0.00     309.00    903.00   PUUU
2026-02-28               due      0     309.00   306.00    909.00   PDUU
""",
        look_at_standing,
    )


def test_returns_of_a_plan_with_a_down_payment_count_fees_on_what_is_financed() -> None:
    """Base 600.00 for 14 of 28 days, then 400.00: 5.00, and 4.00; the rest of the goods takes the down payment too."""
    follow(
        _shaped(FLAT | {"principal": "700.00"}, down_payment="100.00"),
        """
day         happens         returned  due_now  payoff  credit  principals                   fees
2026-02-14                  0.00      100.00   703.00  0.00    100.00 200.00 200.00 200.00  0.00 6.00 6.00 6.00
2026-02-14  returns 200.00  200.00    100.00   503.00  0.00    100.00 200.00 200.00 0.00    0.00 5.00 4.00 0.00
2026-02-21                  200.00    100.00   504.00  0.00    100.00 200.00 200.00 0.00    0.00 5.00 4.00 0.00
2026-02-21  returns 500.00  700.00    0.00     4.00    0.00    0.00 0.00 0.00 0.00          0.00 4.00 0.00 0.00
2026-04-30                  700.00    4.00     4.00    0.00    0.00 0.00 0.00 0.00          0.00 4.00 0.00 0.00
""",
        look_at_standing,
    )


def test_the_fee_of_a_plan_with_a_down_payment_is_earned_by_day_as_it_was_charged() -> None:
    """1 % of 600.60 is 6.01, of which half is 3.01; half of 6.006 would be 3.00."""
    follow(
        _shaped(FLAT | {"principal": "700.60"}, down_payment="100.00"),
        """
day         payoff
2026-02-14  703.61
""",
        look_at_standing,
    )


def test_a_down_payment_is_a_flow_of_the_first_day_and_costs_nothing() -> None:
    """7000.00 with 1000.00 down costs what 6000.00 costs."""
    plain = answer({"ask": "plan", "terms": LOAN})["annual_cost"]
    for more in ({}, {"day_count": "actual/365"}, {"first_due_on": "2026-03-15"}):
        shown = answer({"ask": "plan", "terms": _shaped(LOAN | {"principal": "7000.00"} | more, down_payment="1000.00")})
        assert shown["annual_cost"] == answer({"ask": "plan", "terms": LOAN | more})["annual_cost"]
    assert plain["simple_percent"] == "12.00"


def test_the_figures_of_the_level_payment() -> None:
    """4000.00 ÷ 11.255077 = 355.395, and 1 % of the balloon each month: 20.00."""
    monthly = [Fraction(1, 100)] * 12
    assert level_payment(600000, monthly) == 53309
    assert level_payment(400000, monthly) == 35540
    assert level_payment(600000, monthly, balloon_minor=200000) == 37540 == 35540 + 2000
    assert level_payment(600000, monthly, balloon_minor=200000, multiple_minor=100) == 37500


def test_a_balloon_comes_on_top_of_the_last_level_payment() -> None:
    """600.00 ÷ 2.940985 + 300.00 × 1 % = 207.01."""
    _check_plan(
        _shaped(LEVEL, balloon="300.00"),
        """
1  2026-02-28  198.01  9.00  207.01
2  2026-03-31  199.99  7.02  207.01
3  2026-04-30  502.00  5.02  507.02
""",
    )


def test_a_balloon_comes_on_top_of_the_last_equal_part() -> None:
    _check_plan(
        _shaped(PARTS, balloon="300.00"),
        """
1  2026-02-28  200.00  9.00  209.00
2  2026-03-31  200.00  7.00  207.00
3  2026-04-30  500.00  5.00  505.00
""",
    )
    assert _totals(_shaped(FLAT, balloon="150.00")) == "156.00 156.00 306.00"
    assert _principals(_shaped(PARTS | {"tail": "first"}, balloon="299.99")) == "200.01 200.00 499.99"


def test_lowering_keeps_the_balloon_and_never_repays_more_of_it_than_is_left() -> None:
    """Half of the days at 900.00, half at 750.00, then at 250.00: 8.25, 5.75. 250.00 is less than the balloon."""
    follow(
        _shaped(PARTS | {"excess": "lower"}, balloon="300.00"),
        """
day         happens      prepaid  principals            interests
2026-02-14  pays 150.00  150.00   150.00 150.00 450.00  8.25 6.00 4.50
2026-02-14  pays 500.00  650.00   0.00 0.00 250.00      5.75 2.50 2.50
""",
        look_at_standing,
    )


def test_interest_free_periods_bear_none_and_the_level_is_over_the_true_rates() -> None:
    """1 + 1/1.01 + 1/1.01² = 2.970395; 900.00 over that is 302.99."""
    _check_plan(
        _shaped(LEVEL, interest_free=1),
        """
1  2026-02-28  302.99  0.00  302.99
2  2026-03-31  297.02  5.97  302.99
3  2026-04-30  299.99  3.00  302.99
""",
    )
    assert _totals(_shaped(PARTS, interest_free=2)) == "300.00 300.00 303.00"
    assert _totals(_shaped(LEVEL, interest_free=3)) == "300.00 300.00 300.00"


def test_free_instalments_of_a_fee_plan_bear_no_fee() -> None:
    """前3期免息免手续费: what a plan of fees takes in place of interest is the fee. 6.00 × 15/31 days: 2.90."""
    assert _totals(_shaped(FLAT, interest_free=1)) == "200.00 206.00 206.00"
    follow(
        _shaped(FLAT | {"early": {"fee": "all"}}, interest_free=1),
        """
day         happens         payoff  fees
2026-02-14                  612.00  0.00 6.00 6.00
2026-02-14  returns 200.00  404.00  0.00 4.00 0.00
""",
        look_at_standing,
    )
    follow(
        _shaped(FLAT, interest_free=1),
        """
day         payoff
2026-02-14  600.00
2026-03-15  602.90
""",
        look_at_standing,
    )


def test_a_free_period_earns_nothing_whatever_the_rate_becomes() -> None:
    """From 28 February 500.00 × 12 % × 10/360 = 1.67."""
    follow(
        _shaped(PARTS | {"excess": "lower"}, interest_free=1),
        """
day         happens      payoff  interests
2026-02-14               900.00  0.00 6.00 3.00
2026-02-14  pays 150.00  750.00  0.00 5.00 2.50
2026-02-28               750.00  0.00 5.00 2.50
2026-02-28  pays 250.00  500.00  0.00 5.00 2.50
2026-03-10               501.67  0.00 5.00 2.50
""",
        look_at_standing,
    )
    raised = {"id": "r", "type": "rate_change", "on": "2026-02-10", "annual_rate": "0.24"}
    asked = {"ask": "standing", "terms": _shaped(PARTS, interest_free=1), "facts": [raised], "on": "2026-02-14"}
    shown = answer(asked)
    assert [row["interest"] for row in shown["instalments"]] == ["0.00", "12.00", "6.00"]
    assert shown["payoff"] == "900.00"


def test_principal_free_instalments_bear_interest_only() -> None:
    """900.00 ÷ (1/1.01 + 1/1.01²) = 456.76."""
    _check_plan(
        _shaped(LEVEL, principal_free=1),
        """
1  2026-02-28  0.00    9.00  9.00
2  2026-03-31  447.76  9.00  456.76
3  2026-04-30  452.24  4.52  456.76
""",
    )
    assert _principals(_shaped(PARTS, principal_free=1)) == "0.00 450.00 450.00"
    assert _principals(_shaped(PARTS | {"principal": "900.01", "tail": "first"}, principal_free=1)) == "0.00 450.01 450.00"
    assert _totals(_shaped(FLAT, principal_free=1)) == "6.00 306.00 306.00"


def test_planned_afresh_principal_free_instalments_stay_free() -> None:
    """600.00 ÷ 1.970395 = 304.51; the running period stood at 900.00 for half its days: 7.50."""
    follow(
        _shaped(PARTS | {"excess": "lower"}, principal_free=1),
        """
day         happens      principals          interests
2026-02-14  pays 150.00  0.00 375.00 375.00  8.25 7.50 3.75
""",
        look_at_standing,
    )
    follow(
        _shaped(LEVEL | {"excess": "lower"}, principal_free=1),
        """
day         happens      principals          interests
2026-02-14  pays 300.00  0.00 298.51 301.49  7.50 6.00 3.01
""",
        look_at_standing,
    )


def test_free_of_both_an_instalment_asks_for_nothing() -> None:
    """900.00 over 1/1.01 + 1/1.01² again: the free month cost nothing."""
    terms = _shaped(LEVEL, interest_free=1, principal_free=1)
    assert _totals(terms) == "0.00 456.76 456.76"
    follow(
        terms,
        """
day         status  due_now  next_on     payoff  states
2026-02-14  active  0.00     2026-03-31  900.00  PUU
2026-02-28  active  0.00     2026-03-31  900.00  PUU
2026-03-31  due     456.76   2026-04-30  909.00  PDU
""",
        look_at_standing,
    )


def test_level_payments_are_rounded_to_a_multiple_and_the_last_takes_the_rest() -> None:
    """306.02 becomes 310.00; the last pays 294.99 and its interest."""
    _check_plan(
        _shaped(LEVEL, round_to="10.00"),
        """
1  2026-02-28  301.00  9.00  310.00
2  2026-03-31  304.01  5.99  310.00
3  2026-04-30  294.99  2.95  297.94
""",
    )
    assert _totals(_shaped(LOAN, round_to="1.00")) == " ".join(["533.00"] * 11 + ["534.17"])
    half = LEVEL | {"principal": "915.00", "annual_rate": "0"}
    assert _totals(_shaped(half, round_to="10.00")) == "310.00 310.00 295.00"
    assert _totals(_shaped(half | {"rounding": "half_even"}, round_to="10.00")) == "300.00 300.00 315.00"


def test_equal_parts_are_rounded_down_to_a_multiple_and_the_tail_takes_the_rest() -> None:
    terms = PARTS | {"principal": "1000.50"}
    assert _principals(_shaped(terms, round_to="1.00")) == "333.00 333.00 334.50"
    assert _principals(_shaped(terms, round_to="50.00")) == "300.00 300.00 400.50"
    assert _principals(_shaped(terms | {"tail": "first"}, round_to="1.00")) == "334.50 333.00 333.00"
    assert _totals(_shaped(FLAT | {"principal": "700.00"}, round_to="10.00")) == "237.00 237.00 247.00"


def test_a_level_rounded_up_never_repays_more_than_is_left_nor_any_of_the_balloon() -> None:
    """120.00 of 600.00 becomes 200.00: three of them repay all but the balloon."""
    terms = LEVEL | {"annual_rate": "0", "instalments": 5}
    assert _totals(_shaped(terms, balloon="300.00", round_to="200.00")) == "200.00 200.00 200.00 0.00 300.00"
    assert _totals(_shaped(terms | {"principal": "600.00"}, round_to="200.00")) == "200.00 200.00 200.00 0.00 0.00"


def test_month_ends_keep_to_the_last_day_from_a_short_month_on() -> None:
    _check_plan(
        _shaped(PARTS | {"starts_on": "2026-02-28"}, month_end=True),
        """
1  2026-03-31  300.00  9.00  309.00
2  2026-04-30  300.00  6.00  306.00
3  2026-05-31  300.00  3.00  303.00
""",
    )
    assert _due_days(PARTS | {"starts_on": "2026-02-28"}) == "03-28 04-28 05-28"
    assert _due_days(_shaped(PARTS | {"starts_on": "2027-12-31", "every": {"months": 2}}, month_end=True)) == (
        "02-29 04-30 06-30"
    )


def test_month_ends_that_start_on_another_day_need_a_first_due_date_that_is_one() -> None:
    """900.00 × 12 % over 360: sixteen days to the end of January 4.80, 44 to that of February 13.20."""
    _check_plan(
        _shaped(PARTS | {"starts_on": "2026-01-15", "first_due_on": "2026-01-31"}, month_end=True),
        """
1  2026-01-31  300.00  4.80  304.80
2  2026-02-28  300.00  6.00  306.00
3  2026-03-31  300.00  3.00  303.00
""",
    )
    odd = PARTS | {"starts_on": "2026-01-15", "first_due_on": "2026-02-28"}
    assert _totals(_shaped(odd, month_end=True)) == "313.20 306.00 303.00"
    stated = PARTS | {"starts_on": "2026-02-28", "first_due_on": "2026-04-30"}
    assert _due_days(_shaped(stated, month_end=True)) == "04-30 05-31 06-30"
    assert _due_days(_shaped(stated | {"anchor_day": 31}, month_end=True)) == "04-30 05-31 06-30"
    regular = _shaped(PARTS | {"starts_on": "2026-02-28", "first_due_on": "2026-03-31"}, month_end=True)
    assert _totals(regular) == "309.00 306.00 303.00"


def _due_days(terms: dict[str, Any]) -> str:
    return " ".join(row["due_on"][5:] for row in answer({"ask": "plan", "terms": terms})["instalments"])


@pytest.mark.parametrize(
    ("day", "following", "preceding", "modified"),
    [
        ("2025-01-01", "2025-01-02", "2024-12-31", "2025-01-02"),
        ("2025-01-26", "2025-01-26", "2025-01-26", "2025-01-26"),
        ("2025-01-31", "2025-02-05", "2025-01-27", "2025-01-27"),
        ("2025-02-01", "2025-02-05", "2025-01-27", "2025-02-05"),
        ("2025-02-08", "2025-02-08", "2025-02-08", "2025-02-08"),
        ("2025-02-09", "2025-02-10", "2025-02-08", "2025-02-10"),
        ("2025-04-05", "2025-04-07", "2025-04-03", "2025-04-07"),
        ("2025-04-27", "2025-04-27", "2025-04-27", "2025-04-27"),
        ("2025-05-03", "2025-05-06", "2025-04-30", "2025-05-06"),
        ("2025-05-31", "2025-06-03", "2025-05-30", "2025-05-30"),
        ("2025-08-31", "2025-09-01", "2025-08-29", "2025-08-29"),
        ("2025-09-28", "2025-09-28", "2025-09-28", "2025-09-28"),
        ("2025-10-05", "2025-10-09", "2025-09-30", "2025-10-09"),
        ("2025-10-12", "2025-10-13", "2025-10-11", "2025-10-13"),
        ("2025-12-31", "2025-12-31", "2025-12-31", "2025-12-31"),
    ],
)
def test_due_dates_move_by_the_calendar_of_the_state_council(
    day: str, following: str, preceding: str, modified: str
) -> None:
    """ISDA 2006, 4.12, on the notice for 2025."""
    moves = {"none": day, "following": following, "preceding": preceding, "modified_following": modified}
    for move, moved in moves.items():
        working_days = read_working_days(YEAR_2025 | {"move": move})
        assert working_days.moved(date.fromisoformat(day)).isoformat() == moved, move


def test_modified_following_is_as_its_docstring_says() -> None:
    moves = ("following", "preceding", "modified_following")
    saturday = date(2026, 10, 31)
    assert [WorkingDays(move=move).moved(saturday).isoformat()[5:] for move in moves] == ["11-02", "10-30", "10-30"]


def test_a_period_runs_between_moved_dates_but_a_month_stays_a_month() -> None:
    """31 January 2025 is the third day of the new year, 31 May the dragon boat festival; each date moves by itself."""
    terms = PARTS | {"starts_on": "2024-12-31", "instalments": 5, "principal": "1500.00"}
    _check_plan(
        _shaped(terms, working_days=YEAR_2025 | {"move": "following"}),
        """
1  2025-02-05  300.00  15.00  315.00
2  2025-02-28  300.00  12.00  312.00
3  2025-03-31  300.00  9.00   309.00
4  2025-04-30  300.00  6.00   306.00
5  2025-06-03  300.00  3.00   303.00
""",
    )
    following, modified = (
        plan(read_terms(_shaped(terms, working_days=YEAR_2025 | {"move": move})))
        for move in ("following", "modified_following")
    )
    assert [period.days for period in following.periods] == [36, 23, 31, 30, 34]
    assert [period.days for period in modified.periods] == [27, 32, 31, 30, 30]


def test_by_days_a_moved_due_date_bears_its_own_days() -> None:
    """36.5 % a year is 0.1 % a day: 900.00 × 36 days, 600.00 × 23, 300.00 × 31."""
    terms = PARTS | {"starts_on": "2024-12-31", "annual_rate": "0.365", "day_count": "actual/365"}
    _check_plan(
        _shaped(terms, working_days=YEAR_2025 | {"move": "following"}),
        """
1  2025-02-05  300.00  32.40  332.40
2  2025-02-28  300.00  13.80  313.80
3  2025-03-31  300.00  9.30   309.30
""",
    )


def test_an_irregular_first_period_counts_up_to_its_moved_date() -> None:
    """From 31 December to 3 February, moved to the 5th: 36 days, 900.00 × 12 % × 36/360 = 10.80."""
    terms = PARTS | {"starts_on": "2024-12-31", "first_due_on": "2025-02-03"}
    shown = answer({"ask": "plan", "terms": _shaped(terms, working_days=YEAR_2025 | {"move": "following"})})
    assert [row["interest"] for row in shown["instalments"]] == ["10.80", "6.00", "3.00"]


def test_the_simple_cost_counts_months_whatever_day_the_due_dates_move_to() -> None:
    terms = LEVEL | {"starts_on": "2024-12-31"}
    moved = answer({"ask": "plan", "terms": _shaped(terms, working_days=YEAR_2025 | {"move": "following"})})
    plain = answer({"ask": "plan", "terms": terms})
    assert moved["annual_cost"]["simple_percent"] == plain["annual_cost"]["simple_percent"] == "12.00"
    assert moved["annual_cost"]["compound_percent"] < plain["annual_cost"]["compound_percent"]


def test_lateness_counts_from_the_moved_due_date() -> None:
    follow(
        _shaped(PARTS | {"starts_on": "2024-12-31"}, working_days=YEAR_2025 | {"move": "following"}),
        """
day         status   late  due_now
2025-01-31  active   0     0.00
2025-02-05  due      0     309.00
2025-02-06  overdue  1     309.00
""",
        look_at_standing,
    )


@pytest.mark.parametrize(
    ("starts_on", "due_day", "least_days", "first_due_on"),
    [
        ("2026-01-15", 10, 20, "2026-02-10"),
        ("2026-01-25", 10, 20, "2026-03-10"),
        ("2026-01-21", 10, 20, "2026-02-10"),
        ("2026-01-22", 10, 20, "2026-03-10"),
        ("2026-01-10", 10, 1, "2026-02-10"),
        ("2026-01-09", 10, 1, "2026-01-10"),
        ("2026-02-01", 31, 27, "2026-02-28"),
        ("2026-02-01", 31, 28, "2026-03-31"),
        ("2028-02-01", 30, 28, "2028-02-29"),
        ("2026-12-25", 28, 10, "2027-01-28"),
        ("2026-01-15", 10, 100, "2026-05-10"),
    ],
)
def test_the_first_due_date_floats_with_the_day_of_shipment(
    starts_on: str, due_day: int, least_days: int, first_due_on: str
) -> None:
    floating = FirstPeriod(due_day=due_day, least_days=least_days)
    assert floating.due_after(date.fromisoformat(starts_on)).isoformat() == first_due_on


def test_a_floating_first_period_bears_its_days_and_the_day_is_kept() -> None:
    """From 20 January to 28 February 39 days: 900.00 × 12 % × 39/360 = 11.70."""
    _check_plan(
        _shaped(PARTS | {"starts_on": "2026-01-20"}, first_period={"due_day": 31, "least_days": 15}),
        """
1  2026-02-28  300.00  11.70  311.70
2  2026-03-31  300.00  6.00   306.00
3  2026-04-30  300.00  3.00   303.00
""",
    )


def test_a_floating_first_period_of_just_one_month_is_a_regular_one() -> None:
    terms = _shaped(PARTS | {"starts_on": "2026-01-10"}, first_period={"due_day": 10, "least_days": 31})
    assert _totals(terms) == "309.00 306.00 303.00"


def test_members_go_together() -> None:
    """Down 100.00, balloon 300.00, one instalment free of both, then 300.00 in multiples of 10.00."""
    _check_plan(
        _shaped(
            PARTS | {"principal": "1000.00", "instalments": 4, "starts_on": "2025-01-15"},
            down_payment="100.00", balloon="300.00", interest_free=1, principal_free=1, round_to="70.00",
            first_period={"due_day": 31, "least_days": 30}, month_end=True,
            working_days=YEAR_2025 | {"move": "modified_following"},
        ),
        """
1  2025-01-15  100.00  0.00  100.00
2  2025-02-28  0.00    0.00  0.00
3  2025-03-31  140.00  9.00  149.00
4  2025-04-30  140.00  7.60  147.60
5  2025-05-30  620.00  6.20  626.20
""",
    )  # fmt: skip


def test_a_new_plan_for_the_rest_keeps_the_working_days_and_nothing_else() -> None:
    """810.00 in two parts, without a balloon. Both due dates are Saturdays and go to Mondays."""
    terms = _shaped(PARTS, down_payment="90.00", balloon="300.00", interest_free=1, working_days={"move": "following"})
    facts = [
        {"id": "p", "type": "payment", "on": "2026-01-31", "amount": "90.00"},
        {"id": "r", "type": "reschedule", "on": "2026-02-14", "first_due_on": "2026-02-28", "instalments": 2},
    ]
    shown = answer({"ask": "standing", "terms": terms, "facts": facts, "on": "2026-02-14"})
    fresh = [(row["due_on"], row["principal"]) for row in shown["instalments"][-2:]]
    assert fresh == [("2026-03-02", "405.00"), ("2026-03-30", "405.00")]


@pytest.mark.parametrize(
    "shape",
    [
        None, [], "", 1, True, {"colour": "red"}, {"down_payment": None},
        {"down_payment": "0"}, {"down_payment": "-1.00"}, {"down_payment": "900.00"}, {"down_payment": 1},
        {"down_payment": "0.001"},
        {"balloon": "0.00"}, {"balloon": "900.00"}, {"balloon": "800.00", "down_payment": "100.00"}, {"balloon": []},
        {"interest_free": 0}, {"interest_free": 4}, {"interest_free": True}, {"interest_free": "1"},
        {"principal_free": 0}, {"principal_free": 3}, {"principal_free": 1.5},
        {"round_to": "0"}, {"round_to": "300.01"}, {"round_to": "-1"}, {"round_to": "150.01", "down_payment": "450.00"},
        {"round_to": "200.01", "balloon": "300.00"},
        {"month_end": 1}, {"month_end": None}, {"month_end": "yes"},
        {"working_days": {}, "holidays": []}, {"working_days": {"move": "later"}}, {"working_days": []},
        {"working_days": {"move": None}}, {"working_days": {"holidays": "2026-02-17"}},
        {"working_days": {"holidays": ["2026-02-30"]}}, {"working_days": {"holidays": [[]]}},
        {"working_days": {"workdays": ["2026-02-27"]}},
        {"working_days": {"workdays": ["2026-02-28"], "holidays": ["2026-02-28"]}},
        {"working_days": {"weekend": ["2026-02-28"]}},
        {"first_period": {}}, {"first_period": {"due_day": 10}}, {"first_period": {"least_days": 10}},
        {"first_period": {"due_day": 0, "least_days": 1}}, {"first_period": {"due_day": 32, "least_days": 1}},
        {"first_period": {"due_day": 10, "least_days": 0}}, {"first_period": {"due_day": "10", "least_days": 1}},
        {"first_period": {"due_day": 10, "least_days": 10**7}}, {"first_period": {"due_day": 10, "least_days": 10**400}},
        {"first_period": {"due_day": 10, "least_days": 1, "most_days": 9}}, {"first_period": None},
    ],
)  # fmt: skip
def test_a_shape_that_makes_no_sense_is_refused(shape: object) -> None:
    assert _refusal(PARTS | {"shape": shape}) == {"code": "bad_terms", "field": "shape"}


_DAILY = {"every": {"days": 1}, "day_count": "actual/365"}
_FLOATING = {"due_day": 10, "least_days": 20}


@pytest.mark.parametrize(
    ("terms", "shape"),
    [
        (PARTS | {"method": "interest_only"}, {"balloon": "1.00"}),
        (PARTS | {"method": "interest_only"}, {"round_to": "1.00"}),
        (RESERVE, {"balloon": "1.00"}),
        (RESERVE, {"round_to": "1.00"}),
        (RESERVE, {"principal_free": 1}),
        (LOAN | {"instalments": 360}, {"round_to": "10.00"}),
        (LEVEL, {"round_to": "612.04"}),
        (PARTS | _DAILY, {"month_end": True}),
        (PARTS | {"starts_on": "2026-01-30"}, {"month_end": True}),
        (PARTS | {"first_due_on": "2026-02-27"}, {"month_end": True}),
        (PARTS | {"first_due_on": "2026-04-30", "anchor_day": 30}, {"month_end": True}),
        (PARTS, {"month_end": True, "first_period": _FLOATING}),
        (PARTS | _DAILY, {"first_period": _FLOATING}),
        (PARTS | {"first_due_on": "2026-03-10"}, {"first_period": _FLOATING}),
        (PARTS | _DAILY | {"instalments": 5}, {"working_days": {"move": "following"}}),
        (PARTS | _DAILY | {"starts_on": "2026-02-13"}, {"working_days": {"move": "preceding"}}),
        (RESERVE | {"every": {"days": 1}, "starts_on": "2026-02-13"}, {"working_days": {"move": "preceding"}}),
        (RESERVE | {"starts_on": "9999-12-24"}, {"working_days": {"move": "following", "holidays": ["9999-12-31"]}}),
    ],
)
def test_a_shape_that_contradicts_the_other_terms_is_refused(terms: dict[str, Any], shape: dict[str, Any]) -> None:
    assert "refused" not in answer_line(_json(terms))
    assert _refusal(terms | {"shape": shape}) == {"code": "bad_terms", "field": "shape"}


@pytest.mark.parametrize(
    ("terms", "shape"),
    [
        (PARTS, {"down_payment": "899.99"}),
        (PARTS, {"balloon": "799.99", "down_payment": "100.00"}),
        (PARTS, {"interest_free": 3, "principal_free": 2}),
        (PARTS, {"round_to": "300.00"}),
        (PARTS, {"round_to": "450.00", "principal_free": 1}),
        (LEVEL, {"round_to": "612.03"}),
        (PARTS | {"principal": "0.02"}, {"month_end": True}),
        (PARTS | {"method": "interest_only"}, {"principal_free": 1, "interest_free": 1, "down_payment": "100.00"}),
        (RESERVE, {"down_payment": "100.00", "working_days": YEAR_2025 | {"move": "following"}}),
        (PARTS, {"month_end": True, "first_period": {"due_day": 31, "least_days": 20}}),
        (PARTS, {"working_days": YEAR_2025}),
    ],
)
def test_a_shape_just_inside_its_bounds_is_taken(terms: dict[str, Any], shape: dict[str, Any]) -> None:
    assert "refused" not in answer_line(_json(terms | {"shape": shape}))


def test_dates_that_meet_are_refused_as_soon_as_the_terms_are_read() -> None:
    with pytest.raises(BadTerms):
        read_terms(_shaped(PARTS | _DAILY | {"instalments": 5}, working_days={"move": "following"}))


def test_a_standing_refuses_the_same_shapes() -> None:
    request = {"ask": "standing", "terms": _shaped(LEVEL, round_to="612.04"), "facts": [], "on": "2026-02-01"}
    assert answer_line(_dump(request))["refused"]["field"] == "shape"


def _json(terms: dict[str, Any]) -> str:
    return _dump({"ask": "plan", "terms": terms})


def _refusal(terms: dict[str, Any]) -> dict[str, Any]:
    refused = dict(answer_line(_json(terms))["refused"])
    assert refused.pop("message")
    return refused


def _dump(request: dict[str, Any]) -> str:
    return json.dumps(request)
