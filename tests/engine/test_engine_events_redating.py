"""Deferral and due-day change: when an instalment falls due, and what the odd days cost; every figure by hand."""

from typing import Any

import pytest
from engine_tables import FLAT, LATE, LOAN, THREE, follow, look_at_standing


def test_a_deferred_instalment_takes_its_days_from_the_next_one() -> None:
    """Ten days of 600.00 at 12 %, days over 360: 2.00 more; ten days of 300.00: 1.00 less."""
    follow(
        THREE,
        """
day         happens                 due_on             interests       principals            payoff  states
2026-02-28  pays 309.00             02-28 03-31 04-30  9.00 6.00 3.00  300.00 300.00 300.00  600.00  PUU
2026-03-01  defers 2 to 2026-04-10  02-28 04-10 04-30  9.00 8.00 2.00  300.00 300.00 300.00  600.20  PUU
2026-03-31                          02-28 04-10 04-30  9.00 8.00 2.00  300.00 300.00 300.00  606.20  PUU
2026-04-10                          02-28 04-10 04-30  9.00 8.00 2.00  300.00 300.00 300.00  608.00  PDU
2026-04-10  pays 308.00             02-28 04-10 04-30  9.00 8.00 2.00  300.00 300.00 300.00  300.00  PPU
2026-04-30  pays 302.00             02-28 04-10 04-30  9.00 8.00 2.00  300.00 300.00 300.00  0.00    PPP
""",
        look_at_standing,
    )


def test_the_figures_of_a_level_loan() -> None:
    """482.60 of principal ten days later: 5049.09 × 12 % × 10/360 = 16.83 more, 4566.49 × 12 % × 10/360 = 15.22 less.

    50.4909 + 16.8303 = 67.32 and 45.6649 − 15.2216 = 30.44.
    """
    follow(
        LOAN | {"instalments": 12},
        """
day         happens                 interests
2026-01-31                          60.00 55.27 50.49 45.66 40.79 35.87 30.90 25.87 20.80 15.68 10.50 5.28
2026-01-31  defers 3 to 2026-05-10  60.00 55.27 67.32 30.44 40.79 35.87 30.90 25.87 20.80 15.68 10.50 5.28
""",
        look_at_standing,
    )


@pytest.mark.parametrize(
    ("day_count", "interests"),
    [
        ("actual/365", "8.28 8.09 1.97"),
        ("actual/360", "8.40 8.20 2.00"),
        ("actual/actual", "8.28 8.09 1.97"),
        ("30/360", "8.40 8.40 2.00"),
    ],
)
def test_by_days_a_deferred_period_bears_the_days_that_it_then_has(day_count: str, interests: str) -> None:
    """28 days of 900.00; 41 of 600.00 and 20 of 300.00; by 30/360 28, 42 and 20, as 28 February to 10 April is 42."""
    follow(
        THREE | {"day_count": day_count},
        f"""
day         happens                 interests
2026-02-01  defers 2 to 2026-04-10  {interests}
""",
        look_at_standing,
    )


def test_the_last_instalment_takes_its_days_from_nobody() -> None:
    """300.00 × 12 % × 30/360 = 3.00."""
    follow(
        THREE,
        """
day         happens                 due_on             interests
2026-01-31  defers 3 to 2026-05-30  02-28 03-31 05-30  9.00 6.00 6.00
""",
        look_at_standing,
    )


def test_a_month_of_31_days_is_thirty_parts_of_360_and_gives_no_more_than_those() -> None:
    """Thirty days of 900.00: 9.00 more; all thirty of 600.00 gone. Of two months, 62 days are sixty: none left."""
    follow(
        THREE,
        """
day         happens                 due_on             interests
2026-02-01  defers 1 to 2026-03-30  03-30 03-31 04-30  18.00 0.00 3.00
""",
        look_at_standing,
    )
    follow(
        THREE | {"starts_on": "2026-05-01", "every": {"months": 2}},
        """
day         happens                 due_on             interests
2026-05-01                          07-01 09-01 11-01  18.00 12.00 6.00
2026-05-01  defers 1 to 2026-08-31  08-31 09-01 11-01  36.30 0.00 6.00
""",
        look_at_standing,
    )


