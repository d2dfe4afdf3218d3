"""Loans that end without being paid: written off, recovered, void; every figure was worked out by hand."""

from typing import Any

import pytest
from engine_tables import FLAT, LATE, THREE, follow, look_at_standing

NOTARY: dict[str, Any] = THREE | {"charges": {"notary": "80.00"}, "draws_up_to": "2000.00"}


def test_all_that_is_open_is_written_off_and_still_owed() -> None:
    """309.00 due; 600.00 to come, which earned 600.00 × 12 % × 10/360 = 2.00, are owed today: 911.00."""
    follow(
        THREE,
        """
day         happens            status       late  due_now  next_due  payoff  written_off  left                     states
2026-03-10                     overdue      10    309.00   306.00    911.00  none         309.00 306.00 303.00     OUU
2026-03-10  writes off         written_off  10    911.00   none      911.00  911.00       309.00 0.00 0.00 602.00  OMMD
2026-05-01                     written_off  62    911.00   none      911.00  911.00       309.00 0.00 0.00 602.00  OMMO
2026-05-02  undoes write_off1  overdue      63    918.00   none      918.00  none         309.00 306.00 303.00     OOO
""",
        look_at_standing,
    )


def test_nothing_grows_on_a_loan_that_was_written_off() -> None:
    """Ten days of 300.00: 1.50, and the fee for missing it; neither grows, nor is the rest missed."""
    follow(
        THREE | LATE | {"late_fee": {"amount": "15.00"}},
        """
day         happens     status       due_now  penalties             written_off
2026-03-10              overdue      325.50   16.50 0.00 0.00       none
2026-03-10  writes off  written_off  927.50   16.50 0.00 0.00 0.00  927.50
2026-06-10              written_off  927.50   16.50 0.00 0.00 0.00  927.50
""",
        look_at_standing,
    )
    follow(
        FLAT,
        """
day         happens     due_now  fees                 written_off
2026-02-14  writes off  603.00   0.00 0.00 0.00 3.00  603.00
""",
        look_at_standing,
    )


def test_credit_is_set_off_first() -> None:
    """Fourteen days of 900.00: 4.20, of which with the principal 400.00 are there."""
    follow(
        THREE,
        """
day         happens      status       credit  due_now  written_off
2026-02-10  pays 400.00  active       400.00  0.00     none
2026-02-14  writes off   written_off  0.00    504.20   504.20
""",
        look_at_standing,
    )


def test_what_was_paid_ahead_beyond_what_was_earned_is_set_off_too() -> None:
    """309.00 paid ahead, 9.00 of it interest; 4.20 earned: 4.80 of the 600.00 are there."""
    follow(
        THREE,
        """
day         happens               status       credit  interests            written_off
2026-01-31  pays 309.00 for next  active       0.00    9.00 6.00 3.00       none
2026-02-14  writes off            written_off  0.00    4.20 0.00 0.00 0.00  595.20
""",
        look_at_standing,
    )


def test_where_the_credit_is_enough_nothing_is_written_off() -> None:
    """910.00 wait for due dates that do not come: 904.20 pay all of it, and nothing was lost."""
    follow(
        THREE,
        """
day         happens      status   credit  written_off
2026-02-10  pays 910.00  active   910.00  none
2026-02-14  writes off   settled  5.80    none
""",
        look_at_standing,
    )


def test_money_that_comes_in_for_it_pays_what_is_owed_oldest_first() -> None:
    """A payment does what a recovery does; when all is paid the loan is settled, and what is over is credit."""
    follow(
        THREE,
        """
day         happens            status       due_now  written_off  credit  left
2026-03-10  writes off         written_off  911.00   911.00       0.00    309.00 0.00 0.00 602.00
2026-04-01  recovers 100.00    written_off  811.00   911.00       0.00    209.00 0.00 0.00 602.00
2026-04-02  pays 209.00        written_off  602.00   911.00       0.00    0.00 0.00 0.00 602.00
2026-04-03  undoes recovery1   written_off  702.00   911.00       0.00    100.00 0.00 0.00 602.00
2026-04-03  recovers 700.00    written_off  2.00     911.00       0.00    0.00 0.00 0.00 2.00
2026-04-04  pays 7.00 for all  settled      0.00     911.00       5.00    0.00 0.00 0.00 0.00
2026-04-05  recovers 1.00      settled      0.00     911.00       6.00    0.00 0.00 0.00 0.00
2026-04-06  refunds 6.00       settled      0.00     911.00       0.00    0.00 0.00 0.00 0.00
""",
        look_at_standing,
    )


