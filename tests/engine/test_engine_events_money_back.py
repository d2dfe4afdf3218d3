"""Money that goes back: chargebacks and refunds of credit; every figure was worked out by hand."""

from typing import Any

import pytest
from engine_tables import LATE, THREE, ask, follow, look_at_standing

SHORTEN: dict[str, Any] = THREE | {"excess": "shorten"}


def test_what_the_channel_took_back_is_owed_on_that_day() -> None:
    """Nine of it is interest, the rest principal; no penalty for the days before, 0.15 a day for those after."""
    follow(
        THREE | LATE,
        """
day         happens      status   late  due_now  penalty  left                       moved                  states
2026-02-28  pays 309.00  active   0     0.00     0.00     0.00 306.00 303.00         0.00 0.00 0.00         PUU
2026-03-10  bounces p1   due      0     309.00   0.00     0.00 306.00 303.00 309.00  309.00 0.00 0.00 0.00  MUUD
2026-03-13               grace    0     309.00   0.00     0.00 306.00 303.00 309.00  309.00 0.00 0.00 0.00  MUUG
2026-03-14               overdue  4     309.60   0.60     0.00 306.00 303.00 309.60  309.00 0.00 0.00 0.00  MUUO
2026-03-14  pays 309.60  active   0     0.00     0.60     0.00 306.00 303.00 0.00    309.00 0.00 0.00 0.00  MUUP
""",
        look_at_standing,
    )


def test_credit_goes_first() -> None:
    """100.00 with 30.00 of credit: 70.00 due today, principal that was paid last.

    Without it the 30.00 of the next day take the credit, and of 209.00 all is principal.
    """
    follow(
        THREE,
        """
day         happens            credit  due_now  principals                             interests
2026-02-28  pays 339.00        30.00   0.00     300.00 300.00 300.00                   9.00 6.00 3.00
2026-03-10  bounces p1 100.00  0.00    70.00    230.00 300.00 300.00 70.00             9.00 6.00 3.00 0.00
2026-03-11  bounces p1 30.00   0.00    100.00   200.00 300.00 300.00 70.00 30.00       9.00 6.00 3.00 0.00 0.00
2026-03-11  bounces p1 209.00  0.00    309.00   0.00 300.00 300.00 70.00 30.00 200.00  0.00 6.00 3.00 0.00 0.00 9.00
2026-03-12  undoes bounce1     0.00    209.00   91.00 300.00 300.00 209.00              9.00 6.00 3.00 0.00
""",
        look_at_standing,
    )


def test_no_more_goes_back_than_that_payment_was() -> None:
    follow(
        THREE,
        """
day         happens            due_now
2026-02-28  pays 339.00        0.00
2026-03-10  bounces p1 339.01  refused: more_than_paid 339.00
2026-03-10  bounces p1 100.00  70.00
2026-03-11  bounces p1 239.01  refused: more_than_paid 239.00
2026-03-11  bounces p1         refused: more_than_paid 239.00
2026-03-11  bounces p1 239.00  309.00
2026-03-12  bounces p1 0.01    refused: more_than_paid 0.00
2026-03-12  bounces p1         refused: more_than_paid 0.00
2026-03-12  undoes bounce2     70.00
2026-03-12  bounces p1 239.00  309.00
""",
        look_at_standing,
    )


def test_only_a_payment_that_was_there_can_bounce() -> None:
    follow(
        THREE,
        """
day         happens                   due_now
2026-02-28  pays 309.00               0.00
2026-03-10  returns 10.00             0.00
2026-03-10  bounces p2                refused: unknown_fact of
2026-03-10  bounces r1                refused: unknown_fact of
2026-03-10  bounces bounce1           refused: unknown_fact of
2026-03-10  bounces p1 on 2026-02-27  refused: unknown_fact of
2026-03-10  bounces p1 0.00           refused: not_positive
2026-03-10  bounces p1 -1.00          refused: not_positive
2026-03-10  bounces p1 1.001          refused: bad_fact amount
2026-03-10  bounces p1 on 2026-02-28  309.00
""",
        look_at_standing,
    )


