"""Goods that come back with the interest and fees that they bore, and plans that the shop pays for; figures by hand."""

from typing import Any

import pytest
from engine_tables import FLAT, LATE, PHONE, THREE, ask, follow, look_at_balances, look_at_standing

WEEK: dict[str, Any] = THREE | {"free_return_days": 7}


def test_a_third_that_comes_back_with_its_costs_was_never_lent() -> None:
    """900.00 less 300.00: 6.00 and 3.00, and 600.00 × 12 % × 14/360 = 2.80 by 14 February; else 7.50 for the month."""
    follow(
        THREE,
        """
day         happens                    returned  principals            interests       payoff
2026-02-14                             0.00      300.00 300.00 300.00  9.00 6.00 3.00  904.20
2026-02-14  returns 300.00 with costs  300.00    300.00 300.00 0.00    6.00 3.00 0.00  602.80
2026-02-28                             300.00    300.00 300.00 0.00    6.00 3.00 0.00  606.00
""",
        look_at_standing,
    )
    follow(
        THREE,
        """
day         happens         returned  principals          interests       payoff
2026-02-14  returns 300.00  300.00    300.00 300.00 0.00  7.50 3.00 0.00  604.20
""",
        look_at_standing,
    )


def test_what_was_paid_for_it_comes_back_as_credit() -> None:
    """A third of the 9.00 that were paid: 3.00. 400.00 for ten days, 300.00 for 21: 1 % × 332.26 = 3.32."""
    follow(
        THREE,
        """
day         happens                    credit  principals            interests       states
2026-02-28  pays 309.00                0.00    300.00 300.00 300.00  9.00 6.00 3.00  PUU
2026-03-10  returns 300.00 with costs  3.00    300.00 300.00 0.00    6.00 3.32 0.00  PUP
2026-03-31                             0.00    300.00 300.00 0.00    6.00 3.32 0.00  PDP
2026-03-31  pays 300.32                0.00    300.00 300.00 0.00    6.00 3.32 0.00  PPP
""",
        look_at_standing,
    )


def test_when_all_of_it_comes_back_nothing_is_owed_and_all_money_is_credit() -> None:
    """309.00 paid, or nothing paid and 1.50 of a late charge: in both cases nothing is left, also later."""
    follow(
        THREE,
        """
day         happens                    status   credit  returned  principals            interests
2026-02-28  pays 309.00                active   0.00    0.00      300.00 300.00 300.00  9.00 6.00 3.00
2026-03-10  returns 900.00 with costs  settled  309.00  600.00    300.00 0.00 0.00      0.00 0.00 0.00
""",
        look_at_standing,
    )
    follow(
        THREE | LATE,
        """
day         happens                    status   late  due_now  penalty  principals            interests
2026-03-10                             overdue  10    310.50   1.50     300.00 300.00 300.00  9.00 6.00 3.00
2026-03-10  returns 900.00 with costs  settled  0     0.00     0.00     0.00 0.00 0.00        0.00 0.00 0.00
2026-04-10                             settled  0     0.00     0.00     0.00 0.00 0.00        0.00 0.00 0.00
""",
        look_at_standing,
    )


def test_without_its_costs_interest_and_late_charges_stay_owed() -> None:
    """600.00 for ten of 31 days: 1.94. 600.00 off what comes, 300.00 off what is due: 9.00 and 1.50 stay."""
    follow(
        THREE | LATE,
        """
day         happens         status   due_now  returned  principals      interests       penalty
2026-03-10  returns 900.00  overdue  10.50    900.00    0.00 0.00 0.00  9.00 1.94 0.00  1.50
2026-03-20                  overdue  10.50    900.00    0.00 0.00 0.00  9.00 1.94 0.00  1.50
""",
        look_at_standing,
    )


def test_a_phone_of_which_one_instalment_is_due_comes_back() -> None:
    """1665.84 off the coming instalments, 333.16 off the due one, whose fee stays."""
    follow(
        PHONE,
        """
day         happens          status  due_now  returned  principal  fees
2026-09-30  returns 1999.00  due     12.99    1999.00   0.00       12.99 0.00 0.00 0.00 0.00 0.00
2026-10-03                   grace   12.99    1999.00   0.00       12.99 0.00 0.00 0.00 0.00 0.00
""",
        look_at_standing,
    )


