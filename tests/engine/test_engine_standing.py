"""Loans through their lives, one rule of the contract at a time; every figure was worked out by hand."""

import pytest
from engine_tables import LOAN, PHONE, follow, look_at_standing

# 900.00 in three parts of 300.00 at 1 % a month: interest 9.00, 6.00, 3.00; periods of 28, 31 and 30 days.
THREE = {
    "principal": "900.00",
    "method": "equal_principal",
    "instalments": 3,
    "starts_on": "2026-01-31",
    "every": {"months": 1},
    "annual_rate": "0.12",
}
# 600.00 in three parts of 200.00, 1 % of 600.00 a fee each.
FLAT = {
    "principal": "600.00",
    "method": "flat_fee",
    "instalments": 3,
    "starts_on": "2026-01-31",
    "every": {"months": 1},
    "fee_rate_per_instalment": "0.01",
}
_LAST_THE_PENALTY = ["principal", "interest", "fee", "penalty"]


def test_from_pending_over_due_and_grace_to_overdue() -> None:
    """333.16 × 0.0005: 0.67 after 4 days, 0.83 after 5, counted from the due date once grace is over."""
    follow(
        PHONE,
        """
day         happens              status   late  due_now  penalty  principal  next_on     states
2026-08-30                       pending  0     0.00     0.00     1999.00    2026-09-30  UUUUUU
2026-08-31                       active   0     0.00     0.00     1999.00    2026-09-30  UUUUUU
2026-09-30                       due      0     346.15   0.00     1999.00    2026-10-31  DUUUUU
2026-10-01                       grace    0     346.15   0.00     1999.00    2026-10-31  GUUUUU
2026-10-03                       grace    0     346.15   0.00     1999.00    2026-10-31  GUUUUU
2026-10-04                       overdue  4     346.82   0.67     1999.00    2026-10-31  OUUUUU
2026-10-04  waives 0.67 penalty  overdue  4     346.15   0.00     1999.00    2026-10-31  OUUUUU
2026-10-05                       overdue  5     346.31   0.16     1999.00    2026-10-31  OUUUUU
2026-10-05  pays 346.15          overdue  5     0.16     0.16     1666.00    2026-10-31  OUUUUU
2026-10-06  pays 0.16            active   0     0.00     0.16     1665.84    2026-10-31  PUUUUU
2026-10-31                       due      0     346.15   0.16     1665.84    2026-11-30  PDUUUU
2026-11-30                       overdue  30    697.30   5.16     1665.84    2026-12-31  PODUUU
""",
        look_at_standing,
    )


def test_paid_in_its_grace_an_instalment_never_bears_a_penalty() -> None:
    follow(
        PHONE,
        """
day         happens       status   penalty  due_now
2026-10-03  pays 346.15   active   0.00     0.00
2026-10-04                active   0.00     0.00
2026-10-30                active   0.00     0.00
""",
        look_at_standing,
    )


def test_an_instalment_of_which_only_the_penalty_is_unpaid_is_overdue() -> None:
    follow(
        PHONE | {"allocation": _LAST_THE_PENALTY},
        """
day         happens      status   late  due_now  penalty
2026-10-05  pays 346.15  overdue  5     0.83     0.83
2026-10-31               overdue  31    346.98   0.83
2026-10-31  pays 346.98  active   0     0.00     0.83
""",
        look_at_standing,
    )


def test_a_penalty_on_the_instalment_follows_what_is_unpaid_of_it() -> None:
    """2 days of 533.09 and 2 of 433.09 at 0.0005: 0.96618."""
    follow(
        LOAN | {"penalty": {"daily_rate": "0.0005", "on": "instalment"}},
        """
day         happens      status   penalty  due_now
2026-03-02  pays 100.00  grace    0.00     433.09
2026-03-04               overdue  0.97     434.06
""",
        look_at_standing,
    )


def test_credit_is_used_on_each_due_date() -> None:
    follow(
        LOAN,
        """
day         happens      status  credit  due_now  next_due  states
2026-02-10  pays 600.00  active  600.00  0.00     533.09    UUUUUUUUUUUU
2026-02-27               active  600.00  0.00     533.09    UUUUUUUUUUUU
2026-02-28               active  66.91   0.00     533.09    PUUUUUUUUUUU
2026-03-31               due     0.00    466.18   533.09    PDUUUUUUUUUU
""",
        look_at_standing,
    )


def test_a_payment_that_is_dated_back_takes_its_penalty_away() -> None:
    follow(
        PHONE,
        """
day         happens                     status   penalty  due_now
2026-10-20                              overdue  3.33     349.48
2026-10-20  pays 346.15 on 2026-09-30   active   0.00     0.00
""",
        look_at_standing,
    )


