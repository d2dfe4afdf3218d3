"""What is open on a new footing: re-amortised, re-aged, rescheduled; every figure was worked out by hand."""

import pytest
from engine_tables import FLAT, LATE, THREE, follow, look_at_standing

# 900.00 ÷ (1/1.01 + 1/1.01² + 1/1.01³) = 306.02: 297.02, 299.99 and 302.99 of principal.
LEVEL = THREE | {"method": "equal_instalment"}


def test_arrears_are_spread_over_what_is_to_come() -> None:
    """300.00 over two instalments of 300.00: two of 450.00, and 4.50 of the old 9.00 on each.

    600.00 for ten days of 31, then 900.00 for 21: 1 % × 803.23 = 8.03; then 450.00 × 1 % = 4.50. By 10 March
    600.00 × 12 % × 10/360 = 2.00 are earned, and 9.00 are owed whenever the loan ends.
    """
    follow(
        THREE,
        """
day         happens       status   late  due_now  next_due  payoff  principals            interests        states
2026-03-10                overdue  10    309.00   306.00    911.00  300.00 300.00 300.00  9.00 6.00 3.00   OUU
2026-03-10  re-amortises  active   0     0.00     462.53    911.00  0.00 450.00 450.00    0.00 12.53 9.00  MUU
2026-03-31                due      0     462.53   459.00    917.03  0.00 450.00 450.00    0.00 12.53 9.00  MDU
2026-03-31  pays 462.53   active   0     0.00     459.00    454.50  0.00 450.00 450.00    0.00 12.53 9.00  MPU
2026-04-30  pays 459.00   settled  0     0.00     none      0.00    0.00 450.00 450.00    0.00 12.53 9.00  MPP
""",
        look_at_standing,
    )


def test_a_late_charge_goes_along_and_is_not_charged_again() -> None:
    """Ten days of 300.00: 1.50, halved. Five days of 450.00: 1.125, with the 0.75 that came along 1.88."""
    follow(
        THREE | LATE,
        """
day         happens       status   late  due_now  penalties       moved
2026-03-10                overdue  10    310.50   1.50 0.00 0.00  0.00 0.00 0.00
2026-03-10  re-amortises  active   0     0.00     0.00 0.75 0.75  310.50 0.00 0.00
2026-03-20                active   0     0.00     0.00 0.75 0.75  310.50 0.00 0.00
2026-04-05                overdue  5     464.41   0.00 1.88 0.75  310.50 0.00 0.00
""",
        look_at_standing,
    )


def test_inside_its_grace_an_instalment_takes_no_late_charge_along() -> None:
    """600.00 for two days, 900.00 for 29 of 31: 1 % × 880.65 = 8.81, and 4.50."""
    follow(
        THREE | LATE,
        """
day         happens       status  late  penalty  interests        moved
2026-03-02  re-amortises  active  0     0.00     0.00 13.31 9.00  309.00 0.00 0.00
2026-03-30                active  0     0.00     0.00 13.31 9.00  309.00 0.00 0.00
""",
        look_at_standing,
    )


def test_a_late_charge_that_was_waived_is_gone_before() -> None:
    follow(
        THREE | LATE,
        """
day         happens              penalties       moved
2026-03-10  re-amortises         0.00 0.75 0.75  310.50 0.00 0.00
2026-03-10  waives 1.50 penalty  0.00 0.00 0.00  309.00 0.00 0.00
""",
        look_at_standing,
    )


def test_what_is_due_today_is_spread_too() -> None:
    """600.00 of principal on the last one, 900.00 × 1 % = 9.00 of its own and the 9.00 and 6.00 that came."""
    follow(
        THREE,
        """
day         happens       status   due_now  principals        interests        states
2026-03-31                overdue  615.00                     9.00 6.00 3.00   ODU
2026-03-31  re-amortises  active   0.00     0.00 0.00 900.00  0.00 0.00 24.00  MMU
""",
        look_at_standing,
    )


