"""The next day on which something happens by itself."""

from engine_tables import LOAN, PHONE, RESERVE, follow, look_at_wake


def test_a_phone_wakes_when_it_starts_falls_due_and_gets_late() -> None:
    """While it is late it wakes for what else happens, not for its penalty; paid ahead, for the next fee to accrue."""
    follow(
        PHONE,
        """
day         happens      next
2026-01-01               2026-08-31
2026-08-31               2026-09-30
2026-09-30               2026-10-04
2026-10-01               2026-10-04
2026-10-04               2026-10-31
2026-10-05  pays 346.98  2026-10-31
2026-10-05  pays 346.15  2026-10-31
2026-10-31               2026-11-30
""",
        look_at_wake,
    )


def test_a_settled_loan_sleeps_for_ever() -> None:
    follow(
        PHONE,
        """
day         happens                next
2026-09-01  pays 1999.43 for all   none
2026-10-15                         none
2026-10-16  reverses p1            2026-10-31
""",
        look_at_wake,
    )


def test_credit_is_used_on_a_due_date_and_a_known_later_fact_counts() -> None:
    follow(
        LOAN,
        """
day         happens                       next
2026-02-10  pays 600.00                   2026-02-28
2026-02-10  pays 10.00 on 2026-02-20      2026-02-20
2026-02-28                                2026-03-31
""",
        look_at_wake,
    )


def test_a_late_loan_wakes_where_its_stage_changes() -> None:
    """Due on 8 September: late from the 9th, 31 days so on 9 October, 61 on 8 November, 91 on 8 December."""
    follow(
        RESERVE | {"principal": "1.00", "penalty": {"daily_rate": "0.0001"}},
        """
day         happens    next
2026-09-08             2026-09-09
2026-09-09             2026-10-09
2026-10-08             2026-10-09
2026-10-09             2026-11-08
2026-11-08             2026-12-08
2026-12-08             none
2026-12-09  pays 1.01  none
""",
        look_at_wake,
    )


def test_without_a_penalty_an_overdue_loan_wakes_for_its_stages_alone() -> None:
    """What it misses next changes nothing: it is late already. 31, 61 and 91 days after 28 February: 31 March, 30 April and 30 May."""
    follow(
        LOAN | {"penalty": None, "instalments": 2},
        """
day         next
2026-02-28  2026-03-04
2026-03-01  2026-03-04
2026-03-04  2026-03-31
2026-03-31  2026-04-30
2026-04-04  2026-04-30
2026-04-30  2026-05-30
2026-05-30  none
""",
        look_at_wake,
    )
