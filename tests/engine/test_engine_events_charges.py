"""What comes on top of a plan: late fees, fees that staff charge, goodwill and further draws; every figure by hand."""

from typing import Any

import pytest
from engine_tables import FLAT, LATE, THREE, ask, follow, look_at_standing

# A fee of 15.00 once an instalment is missed, after three days of grace.
MISSED: dict[str, Any] = THREE | {"grace_days": 3, "late_fee": {"amount": "15.00"}}
NOTARY: dict[str, Any] = THREE | {"charges": {"notary": "80.00", "copy": "5.00"}}
# 600.00 in two parts from 31 March, up to 1000.00 in all: 6.00 and 3.00 of interest; periods of 30 and 31 days.
SIX: dict[str, Any] = THREE | {
    "principal": "600.00", "instalments": 2, "starts_on": "2026-03-31", "draws_up_to": "1000.00",
}  # fmt: skip


def test_each_missed_instalment_costs_its_late_fee_once_when_grace_is_over() -> None:
    follow(
        MISSED,
        """
day         happens      status   late  penalties         due_now
2026-02-28               due      0     0.00 0.00 0.00    309.00
2026-03-03               grace    0     0.00 0.00 0.00    309.00
2026-03-04               overdue  4     15.00 0.00 0.00   324.00
2026-03-31               overdue  31    15.00 0.00 0.00   630.00
2026-04-04               overdue  35    15.00 15.00 0.00  645.00
2026-04-04  pays 645.00  active   0     15.00 15.00 0.00  0.00
2026-04-05               active   0     15.00 15.00 0.00  0.00
""",
        look_at_standing,
    )


def test_paid_in_its_grace_or_in_part_before() -> None:
    """Paid in full within three days nothing was missed; a part still is, and the amount is the same."""
    follow(
        MISSED,
        """
day         happens                    status   penalty
2026-03-03  pays 309.00                active   0.00
2026-03-04                             active   0.00
2026-03-04  reverses p1                overdue  15.00
2026-03-04  pays 308.99 on 2026-03-03  overdue  15.00
""",
        look_at_standing,
    )


@pytest.mark.parametrize(
    ("late_fee", "penalties"),
    [
        ({"rate": "0.05"}, "10.00 15.30 0.00"),
        ({"rate": "0.0125"}, "2.50 3.83 0.00"),
        ({"amount": "15.00", "cap": "20.00"}, "15.00 5.00 0.00"),
        ({"rate": "0.05", "cap": "10.00"}, "10.00 0.00 0.00"),
        ({"rate": "0.05", "cap": "24.99"}, "10.00 14.99 0.00"),
    ],
)
def test_a_fixed_fee_or_a_share_of_what_is_unpaid_and_at_most_the_cap_a_loan(
    late_fee: dict[str, str], penalties: str
) -> None:
    """109.00 were paid in grace: 200.00 × 5 % = 10.00, 306.00 × 5 % = 15.30; × 1.25 %: 2.50 and 3.825, half up."""
    first, _, _ = penalties.split()
    follow(
        MISSED | {"late_fee": late_fee},
        f"""
day         happens      penalties
2026-03-02  pays 109.00  0.00 0.00 0.00
2026-04-03               {first} 0.00 0.00
2026-04-04               {penalties}
""",
        look_at_standing,
    )


def test_the_cap_holds_however_seldom_one_looks() -> None:
    """On 4 May three are missed: 15.00, the 5.00 that are left of 20.00, and nothing."""
    terms = MISSED | {"late_fee": {"amount": "15.00", "cap": "20.00"}}
    for day in ("2026-04-04", "2026-05-04"):
        assert [row["penalty"] for row in ask(terms, day)["instalments"]] == ["15.00", "5.00", "0.00"]


def test_a_late_fee_stands_beside_the_penalty_by_day() -> None:
    """Four days of 300.00: 0.60 beside the 15.00; waived, they are charged no second time."""
    follow(
        MISSED | LATE,
        """
day         happens               penalties         due_now
2026-03-04                        15.60 0.00 0.00   324.60
2026-03-04  waives 15.00 penalty  0.60 0.00 0.00    309.60
2026-03-06                        0.90 0.00 0.00    309.90
2026-03-06  pays 309.90           0.90 0.00 0.00    0.00
2026-03-10                        0.90 0.00 0.00    0.00
""",
        look_at_standing,
    )


