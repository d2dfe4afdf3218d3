"""What the books say of each event, as an accountant expects it; every row was added up by hand, and comes to nothing."""

from typing import Any

from engine_tables import FLAT, LATE, PHONE, THREE, follow, look_at_balances

SIX: dict[str, Any] = THREE | {"principal": "600.00", "instalments": 2, "starts_on": "2026-03-31"}


def test_what_was_lent_what_fell_due_and_what_was_paid() -> None:
    """1999.00 of goods, 12.99 of fee fell due today; 346.15 are paid, 333.16 of it principal."""
    follow(
        PHONE,
        """
day         happens      principal  fee    fee_income  merchant  unapplied
2026-09-30               1999.00    12.99  -12.99      -1999.00  -
2026-09-30  pays 346.15  1665.84    -      -12.99      -1999.00  346.15
""",
        look_at_balances,
    )


def test_a_deferral_and_a_new_due_day_put_income_off_to_the_later_day() -> None:
    follow(
        THREE,
        """
day         happens                            principal  interest  interest_income  merchant  unapplied  credit
2026-02-28  pays 309.00                        600.00     -         -9.00            -900.00   309.00     -
2026-03-20  defers 2 to 2026-04-10             600.00     -         -9.00            -900.00   309.00     -
2026-03-31                                     600.00     -         -9.00            -900.00   309.00     -
2026-04-10                                     600.00     8.00      -17.00           -900.00   309.00     -
2026-04-12  undoes deferral1                   600.00     6.00      -15.00           -900.00   309.00     -
2026-04-12  moves due day to 15 on 2026-03-20  600.00     -         -9.00            -900.00   309.00     -
2026-04-15                                     600.00     9.00      -18.00           -900.00   309.00     -
""",
        look_at_balances,
    )


def test_what_is_spread_or_re_aged_was_income_before_and_stays_receivable() -> None:
    """9.00 and 1.50 on two instalments; 8.03 more on 31 March. Re-aged, ten days of 300.00 are earned: 1.00."""
    follow(
        THREE | LATE,
        """
day         happens       principal  interest  penalty  interest_income  penalty_income  merchant
2026-03-10                900.00     9.00      1.50     -9.00            -1.50           -900.00
2026-03-10  re-amortises  900.00     9.00      1.50     -9.00            -1.50           -900.00
2026-03-31                900.00     17.03     1.50     -17.03           -1.50           -900.00
""",
        look_at_balances,
    )
    follow(
        THREE,
        """
day         happens                  principal  interest  interest_income  merchant  unapplied
2026-04-10                           900.00     15.00     -15.00           -900.00   -
2026-04-10  re-ages from 2026-05-10  900.00     16.00     -16.00           -900.00   -
2026-05-10                           900.00     25.00     -25.00           -900.00   -
2026-05-10  pays 314.33              600.00     10.67     -25.00           -900.00   314.33
""",
        look_at_balances,
    )


def test_a_new_plan_charges_what_was_earned_and_then_its_own() -> None:
    """3.00 of the first fee are earned; 3.00 of five new ones fall due with 0.60 of what was carried."""
    follow(
        FLAT,
        """
day         happens                           principal  fee   fee_income  merchant  unapplied
2026-02-14                                    600.00     -     -           -600.00   -
2026-02-14  reschedules in 5 from 2026-03-14  600.00     3.00  -3.00       -600.00   -
2026-03-14                                    600.00     6.00  -6.00       -600.00   -
2026-03-14  pays 123.60                       480.00     2.40  -6.00       -600.00   123.60
""",
        look_at_balances,
    )


def test_a_pause_and_another_rate_give_back_income_that_was_too_much() -> None:
    follow(
        SIX,
        """
day         happens                                principal  interest_income  unapplied  credit  merchant
2026-04-30  pays 306.00                            300.00     -6.00            306.00     -       -600.00
2026-05-05  pauses until 2026-04-20 on 2026-04-10  300.00     -4.00            306.00     -2.00   -600.00
2026-05-05  undoes pause1                          300.00     -6.00            306.00     -       -600.00
2026-05-05  rate 0.06 on 2026-04-15                300.00     -4.50            306.00     -1.50   -600.00
""",
        look_at_balances,
    )


def test_a_subsidy_is_income_that_a_third_party_owes() -> None:
    """6.00 in all: 5.25 from the borrower. Settled early, 0.75 of 3 % for fifteen days, and 2.25 that were paid."""
    follow(
        SIX,
        """
day         happens       principal  interest  interest_income  subsidy  unapplied  merchant
2026-04-15  subsidy 0.03  600.00     -         -                -        -          -600.00
2026-04-30                600.00     5.25      -6.00            0.75     -          -600.00
2026-04-30  pays 305.25   300.00     -         -6.00            0.75     305.25     -600.00
""",
        look_at_balances,
    )
    follow(
        SIX | {"subsidy_rate": "0.03"},
        """
day         happens              principal  interest_income  subsidy  unapplied
2026-04-15  pays 602.25 for all  -          -3.00            0.75     602.25
""",
        look_at_balances,
    )


