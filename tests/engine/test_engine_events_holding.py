"""Holds: days on which lateness stands still; what is owed stays. Every figure was worked out by hand."""

from datetime import date
from typing import Any

import pytest
from engine_tables import LATE, THREE, follow, look_at_standing

from anqi.engine.day import evening
from anqi.engine.events import Hold, Release
from anqi.engine.products import read_terms

GRACE: dict[str, Any] = THREE | LATE
AT_ONCE: dict[str, Any] = THREE | LATE | {"grace_days": 0}
FEE: dict[str, Any] = THREE | {"late_fee": {"amount": "20.00"}, "grace_days": 3}


def test_lateness_stands_still_and_the_days_are_never_made_up_for() -> None:
    """300.00 at 0.0005: ten days late, 1.50; held for ten; the day after, 1.65. Interest goes on as planned."""
    follow(
        AT_ONCE,
        """
day         happens         status   late  penalty  due_now  interests
2026-03-10  holds           overdue  10    1.50     310.50   9.00 6.00 3.00
2026-03-15                  overdue  10    1.50     310.50   9.00 6.00 3.00
2026-03-20                  overdue  10    1.50     310.50   9.00 6.00 3.00
2026-03-20  releases hold1  overdue  10    1.50     310.50   9.00 6.00 3.00
2026-03-21                  overdue  11    1.65     310.65   9.00 6.00 3.00
2026-03-22  releases hold1  overdue  12    1.80     310.80   9.00 6.00 3.00
""",
        look_at_standing,
    )


def test_what_falls_due_meanwhile_falls_due_when_it_ends() -> None:
    """Paid by the first due date, held over the second: from its end there are three days of grace again."""
    follow(
        GRACE,
        """
day         happens            status   late  penalty  due_now  states
2026-02-28  pays 309.00        active   0     0.00     0.00     PUU
2026-03-20  holds              active   0     0.00     0.00     PUU
2026-03-31                     due      0     0.00     306.00   PDU
2026-04-10                     due      0     0.00     306.00   PDU
2026-04-10  releases hold1     due      0     0.00     306.00   PDU
2026-04-13                     grace    0     0.00     306.00   PGU
2026-04-14                     overdue  4     0.60     306.60   POU
""",
        look_at_standing,
    )


def test_what_is_paid_meanwhile_is_counted_from_no_day_of_the_hold() -> None:
    """300.00 × 0.0005 × 10 = 1.50; 100.00 left of it over ten days more, 0.50, the ten held between not counted."""
    follow(
        AT_ONCE,
        """
day         happens         status   late  penalty  due_now
2026-03-10  holds           overdue  10    1.50     310.50
2026-03-15  pays 210.50     overdue  10    1.50     100.00
2026-03-20  releases hold1  overdue  10    1.50     100.00
2026-03-30                  overdue  20    2.00     100.50
""",
        look_at_standing,
    )


def test_two_holds_are_the_days_of_both() -> None:
    follow(
        AT_ONCE,
        """
day         happens         status   late  penalty
2026-03-05  holds           overdue  5     0.75
2026-03-10  holds           overdue  5     0.75
2026-03-15  releases hold1  overdue  5     0.75
2026-03-20  releases hold2  overdue  5     0.75
2026-03-21                  overdue  6     0.90
2026-03-25  holds           overdue  10    1.50
2026-03-25  releases hold3  overdue  10    1.50
2026-03-26                  overdue  11    1.65
""",
        look_at_standing,
    )


def test_a_hold_that_is_undone_has_never_been() -> None:
    follow(
        AT_ONCE,
        """
day         happens         status   late  penalty
2026-03-10  holds           overdue  10    1.50
2026-03-20  releases hold1  overdue  10    1.50
2026-03-25  undoes hold1    overdue  25    3.75
2026-03-28  releases hold1  overdue  28    4.20
""",
        look_at_standing,
    )


def test_no_late_fee_while_it_is_held() -> None:
    """Two of three days of grace are gone on 2 March; the fourth comes two days after the hold."""
    follow(
        FEE,
        """
day         happens         status   late  penalty
2026-03-02  holds           grace    0     0.00
2026-03-10                  grace    0     0.00
2026-03-10  releases hold1  grace    0     0.00
2026-03-11                  grace    0     0.00
2026-03-12                  overdue  4     20.00
""",
        look_at_standing,
    )


@pytest.mark.parametrize("ending", ["voids", "writes off"])
def test_a_hold_may_outlive_the_loan(ending: str) -> None:
    follow(
        THREE,
        f"""
day         happens         credit
2026-02-10  holds           0.00
2026-02-14  {ending}{" " * (14 - len(ending))}  0.00
2026-02-15  releases hold1  0.00
2026-02-15  holds           0.00
""",
        look_at_standing,
    )


def test_only_a_hold_is_released_and_not_before_it_began() -> None:
    follow(
        THREE,
        """
day         happens                       status
2026-02-10  pays 1.00                     active
2026-02-10  releases p1                   refused: unknown_fact of
2026-02-10  releases hold1                refused: unknown_fact of
2026-02-14  holds                         active
2026-02-15  releases hold1 on 2026-02-13  refused: unknown_fact of
""",
        look_at_standing,
    )


def test_while_it_is_held_nothing_grows_by_itself_and_only_due_dates_wake_it() -> None:
    terms = read_terms(AT_ONCE)
    held = [Hold(id="h", on=date(2026, 3, 10), reason="return")]
    seen = evening(terms, held, date(2026, 3, 12))
    assert [line.part for line in seen.accruals] == ["interest"]
    assert seen.next_wake_on == date(2026, 3, 31)
    in_grace = [Hold(id="h", on=date(2026, 3, 1), reason="return")]
    assert evening(read_terms(GRACE), in_grace, date(2026, 3, 2)).next_wake_on == date(2026, 3, 31)
    released = [*held, Release(id="r", on=date(2026, 3, 15), of="h")]
    assert "penalty" in [line.part for line in evening(terms, released, date(2026, 3, 15)).accruals]