def test_on_its_due_date_an_instalment_can_be_deferred_and_on_the_next_day_no_longer() -> None:
    follow(
        THREE,
        """
day         happens                 status   due_now  next_due  next_on     states
2026-02-28                          due      309.00   306.00    2026-03-31  DUU
2026-02-28  defers 1 to 2026-03-10  active   0.00     312.00    2026-03-10  UUU
2026-03-10                          due      312.00   304.00    2026-03-31  DUU
2026-03-11  defers 1 to 2026-03-20  refused: not_to_come n
""",
        look_at_standing,
    )


def test_lateness_counts_from_the_later_day() -> None:
    """300.00 × 0.0005 a day, four days after 10 March: 0.60."""
    follow(
        THREE | LATE,
        """
day         happens                 status   late  penalty  due_now
2026-02-28  defers 1 to 2026-03-10  active   0     0.00     0.00
2026-03-13                          grace    0     0.00     312.00
2026-03-14                          overdue  4     0.60     312.60
""",
        look_at_standing,
    )


def test_dated_back_before_a_payment_the_payment_finds_nothing_due_and_waits() -> None:
    """306.00 wait for 10 April, when 308.00 are due; without the deferral they paid what was due on 31 March."""
    follow(
        THREE,
        """
day         happens                               status  due_now  credit  interests       states
2026-02-28  pays 309.00                           active  0.00     0.00    9.00 6.00 3.00  PUU
2026-03-31  pays 306.00                           active  0.00     0.00    9.00 6.00 3.00  PPU
2026-04-05  defers 2 to 2026-04-10 on 2026-03-20  active  0.00     306.00  9.00 8.00 2.00  PUU
2026-04-10                                        due     2.00     0.00    9.00 8.00 2.00  PDU
2026-04-10  undoes deferral1                      active  0.00     0.00    9.00 6.00 3.00  PPU
""",
        look_at_standing,
    )


def test_dated_back_before_the_penalty_it_takes_the_penalty_away() -> None:
    follow(
        THREE | LATE,
        """
day         happens                               status   late  penalty  due_now
2026-03-05                                        overdue  5     0.75     309.75
2026-03-05  defers 1 to 2026-03-10 on 2026-02-20  active   0     0.00     0.00
2026-03-05  undoes deferral1                      overdue  5     0.75     309.75
""",
        look_at_standing,
    )


def test_deferred_twice_is_deferred_to_the_second_day_and_never_to_an_earlier_one() -> None:
    """Twenty days of 600.00: 4.00 more; twenty of 300.00: 2.00 less."""
    follow(
        THREE,
        """
day         happens                 due_on             interests
2026-02-01  defers 2 to 2026-04-10  02-28 04-10 04-30  9.00 8.00 2.00
2026-02-02  defers 2 to 2026-04-20  02-28 04-20 04-30  9.00 10.00 1.00
2026-02-03  defers 2 to 2026-04-15  refused: out_of_order to
2026-02-03  defers 2 to 2026-04-20  refused: out_of_order to
2026-02-03  defers 3 to 2026-05-10  02-28 04-20 05-10  9.00 10.00 2.00
2026-02-04  undoes deferral1        02-28 04-20 05-10  9.00 10.00 2.00
2026-02-04  undoes deferral2        02-28 03-31 05-10  9.00 6.00 4.00
""",
        look_at_standing,
    )


def test_a_deferral_goes_forward_and_stays_before_the_next_due_date() -> None:
    follow(
        THREE,
        """
day         happens                  due_on
2026-02-01  defers 2 to 2026-03-30   refused: out_of_order to
2026-02-01  defers 2 to 2026-03-31   refused: out_of_order to
2026-02-01  defers 2 to 2026-04-30   refused: out_of_order to
2026-02-01  defers 4 to 2026-05-31   refused: not_to_come n
2026-02-01  defers 2 to 2026-04-29   02-28 04-29 04-30
""",
        look_at_standing,
    )


