"""How a payout ends: the shop has the money, or the money is owed again. Inside whoever's transaction learns of it."""

from datetime import date, datetime

from anqi.lending import payouts_to_shops
from anqi.lending.models import MerchantPayout
from anqi.notices import webhooks

State = MerchantPayout.State
_NOTHING_REPORTED = {"reported": None, "reported_by": None}


def pay(payout: MerchantPayout, *, ref: str, on: date, now: datetime) -> None:
    """The payout, locked and released, was made on that day; the books of its borrowers follow soon."""
    payouts_to_shops.move(
        payout, state=State.PAID, ref=ref, paid_on=on, is_booking=True, now=now, **_NOTHING_REPORTED
    )
    _tell(payout, "settlement.paid", now)


def give_back(payout: MerchantPayout, *, on: date, now: datetime) -> None:
    """The payout, locked, came back from the bank on that day, or never left it: its settlements are owed again."""
    payouts_to_shops.move(
        payout, state=State.RETURNED, returned_on=on, is_booking=True, now=now, **_NOTHING_REPORTED
    )
    payouts_to_shops.free_settlements(payout, now=now)
    _tell(payout, "settlement.returned", now)


def _tell(payout: MerchantPayout, kind: str, now: datetime) -> None:
    for event in payouts_to_shops.events(payout, kind):
        webhooks.enqueue(**event, now=now)