def test_level_payments_are_levelled_afresh() -> None:
    """900.00 ÷ (1/1.01 + 1/1.01²) = 456.76: 447.76 and 452.24. The running month as above: 804.19 × 1 % = 8.04."""
    follow(
        LEVEL,
        """
day         happens       principals            interests
2026-02-28                297.02 299.99 302.99  9.00 6.03 3.03
2026-02-28  re-amortises  0.00 447.76 452.24    0.00 13.50 9.02
""",
        look_at_standing,
    )
    follow(
        LEVEL,
        """
day         happens       principals          interests
2026-03-10  re-amortises  0.00 447.76 452.24  0.00 12.54 9.02
""",
        look_at_standing,
    )


def test_what_others_left_is_no_interest_of_the_running_month() -> None:
    """Settled by whole months: 8.03 of 803.23, and the 9.00 that came along."""
    follow(
        THREE | {"early": {"interest": "whole_period"}},
        """
day         happens              interests        payoff
2026-03-10  re-amortises         0.00 12.53 9.00  917.03
2026-03-11  pays 917.03 for all  0.00 12.53 4.50  0.00
""",
        look_at_standing,
    )


def test_fees_are_spread_and_none_is_charged_on_them() -> None:
    """A fee of 6.00 in two parts beside the 6.00 of each instalment; half of the second month: 3.00 earned."""
    follow(
        FLAT,
        """
day         happens       principals          fees            due_now
2026-03-10  re-amortises  0.00 300.00 300.00  0.00 9.00 9.00  0.00
""",
        look_at_standing,
    )


def test_an_instalment_that_is_paid_ahead_takes_nothing_more() -> None:
    """A deferral leaves 1.00 of interest due on 10 March; the second is paid, so the third takes it."""
    follow(
        THREE,
        """
day         happens                 due_now  credit  left              states  interests
2026-01-31  pays 615.00 for next    0.00     0.00    0.00 0.00 303.00  PPU
2026-02-01  defers 1 to 2026-03-10  0.00     2.00    3.00 0.00 303.00  UPU     12.00 4.00 3.00
2026-03-11                          1.00     0.00    1.00 0.00 303.00  OPU     12.00 4.00 3.00
2026-03-11  re-amortises            0.00     0.00    0.00 0.00 304.00  MPU     11.00 4.00 4.00
""",
        look_at_standing,
    )


def test_spread_twice() -> None:
    """450.00 for five days of 30, then 900.00: 825.00 × 1 % = 8.25, beside the 4.50 it took first and 12.53 now.

    Without the first the second does it, a day later: 600.00 for eleven days of 31 and 900.00 for twenty: 7.94 + 4.50,
    so that 8.25 + 4.50 + 12.44 end on the last. Without both 300.00 for five days, then 900.00: 8.00 + 9.00 + 6.00.
    """
    follow(
        THREE,
        """
day         happens              principals            interests       moved
2026-03-10  re-amortises         0.00 450.00 450.00    0.00 12.53 9.00  309.00 0.00 0.00
2026-03-11  re-amortises         0.00 450.00 450.00    0.00 12.53 9.00  309.00 0.00 0.00
2026-04-05  re-amortises         0.00 0.00 900.00      0.00 0.00 25.28  309.00 462.53 0.00
2026-04-06  undoes re_amortise1  0.00 0.00 900.00      0.00 0.00 25.19  309.00 462.44 0.00
2026-04-06  undoes re_amortise2  0.00 0.00 900.00      0.00 0.00 23.00  309.00 306.00 0.00
2026-04-06  undoes re_amortise3  300.00 300.00 300.00  9.00 6.00 3.00   0.00 0.00 0.00
""",
        look_at_standing,
    )