def test_on_a_late_loan_what_is_late_stays_late() -> None:
    """Ten days of 300.00 late: 1.50. Seven days of 600.00 more on the second: 1.40; of 300.00 less on the third: 0.70."""
    follow(
        THREE | LATE,
        """
day         happens                 status   late  due_now  penalty  interests
2026-03-10                          overdue  10    310.50   1.50     9.00 6.00 3.00
2026-03-10  defers 1 to 2026-03-20  refused: not_to_come n
2026-03-10  defers 2 to 2026-04-07  overdue  10    310.50   1.50     9.00 7.40 2.30
""",
        look_at_standing,
    )


def test_of_a_settled_loan_nothing_is_left_to_defer() -> None:
    """Settled early, the rest of the plan is no longer there, and nobody asks for it; what fell due is not to come.

    By 10 March 600.00 earned 2.00.
    """
    follow(
        THREE,
        """
day         happens                 status   credit  due_now
2026-02-28  pays 309.00             active   0.00    0.00
2026-03-10  pays 602.00 for all     settled  0.00    0.00
2026-03-11  defers 2 to 2026-04-10  settled  0.00    0.00
2026-03-11  defers 3 to 2026-05-10  settled  0.00    0.00
2026-03-11  defers 1 to 2026-03-30  refused: not_to_come n
2026-03-11  defers 4 to 2026-05-31  refused: not_to_come n
""",
        look_at_standing,
    )
    follow(
        THREE,
        """
day         happens                 status
2026-02-28  pays 309.00             active
2026-03-31  pays 306.00             active
2026-04-30  pays 303.00             settled
2026-05-01  defers 3 to 2026-05-31  refused: not_to_come n
""",
        look_at_standing,
    )


def test_credit_waits_for_the_later_day() -> None:
    follow(
        THREE,
        """
day         happens                 status  credit  due_now  states
2026-02-10  pays 400.00             active  400.00  0.00     UUU
2026-02-28  defers 1 to 2026-03-10  active  400.00  0.00     UUU
2026-03-10                          active  88.00   0.00     PUU
2026-03-31                          due     0.00    216.00   PDU
""",
        look_at_standing,
    )


def test_an_instalment_paid_ahead_and_then_deferred_owes_the_odd_days() -> None:
    """Ten days of 900.00: 3.00 more on the first; ten of 600.00: 2.00 less on the second, which is paid 306.00."""
    follow(
        THREE,
        """
day         happens                  credit  left             interests
2026-01-31  pays 615.00 for next     0.00    0.00 0.00 303.00  9.00 6.00 3.00
2026-02-01  defers 1 to 2026-03-10   2.00    3.00 0.00 303.00  12.00 4.00 3.00
""",
        look_at_standing,
    )


def test_a_deferral_of_what_another_event_made_is_dropped_when_that_is_undone() -> None:
    """Instalment 4 is of the new plan; without it there is none, and the accepted deferral is refused no more."""
    follow(
        THREE,
        """
day         happens                     due_on                               states
2026-02-10  re-ages from 2026-03-10     02-28 03-31 04-30 03-10 04-10 05-10  MMMUUU
2026-02-11  defers 4 to 2026-03-20      02-28 03-31 04-30 03-20 04-10 05-10  MMMUUU
2026-02-12  undoes re_age1              02-28 03-31 04-30                    UUU
""",
        look_at_standing,
    )
    follow(
        THREE,
        """
day         happens                     due_on
2026-02-10  defers 2 to 2026-04-20      02-28 04-20 04-30
2026-02-11  defers 1 to 2026-04-10      04-10 04-20 04-30
2026-02-12  undoes deferral1            02-28 03-31 04-30
""",
        look_at_standing,
    )


def test_a_period_that_a_prepayment_cut_in_two_is_weighted_over_all_its_days() -> None:
    """A month and ten days, 40/360: 12 % × 40/360 × (900.00 × 14 + 750.00 × 24) ÷ 38 days = 10.74.

    The next, of 450.00 less twenty parts: 450.00 × 12 % × 20/360 = 3.00.
    """
    follow(
        THREE | {"excess": "shorten"},
        """
day         happens                 prepaid  due_on             interests        principals
2026-02-14  pays 150.00             150.00   02-28 03-31 04-30  8.25 4.50 1.50   300.00 300.00 150.00
2026-02-14  defers 1 to 2026-03-10  150.00   03-10 03-31 04-30  10.74 3.00 1.50  300.00 300.00 150.00
""",
        look_at_standing,
    )