def test_what_came_to_others_was_missed_before_and_what_is_deferred_is_missed_later() -> None:
    """Moved, the fee is halved over the two to come; the second is missed for itself. A chargeback is not missed."""
    follow(
        MISSED,
        """
day         happens                 penalties
2026-03-10                          15.00 0.00 0.00
2026-03-10  re-amortises            0.00 7.50 7.50
2026-04-04                          0.00 22.50 7.50
2026-04-04  undoes re_amortise1     15.00 15.00 0.00
""",
        look_at_standing,
    )
    follow(
        MISSED,
        """
day         happens                 penalties             states
2026-02-28  defers 1 to 2026-03-10  0.00 0.00 0.00        UUU
2026-03-13                          0.00 0.00 0.00        GUU
2026-03-14                          15.00 0.00 0.00       OUU
2026-03-14  pays 327.00             15.00 0.00 0.00       PUU
2026-03-20  bounces p1              0.00 0.00 0.00 15.00  MUUD
2026-03-30                          0.00 0.00 0.00 15.00  MUUO
""",
        look_at_standing,
    )


def test_a_payment_dated_back_takes_the_late_fee_away_and_its_bounce_brings_it_back() -> None:
    follow(
        MISSED,
        """
day         happens                    penalty  status
2026-03-10                             15.00    overdue
2026-03-10  pays 309.00 on 2026-03-02  0.00     active
2026-03-11  reverses p1                15.00    overdue
""",
        look_at_standing,
    )


def test_a_charge_goes_on_the_next_instalment_and_is_owed_whenever_the_loan_ends() -> None:
    """By 14 February 900.00 earn 4.20. Nothing is charged on the 30.00; settled, they stay."""
    follow(
        NOTARY,
        """
day         happens               next_due  payoff  fees             interests       left
2026-02-10  charges 30.00 notary  339.00    933.00  30.00 0.00 0.00  9.00 6.00 3.00  339.00 306.00 303.00
2026-02-14                        339.00    934.20  30.00 0.00 0.00  9.00 6.00 3.00  339.00 306.00 303.00
2026-02-14  pays 934.20 for all   none      0.00    30.00 0.00 0.00  4.20 0.00 0.00  0.00 0.00 0.00
""",
        look_at_standing,
    )


@pytest.mark.parametrize(("earned", "payoff"), [("by_day", "633.00"), ("whole_period", "636.00"), ("all", "648.00")])
def test_a_charge_stands_beside_the_fees_however_those_are_earned(earned: str, payoff: str) -> None:
    """Half of 6.00, all of it, or all 18.00; the 30.00 once. On a new plan in one: 3.00 and 30.00, and 15.00 to come."""
    follow(
        FLAT | {"charges": {"notary": "80.00"}, "early": {"fee": earned}},
        f"""
day         happens                               payoff  fees
2026-02-14  charges 30.00 notary                  {payoff}  36.00 6.00 6.00
2026-02-14  reschedules in 1 from 2026-03-14              0.00 0.00 0.00 48.00
""",
        look_at_standing,
    )


def test_no_more_is_charged_than_was_agreed_and_nothing_that_was_not() -> None:
    follow(
        NOTARY,
        """
day         happens                  fees
2026-02-10  charges 30.00 notary     30.00 0.00 0.00
2026-02-11  charges 30.00 notary     60.00 0.00 0.00
2026-02-12  charges 30.00 notary     refused: more_than_agreed 20.00
2026-02-12  charges 20.01 notary     refused: more_than_agreed 20.00
2026-02-12  charges 5.00 copy        65.00 0.00 0.00
2026-02-12  charges 0.01 copy        refused: more_than_agreed 0.00
2026-02-12  charges 1.00 visit       refused: unknown_charge code
2026-02-12  charges 0.00 notary      refused: not_positive
2026-02-12  charges -1.00 notary     refused: not_positive
2026-02-12  charges 1.005 notary     refused: bad_fact amount
2026-02-12  undoes charge1           35.00 0.00 0.00
2026-02-12  charges 50.00 notary     85.00 0.00 0.00
""",
        look_at_standing,
    )
    follow(
        THREE,
        """
day         happens              fees
2026-02-10  charges 1.00 notary  refused: unknown_charge code
""",
        look_at_standing,
    )


