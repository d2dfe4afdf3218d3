"""When a channel is asked about a charge: often at first, and in any case when the charge's time is over."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from anqi.actions import charges
from anqi.actions.charges import Wish
from anqi.payments import inspection
from tests.planting import at, plant_loan

pytestmark = pytest.mark.django_db


def test_it_is_asked_at_its_end_and_after_the_margin() -> None:
    """Else a loan that nobody paid would stay claimed, and the charge be one for the office, for half an hour more."""
    who, opened_at = plant_loan(starts_on=date(2026, 8, 31)), at(date(2026, 9, 30))
    charge = charges.open(
        borrower_id=who.borrower_id, wishes=[Wish(loan_id=who.loan_id, purpose="due")], channel="alipay", how="wap",
        attempt=uuid4().hex, now=opened_at,
    )  # fmt: skip
    asked_at = []
    for _ in range(9):
        asked_at.append(charge.next_try_at)
        assert not charges.lease_unheard(now=charge.next_try_at - timedelta(seconds=1), limit=9)
        [charge] = charges.lease_unheard(now=charge.next_try_at, limit=9)
    seconds = [(each - opened_at).total_seconds() for each in asked_at]
    assert seconds == [5, 15, 45, 105, 405, 900, 1500, 3300, 5100]
    assert asked_at[6] < opened_at + inspection.CHARGE_OPEN_FOR
