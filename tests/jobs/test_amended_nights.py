"""The end of day after plans were changed: lateness, penalty and books follow the new days."""

from datetime import date

import pytest

from anqi.actions import amendments
from anqi.ledger.models import Posting
from anqi.lending.changing import DueDay, Later, Wish
from tests.happening import hold
from tests.jobs.close_nights import assert_sound, run_until, shut
from tests.planting import Planted, at, days, plant_many

pytestmark = pytest.mark.usefixtures("clone_database")
STARTED, SIGNED = date(2026, 9, 9), date(2026, 10, 8)
LATER_DUE, DEFERRED = date(2026, 10, 20), date(2026, 10, 22)


def sign(who: Planted, wish: Wish) -> None:
    asked = {"borrower_id": who.borrower_id, "loan_id": who.loan_id, "wish": wish}
    seen = amendments.quote(**asked, today=SIGNED)
    amendments.accept(
        **asked, sha256=seen.draft.sha256, is_meant=True, address="203.0.113.7", agent="Mozilla", now=at(SIGNED)
    )


def test_lateness_follows_the_new_days() -> None:
    lin, zhou = plant_many(2, starts_on=STARTED)
    shut(SIGNED - days(1))
    sign(lin, DueDay(day=20))
    sign(zhou, Later(to=DEFERRED))
    late_on = LATER_DUE + days(4)
    run_until(late_on)
    assert_sound(late_on)
    for who, then, days_past_due, due_on in ((lin, "overdue", 4, LATER_DUE), (zhou, "grace", 0, DEFERRED)):
        late = hold(who).standing(late_on)
        assert (hold(who).standing(due_on).status, late.status, late.days_past_due) == ("due", then, days_past_due)
    # 473.09 of principal, four days at 0.05 %: booked, and counted from the new day.
    assert hold(lin).standing(late_on).instalments[0].penalty_minor == 95
    [booked] = Posting.objects.filter(credit="penalty_income")
    assert (booked.loan_id, booked.amount_minor, booked.counts_on) == (lin.loan_id, 95, late_on)