def test_on_a_due_date_the_instalment_that_is_due_is_spared() -> None:
    follow(
        NOTARY,
        """
day         happens               due_now  fees
2026-02-28  charges 30.00 notary  309.00   0.00 30.00 0.00
2026-03-10  charges 5.00 copy     309.00   0.00 35.00 0.00
""",
        look_at_standing,
    )


def test_where_none_comes_a_charge_is_due_today() -> None:
    """Late like any other afterwards; on an early settled loan it is all that is due."""
    follow(
        NOTARY,
        """
day         happens               status   due_now  n  fees                  states
2026-04-30  pays 918.00           settled  0.00     3  0.00 0.00 0.00        PPP
2026-05-01  charges 30.00 notary  due      30.00    4  0.00 0.00 0.00 30.00  PPPD
2026-05-02                        overdue  30.00    4  0.00 0.00 0.00 30.00  PPPO
2026-05-02  pays 30.00            settled  0.00     4  0.00 0.00 0.00 30.00  PPPP
2026-05-03  undoes charge1        settled  0.00     3  0.00 0.00 0.00        PPP
""",
        look_at_standing,
    )
    follow(
        NOTARY,
        """
day         happens               status   due_now  payoff  states
2026-02-14  pays 904.20 for all   settled  0.00     0.00    PPP
2026-02-15  charges 30.00 notary  due      30.00    30.00   PPPD
""",
        look_at_standing,
    )


def test_a_charge_dated_back_is_paid_first_by_what_came_since() -> None:
    """309.00 pay 30.00, 9.00 and 270.00: 30.00 of principal are open. 100.00 of credit wait for the whole 339.00."""
    follow(
        NOTARY,
        """
day         happens                             due_now  credit  states
2026-02-28  pays 309.00                         0.00     0.00    PUU
2026-03-05  charges 30.00 notary on 2026-02-10  30.00    0.00    OUU
2026-03-05  undoes charge1                      0.00     0.00    PUU
""",
        look_at_standing,
    )
    follow(
        NOTARY,
        """
day         happens               due_now  credit
2026-02-05  pays 100.00           0.00     100.00
2026-02-10  charges 30.00 notary  0.00     100.00
2026-02-28                        239.00   0.00
""",
        look_at_standing,
    )


def test_what_the_lender_pays_itself() -> None:
    """20.00 of what is due; more than is due is the borrower's credit, for the next due date."""
    follow(
        THREE,
        """
day         happens           due_now  credit  status   states
2026-02-10  gives 20.00       0.00     20.00   active   UUU
2026-02-28                    289.00   0.00    due      DUU
2026-02-28  gives 89.00       200.00   0.00    due      DUU
2026-02-28  gives 200.00      0.00     0.00    active   PUU
2026-03-01  undoes goodwill1  20.00    0.00    overdue  OUU
2026-03-01  gives 25.00       0.00     5.00    active   PUU
2026-03-01  gives 0.00        refused: not_positive
""",
        look_at_standing,
    )


def test_goodwill_pays_the_late_charge_first_and_on_a_settled_loan_is_credit() -> None:
    """Ten days of 300.00: 1.50 of penalty, then interest, then 9.50 of principal."""
    follow(
        THREE | LATE,
        """
day         happens      status   late  due_now  penalty
2026-03-10               overdue  10    310.50   1.50
2026-03-10  gives 20.00  overdue  10    290.50   1.50
2026-03-20               overdue  20    291.95   2.95
""",
        look_at_standing,
    )
    follow(
        THREE,
        """
day         happens              status   credit
2026-02-14  pays 914.20 for all  settled  10.00
2026-02-15  gives 20.00          settled  30.00
2026-02-15  gives 5.00           settled  35.00
""",
        look_at_standing,
    )