def test_a_bounced_payment_is_as_though_it_had_never_been() -> None:
    follow(
        PHONE,
        """
day         happens      status   late  penalty  due_now
2026-09-30  pays 346.15  active   0     0.00     0.00
2026-10-05               active   0     0.00     0.00
2026-10-06  reverses p1  overdue  6     1.00     347.15
""",
        look_at_standing,
    )


def test_when_a_payment_before_it_bounces_a_settlement_that_no_longer_reaches_pays_what_is_due() -> None:
    """On 10 March the payoff is 18.42 of interest and 5526.91; without p1 535.46 more would have been due."""
    follow(
        LOAN,
        """
day         happens                 status   credit   due_now  states
2026-02-28  pays 533.09             active   0.00     0.00     PUUUUUUUUUUU
2026-03-10  pays 5545.32 for all    refused: less_than_payoff 5545.33
2026-03-10  pays 5545.33 for all    settled  0.00     0.00     PPPPPPPPPPPP
2026-03-11  pays 1.00               settled  1.00     0.00     PPPPPPPPPPPP
2026-03-12  reverses p1             active   5010.87  0.00     PUUUUUUUUUUU
""",
        look_at_standing,
    )


def test_a_settlement_is_not_refused_for_a_payment_of_its_own_day_that_bounces() -> None:
    follow(
        LOAN,
        """
day         happens                status   credit   due_now
2026-02-28  pays 533.09            active   0.00     0.00
2026-02-28  pays 5526.91 for all   settled  0.00     0.00
2026-03-01  reverses p1            active   4993.82  0.00
""",
        look_at_standing,
    )


def test_on_one_day_waivers_come_before_payments_whatever_was_told_first() -> None:
    follow(
        PHONE | {"excess": "credit"},
        """
day         happens              status  credit  penalty
2026-10-05  pays 346.98          active  0.00    0.83
2026-10-05  waives 0.83 penalty  active  0.83    0.00
2026-10-06  waives 0.01 penalty  refused: more_than_owed
""",
        look_at_standing,
    )


@pytest.mark.parametrize(
    ("early", "first_day", "mid_period"),
    [
        ({}, "900.00", "904.20"),
        ({"interest": "whole_period"}, "900.00", "909.00"),
        ({"fee_rate": "0.03"}, "927.00", "931.20"),
    ],
)
def test_the_payoff_earns_interest_by_day_or_by_period(
    early: dict[str, str], first_day: str, mid_period: str
) -> None:
    """900.00 × 12 % × 14/360 = 4.20."""
    follow(
        THREE | {"early": early},
        f"""
day         happens  status   payoff
2026-01-30           pending  none
2026-01-31           active   {first_day}
2026-02-14           active   {mid_period}
""",
        look_at_standing,
    )


@pytest.mark.parametrize(
    ("fee", "first_day", "mid_period"),
    [("by_day", "600.00", "603.00"), ("whole_period", "600.00", "606.00"), ("all", "618.00", "618.00")],
)
def test_the_payoff_earns_fees_by_day_by_period_or_all(fee: str, first_day: str, mid_period: str) -> None:
    follow(
        FLAT | {"early": {"fee": fee}},
        f"""
day         happens              status   payoff        fee
2026-01-31                       active   {first_day}        18.00
2026-02-14                       active   {mid_period}        18.00
2026-02-14  pays 618.00 for all  settled  0.00          {str(float(mid_period) - 600) + "0"}
""",
        look_at_standing,
    )


def test_a_period_never_earns_more_than_its_own_interest() -> None:
    """Two months are 62 days in summer: 61/360 of a year would be 18.30, the period bears 18.00."""
    follow(
        THREE | {"every": {"months": 2}, "starts_on": "2026-07-01"},
        """
day         happens  payoff
2026-08-30           918.00
2026-08-31           918.00
""",
        look_at_standing,
    )


def test_settling_early_takes_off_what_is_not_earned() -> None:
    follow(
        THREE | {"early": {"fee_rate": "0.03"}},
        """
day         happens              status   payoff  credit  interests       fees
2026-02-14  pays 940.00 for all  settled  0.00    8.80    4.20 0.00 0.00  27.00 0.00 0.00
2026-03-31                       settled  0.00    8.80    4.20 0.00 0.00  27.00 0.00 0.00
""",
        look_at_standing,
    )


def test_interest_that_was_paid_ahead_and_is_not_earned_counts_against_the_payoff() -> None:
    """309.00 and 306.00 are paid ahead, 15.00 of it interest; 4.20 is earned: 300.00 + 4.20 − 15.00."""
    follow(
        THREE,
        """
day         happens              status   payoff  interests
2026-01-31  pays 615.00 for next  active  285.00  9.00 6.00 3.00
2026-02-14                        active  289.20  9.00 6.00 3.00
2026-02-14  pays 289.20 for all  settled  0.00    4.20 0.00 0.00
""",
        look_at_standing,
    )


