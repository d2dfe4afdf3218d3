"""Events on top of one another: what is left of one when another was undone, written off, or came on the same day."""

from engine_tables import FLAT, LATE, THREE, ask, follow, look_at_balances, look_at_standing


def test_every_that_ends_the_calendar_is_refused_not_broken() -> None:
    assert (
        ask(
            THREE,
            "2026-04-10",
            {
                "id": "e",
                "type": "re_age",
                "on": "2026-04-10",
                "first_due_on": "2026-05-10",
                "every": {"months": 1000000},
            },
        )["refused"]["code"]
        == "bad_fact"
    )


def test_a_loan_whose_reschedule_was_undone_still_answers() -> None:
    follow(
        FLAT,
        """
day         happens                                                            status
2026-02-10  reschedules in 2 from 2026-03-14 at 0.12 by equal_principal        active
2026-02-12  rate 0.06                                                          active
2026-02-14  undoes reschedule1                                                 active
""",
        look_at_standing,
    )


def test_due_day_after_an_undone_change_to_months() -> None:
    follow(
        THREE | {"every": {"weeks": 2}, "day_count": "actual/365"},
        """
day         happens                                            status
2026-02-10  reschedules in 2 from 2026-03-14 every 1 months    active
2026-02-12  moves due day to 10                                active
2026-02-13  undoes reschedule1                                 active
""",
        look_at_standing,
    )


def test_written_off_inside_grace_is_explained() -> None:
    follow(
        THREE | LATE,
        """
day         happens     status       penalty
2026-03-02  writes off  written_off  0.00
2026-03-10              written_off  0.00
""",
        look_at_standing,
    )


def test_fees_earned_by_day_after_a_draw_and_a_return_of_the_same_amount() -> None:
    # (600 × 7 + 900 × 7 + 600 × 7) ÷ 28 × 1 % = 5.25
    follow(
        FLAT | {"draws_up_to": "900.00"},
        """
day         happens         payoff
2026-02-07  draws 300.00    901.50
2026-02-14  returns 300.00  603.38
2026-02-21                  605.25
""".replace("603.38", "603.75"),
        look_at_standing,
    )


def test_a_refund_waits_for_its_days_money_whatever_was_undone() -> None:
    follow(
        THREE,
        """
day         happens        credit  lent    n
2026-02-05  pays 5.00      5.00    900.00  3
2026-02-06  reverses p1    0.00    900.00  3
2026-02-10  pays 10.00     10.00   900.00  3
2026-02-10  refunds 10.00  0.00    900.00  3
""",
        look_at_standing,
    )


def test_credit_pays_a_charge_that_is_due_at_once() -> None:
    follow(
        THREE | {"charges": {"notary": "80.00"}},
        """
day         happens               credit  due_now  status
2026-02-14  pays 954.20 for all   50.00   0.00     settled
2026-02-15  charges 30.00 notary  20.00   0.00     settled
""",
        look_at_standing,
    )


def test_the_shops_fee_goes_when_all_goods_are_back_whatever_was_paid() -> None:
    follow(
        THREE | {"merchant_fee_rate": "0.03"},
        """
day         happens                    merchant  merchant_fee  credit
2026-02-28  pays 309.00                -873.00   -27.00        -
2026-03-01  returns 900.00 with costs  -         -             -309.00
""",
        look_at_balances,
    )


def test_a_whole_return_ends_the_subsidy_too() -> None:
    follow(
        THREE | {"subsidy_rate": "0.03"},
        """
day         happens                    interest_income  subsidy
2026-03-10  returns 900.00 with costs  -                -
""",
        look_at_balances,
    )


def test_three_thirds_that_come_back_are_the_whole() -> None:
    follow(
        THREE,
        """
day         happens                    credit
2026-02-14  pays 904.20 for all        0.00
2026-02-20  returns 300.00 with costs  301.40
2026-02-21  returns 300.00 with costs  602.80
2026-02-22  returns 300.00 with costs  904.20
""",
        look_at_standing,
    )


def test_an_instalment_of_an_older_plan_cannot_be_deferred() -> None:
    follow(
        THREE,
        """
day         happens                  due_on
2026-02-10  re-ages from 2026-03-10  02-28 03-31 04-30 03-10 04-10 05-10
2026-02-11  defers 2 to 2026-04-05   refused: not_to_come n
""",
        look_at_standing,
    )


def test_a_void_loan_is_not_void_twice_nor_one_that_was_written_off() -> None:
    follow(
        THREE,
        """
day         happens  status
2026-02-28  voids    void
2026-03-01  voids    refused: loan_over
""",
        look_at_standing,
    )


def test_bullet_has_one_instalment() -> None:
    follow(
        THREE,
        """
day         happens                                     n
2026-02-14  reschedules in 3 from 2026-03-14 by bullet  refused: bad_fact instalments
""",
        look_at_standing,
    )


def test_a_fee_plan_has_no_interest_to_pause() -> None:
    follow(
        FLAT,
        """
day         happens                  fees
2026-02-14  pauses until 2026-03-14  refused: bad_fact until
""",
        look_at_standing,
    )


def test_a_notary_is_not_paid_back_with_a_third_of_the_goods() -> None:
    follow(
        THREE | {"charges": {"notary": "80.00"}},
        """
day         happens                    fees
2026-02-10  charges 30.00 notary       30.00 0.00 0.00
2026-02-14  returns 300.00 with costs  30.00 0.00 0.00
""",
        look_at_standing,
    )
