"""Applications for a reserve as the office finds them: one that waits, one that was refused and questioned, one refused
for good; on the day on which everything of `tests.reserving` happens."""

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from anqi import clock
from anqi.actions import reserves
from anqi.lending.applications import To
from anqi.lending.models import Application
from anqi.people.models import Borrower
from anqi.rows.days import SHANGHAI
from tests.reserving import NOON, ZHOU, apply, welcome

CHEN = "+8613700001204"


def set_clock(settings: Any, folder: Path, *, to: datetime = NOON) -> None:
    """The clock goes on from there."""
    file = folder / "clock"
    file.write_text(str(round((to - datetime.now(SHANGHAI)).total_seconds())))
    settings.ANQI_CLOCK_FILE = str(file)


def waiting(who: tuple[UUID, To] | None = None) -> Application:
    """The third of one day: the rules leave it to a person."""
    lin, to = who or welcome()
    for _ in range(2):
        row = apply(lin, to, now=clock.now())
        reserves.withdraw(borrower_id=lin, application_id=row.id, now=clock.now())
    return apply(lin, to, now=clock.now())


def questioned() -> Application:
    """Refused because another came to nothing the same day, and its borrower sees it differently."""
    zhou, to = welcome(ZHOU)
    first = apply(zhou, to, now=clock.now())
    Application.objects.filter(id=first.id).update(state="refused")
    row = apply(zhou, to, now=clock.now())
    assert row.state == "refused", row.reasons
    return reserves.question(borrower_id=zhou, application_id=row.id, text="昨天填错了用途", now=clock.now())


def final() -> Application:
    """Refused because nobody knows who it is, and questioned."""
    chen, to = welcome(CHEN)
    Borrower.objects.filter(id=chen).update(verified_at=None)
    row = apply(chen, to, now=clock.now())
    return reserves.question(borrower_id=chen, application_id=row.id, text="", now=clock.now())