def test_prepaying_shortens_from_the_last_instalment() -> None:
    """14 of 28 days at 900.00, 14 at 750.00: 8.25; then 450.00 and 150.00. Seven days later 5.95 is earned."""
    follow(
        THREE | {"excess": "shorten"},
        """
day         happens      prepaid  payoff  principals            interests
2026-02-14  pays 150.00  150.00   754.20  300.00 300.00 150.00  8.25 4.50 1.50
2026-02-21               150.00   755.95  300.00 300.00 150.00  8.25 4.50 1.50
2026-02-28               150.00   758.25  300.00 300.00 150.00  8.25 4.50 1.50
""",
        look_at_standing,
    )


def test_prepaying_lowers_what_is_to_come() -> None:
    follow(
        THREE | {"excess": "lower"},
        """
day         happens       prepaid  credit  principals            interests
2026-02-14  pays 150.00   150.00   0.00    250.00 250.00 250.00  8.25 5.00 2.50
2026-02-28  pays 358.25   250.00   0.00    250.00 200.00 200.00  8.25 4.00 2.00
2026-02-28  pays 500.00   650.00   100.00  250.00 0.00 0.00      8.25 0.00 0.00
""",
        look_at_standing,
    )


def test_an_instalment_that_was_cut_to_nothing_takes_its_share_again() -> None:
    """The return takes the last 300.00; 150.00 prepaid of the other 600.00 leave 450.00 for all three."""
    follow(
        THREE | {"excess": "lower"},
        """
day         happens         returned  prepaid  principals            interests
2026-01-31  returns 300.00  300.00    0.00     300.00 300.00 0.00    6.00 3.00 0.00
2026-01-31  pays 150.00     300.00    150.00   150.00 150.00 150.00  4.50 3.00 1.50
""",
        look_at_standing,
    )


def test_a_return_takes_what_comes_then_what_is_due_then_pays_then_is_credit() -> None:
    """Due: 309.00. 600.00 to come, seven of 31 days of it at 1 %: 1.35."""
    follow(
        THREE | {"excess": "lower"},
        """
day         happens         returned  credit  due_now  principals         interests
2026-03-07  returns 700.00  700.00    0.00    209.00   200.00 0.00 0.00   9.00 1.35 0.00
2026-03-07  returns 300.00  900.00    91.00   0.00     0.00 0.00 0.00     9.00 1.35 0.00
2026-03-31                  900.00    89.65   0.00     0.00 0.00 0.00     9.00 1.35 0.00
2026-03-31  returns 10.00   900.00    99.65   0.00     0.00 0.00 0.00     9.00 1.35 0.00
""",
        look_at_standing,
    )


def test_interest_paid_ahead_that_a_return_makes_too_much_becomes_credit() -> None:
    """Half a period at 900.00, half at 600.00: 7.50 of the 9.00 that were paid."""
    follow(
        THREE,
        """
day         happens              credit  interests       states
2026-01-31  pays 309.00 for next  0.00   9.00 6.00 3.00  PUU
2026-02-14  returns 300.00       1.50    7.50 3.00 0.00  PUP
""",
        look_at_standing,
    )


def test_flat_fees_follow_the_principal_that_is_left() -> None:
    """Base 600.00 for 14 of 28 days, then 400.00: 5.00; 4.00; the last one is cut to nothing and bears none."""
    follow(
        FLAT,
        """
day         happens         payoff  principals          fees
2026-02-14  returns 200.00  403.00  200.00 200.00 0.00  5.00 4.00 0.00
2026-02-21                  404.00  200.00 200.00 0.00  5.00 4.00 0.00
2026-02-28                  405.00  200.00 200.00 0.00  5.00 4.00 0.00
""",
        look_at_standing,
    )


def test_a_payment_for_the_next_instalment_or_beyond_pays_as_scheduled() -> None:
    follow(
        FLAT | {"excess": "shorten"},
        """
day         happens              due_now  next_due  prepaid  states
2026-02-10  pays 206.00 for next  0.00    206.00    0.00     PUU
2026-02-28  pays 106.00 for next  0.00    100.00    0.00     PUU
2026-02-28  pays 50.00           0.00     100.00    50.00    PUU
""",
        look_at_standing,
    )


def test_what_is_still_to_be_paid_is_what_is_left_of_all_instalments_less_credit() -> None:
    follow(
        LOAN,
        """
day         happens      remaining  credit
2026-01-31               6397.11    0.00
2026-02-10  pays 100.00  6297.11    100.00
2026-02-28               6297.11    0.00
""",
        look_at_standing,
    )
