"""Pauses, other rates and subsidies: what changes the interest that is to come; every figure was worked out by hand."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from engine_tables import FLAT, LATE, PHONE, THREE, follow, look_at_standing

from anqi.engine.rates import Rated, Rates

# 600.00 in two parts of 300.00 at 1 % a month: 6.00 and 3.00; periods of 30 and 31 days.
SIX: dict[str, Any] = {
    "principal": "600.00",
    "method": "equal_principal",
    "instalments": 2,
    "starts_on": "2026-03-31",
    "every": {"months": 1},
    "annual_rate": "0.12",
}
# 297.02, 299.99 and 302.99 of principal; 9.00, 6.03, 3.03 of interest.
LEVEL = THREE | {"method": "equal_instalment"}


def test_days_that_are_paused_bear_nothing() -> None:
    """Ten of thirty days: 600.00 × 1 % × 20/30 = 4.00. By the 20th ten days earned 2.00; by the 25th fifteen, 3.00."""
    follow(
        SIX,
        """
day         happens                  interests  principals     due_on       payoff
2026-04-10                           6.00 3.00  300.00 300.00  04-30 05-31  602.00
2026-04-10  pauses until 2026-04-20  4.00 3.00  300.00 300.00  04-30 05-31  602.00
2026-04-15                           4.00 3.00  300.00 300.00  04-30 05-31  602.00
2026-04-20                           4.00 3.00  300.00 300.00  04-30 05-31  602.00
2026-04-25                           4.00 3.00  300.00 300.00  04-30 05-31  603.00
2026-04-30  pays 304.00              4.00 3.00  300.00 300.00  04-30 05-31  300.00
""",
        look_at_standing,
    )


def test_a_pause_over_a_due_date_and_one_from_a_due_date_on() -> None:
    """Ten days of the first: 4.00; ten of 31 of the second: 300.00 × 1 % × 21/31 = 2.03."""
    follow(
        SIX,
        """
day         happens                  interests  due_now
2026-04-20  pauses until 2026-05-10  4.00 2.03  0.00
2026-04-20  undoes pause1            6.00 3.00  0.00
2026-04-30  pauses until 2026-05-10  6.00 2.03  306.00
""",
        look_at_standing,
    )


def test_two_pauses_are_the_days_of_both_and_each_is_undone_alone() -> None:
    """The 10th to the 25th: 600.00 × 1 % × 15/30 = 3.00; without the first ten days: 4.00."""
    follow(
        SIX,
        """
day         happens                  interests
2026-04-10  pauses until 2026-04-20  4.00 3.00
2026-04-15  pauses until 2026-04-25  3.00 3.00
2026-04-16  undoes pause1            4.00 3.00
2026-04-16  undoes pause2            6.00 3.00
""",
        look_at_standing,
    )


def test_a_pause_ends_after_it_begins() -> None:
    follow(
        SIX,
        """
day         happens                  interests
2026-04-10  pauses until 2026-04-10  refused: out_of_order until
2026-04-10  pauses until 2026-04-09  refused: out_of_order until
2026-04-10  pauses until 2026-04-11  5.80 3.00
""",
        look_at_standing,
    )


def test_a_pause_dated_back_before_a_payment_gives_back_what_it_made_too_much() -> None:
    follow(
        SIX,
        """
day         happens                                interests  credit  states
2026-04-30  pays 306.00                            6.00 3.00  0.00    PU
2026-05-05  pauses until 2026-04-20 on 2026-04-10  4.00 3.00  2.00    PU
2026-05-31                                         4.00 3.00  0.00    PD
2026-05-31  undoes pause1                          6.00 3.00  0.00    PD
""",
        look_at_standing,
    )


def test_a_pause_on_an_instalment_paid_ahead_becomes_credit() -> None:
    follow(
        SIX,
        """