def test_spread_with_a_day_before_a_payment_that_then_finds_nothing_due() -> None:
    """The 309.00 of 15 March wait as credit for the 462.53 of 31 March: 153.53 are due."""
    follow(
        THREE,
        """
day         happens                     due_now  credit  principals            interests        states
2026-03-15  pays 309.00                 0.00     0.00    300.00 300.00 300.00  9.00 6.00 3.00   PUU
2026-03-20  re-amortises on 2026-03-10  0.00     309.00  0.00 450.00 450.00    0.00 12.53 9.00  MUU
2026-03-31                              153.53   0.00    0.00 450.00 450.00    0.00 12.53 9.00  MDU
2026-03-31  undoes re_amortise1         306.00   0.00    300.00 300.00 300.00  9.00 6.00 3.00   PDU
""",
        look_at_standing,
    )


def test_with_nothing_to_come_arrears_have_nowhere_to_go() -> None:
    """Without arrears there is nothing to refuse, on a settled and on an overpaid loan; nor when they come later."""
    follow(
        THREE,
        """
day         happens       status   due_now  credit
2026-04-30                overdue  918.00   0.00
2026-04-30  re-amortises  refused: not_to_come
2026-04-30  pays 918.00   settled  0.00     0.00
2026-05-01  re-amortises  settled  0.00     0.00
2026-05-02  pays 7.00     settled  0.00     7.00
2026-05-02  re-amortises  settled  0.00     7.00
2026-05-03  reverses p1   overdue  911.00   0.00
""",
        look_at_standing,
    )


def test_all_that_is_open_starts_on_a_new_calendar() -> None:
    """Three are open: 300.00 each. 9.00 and 6.00 of old interest and ten days of 300.00, 1.00: 5.33, 5.33, 5.34.

    900.00 × 1 % + 5.33 = 14.33, then 6.00 + 5.33, then 3.00 + 5.34. Nothing is late any more.
    """
    follow(
        THREE,
        """
day         happens                  status   late  due_now  payoff  n  states  principals                            interests
2026-04-10                           overdue  41    615.00   916.00  3  OOU     300.00 300.00 300.00                  9.00 6.00 3.00
2026-04-10  re-ages from 2026-05-10  active   0     0.00     916.00  6  MMMUUU  0.00 0.00 0.00 300.00 300.00 300.00   0.00 0.00 0.00 14.33 11.33 8.34
2026-05-10  pays 314.33              active   0     0.00     610.67  6  MMMPUU  0.00 0.00 0.00 300.00 300.00 300.00   0.00 0.00 0.00 14.33 11.33 8.34
2026-06-10  pays 311.33              active   0     0.00     305.34  6  MMMPPU  0.00 0.00 0.00 300.00 300.00 300.00   0.00 0.00 0.00 14.33 11.33 8.34
2026-07-10  pays 308.34              settled  0     0.00     0.00    6  MMMPPP  0.00 0.00 0.00 300.00 300.00 300.00   0.00 0.00 0.00 14.33 11.33 8.34
""",
        look_at_standing,
    )


@pytest.mark.parametrize(
    ("said", "due_on", "principals", "interests"),
    [
        ("from 2026-05-10 in 5", "05-10 06-10 07-10 08-10 09-10", "180.00 180.00 180.00 180.00 180.00",
         "12.20 10.40 8.60 6.80 5.00"),
        ("from 2026-05-01 in 2", "05-01 06-01", "450.00 450.00", "14.30 12.50"),
        ("from 2026-06-10 in 2 every 2 months", "06-10 08-10", "450.00 450.00", "26.00 17.00"),
        ("from 2026-05-31 in 2", "05-31 06-30", "450.00 450.00", "23.30 12.50"),
        ("from 2026-05-10 in 1", "05-10", "900.00", "25.00"),
    ],
)  # fmt: skip
def test_on_which_calendar_it_starts(said: str, due_on: str, principals: str, interests: str) -> None:
    """16.00 of interest come along, evenly. 900.00, 720.00, … × 1 % + 3.20; 21 days of 900.00: 6.30 + 8.00, then 4.50.

    Two months: 18.00, 9.00. 51 days: 15.30. The 31st is kept, as the last day of June.
    """
    gone = "0.00 0.00 0.00"
    follow(
        THREE,
        f"""
day         happens{" " * 44}due_on{" " * 54}principals{" " * 60}interests
2026-04-10  {"re-ages " + said:<49}  {"02-28 03-31 04-30 " + due_on:<58}  {gone + " " + principals:<68}  {gone} {interests}
""",
        look_at_standing,
    )