def test_only_what_was_written_off_is_recovered() -> None:
    """On the day itself it is; before it, or never, it is not. Once it was undone the money paid what was due."""
    follow(
        THREE,
        """
day         happens                        status       due_now
2026-03-10  recovers 100.00                refused: not_written_off
2026-03-10  writes off                     written_off  911.00
2026-03-11  recovers 100.00 on 2026-03-09  refused: not_written_off
2026-03-11  recovers 0.00                  refused: not_positive
2026-03-11  recovers 100.00 on 2026-03-10  written_off  811.00
2026-03-12  undoes write_off1              overdue      209.00
""",
        look_at_standing,
    )


def test_what_is_waived_after_it_is_no_longer_lost() -> None:
    """2.00 were earned of the month that ran: 11.00 of interest in all."""
    follow(
        THREE,
        """
day         happens                due_now  written_off  interests
2026-03-10  writes off             911.00   911.00       9.00 0.00 0.00 2.00
2026-03-11  waives 11.01 interest  refused: more_than_owed
2026-03-11  waives 10.00 interest  901.00   901.00       0.00 0.00 0.00 1.00
2026-03-12  waives 1.00 interest   900.00   900.00       0.00 0.00 0.00 0.00
""",
        look_at_standing,
    )


def test_a_waiver_that_an_undoing_made_too_large_forgives_what_is_there() -> None:
    """11.00 of interest: after a reversal 20.00 are no refusal, and take 11.00."""
    follow(
        THREE,
        """
day         happens                due_now  written_off
2026-03-10  pays 5.00              304.00   none
2026-03-10  writes off             906.00   911.00
2026-03-11  reverses p1            911.00   911.00
2026-03-12  waives 20.00 interest  900.00   900.00
""",
        look_at_standing,
    )


def test_written_off_once_more() -> None:
    """The 100.00 of 12 March stay when the first write-off is undone: 209.00 due, 604.00 with twenty days on the 20th."""
    follow(
        THREE,
        """
day         happens            status       due_now  written_off
2026-03-10  writes off         written_off  911.00   911.00
2026-03-12  recovers 100.00    written_off  811.00   911.00
2026-03-13  undoes write_off1  overdue      209.00   none
2026-03-20  writes off         written_off  813.00   813.00
""",
        look_at_standing,
    )


def test_goods_goodwill_and_a_bounce_after_it() -> None:
    """A return takes due principal, oldest first. 309.00 that bounce are lost beside the 602.00 that were."""
    follow(
        THREE,
        """
day         happens         due_now  written_off  left
2026-03-10  writes off      911.00   911.00       309.00 0.00 0.00 602.00
2026-03-11  returns 400.00  511.00   911.00       9.00 0.00 0.00 502.00
2026-03-12  gives 11.00     500.00   911.00       0.00 0.00 0.00 500.00
""",
        look_at_standing,
    )
    follow(
        THREE,
        """
day         happens         due_now  written_off  left                                 states
2026-02-28  pays 309.00     0.00     none         0.00 306.00 303.00                   PUU
2026-03-10  writes off      602.00   602.00       0.00 0.00 0.00 602.00                PMMD
2026-03-12  pays 100.00     502.00   602.00       0.00 0.00 0.00 502.00                PMMO
2026-03-20  bounces p2      602.00   602.00       0.00 0.00 0.00 502.00 100.00         PMMOD
2026-03-21  bounces p1      911.00   911.00       0.00 0.00 0.00 502.00 100.00 309.00  MMMOOD
""",
        look_at_standing,
    )


def test_written_off_with_a_day_before_a_payment_and_on_a_due_date() -> None:
    """What came on 15 March came for the 911.00. On 31 March 615.00 are due, 300.00 to come have earned nothing yet."""
    follow(
        THREE,
        """
day         happens                   status       due_now  written_off
2026-03-15  pays 309.00               active       0.00     none
2026-03-20  writes off on 2026-03-10  written_off  602.00   911.00
2026-03-20  undoes write_off1         active       0.00     none
2026-03-31  writes off                written_off  606.00   606.00
""",
        look_at_standing,
    )


def test_of_a_settled_and_of_an_overpaid_loan_there_is_nothing_to_write_off() -> None:
    """Nor of one that was paid ahead to its end, whose interest stays paid."""
    follow(
        THREE,
        """
day         happens              status   written_off  credit
2026-02-14  pays 904.20 for all  settled  none         0.00
2026-02-20  writes off           settled  none         0.00
2026-02-21  pays 10.00           settled  none         10.00
2026-02-21  writes off           settled  none         10.00
""",
        look_at_standing,
    )
    follow(
        THREE,
        """
day         happens               status   written_off  credit
2026-01-31  pays 918.00 for next  settled  none         0.00
2026-02-20  writes off            settled  none         0.00
""",
        look_at_standing,
    )


_DECISIONS = (
    "defers 2 to 2026-04-10", "moves due day to 10", "re-amortises", "re-ages from 2026-05-10",
    "reschedules in 2 from 2026-05-10", "pauses until 2026-04-10", "rate 0.06", "subsidy 0.03", "charges 1.00 notary",
    "draws 1.00", "writes off",
)  # fmt: skip