day         happens                  interests  credit  states
2026-03-31  pays 306.00 for next     6.00 3.00  0.00    PU
2026-04-10  pauses until 2026-04-20  4.00 3.00  2.00    PU
""",
        look_at_standing,
    )


def test_a_pause_forgives_no_lateness_and_finds_nothing_on_a_settled_loan() -> None:
    """Ten days late, 1.50: a pause stops interest, not the late charge. Ten of 31 days of 600.00 paused: 4.06."""
    follow(
        THREE | LATE,
        """
day         happens                  status   late  penalty  interests
2026-03-10  pauses until 2026-03-20  overdue  10    1.50     9.00 4.06 3.00
2026-03-20                           overdue  20    3.00     9.00 4.06 3.00
""",
        look_at_standing,
    )
    follow(
        THREE,
        """
day         happens                  status   credit  interests
2026-02-14  pays 914.20 for all      settled  10.00   4.20 0.00 0.00
2026-02-14  pauses until 2026-03-20  settled  10.00   4.20 0.00 0.00
2026-02-20  rate 0.06                settled  10.00   4.20 0.00 0.00
2026-02-20  subsidy 0.06             settled  10.00   4.20 0.00 0.00
""",
        look_at_standing,
    )


def test_a_paused_instalment_that_is_then_deferred() -> None:
    """Forty days, 40/360, ten of them paused: 600.00 × 12 % × 30/360 = 6.00. Then 300.00 × 12 % × 20/360 = 2.00."""
    follow(
        SIX,
        """
day         happens                  interests  due_on
2026-04-10  pauses until 2026-04-20  4.00 3.00  04-30 05-31
2026-04-10  defers 1 to 2026-05-10   6.00 2.00  05-10 05-31
""",
        look_at_standing,
    )


def test_level_payments_fall_by_what_is_paused() -> None:
    """Fourteen of 28 days of 900.00: 4.50 less on the first; principal stays as it was levelled."""
    follow(
        LEVEL,
        """
day         happens                  principals            interests       next_due
2026-01-31                           297.02 299.99 302.99  9.00 6.03 3.03  306.02
2026-02-01  pauses until 2026-02-15  297.02 299.99 302.99  4.50 6.03 3.03  301.52
""",
        look_at_standing,
    )


def test_from_its_day_on_another_rate_holds() -> None:
    """600.00 × (12 % × 15 + 6 % × 15) ÷ 30 ÷ 12 = 4.50; then 300.00 × 6 %/12. Fifteen and ten days: 3.00 + 1.00."""
    follow(
        SIX,
        """
day         happens      interests  principals     payoff
2026-04-15  rate 0.06    4.50 1.50  300.00 300.00  603.00
2026-04-25               4.50 1.50  300.00 300.00  604.00
2026-04-30  pays 304.50  4.50 1.50  300.00 300.00  300.00
2026-05-31  pays 301.50  4.50 1.50  300.00 300.00  0.00
""",
        look_at_standing,
    )


def test_by_days_another_rate_holds_for_its_days() -> None:
    """600.00 × (12 % × 15 + 6 % × 15) ÷ 365 = 4.44; 300.00 × 6 % × 31/365 = 1.53."""
    follow(
        SIX | {"day_count": "actual/365"},
        """
day         happens    interests
2026-04-15  rate 0.06  4.44 1.53
""",
        look_at_standing,
    )


def test_level_payments_are_levelled_at_the_new_rate() -> None:
    """900.00 ÷ (1/1.005 + 1/1.005² + 1/1.005³) = 303.00: 298.50, 299.99, 301.51; half of the month at 12 %, half at 6.

    On a due date 602.98 are left: ÷ (1/1.005 + 1/1.005²) = 303.75: 300.74 and 302.24.
    """
    follow(
        LEVEL,
        """
day         happens    principals            interests
2026-02-14  rate 0.06  298.50 299.99 301.51  6.75 3.01 1.51
""",
        look_at_standing,
    )
    follow(
        LEVEL,
        """