def test_fees_are_for_the_instalment_and_do_not_grow_with_its_days() -> None:
    """By 14 February of 38 days 14 have earned 6.00 × 14/38 = 2.21 of the fee."""
    follow(
        FLAT,
        """
day         happens                 fees            due_on             payoff
2026-01-31  defers 1 to 2026-03-10  6.00 6.00 6.00  03-10 03-31 04-30  600.00
2026-02-14                          6.00 6.00 6.00  03-10 03-31 04-30  602.21
""",
        look_at_standing,
    )


def test_a_new_due_day_makes_the_running_period_longer_and_leaves_the_others_whole() -> None:
    """From 31 March to 10 April ten days of 600.00: 2.00 more; a month of 300.00 from there on: 3.00."""
    follow(
        THREE,
        """
day         happens              due_on             interests       states
2026-02-28  pays 309.00          02-28 03-31 04-30  9.00 6.00 3.00  PUU
2026-03-01  moves due day to 10  02-28 04-10 05-10  9.00 8.00 3.00  PUU
2026-04-10  pays 308.00          02-28 04-10 05-10  9.00 8.00 3.00  PPU
2026-05-10  pays 303.00          02-28 04-10 05-10  9.00 8.00 3.00  PPP
""",
        look_at_standing,
    )


def test_from_the_tenth_to_the_twenty_fifth() -> None:
    """5049.09 × 1 % = 50.49 for the month, × 12 % × 15/360 = 25.25 for the days: 75.736."""
    follow(
        {"principal": "5049.09", "method": "interest_only", "instalments": 2, "starts_on": "2026-02-10",
         "every": {"months": 1}, "annual_rate": "0.12"},
        """
day         happens              due_on       interests
2026-03-01                       03-10 04-10  50.49 50.49
2026-03-01  moves due day to 25  03-25 04-25  75.74 50.49
""",
        look_at_standing,
    )  # fmt: skip


def test_no_instalment_becomes_due_earlier_and_a_day_that_is_kept_changes_nothing() -> None:
    """Told on a due date, that instalment is due. From 30 April to 29 May 29 days of 300.00: 2.90; to 30 May 3.00."""
    follow(
        THREE,
        """
day         happens              status   due_on             interests
2026-02-01  moves due day to 31  active   02-28 03-31 04-30  9.00 6.00 3.00
2026-02-28  pays 309.00          active   02-28 03-31 04-30  9.00 6.00 3.00
2026-03-31  moves due day to 29  due      02-28 03-31 05-29  9.00 6.00 5.90
2026-03-31  moves due day to 30  due      02-28 03-31 05-30  9.00 6.00 6.00
""",
        look_at_standing,
    )


def test_a_due_day_that_short_months_lack_is_their_last_day() -> None:
    """From 5 January on: the 31st of January and of March, the last days of February and April."""
    follow(
        THREE | {"starts_on": "2026-12-05", "instalments": 4},
        """
day         happens              due_on
2026-12-05                       01-05 02-05 03-05 04-05
2026-12-05  moves due day to 31  01-31 02-28 03-31 04-30
""",
        look_at_standing,
    )


@pytest.mark.parametrize(
    ("day_count", "interests"),
    [("actual/365", "8.28 8.09 2.96"), ("30/360", "8.40 8.40 3.00")],
)
def test_by_days_each_period_bears_its_own(day_count: str, interests: str) -> None:
    """28 February to 10 April: 41 days, 42 of 360. 10 April to 10 May: 30 days of 300.00."""
    follow(
        THREE | {"day_count": day_count},
        f"""
day         happens              interests
2026-02-28  moves due day to 10  {interests}
""",
        look_at_standing,
    )