def test_late_charges_go_on_the_new_calendar_too() -> None:
    """41 days of 300.00 and ten: 6.15 + 1.50 = 7.65, 2.55 each. Five days late again: 0.75 more."""
    follow(
        THREE | LATE,
        """
day         happens                  penalties                       status   late
2026-04-10                           6.15 1.50 0.00                  overdue  41
2026-04-10  re-ages from 2026-05-10  0.00 0.00 0.00 2.55 2.55 2.55   active   0
2026-05-15                           0.00 0.00 0.00 3.30 2.55 2.55   overdue  5
""",
        look_at_standing,
    )


def test_a_level_loan_is_levelled_on_its_new_calendar() -> None:
    """900.00 in three: 306.02 again. 9.00 and 6.03 are due, ten days of 302.99 are 1.01: 16.04, 5.34 and twice 5.34 more."""
    follow(
        LEVEL,
        """
day         happens                  principals                           interests
2026-04-10  re-ages from 2026-05-10  0.00 0.00 0.00 297.02 299.99 302.99  0.00 0.00 0.00 14.34 11.37 8.39
""",
        look_at_standing,
    )


def test_on_a_due_date_what_is_due_starts_anew_with_the_rest() -> None:
    """9.00 and 6.00 come along, nothing of the period that begins on this day: 5.00 each."""
    follow(
        THREE,
        """
day         happens                  status  due_now  interests                         due_on
2026-03-31  re-ages from 2026-04-30  active  0.00     0.00 0.00 0.00 14.00 11.00 8.00   02-28 03-31 04-30 04-30 05-30 06-30
""",
        look_at_standing,
    )


def test_re_aged_twice_and_one_by_one_undone() -> None:
    """Ten days of 900.00, 3.00, come to the 16.00: 19.00, of which 6.33, 6.33, 6.34.

    With the first undone, 15.00 of arrears and 300.00 × 12 % × 20/360 = 2.00 go on the second: 5.66, 5.66, 5.68.
    """
    follow(
        THREE,
        """
day         happens                  n  states     interests
2026-04-10  re-ages from 2026-05-10  6  MMMUUU     0.00 0.00 0.00 14.33 11.33 8.34
2026-04-20  re-ages from 2026-05-20  9  MMMMMMUUU  0.00 0.00 0.00 0.00 0.00 0.00 15.33 12.33 9.34
2026-04-21  undoes re_age1           6  MMMUUU     0.00 0.00 0.00 14.66 11.66 8.68
2026-04-21  undoes re_age2           3  OOU        9.00 6.00 3.00
""",
        look_at_standing,
    )


def test_re_aged_with_a_day_before_a_payment() -> None:
    """615.00 that had paid two instalments wait: 314.33 on 10 May, 300.67 of 311.33 on 10 June."""
    follow(
        THREE,
        """
day         happens                                status   due_now  credit  states
2026-04-15  pays 615.00                            active   0.00     0.00    PPU
2026-04-20  re-ages from 2026-05-10 on 2026-04-10  active   0.00     615.00  MMMUUU
2026-05-10                                         active   0.00     300.67  MMMPUU
2026-06-10                                         due      10.66    0.00    MMMPDU
2026-06-10  undoes re_age1                         overdue  303.00   0.00    PPO
""",
        look_at_standing,
    )