def test_on_the_day_it_was_paid_it_comes_after_the_payment() -> None:
    """What was due today is moved to an instalment that is due today."""
    follow(
        THREE,
        """
day         happens      status  due_now  credit  states
2026-02-28  pays 309.00  active  0.00     0.00    PUU
2026-02-28  bounces p1   due     309.00   0.00    MUUD
""",
        look_at_standing,
    )


def test_what_had_paid_instalments_to_come_is_owed_on_their_due_dates_again() -> None:
    """The last that was paid ahead goes first: principal, then interest; nothing is due today."""
    follow(
        THREE,
        """
day         happens               due_now  left                  states
2026-01-31  pays 615.00 for next  0.00     0.00 0.00 303.00      PPU
2026-02-10  bounces p1 100.00     0.00     0.00 100.00 303.00    PUU
2026-02-10  bounces p1 206.00     0.00     0.00 306.00 303.00    PUU
2026-02-10  bounces p1 309.00     0.00     309.00 306.00 303.00  UUU
""",
        look_at_standing,
    )


def test_a_prepayment_that_bounces_is_principal_due_today_and_the_plan_stays_as_it_was_cut() -> None:
    """150.00 were off the last instalment; 450.00 bear 4.50 and 1.50, what bounced bears nothing."""
    follow(
        SHORTEN,
        """
day         happens            due_now  prepaid  principals                        interests
2026-02-28  pays 459.00        0.00     150.00   300.00 300.00 150.00              9.00 4.50 1.50
2026-03-10  bounces p1 100.00  100.00   50.00    300.00 300.00 150.00 100.00       9.00 4.50 1.50 0.00
2026-03-11  bounces p1 359.00  459.00   0.00     0.00 300.00 150.00 100.00 350.00  0.00 4.50 1.50 0.00 9.00
2026-03-12  undoes bounce2     100.00   50.00    300.00 300.00 150.00 100.00       9.00 4.50 1.50 0.00
""",
        look_at_standing,
    )


def test_on_a_settled_and_on_an_overpaid_loan() -> None:
    """904.20 settled it: 900.00 and the 4.20 that were earned are due, whatever the plan was. 10.00 of credit first."""
    follow(
        THREE,
        """
day         happens              status   due_now  credit  principals             interests
2026-02-14  pays 904.20 for all  settled  0.00     0.00    300.00 300.00 300.00   4.20 0.00 0.00
2026-02-20  bounces p1           due      904.20   0.00    0.00 0.00 0.00 900.00  0.00 0.00 0.00 4.20
2026-02-21                       overdue  904.20   0.00    0.00 0.00 0.00 900.00  0.00 0.00 0.00 4.20
2026-02-21  undoes bounce1       settled  0.00     0.00    300.00 300.00 300.00   4.20 0.00 0.00
""",
        look_at_standing,
    )
    follow(
        THREE,
        """
day         happens              status   due_now  credit
2026-02-14  pays 914.20 for all  settled  0.00     10.00
2026-02-20  bounces p1 10.00     settled  0.00     0.00
2026-02-20  bounces p1 4.20      due      4.20     0.00
2026-02-20  pays 900.00          settled  0.00     895.80
2026-02-21  bounces p2           due      4.20     0.00
""",
        look_at_standing,
    )


def test_on_a_late_loan_what_is_late_stays_late() -> None:
    """100.00 were paid in grace: 9.00 and 91.00. Ten days late on 209.00, what bounced is due today."""
    follow(
        THREE | LATE,
        """
day         happens      status   late  due_now  penalties            left
2026-03-02  pays 100.00  grace    0     209.00   0.00 0.00 0.00       209.00 306.00 303.00
2026-03-10               overdue  10    210.14   1.14 0.00 0.00       210.14 306.00 303.00
2026-03-10  bounces p1   overdue  10    310.14   1.14 0.00 0.00 0.00  210.14 306.00 303.00 100.00
""",
        look_at_standing,
    )