def test_a_due_day_dated_back_before_a_payment_and_undone() -> None:
    follow(
        THREE,
        """
day         happens                            due_now  credit  interests       states
2026-02-28  pays 309.00                        0.00     0.00    9.00 6.00 3.00  PUU
2026-03-31  pays 306.00                        0.00     0.00    9.00 6.00 3.00  PPU
2026-04-02  moves due day to 10 on 2026-03-05  0.00     306.00  9.00 8.00 3.00  PUU
2026-04-10                                     2.00     0.00    9.00 8.00 3.00  PDU
2026-04-10  undoes due_day1                    0.00     0.00    9.00 6.00 3.00  PPU
""",
        look_at_standing,
    )


def test_a_due_day_changed_twice_only_ever_goes_later() -> None:
    """To 10 April and on to 20 April: 600.00 × 12 % × 20/360 = 4.00; back to the 31st is 30 April: thirty days, 6.00."""
    follow(
        THREE,
        """
day         happens              due_on             interests
2026-03-01  moves due day to 10  02-28 04-10 05-10  9.00 8.00 3.00
2026-03-02  moves due day to 20  02-28 04-20 05-20  9.00 10.00 3.00
2026-03-03  moves due day to 31  02-28 04-30 05-31  9.00 12.00 3.00
2026-03-04  undoes due_day2      02-28 04-30 05-31  9.00 12.00 3.00
2026-03-04  undoes due_day3      02-28 04-10 05-10  9.00 8.00 3.00
""",
        look_at_standing,
    )


def test_a_due_day_counts_from_a_deferred_date_and_makes_the_rest_regular_again() -> None:
    """Deferred by ten days to 10 April, then to the 15th: fifteen days of 600.00: 3.00; a whole month after it."""
    follow(
        THREE,
        """
day         happens                 due_on             interests
2026-03-01  defers 2 to 2026-04-10  02-28 04-10 04-30  9.00 8.00 2.00
2026-03-02  moves due day to 15     02-28 04-15 05-15  9.00 9.00 3.00
2026-03-03  defers 3 to 2026-05-25  02-28 04-15 05-25  9.00 9.00 4.00
""",
        look_at_standing,
    )


def test_a_due_day_on_a_late_a_settled_and_an_overpaid_loan() -> None:
    """Late by ten days: 1.50. 15.00 of credit wait for the tenth of April."""
    follow(
        THREE | LATE,
        """
day         happens              status   late  due_now  due_on
2026-03-10  moves due day to 10  overdue  10    310.50   02-28 04-10 05-10
""",
        look_at_standing,
    )
    follow(
        THREE,
        """
day         happens              status   credit  due_now  due_on
2026-02-28  pays 324.00          active   15.00   0.00     02-28 03-31 04-30
2026-03-01  moves due day to 10  active   15.00   0.00     02-28 04-10 05-10
2026-04-10                       due      0.00    293.00   02-28 04-10 05-10
2026-04-10  pays 600.00 for all  settled  7.00    0.00     02-28 04-10 05-10
2026-04-20  moves due day to 20  settled  7.00    0.00     02-28 04-10 05-10
""",
        look_at_standing,
    )


def _weekly() -> dict[str, Any]:
    return THREE | {"every": {"weeks": 2}, "day_count": "actual/365"}


def test_a_due_day_that_no_plan_can_have_is_refused() -> None:
    """Weeks have no day of the month; after the year 9999 there is no calendar; a month has 31 days."""
    follow(_weekly(), _REFUSED.format(day="2026-02-01", to=10), look_at_standing)
    follow(THREE | {"starts_on": "9999-09-30"}, _REFUSED.format(day="9999-10-01", to=15), look_at_standing)
    follow(THREE | {"starts_on": "9999-09-30"}, _REFUSED.format(day="9999-12-01", to=15), look_at_standing)
    follow(THREE, _REFUSED.format(day="2026-02-01", to=0), look_at_standing)
    follow(THREE, _REFUSED.format(day="2026-02-01", to=32), look_at_standing)


_REFUSED = """
day         happens                 status
{day}  moves due day to {to}     refused: bad_fact day
"""