def test_a_late_charge_is_given_back_with_all_of_the_goods_only() -> None:
    """A third of the 9.00 that are due; the 1.50 stay, and grow by 0.15 a day for the 300.00 that are still late."""
    follow(
        THREE | LATE | {"late_fee": {"amount": "15.00"}},
        """
day         happens                    due_now  penalties        interests
2026-03-10  returns 300.00 with costs  322.50   16.50 0.00 0.00  6.00 3.32 0.00
2026-03-12                             322.80   16.80 0.00 0.00  6.00 3.32 0.00
2026-03-12  returns 600.00 with costs  0.00     0.00 0.00 0.00   0.00 0.00 0.00
""",
        look_at_standing,
    )


def test_within_the_days_of_grace_for_returns_the_costs_come_back_by_themselves() -> None:
    """The seventh day after the start is the last: then 900.00 for eight of 28 days, 600.00 for twenty: 6.86."""
    follow(
        WEEK,
        """
day         happens                       interests       returned
2026-02-07  returns 300.00                6.00 3.00 0.00  300.00
2026-02-08  returns 300.00 on 2026-02-07  3.00 0.00 0.00  600.00
""",
        look_at_standing,
    )
    follow(
        WEEK,
        """
day         happens                    interests       returned
2026-02-08  returns 300.00             6.86 3.00 0.00  300.00
2026-02-09  returns 100.00 with costs  5.71 2.00 0.00  400.00
""",
        look_at_standing,
    )


def test_fees_are_given_back_in_the_same_share() -> None:
    """A third of 6.00 that were paid: 2.00; of the running month, 600.00 for ten days, it is as though it were 400.00."""
    follow(
        FLAT,
        """
day         happens                    credit  fees            principals
2026-02-14  returns 200.00 with costs  0.00    4.00 4.00 0.00  200.00 200.00 0.00
2026-02-28  pays 204.00                0.00    4.00 4.00 0.00  200.00 200.00 0.00
""",
        look_at_standing,
    )
    follow(
        FLAT,
        """
day         happens                    credit  fees            principals
2026-02-28  pays 206.00                0.00    6.00 6.00 6.00  200.00 200.00 200.00
2026-03-10  returns 200.00 with costs  2.00    4.00 4.00 0.00  200.00 200.00 0.00
2026-03-10  returns 400.00 with costs  206.00  0.00 0.00 0.00  200.00 0.00 0.00
""",
        look_at_standing,
    )


def test_fees_of_what_is_lent_anew_after_all_of_it_came_back() -> None:
    """600.00 for ten of 31 days, nothing for one, 100.00 for twenty: 1 % × 258.06 = 2.58; then 1.00 for a month."""
    follow(
        FLAT | {"draws_up_to": "1000.00"},
        """
day         happens         due_now  principals        fees
2026-03-10  returns 600.00  6.00     0.00 0.00 0.00    6.00 1.94 0.00
2026-03-11  draws 100.00    6.00     0.00 50.00 50.00  6.00 2.58 1.00
""",
        look_at_standing,
    )


def test_returned_twice_is_returned_once() -> None:
    """300.00 of 900.00, then half of the 600.00 that are left: 3.00 for the first month of 300.00."""
    follow(
        THREE,
        """
day         happens                    returned  interests       credit
2026-02-14  returns 300.00 with costs  300.00    6.00 3.00 0.00  0.00
2026-02-15  returns 300.00 with costs  600.00    3.00 0.00 0.00  0.00
2026-02-16  returns 400.00 with costs  900.00    0.00 0.00 0.00  100.00
2026-02-17  returns 5.00 with costs    900.00    0.00 0.00 0.00  105.00
""",
        look_at_standing,
    )


def test_a_return_dated_back_before_a_payment_and_what_no_reversal_undoes() -> None:
    """306.00 would have been due: 3.00 of credit. A return is made good by another fact."""
    follow(
        THREE,
        """
day         happens                                  credit  interests       principals
2026-02-28  pays 309.00                              0.00    9.00 6.00 3.00  300.00 300.00 300.00
2026-03-05  returns 300.00 with costs on 2026-02-14  3.00    6.00 3.00 0.00  300.00 300.00 0.00
2026-03-05  undoes r1                                refused: unknown_fact
""",
        look_at_standing,
    )


def test_on_a_due_date_what_is_due_is_less_by_its_share() -> None:
    """A third of the 9.00 that fell due today; the month that begins bears 300.00 × 1 %. The goods came back first."""
    follow(
        THREE,
        """
day         happens                    due_now  credit  interests
2026-02-28  returns 300.00 with costs  306.00   0.00    6.00 3.00 0.00
2026-02-28  pays 309.00                0.00     3.00    6.00 3.00 0.00
""",
        look_at_standing,
    )