def test_of_a_loan_with_nothing_open_no_plan_begins() -> None:
    """Settled early with 10.00 too much; paid ahead to the end as scheduled: the interest that was paid stays paid."""
    follow(
        THREE,
        """
day         happens                                    status   credit  n
2026-02-14  pays 914.20 for all                        settled  10.00   3
2026-02-20  re-ages from 2026-03-20                    settled  10.00   3
2026-02-20  reschedules in 2 from 2026-03-20           settled  10.00   3
""",
        look_at_standing,
    )
    follow(
        THREE,
        """
day         happens                                    status   credit  n  interests
2026-01-31  pays 918.00 for next                       settled  0.00    3  9.00 6.00 3.00
2026-02-14  re-ages from 2026-03-14                    settled  0.00    3  9.00 6.00 3.00
2026-02-14  reschedules in 2 from 2026-03-20           settled  0.00    3  9.00 6.00 3.00
""",
        look_at_standing,
    )


def test_what_was_paid_ahead_bears_interest_by_day_only_and_the_rest_comes_back() -> None:
    """Fourteen days of 900.00: 4.20 of the 9.00 that were paid; none of the 6.00: 10.80 of credit. 300.00 are open."""
    follow(
        THREE,
        """
day         happens                       credit  due_now  principals                  interests            states
2026-01-31  pays 615.00 for next          0.00    0.00     300.00 300.00 300.00        9.00 6.00 3.00       PPU
2026-02-14  re-ages from 2026-03-14       10.80   0.00     300.00 300.00 0.00 300.00   4.20 0.00 0.00 3.00  PPMU
2026-03-14                                0.00    292.20   300.00 300.00 0.00 300.00   4.20 0.00 0.00 3.00  PPMD
""",
        look_at_standing,
    )


def test_a_calendar_that_cannot_be_is_refused() -> None:
    """A first day that does not come after today, or past the calendar; weeks where a month is 30 days of 360."""
    follow(
        THREE,
        """
day         happens                                                 n
2026-04-10  re-ages from 2026-04-10                                 refused: out_of_order first_due_on
2026-04-10  re-ages from 2026-04-09                                 refused: out_of_order first_due_on
2026-04-10  re-ages from 9999-12-31 in 2                            refused: bad_fact first_due_on
2026-04-10  re-ages from 2026-05-10 every 2 weeks                   refused: bad_fact every
2026-04-10  re-ages from 2026-05-10 every 0 months                  refused: bad_fact every
2026-04-10  re-ages from 2026-05-10 in 0                            refused: bad_fact instalments
2026-04-10  reschedules in 2 from 2026-04-10                        refused: out_of_order first_due_on
2026-04-10  reschedules in 2 from 9999-12-31                        refused: bad_fact first_due_on
2026-04-10  reschedules in 10001 from 2026-05-10                    refused: bad_fact instalments
2026-04-10  reschedules in 2 from 2026-05-10 every 14 days          refused: bad_fact every
2026-04-10  reschedules in 2 from 2026-05-10 by flat_fee            refused: bad_fact annual_rate
2026-04-10  reschedules in 2 from 2026-05-10 by annuity             refused: bad_fact method
2026-04-10  reschedules in 2 from 2026-05-10 at -0.01               refused: bad_fact annual_rate
2026-04-10  reschedules in 2 from 2026-05-10 with principal         refused: bad_fact carries
2026-04-10  reschedules in 2 from 2026-05-10 with fee,fee           refused: bad_fact carries
""",
        look_at_standing,
    )
    follow(FLAT, _AT_A_RATE, look_at_standing)


_AT_A_RATE = """
day         happens                                   n
2026-02-14  reschedules in 2 from 2026-03-14 at 0.06  refused: bad_fact annual_rate
2026-02-14  reschedules in 2 from 2026-03-14 at 0     5
"""

# The first instalment's principal is paid, its 9.00 of interest are not; five days of 600.00 earned 1.00.
_OPEN = THREE | {"allocation": ["principal", "interest", "fee", "penalty"]}