day         happens       principals            interests       due_now
2026-02-28  rate 0.06     297.02 300.74 302.24  9.00 3.01 1.51  306.02
2026-02-28  undoes rate1  297.02 299.99 302.99  9.00 6.03 3.03  306.02
""",
        look_at_standing,
    )


def test_rates_that_change_twice_and_twice_a_day() -> None:
    """600.00 × (12 + 6 + 18) % × 10/360 = 6.00; 300.00 × 18 %/12 = 4.50. Of two on one day the second holds.

    Without the first 600.00 × (12 % × 20 + 18 % × 10)/360 = 7.00.
    """
    follow(
        SIX,
        """
day         happens       interests
2026-04-10  rate 0.06     4.00 1.50
2026-04-20  rate 0.18     6.00 4.50
2026-04-20  rate 0        3.00 0.00
2026-04-21  undoes rate3  6.00 4.50
2026-04-21  undoes rate1  7.00 4.50
2026-04-21  undoes rate2  6.00 3.00
""",
        look_at_standing,
    )


def test_a_rate_dated_back_before_a_payment_and_one_after_paying_ahead() -> None:
    """1.50 of the 306.00 were too much. Paid ahead at 12 %, half a month at 24 % is 3.00 more on the first.

    All of it paid ahead and half the rate from 14 February on: 2.25, 3.02 and 1.52 come back; no principal moves.
    """
    follow(
        SIX,
        """
day         happens                  interests  credit  states
2026-04-30  pays 306.00              6.00 3.00  0.00    PU
2026-05-05  rate 0.06 on 2026-04-15  4.50 1.50  1.50    PU
2026-05-05  undoes rate1             6.00 3.00  0.00    PU
""",
        look_at_standing,
    )
    follow(
        SIX,
        """
day         happens               interests  left         states  credit
2026-03-31  pays 306.00 for next  6.00 3.00  0.00 303.00  PU      0.00
2026-04-15  rate 0.24             9.00 6.00  3.00 306.00  UU      0.00
2026-04-15  rate 0.06             4.50 1.50  0.00 301.50  PU      1.50
""",
        look_at_standing,
    )
    follow(
        LEVEL,
        """
day         happens               principals            interests       left            credit
2026-01-31  pays 918.06 for next  297.02 299.99 302.99  9.00 6.03 3.03  0.00 0.00 0.00  0.00
2026-02-14  rate 0.06             297.02 299.99 302.99  6.75 3.01 1.51  0.00 0.00 0.00  6.79
""",
        look_at_standing,
    )


def test_on_a_late_loan_another_rate_is_for_what_is_to_come() -> None:
    """Ten of 31 days of 600.00 at 12 %, 21 at 6 %: 6.00 × (10 + 10.5)/31 = 3.97."""
    follow(
        THREE | LATE,
        """
day         happens    status   late  penalty  interests
2026-03-10  rate 0.06  overdue  10    1.50     9.00 3.97 1.50
""",
        look_at_standing,
    )


def test_instalments_that_bear_no_interest_bear_none_whatever_the_rate() -> None:
    """The first is free. From 14 February on half the rate: 600.00 × 6 %/12 = 3.00, 1.50."""
    follow(
        THREE | {"shape": {"interest_free": 1}},
        """
day         happens                  interests       subsidies       payoff
2026-02-14                           0.00 6.00 3.00  0.00 0.00 0.00  900.00
2026-02-14  rate 0.06                0.00 3.00 1.50  0.00 0.00 0.00  900.00
2026-02-14  subsidy 0.03             0.00 1.50 0.75  0.00 1.50 0.75  900.00
2026-02-14  pauses until 2026-02-20  0.00 1.50 0.75  0.00 1.50 0.75  900.00
2026-02-20                           0.00 1.50 0.75  0.00 1.50 0.75  900.00
""",
        look_at_standing,
    )


def test_by_days_a_free_period_earns_nothing_and_one_without_a_third_party_has_no_subsidy() -> None:
    """Ten of 31 days of 600.00 at 12 % over 365: 1.97 in the second period."""
    follow(
        THREE | {"shape": {"interest_free": 1}, "day_count": "actual/365"},
        """