def test_goodwill_dated_back_leaves_the_payment_that_came_since_too_large() -> None:
    follow(
        THREE,
        """
day         happens                    due_now  credit
2026-02-28  pays 309.00                0.00     0.00
2026-03-05  gives 20.00 on 2026-02-28  0.00     20.00
""",
        look_at_standing,
    )


def test_a_further_draw_is_planned_over_what_is_to_come() -> None:
    """300.00 more on two instalments of 300.00: two of 450.00; 900.00 and 450.00 bear 1 % a month."""
    follow(
        SIX,
        """
day         happens       lent    principals     interests  payoff
2026-03-31                600.00  300.00 300.00  6.00 3.00  600.00
2026-03-31  draws 300.00  900.00  450.00 450.00  9.00 4.50  900.00
2026-04-30  pays 459.00   900.00  450.00 450.00  9.00 4.50  450.00
""",
        look_at_standing,
    )


def test_the_running_month_bears_the_draw_from_its_day_on() -> None:
    """600.00 for fifteen days and 900.00 for fifteen: 7.50. Twice: (600.00 × 10 + 700.00 × 10 + 800.00 × 10)/30: 7.00."""
    follow(
        SIX,
        """
day         happens                     lent    principals     interests
2026-04-15  draws 300.00                900.00  450.00 450.00  7.50 4.50
2026-04-15  undoes draw1                600.00  300.00 300.00  6.00 3.00
2026-04-20  draws 100.00 on 2026-04-10  700.00  350.00 350.00  6.67 3.50
2026-04-20  draws 100.00                800.00  400.00 400.00  7.00 4.00
""",
        look_at_standing,
    )


def test_no_more_is_drawn_than_was_agreed() -> None:
    follow(
        SIX,
        """
day         happens       lent
2026-04-10  draws 400.01  refused: more_than_agreed 400.00
2026-04-10  draws 300.00  900.00
2026-04-11  draws 100.01  refused: more_than_agreed 100.00
2026-04-11  draws 0.00    refused: not_positive
2026-04-11  draws 100.00  1000.00
2026-04-11  draws 0.01    refused: more_than_agreed 0.00
2026-04-12  undoes draw1  700.00
""",
        look_at_standing,
    )
    follow(
        THREE,
        """
day         happens     lent
2026-02-10  draws 0.01  refused: more_than_agreed 0.00
""",
        look_at_standing,
    )


def test_a_level_loan_is_levelled_again_and_what_is_due_today_is_left_alone() -> None:
    """602.98 + 300.00 = 902.98 ÷ (1/1.01 + 1/1.01²) = 458.27: 449.24 and 453.74."""
    follow(
        THREE | {"method": "equal_instalment", "draws_up_to": "2000.00"},
        """
day         happens       due_now  principals            interests
2026-02-28                306.02   297.02 299.99 302.99  9.00 6.03 3.03
2026-02-28  draws 300.00  306.02   297.02 449.24 453.74  9.00 9.03 4.54
""",
        look_at_standing,
    )


def test_fees_are_of_all_that_is_lent_by_day() -> None:
    """600.00 for fourteen of 28 days, then 900.00: 7.50; 9.00 each from there on."""
    follow(
        FLAT | {"draws_up_to": "1000.00"},
        """
day         happens       principals            fees            payoff
2026-02-14  draws 300.00  300.00 300.00 300.00  7.50 9.00 9.00  903.00
2026-02-21                300.00 300.00 300.00  7.50 9.00 9.00  905.25
""",
        look_at_standing,
    )


def test_on_a_loan_paid_ahead_the_last_instalment_takes_the_draw() -> None:
    """Fifteen days of 300.00: 1.50 more on the first, a month: 3.00 more on the last. One paid ahead is left out.

    Of three, fourteen days of 300.00 on the first, 1.50, and a month on each of the others, 3.00.
    """
    follow(
        THREE | {"draws_up_to": "1200.00"},
        """
day         happens               principals            interests        left
2026-01-31  pays 918.00 for next  300.00 300.00 300.00  9.00 6.00 3.00   0.00 0.00 0.00
2026-02-14  draws 300.00          300.00 300.00 600.00  10.50 9.00 6.00  1.50 3.00 303.00
""",
        look_at_standing,
    )
    follow(
        SIX,
        """
day         happens               principals     interests  left         status
2026-03-31  pays 609.00 for next  300.00 300.00  6.00 3.00  0.00 0.00    settled
2026-04-15  draws 300.00          300.00 600.00  7.50 6.00  1.50 303.00  active
""",
        look_at_standing,
    )
    follow(
        SIX,
        """
day         happens               principals     interests  left
2026-03-31  pays 306.00 for next  300.00 300.00  6.00 3.00  0.00 303.00
2026-04-15  draws 300.00          300.00 600.00  7.50 6.00  1.50 606.00
""",
        look_at_standing,
    )