@pytest.mark.parametrize("decided", _DECISIONS)
def test_after_a_write_off_nothing_is_decided_about_the_plan_any_more(decided: str) -> None:
    """Of one day the write-off comes after all of them but itself; a decision dated before it came before."""
    follow(
        NOTARY,
        f"""
day         happens{" " * 41}status
2026-03-10  writes off{" " * 38}written_off
2026-03-11  {decided:<46}  refused: loan_over
2026-03-12  undoes write_off1{" " * 31}overdue
""",
        look_at_standing,
    )


@pytest.mark.parametrize("decided", [*_DECISIONS, "gives 1.00", "returns 1.00", "waives 1.00 interest"])
def test_after_a_void_a_loan_takes_money_only(decided: str) -> None:
    follow(
        NOTARY,
        f"""
day         happens{" " * 41}status
2026-03-10  voids{" " * 43}void
2026-03-11  {decided:<46}  refused: loan_over
""",
        look_at_standing,
    )


@pytest.mark.parametrize("decided", [*_DECISIONS, "gives 1.00"])
def test_a_decision_that_finds_the_loan_over_since_is_dropped_only_where_it_was_accepted(decided: str) -> None:
    """A void dated before it is refused, as it would make the decision one too many. After a bounce it is dropped."""
    follow(
        NOTARY,
        f"""
day         happens{" " * 41}credit  status
2026-02-28  pays 309.00{" " * 37}0.00    active
2026-03-12  {decided + " on 2026-03-05":<46}
2026-03-12  voids on 2026-03-01{" " * 29}refused: loan_over
2026-03-12  reverses p1
2026-03-12  voids on 2026-03-01{" " * 29}0.00    void
""",
        look_at_standing,
    )


def test_a_payout_that_came_back_leaves_a_loan_that_never_was() -> None:
    """The 309.00 that were paid are the borrower's, and can go back; what comes in later too."""
    follow(
        THREE,
        """
day         happens            status   n  lent    due_now  payoff  credit  next_on
2026-02-28  pays 309.00        active   3  900.00  0.00     600.00  0.00    2026-03-31
2026-03-10  voids              void     0  0.00    0.00     0.00    309.00  none
2026-04-10                     void     0  0.00    0.00     0.00    309.00  none
2026-04-10  refunds 309.01     refused: more_than_credit 309.00
2026-04-10  refunds 300.00     void     0  0.00    0.00     0.00    9.00    none
2026-04-11  pays 1.00          void     0  0.00    0.00     0.00    10.00   none
2026-04-11  pays 1.00 for all  void     0  0.00    0.00     0.00    11.00   none
2026-04-12  bounces p1 9.00    void     0  0.00    0.00     0.00    2.00    none
""",
        look_at_standing,
    )


def test_void_on_its_first_day_and_with_a_day_before_a_payment() -> None:
    """Void is the last word of its day: the money of that day is there."""
    follow(
        THREE,
        """
day         happens  status  credit
2026-01-31  voids    void    0.00
""",
        look_at_standing,
    )
    follow(
        THREE,
        """
day         happens              status  credit
2026-02-28  pays 309.00          active  0.00
2026-03-10  voids on 2026-02-01  void    309.00
2026-03-10  undoes void1         active  0.00
2026-03-10  voids on 2026-02-28  void    309.00
""",
        look_at_standing,
    )


def test_void_on_a_late_a_settled_an_overpaid_and_a_written_off_loan() -> None:
    follow(
        THREE | LATE,
        """
day         happens  status   late  due_now  credit  written_off
2026-03-10           overdue  10    310.50   0.00    none
2026-03-10  voids    void     0     0.00     0.00    none
""",
        look_at_standing,
    )
    follow(
        THREE,
        """
day         happens              status   credit
2026-02-14  pays 914.20 for all  settled  10.00
2026-02-15  refunds 4.00         settled  6.00
2026-02-20  voids                void     910.20
""",
        look_at_standing,
    )


def test_money_that_went_out_of_a_void_loan_beyond_what_came_in_is_owed() -> None:
    """The lender's own 50.00 were refunded as credit: without the loan they were lent, and are due that day."""
    follow(
        THREE,
        """
day         happens        status  credit  due_now  lent    principals
2026-02-10  gives 50.00    active  50.00   0.00     900.00  300.00 300.00 300.00
2026-02-11  refunds 50.00  active  0.00    0.00     900.00  300.00 300.00 300.00
2026-02-12  voids          void    0.00    50.00    50.00   50.00
2026-02-13  pays 60.00     void    10.00   0.00     50.00   50.00
""",
        look_at_standing,
    )
