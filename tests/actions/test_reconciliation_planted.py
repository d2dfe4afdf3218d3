"""Reconciliation of each form of statement: what was planted in a file is found, no more and no less, twice alike."""

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from anqi.actions import payouts, reconciliation
from anqi.payments import channels
from anqi.payments.models import ReconciliationDay, ReconciliationDifference
from tests.actions.reconciling import ACCOUNT, Stating, plant
from tests.planting import at
from tests.seeds import SEED
from tools import statements as planting

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 26)
MORNING = at(date(2026, 11, 27), 10)
COUNT, EACH = 1_000, 3
FORMS = [pytest.param(*form, id="-".join(form)) for form in planting.FORMS]
FOUND_AS = {"missing": "missing_with_them", "extra": "missing_with_us"}
# A fee with a row of its own has no row of ours, unless its price is stated: those are told by hand.
NO_FEES = {"pay": 84, "refund": 10, "payout": 6}


@pytest.mark.parametrize(("channel", "kind"), FORMS)
def test_the_planted_differences_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, channel: str, kind: str
) -> None:
    monkeypatch.setitem(planting._KINDS, "funds", NO_FEES)
    planted = planting.write(
        tmp_path / "file", channel=channel, kind=kind, day=DAY, account=ACCOUNT, count=COUNT, seed=SEED, each=EACH
    )
    ours = list(planting.ours(kind=kind, day=DAY, count=COUNT, seed=SEED))
    plant(ours, channel=channel, now=MORNING, refunds_under_charge=(channel, kind) == ("alipay", "funds"))
    stating = Stating(code=channel, kinds=(kind,), files={(DAY, kind): (tmp_path / "file").read_bytes()})
    monkeypatch.setattr(channels, "find_stating", lambda code: stating)
    monkeypatch.setattr(channels, "fees", lambda code: None if kind == "funds" else (Decimal("0.006"), 0))
    payouts.look_through(channel=channel, day=DAY, now=MORNING)
    expected = Counter((FOUND_AS.get(each.plant, each.plant), each.key) for each in planted)
    for _ in range(2):
        [day] = reconciliation.match(channel=channel, day=DAY, now=MORNING)
        found = ReconciliationDifference.objects.values_list("kind", "key")
        assert Counter(found) == expected
        # An unlearned word stands for a movement of any kind: all is named, and the books are as we are.
        assert (day.ours_count, day.ours_minor) == (COUNT, sum(each.amount_minor for each in ours))
        assert day.booked_minor == day.ours_minor
        assert day.theirs_minor - day.ours_minor == day.named_minor
        assert (day.state, day.open_differences) == ("explained", len(planted))
    assert stating.asked == 1, "the file is kept"
    assert ReconciliationDay.objects.count() == 1