@pytest.mark.parametrize(
    ("said", "due_now", "principals", "interests"),
    [
        ("in 2 from 2026-04-05 with interest", "0.00", "300.00 300.00", "0.00 0.00 0.00 11.00 8.00"),
        ("in 2 from 2026-04-05", "9.00", "300.00 300.00", "9.00 0.00 0.00 6.50 3.50"),
        ("in 2 from 2026-04-05 with fee,penalty", "9.00", "300.00 300.00", "9.00 0.00 0.00 6.50 3.50"),
        ("in 2 from 2026-04-05 at 0.06 with interest", "0.00", "300.00 300.00", "0.00 0.00 0.00 8.00 6.50"),
        ("in 2 from 2026-04-05 at 0 with interest", "0.00", "300.00 300.00", "0.00 0.00 0.00 5.00 5.00"),
        ("in 2 from 2026-05-05 every 2 months with interest", "0.00", "300.00 300.00", "0.00 0.00 0.00 17.00 11.00"),
        ("in 2 from 2026-04-05 by equal_instalment with interest", "0.00", "298.51 301.49", "0.00 0.00 0.00 11.00 8.01"),
        ("in 2 from 2026-04-05 by interest_only with interest", "0.00", "0.00 600.00", "0.00 0.00 0.00 11.00 11.00"),
        ("in 1 from 2026-04-05 by bullet with interest", "0.00", "600.00", "0.00 0.00 0.00 16.00"),
        ("in 1 from 2026-04-20 at 0 by flat_fee", "9.00", "600.00", "9.00 0.00 0.00 1.00"),
    ],
)  # fmt: skip
def test_what_is_left_on_a_new_plan_with_what_it_carries(
    said: str, due_now: str, principals: str, interests: str
) -> None:
    """600.00 left and 10.00 carried in two: 305.00 each, and 6.00 and 3.00 of interest; at 6 % 3.00 and 1.50.

    What isn't carried stays due where it is. 600.00 ÷ (1/1.01 + 1/1.01²) = 304.51.
    """
    follow(
        _OPEN,
        f"""
day         happens{" " * 61}due_now  principals{" " * 30}interests
2026-02-28  {"pays 300.00":<66}  9.00     300.00 300.00 300.00{" " * 20}9.00 6.00 3.00
2026-03-05  {"reschedules " + said:<66}  {due_now:<7}  {"300.00 0.00 0.00 " + principals:<38}  {interests}
""",
        look_at_standing,
    )


def test_a_loan_by_days_on_a_plan_by_days() -> None:
    """28 days of 900.00 at 12 % over 365: 8.28. One of 600.00: 0.20, carried as 0.06, 0.06 and 0.08.

    Fourteen days each of 600.00, 400.00, 200.00: 2.76, 1.84, 0.92.
    """
    follow(
        THREE | {"day_count": "actual/365"},
        """
day         happens                                         due_on                               interests
2026-02-28  pays 308.28                                     02-28 03-31 04-30                    8.28 6.12 2.96
2026-03-01  reschedules in 3 from 2026-03-15 every 2 weeks  02-28 03-31 04-30 03-15 03-29 04-12  8.28 0.00 0.00 2.82 1.90 1.00
2026-03-01  undoes reschedule1                              02-28 03-31 04-30                    8.28 6.12 2.96
2026-03-01  reschedules in 3 from 2026-03-15 every 14 days  02-28 03-31 04-30 03-15 03-29 04-12  8.28 0.00 0.00 2.82 1.90 1.00
""",
        look_at_standing,
    )


@pytest.mark.parametrize(
    ("said", "fees"),
    [
        ("in 5 from 2026-03-14", "3.60 3.60 3.60 3.60 3.60"),
        ("in 4 from 2026-03-14", "4.50 4.50 4.50 4.50"),
        ("in 7 from 2026-03-14", "2.56 2.56 2.56 2.56 2.56 2.56 2.62"),
        ("in 1 from 2026-03-14", "18.00"),
    ],
)
def test_the_fees_to_come_are_spread_and_never_more_than_was_signed(said: str, fees: str) -> None:
    """3.00 of 18.00 are earned and carried, 15.00 to come: 3.60 = 0.60 + 3.00; 0.75 + 3.75; 0.42 + 2.14; all of it.

    In seven 2.14 each are 0.02 less in all than was signed; what is carried is not rounded down: the last takes 0.48.
    """
    follow(
        FLAT,
        f"""
day         happens                             fees
2026-02-14  reschedules {said}    0.00 0.00 0.00 {fees}
""",
        look_at_standing,
    )