day         happens              interests       subsidies       payoff
2026-02-14                       0.00 6.12 2.96  0.00 0.00 0.00  900.00
2026-02-28  pays 300.00          0.00 6.12 2.96  0.00 0.00 0.00  600.00
2026-03-10  pays 601.97 for all  0.00 1.97 0.00  0.00 0.00 0.00  0.00
""",
        look_at_standing,
    )


def test_a_plan_of_fees_has_no_rate_to_change() -> None:
    follow(
        FLAT,
        """
day         happens       fees
2026-02-14  rate 0.06     refused: bad_fact annual_rate
2026-02-14  subsidy 0.06  refused: bad_fact annual_rate
""",
        look_at_standing,
    )
    follow(
        SIX,
        """
day         happens        interests
2026-04-15  rate -0.01     refused: bad_fact annual_rate
2026-04-15  rate 6%        refused: bad_fact annual_rate
2026-04-15  subsidy -0.01  refused: bad_fact annual_rate
""",
        look_at_standing,
    )


def test_a_subsidy_and_what_is_left_of_the_interest_are_the_whole_to_the_fen() -> None:
    """5049.09 × 1 % = 50.49 in all, × 9 %/12 = 37.87 from the borrower: 12.62 from the third party."""
    follow(
        {"principal": "5049.09", "method": "interest_only", "instalments": 2, "starts_on": "2026-03-31",
         "every": {"months": 1}, "annual_rate": "0.12"},
        """
day         happens       interests    subsidies    principals
2026-03-31  subsidy 0.03  37.87 37.87  12.62 12.62  0.00 5049.09
""",
        look_at_standing,
    )  # fmt: skip


def test_a_subsidy_holds_from_its_day_until_it_ends() -> None:
    """Fifteen days at 12 %, fifteen at 9 %: 5.25, and 0.75. Ended on 10 May: 300.00 × (9 % × 10 + 12 % × 21)/31/12.

    By 20 April twenty days earn 3.00 + 600.00 × 9 % × 5/360 = 0.75: nobody settles with what the third party pays.
    """
    follow(
        SIX,
        """
day         happens          interests  subsidies  payoff
2026-04-15  subsidy 0.03     5.25 2.25  0.75 0.75  603.00
2026-04-20                   5.25 2.25  0.75 0.75  603.75
2026-05-10  subsidy 0        5.25 2.76  0.75 0.24  606.00
2026-05-11  undoes subsidy2  5.25 2.25  0.75 0.75  606.08
2026-05-11  undoes subsidy1  6.00 3.00  0.00 0.00  607.10
""",
        look_at_standing,
    )


def test_a_subsidy_in_the_terms_holds_from_the_start_and_levels_nothing() -> None:
    """9 % instead of 12 %: three quarters. 602.98 × 9 %/12 = 4.52 of 6.03, 302.99 × 9 %/12 = 2.27 of 3.03."""
    follow(
        THREE | {"subsidy_rate": "0.03"},
        """
day         happens       interests       subsidies       payoff
2026-01-31                6.75 4.50 2.25  2.25 1.50 0.75  900.00
2026-02-14                6.75 4.50 2.25  2.25 1.50 0.75  903.15
2026-02-14  subsidy 0.12  3.38 0.00 0.00  5.62 6.00 3.00  903.15
""",
        look_at_standing,
    )
    follow(
        LEVEL | {"subsidy_rate": "0.03"},
        """
day         principals            interests       subsidies
2026-01-31  297.02 299.99 302.99  6.75 4.52 2.27  2.25 1.51 0.76
""",
        look_at_standing,
    )


def test_at_most_all_of_the_interest_is_subsidised_also_when_the_rate_falls() -> None:
    """From 15 April the third party bears the 12 %: 3.00 each; from the 25th it can bear no more than 2 %."""
    follow(
        SIX,
        """