def test_dated_back_before_a_later_payment_that_payment_pays_it_first() -> None:
    """306.00 pay 9.00 and 297.00 of what bounced on 10 March; 3.00 of it and the second instalment are due."""
    follow(
        THREE,
        """
day         happens                   due_now  left
2026-02-28  pays 309.00               0.00     0.00 306.00 303.00
2026-03-31  pays 306.00               0.00     0.00 0.00 303.00
2026-04-05  bounces p1 on 2026-03-10  309.00   0.00 306.00 303.00 3.00
2026-04-05  undoes bounce1            0.00     0.00 0.00 303.00
""",
        look_at_standing,
    )


def test_what_never_was_cannot_bounce_a_second_time() -> None:
    """A bounce and a reversal of the same payment: it is as though it had never been."""
    follow(
        THREE,
        """
day         happens      status   due_now  n
2026-02-28  pays 309.00  active   0.00     3
2026-03-10  bounces p1   due      309.00   4
2026-03-11  reverses p1  overdue  309.00   3
""",
        look_at_standing,
    )


def test_credit_goes_back_and_no_more_than_there_is() -> None:
    follow(
        THREE,
        """
day         happens         credit  due_now
2026-02-28  pays 339.00     30.00   0.00
2026-03-01  refunds 30.01   refused: more_than_credit 30.00
2026-03-01  refunds 0.00    refused: not_positive
2026-03-01  refunds 12.00   18.00   0.00
2026-03-01  refunds 18.00   0.00    0.00
2026-03-01  refunds 0.01    refused: more_than_credit 0.00
2026-03-02  undoes refund1  12.00   0.00
""",
        look_at_standing,
    )


def test_a_refund_waits_for_the_money_that_came_in_on_its_day() -> None:
    """Each of them, in whatever order they were told; what was there before today needs not wait."""
    follow(
        THREE,
        """
day         happens        credit
2026-02-10  pays 20.00     20.00
2026-02-11  refunds 5.00   15.00
2026-02-11  pays 10.00     25.00
2026-02-11  refunds 25.01  refused: more_than_credit 25.00
2026-02-11  refunds 25.00  0.00
2026-02-11  pays 1.00      1.00
2026-02-11  refunds 1.00   0.00
2026-02-12  gives 3.00     3.00
2026-02-12  refunds 3.00   0.00
""",
        look_at_standing,
    )


def test_a_refund_waits_for_its_own_day_only_and_not_where_the_credit_was_there() -> None:
    """Money of 5 March is not there on the first. 20.00 go back before 904.20, not 884.20, settle the loan."""
    follow(
        THREE,
        """
day         happens                      credit
2026-03-05  pays 329.00                  20.00
2026-03-06  refunds 10.00 on 2026-03-01  refused: more_than_credit 0.00
2026-03-06  refunds 10.00 on 2026-03-05  10.00
""",
        look_at_standing,
    )
    follow(
        THREE,
        """
day         happens              status   credit
2026-02-10  pays 20.00           active   20.00
2026-02-14  refunds 20.00        active   0.00
2026-02-14  pays 884.20 for all  refused: less_than_payoff 904.20
2026-02-14  pays 904.20 for all  settled  0.00
""",
        look_at_standing,
    )


def test_what_was_accepted_before_the_money_that_is_undone_stays_what_it_was() -> None:
    """A reversal excuses what came on the day of the money and later, nothing before it."""
    follow(
        THREE,
        """
day         happens                              due_now
2026-02-28  pays 100.00                          209.00
2026-03-10  reverses p1                          309.00
2026-03-10  waives 1.00 interest on 2026-02-27   refused: more_than_owed
2026-03-10  waives 10.00 interest on 2026-02-28  300.00
""",
        look_at_standing,
    )