def test_on_a_settled_and_an_overpaid_loan_it_is_credit() -> None:
    """300.00 and a third of the 4.20 that were earned; or all of it, beside the 10.00 that were too much."""
    follow(
        THREE,
        """
day         happens                    status   credit  interests
2026-02-14  pays 914.20 for all        settled  10.00   4.20 0.00 0.00
2026-02-20  returns 300.00 with costs  settled  311.40  2.80 0.00 0.00
""",
        look_at_standing,
    )
    follow(
        THREE,
        """
day         happens                    status   credit  interests
2026-02-14  pays 914.20 for all        settled  10.00   4.20 0.00 0.00
2026-02-20  returns 900.00 with costs  settled  914.20  0.00 0.00 0.00
""",
        look_at_standing,
    )


def test_what_was_waived_is_not_given_back_a_second_time() -> None:
    """8.00 of 9.00 were waived: of a third, 3.00, only the 1.00 is left to give."""
    follow(
        THREE,
        """
day         happens                    due_now  interests
2026-02-28  waives 8.00 interest       301.00   1.00 6.00 3.00
2026-03-10  returns 300.00 with costs  300.00   0.00 3.32 0.00
""",
        look_at_standing,
    )


def test_what_others_left_on_instalments_to_come_is_given_back_too() -> None:
    """9.00 of interest and 1.50 of penalty on two instalments; a third of the interest: 4.50 becomes 3.00.

    600.00 became 900.00 on 10 March: as though it were 400.00 for ten days and 600.00 for one, then 600.00 for twenty.
    """
    follow(
        THREE | LATE,
        """
day         happens                    principals          interests        penalties
2026-03-10  re-amortises               0.00 450.00 450.00  0.00 12.53 9.00  0.00 0.75 0.75
2026-03-11  returns 300.00 with costs  0.00 450.00 150.00  0.00 8.35 4.50   0.00 0.75 0.75
2026-03-12  returns 600.00 with costs  0.00 0.00 0.00      0.00 0.00 0.00   0.00 0.00 0.00
""",
        look_at_standing,
    )


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"amount": "0.00"}, ("not_positive", None)),
        ({"amount": "-1.00"}, ("not_positive", None)),
        ({"amount": "1.001"}, ("bad_fact", "amount")),
        ({"gives_back": "yes"}, ("bad_fact", "gives_back")),
        ({"gives_back": 1}, ("bad_fact", "gives_back")),
        ({"with": "costs"}, ("bad_fact", "with")),
        ({"on": "2026-01-30"}, ("before_start", None)),
    ],
)
def test_returns_that_are_none_are_refused(said: dict[str, Any], refusal: tuple[str, str | None]) -> None:
    fact = {"id": "r1", "type": "return", "on": "2026-02-14", "amount": "300.00", "gives_back": True}
    refused = ask(THREE, "2026-02-28", fact | said)["refused"]
    assert (refused["code"], refused.get("field")) == refusal


def test_a_plan_that_the_shop_pays_for_costs_the_borrower_nothing() -> None:
    """3 % of 1999.00: 59.97. Half of it returned, 3 % of 1000.00, whatever was paid; all of it, nothing either way."""
    follow(
        PHONE | {"fee_rate_per_instalment": "0", "merchant_fee_rate": "0.03"},
        """
day         happens          principal  merchant  merchant_fee  fee_income  unapplied  credit
2026-08-30                   -          -         -             -           -          -
2026-08-31                   1999.00    -1939.03  -59.97        -           -          -
2026-09-30  pays 333.16      1665.84    -1939.03  -59.97        -           333.16     -
2026-10-05  returns 999.00   666.84     -970.00   -30.00        -           333.16     -
""",
        look_at_balances,
    )

    follow(
        PHONE | {"fee_rate_per_instalment": "0", "merchant_fee_rate": "0.03"},
        """
day         happens          principal  merchant  merchant_fee
2026-09-30                   1999.00    -1939.03  -59.97
2026-09-30  returns 1999.00  -          -         -
""",
        look_at_balances,
    )


def test_the_shops_fee_is_of_what_is_lent_and_not_returned() -> None:
    """3 % of 900.00 and of 1200.00; a return beyond the principal is a claim on the shop, without a fee below nothing.

    900.00 for one of 28 days, 1200.00 for 27: 11.89 of interest, which the last 100.00 pay.
    """
    follow(
        THREE | {"merchant_fee_rate": "0.03", "draws_up_to": "1200.00"},
        """
day         happens          merchant  merchant_fee  principal  credit
2026-01-31                   -873.00   -27.00        900.00     -
2026-02-01  draws 300.00     -1164.00  -36.00        1200.00    -
2026-02-28  returns 1300.00  100.00    -             -          -88.11
""",
        look_at_balances,
    )