def test_on_a_late_loan_what_is_not_carried_stays_late_and_grows_no_more() -> None:
    """Ten days of 300.00 late: 1.50; ten of 600.00 earn 2.00, halved. Without its principal nothing is charged on.

    900.00 × 1 % + 1.00 and 450.00 × 1 % + 1.00. Ten days later 3.00 of penalty are carried, and 4.00 are earned.
    """
    follow(
        THREE | LATE,
        """
day         happens                                        status   late  due_now  penalties                 interests
2026-03-10                                                 overdue  10    310.50   1.50 0.00 0.00            9.00 6.00 3.00
2026-03-10  reschedules in 2 from 2026-04-10               overdue  10    10.50    1.50 0.00 0.00 0.00 0.00  9.00 0.00 0.00 10.00 5.50
2026-03-20                                                 overdue  20    10.50    1.50 0.00 0.00 0.00 0.00  9.00 0.00 0.00 10.00 5.50
2026-03-20  undoes reschedule1                             overdue  20    312.00   3.00 0.00 0.00            9.00 6.00 3.00
2026-03-20  reschedules in 2 from 2026-04-20 with penalty  overdue  20    9.00     0.00 0.00 0.00 1.50 1.50  9.00 0.00 0.00 11.00 6.50
""",
        look_at_standing,
    )


def test_rescheduled_twice_on_a_due_date_and_at_another_rate() -> None:
    """On 31 March 300.00 are due today: 600.00 left, nothing earned. At 6 % 3.00, 1.50; ten days of 600.00: 1.00.

    From 10 April in one, at the 6 % that now holds: 600.00 × 6 %/12 = 3.00, and the 1.00. With the first undone it is
    12 % again: 6.00, and ten days of 300.00: 1.00. The 6.00 that fell due on 31 March were never carried.
    """
    follow(
        THREE,
        """
day         happens                                       due_now  principals                                  interests
2026-02-28  pays 309.00                                   0.00     300.00 300.00 300.00                        9.00 6.00 3.00
2026-03-31  reschedules in 2 from 2026-04-30 at 0.06      6.00     300.00 0.00 0.00 300.00 300.00              9.00 6.00 0.00 3.00 1.50
2026-04-10  reschedules in 1 from 2026-05-10              6.00     300.00 0.00 0.00 0.00 0.00 600.00           9.00 6.00 0.00 0.00 0.00 4.00
2026-04-11  undoes reschedule1                            6.00     300.00 0.00 0.00 600.00                     9.00 6.00 0.00 7.00
""",
        look_at_standing,
    )


def test_rescheduled_with_a_day_before_a_payment() -> None:
    """On 15 March 9.00 of interest are still due of what was not carried; the other 300.00 wait for 10 April."""
    follow(
        THREE,
        """
day         happens                                             due_now  credit  states  interests
2026-03-15  pays 309.00                                         0.00     0.00    PUU     9.00 6.00 3.00
2026-03-20  reschedules in 2 from 2026-04-10 on 2026-03-10      0.00     300.00  MMMUU   9.00 0.00 0.00 10.00 5.50
2026-04-10                                                      160.00   0.00    MMMDU   9.00 0.00 0.00 10.00 5.50
2026-04-10  undoes reschedule1                                  306.00   0.00    POU     9.00 6.00 3.00
""",
        look_at_standing,
    )


def test_credit_is_kept_for_the_new_plan() -> None:
    """91.00 are left when 309.00 fell due; on 14 April they pay a part of what the new plan asks for first."""
    follow(
        THREE,
        """
day         happens                                  credit  due_now  states
2026-02-10  pays 400.00                              400.00  0.00     UUU
2026-03-14  reschedules in 2 from 2026-04-14         91.00   0.00     PMMUU
2026-04-14                                           0.00    216.40   PMMDU
""",
        look_at_standing,
    )