def test_what_was_refunded_before_its_payment_bounced_was_lent_a_second_time() -> None:
    """30.00 went back; of the 339.00 that bounce 309.00 are found on the loan, 30.00 are owed as principal lent again."""
    follow(
        THREE,
        """
day         happens         credit  due_now  lent    principals                  interests
2026-02-28  pays 339.00     30.00   0.00     900.00  300.00 300.00 300.00        9.00 6.00 3.00
2026-03-01  refunds 30.00   0.00    0.00     900.00  300.00 300.00 300.00        9.00 6.00 3.00
2026-03-10  bounces p1      0.00    339.00   930.00  0.00 300.00 300.00 330.00   0.00 6.00 3.00 9.00
2026-03-10  undoes bounce1  0.00    0.00     900.00  300.00 300.00 300.00        9.00 6.00 3.00
2026-03-10  reverses p1     0.00    339.00   930.00  300.00 300.00 300.00 30.00  9.00 6.00 3.00 0.00
""",
        look_at_standing,
    )


def test_lent_again_and_again() -> None:
    """Two payments that were all credit, refunded, and bounced: 10.00 and 20.00 are owed a second time."""
    follow(
        THREE,
        """
day         happens        credit  due_now  lent    principals
2026-02-01  pays 10.00     10.00   0.00     900.00  300.00 300.00 300.00
2026-02-01  pays 20.00     30.00   0.00     900.00  300.00 300.00 300.00
2026-02-02  refunds 30.00  0.00    0.00     900.00  300.00 300.00 300.00
2026-02-03  bounces p1     0.00    10.00    910.00  300.00 300.00 300.00 10.00
2026-02-04  bounces p2     0.00    30.00    930.00  300.00 300.00 300.00 10.00 20.00
""",
        look_at_standing,
    )


def test_a_refund_dated_back_takes_what_the_credit_paid_since() -> None:
    follow(
        THREE,
        """
day         happens                      credit  due_now
2026-02-28  pays 339.00                  30.00   0.00
2026-03-31  pays 276.00                  0.00    0.00
2026-04-02  refunds 30.00 on 2026-03-10  0.00    30.00
2026-04-02  undoes refund1               0.00    0.00
""",
        look_at_standing,
    )


def test_a_refund_on_a_late_a_settled_and_an_overpaid_loan() -> None:
    follow(
        THREE,
        """
day         happens               status   credit
2026-03-10  refunds 1.00          refused: more_than_credit 0.00
2026-03-10  pays 1000.00 for all  settled  89.00
2026-03-10  refunds 89.00         settled  0.00
2026-03-11  pays 5.00             settled  5.00
2026-03-12  refunds 5.00          settled  0.00
2026-03-12  refunds 5.00          refused: more_than_credit 0.00
""",
        look_at_standing,
    )


def test_after_a_bounce_what_was_accepted_takes_what_is_there() -> None:
    """With 309.00 owed again since 10 March, 602.80 no longer settle the loan on the 14th: 911.80 would.

    They pay the 309.00, and 293.80 are credit for the 306.00 of 31 March.
    """
    follow(
        THREE,
        """
day         happens                   status   credit  due_now
2026-02-28  pays 309.00               active   0.00    0.00
2026-03-14  pays 602.80 for all       settled  0.00    0.00
2026-03-15  bounces p1 on 2026-03-10  active   293.80  0.00
2026-03-31                            due      0.00    12.20
""",
        look_at_standing,
    )


@pytest.mark.parametrize(
    ("said", "field"),
    [({"of": 5}, "of"), ({"of": ""}, "of"), ({"amount": None}, "amount"), ({"n": 1}, "n")],
)
def test_chargebacks_that_cannot_be_read_are_refused(said: dict[str, Any], field: str) -> None:
    fact = {"id": "b", "type": "chargeback", "on": "2026-03-10", "of": "p"}
    refused = ask(THREE, "2026-03-10", fact | said)["refused"]
    assert (refused["code"], refused["field"]) == ("bad_fact", field)