def test_a_charge_is_income_when_it_is_charged_and_a_late_fee_when_it_is_missed() -> None:
    follow(
        THREE | {"grace_days": 3, "late_fee": {"amount": "15.00"}, "charges": {"notary": "80.00"}},
        """
day         happens               principal  interest  fee    penalty  interest_income  fee_income  penalty_income  waived
2026-02-10  charges 30.00 notary  900.00     -         30.00  -        -                -30.00      -               -
2026-02-28                        900.00     9.00      30.00  -        -9.00            -30.00      -               -
2026-03-04                        900.00     9.00      30.00  15.00    -9.00            -30.00      -15.00          -
2026-03-04  waives 15.00 penalty  900.00     9.00      30.00  -        -9.00            -30.00      -15.00          15.00
""",
        look_at_balances,
    )


def test_goodwill_is_our_cost_and_what_is_over_is_our_debt() -> None:
    """9.00 of interest, 11.00 of principal; then 300.00, of which 11.00 are left over."""
    follow(
        THREE,
        """
day         happens        principal  interest  interest_income  goodwill  credit  unapplied  merchant
2026-02-28  gives 20.00    889.00     -         -9.00            20.00     -       -          -900.00
2026-02-28  gives 300.00   600.00     -         -9.00            320.00    -11.00  -          -900.00
2026-03-05  refunds 11.00  600.00     -         -9.00            320.00    -       -11.00     -900.00
""",
        look_at_balances,
    )


def test_a_draw_is_lent_and_paid_out() -> None:
    follow(
        SIX | {"draws_up_to": "900.00"},
        """
day         happens       principal  interest  interest_income  merchant
2026-04-15  draws 300.00  900.00     -         -                -900.00
2026-04-30                900.00     7.50      -7.50            -900.00
""",
        look_at_balances,
    )


def test_money_that_went_back_leaves_what_was_applied() -> None:
    """After a refund its payment bounces: 30.00 are lent again, out of what the channel owes us."""
    follow(
        THREE,
        """
day         happens            principal  interest  interest_income  unapplied  credit  merchant
2026-02-28  pays 339.00        600.00     -         -9.00            339.00     -30.00  -900.00
2026-03-01  refunds 30.00      600.00     -         -9.00            309.00     -       -900.00
2026-03-10  bounces p1 309.00  900.00     9.00      -9.00            -          -       -900.00
2026-03-10  bounces p1 30.00   930.00     9.00      -9.00            -30.00     -       -900.00
2026-03-10  undoes refund1     900.00     9.00      -9.00            -          -       -900.00
""",
        look_at_balances,
    )


def test_goods_that_come_back_with_their_costs_take_income_back() -> None:
    follow(
        THREE,
        """
day         happens                    principal  interest  interest_income  unapplied  credit   merchant
2026-02-28  pays 309.00                600.00     -         -9.00            309.00     -        -900.00
2026-03-10  returns 300.00 with costs  300.00     -         -6.00            309.00     -3.00    -600.00
2026-03-10  returns 600.00 with costs  -          -         -                309.00     -309.00  -
""",
        look_at_balances,
    )


def test_a_loss_and_what_came_in_of_it_since() -> None:
    """What is waived of it is no longer lost; what came in beyond it is credit.

    As if nothing had been written off, the 110.00 that stayed paid 9.00 of interest and 101.00 of principal, and 2.00
    of the second instalment's 6.00 are waived.
    """
    follow(
        THREE,
        """
day         happens               principal  interest  interest_income  waived  written_off  recovered  credit  unapplied  merchant
2026-03-10                        900.00     9.00      -9.00            -       -            -          -       -          -900.00
2026-03-10  writes off            -          -         -11.00           -       911.00       -          -       -          -900.00
2026-04-01  recovers 100.00       -          -         -11.00           -       911.00       -100.00    -       100.00     -900.00
2026-04-02  waives 2.00 interest  -          -         -11.00           2.00    909.00       -100.00    -       100.00     -900.00
2026-04-03  pays 810.00           -          -         -11.00           2.00    909.00       -909.00    -1.00   910.00     -900.00
2026-04-04  bounces p1 800.00     -          -         -11.00           2.00    909.00       -110.00    -       110.00     -900.00
2026-04-05  undoes write_off1     799.00     4.00      -15.00           2.00    -            -          -       110.00     -900.00
""",
        look_at_balances,
    )


def test_a_void_loan_leaves_the_borrowers_money_only() -> None:
    follow(
        THREE,
        """
day         happens         principal  interest_income  goodwill  credit   unapplied  merchant
2026-02-28  gives 9.00      900.00     -9.00            9.00      -        -          -900.00
2026-02-28  pays 309.00     600.00     -9.00            9.00      -9.00    309.00     -900.00
2026-03-10  returns 100.00  500.00     -9.00            9.00      -9.00    309.00     -800.00
2026-03-10  voids           -          -                -         -309.00  309.00     -
2026-03-11  refunds 309.00  -          -                -         -        -          -
""",
        look_at_balances,
    )