def test_with_nothing_left_to_come_a_draw_is_owed_at_once() -> None:
    follow(
        SIX,
        """
day         happens       status   due_now  n  principals            lent
2026-05-31  pays 609.00   settled  0.00     2  300.00 300.00         600.00
2026-06-01  draws 100.00  due      100.00   3  300.00 300.00 100.00  700.00
2026-06-01  pays 120.00   settled  0.00     3  300.00 300.00 100.00  700.00
2026-06-02  undoes draw1  settled  0.00     2  300.00 300.00         600.00
""",
        look_at_standing,
    )


def test_a_draw_dated_back_before_a_payment_and_on_a_late_loan() -> None:
    """306.00 were paid of what is 457.50 with the draw. Late, the 300.00 that are overdue stay what they were."""
    follow(
        SIX,
        """
day         happens                     due_now  principals     interests
2026-04-30  pays 306.00                 0.00     300.00 300.00  6.00 3.00
2026-05-05  draws 300.00 on 2026-04-15  151.50   450.00 450.00  7.50 4.50
2026-05-05  undoes draw1                0.00     300.00 300.00  6.00 3.00
""",
        look_at_standing,
    )
    follow(
        THREE | LATE | {"draws_up_to": "1200.00"},
        """
day         happens       status   late  due_now  principals            interests
2026-03-10  draws 300.00  overdue  10    310.50   300.00 450.00 450.00  9.00 8.03 4.50
""",
        look_at_standing,
    )


_FIELDS: list[tuple[dict[str, Any], str]] = [
    ({"late_fee": {}}, "late_fee"),
    ({"late_fee": {"amount": "1.00", "rate": "0.01"}}, "late_fee"),
    ({"late_fee": {"amount": "0.00"}}, "late_fee"),
    ({"late_fee": {"amount": "-1.00"}}, "late_fee"),
    ({"late_fee": {"rate": "-0.01"}}, "late_fee"),
    ({"late_fee": {"amount": "1.00", "cap": "0"}}, "late_fee"),
    ({"late_fee": {"amount": "1.00", "on": "fee"}}, "late_fee"),
    ({"late_fee": "15.00"}, "late_fee"),
    ({"charges": ["notary"]}, "charges"),
    ({"charges": {"": "1.00"}}, "charges"),
    ({"charges": {"notary": "0.00"}}, "charges"),
    ({"charges": {"notary": 80}}, "charges"),
    ({"draws_up_to": "899.99"}, "draws_up_to"),
    ({"draws_up_to": "0"}, "draws_up_to"),
    ({"draws_up_to": None}, "draws_up_to"),
    ({"subsidy_rate": "0.13"}, "subsidy_rate"),
    ({"subsidy_rate": "-0.01"}, "subsidy_rate"),
    ({"merchant_fee_rate": "-0.01"}, "merchant_fee_rate"),
    ({"free_return_days": -1}, "free_return_days"),
    ({"free_return_days": True}, "free_return_days"),
    ({"rounding": "half_down"}, "rounding"),
]


@pytest.mark.parametrize(("said", "field"), _FIELDS)
def test_prices_that_make_no_sense_are_refused_with_their_field(said: dict[str, Any], field: str) -> None:
    refused = ask(THREE | said, "2026-01-31")["refused"]
    assert (refused["code"], refused["field"]) == ("bad_terms", field)


def test_no_late_fee_at_all_can_be_said_in_so_many_words() -> None:
    assert ask(THREE | {"late_fee": None}, "2026-04-04") == ask(THREE, "2026-04-04")