day         happens       interests  subsidies
2026-04-15  subsidy 0.20  3.00 0.00  3.00 3.00
2026-04-25  rate 0.02     3.00 0.00  2.17 0.50
""",
        look_at_standing,
    )


def test_settled_early_each_pays_what_was_earned_of_it() -> None:
    """Fifteen days at 9 %: 2.25; at 3 %: 0.75."""
    follow(
        SIX | {"subsidy_rate": "0.03"},
        """
day         happens                 status   interests  subsidies  credit
2026-04-15  pays 602.25 for all     settled  2.25 0.00  0.75 0.00  0.00
""",
        look_at_standing,
    )


def test_settled_by_whole_months_each_pays_a_whole_month_once_a_day_has_passed() -> None:
    """600.00 × 9 %/12 = 4.50 and 600.00 × 3 %/12 = 1.50; on the first day nothing from either."""
    for day, amount, interest, subsidy in (("2026-03-31", "600.00", "0.00", "0.00"), ("2026-04-01", "604.50", "4.50", "1.50")):
        follow(
            SIX | {"subsidy_rate": "0.03", "early": {"interest": "whole_period"}},
            f"""
day         happens              status   interests  subsidies
{day}  pays {amount} for all  settled  {interest} 0.00  {subsidy} 0.00
""",
            look_at_standing,
        )


def test_a_subsidy_a_pause_and_another_rate_in_one_month() -> None:
    """600.00/360 × (12 × 5 + 9 × 5 + 0 × 10 + 9 × 5 + 3 × 5) % = 2.75; subsidised 3 % on fifteen days: 0.75."""
    follow(
        SIX,
        """
day         happens                  interests  subsidies
2026-04-05  subsidy 0.03             4.75 2.25  1.25 0.75
2026-04-10  pauses until 2026-04-20  3.25 2.25  0.75 0.75
2026-04-25  rate 0.06                2.75 0.75  0.75 0.75
""",
        look_at_standing,
    )


def test_a_stretch_is_split_where_the_rate_changes() -> None:
    """1000 from 1 to 11 March, 12 % until it is 6 % from the 6th: five days each."""
    first, sixth, eleventh = date(2026, 3, 1), date(2026, 3, 6), date(2026, 3, 11)
    none, six, twelve = Fraction(0), Fraction("0.06"), Fraction("0.12")
    rates = Rates(changes=[(date.min, twelve), (sixth, six)], subsidies=[], pauses=[])
    assert list(rates.over(1000, first, eleventh)) == [
        Rated(1000, first, sixth, twelve, none), Rated(1000, sixth, eleventh, six, none),
    ]  # fmt: skip


def test_what_a_cut_month_bears_and_what_a_month_has_earned() -> None:
    """(900.00 × 10 + 600.00 × 18) ÷ 28 × 1 % = 7.07. 10000.00 × 18.25 % × 10/365 = 50.00. 12.99 × 10/30 = 4.33."""
    follow(
        THREE | {"excess": "shorten"},
        """
day         happens      prepaid  interests
2026-02-10  pays 300.00  300.00   7.07 3.00 0.00
""",
        look_at_standing,
    )
    follow(
        {"principal": "10000.00", "method": "bullet", "instalments": 1, "starts_on": "2026-03-01",
         "every": {"days": 30}, "annual_rate": "0.1825"},
        """
day         payoff
2026-03-11  10050.00
""",
        look_at_standing,
    )  # fmt: skip
    follow(
        PHONE,
        """
day         payoff
2026-09-10  2003.33
""",
        look_at_standing,
    )


@pytest.mark.parametrize("method", ["equal_principal", "interest_only", "equal_instalment"])
def test_whatever_the_method_a_month_without_a_rate_is_free(method: str) -> None:
    """900.00 in three of 300.00 at no rate at all, or all of it at last."""
    principals = "0.00 0.00 900.00" if method == "interest_only" else "300.00 300.00 300.00"
    follow(
        THREE | {"method": method},
        f"""
day         happens  principals            interests
2026-01-31  rate 0   {principals:<20}  0.00 0.00 0.00
""",
        look_at_standing,
    )
