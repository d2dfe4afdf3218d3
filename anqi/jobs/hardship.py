"""The job of help with paying: late answers, offers that lapse, and what was accepted, each on its day."""

from datetime import datetime

from anqi.actions import hardship
from anqi.jobs.drains import EVERY_MINUTE, drain, go_through
from anqi.lending import hardship_inspection
from anqi.lending.models import HardshipCase
from anqi.rows.days import day_of


@drain("hardship", EVERY_MINUTE, alone=True)
def follow_hardship(now: datetime, limit: int) -> int:
    """Help that is accepted or offered, and answers that are late, each on its day."""
    go_through(_stand_in, hardship_inspection.unanswered(day_of(now), limit=limit), now)
    go_through(_let_lapse, hardship_inspection.lapsed(now, limit=limit), now)
    go_through(_follow, hardship_inspection.to_look_at(day_of(now), limit=limit), now)
    # One that breaks stays due and must not be tried for ever: the next minute is soon enough.
    return 0


def _stand_in(case: HardshipCase, now: datetime) -> None:
    hardship.stand_in(borrower_id=case.borrower_id, case_id=case.id, now=now)


def _let_lapse(case: HardshipCase, now: datetime) -> None:
    hardship.lapse(borrower_id=case.borrower_id, case_id=case.id, now=now)


def _follow(case: HardshipCase, now: datetime) -> None:
    hardship.follow(borrower_id=case.borrower_id, case_id=case.id, now=now)
