"""Settlements with shops: made for each day that is shut, paid at the bank, and the books that follow.

Refused
├── DayNotShut
└── Stranger      the bank speaks of a number that is not ours
"""

from datetime import date, datetime, timedelta

from django.db import transaction

from anqi.actions.settlements import booking, ending
from anqi.ledger import books, days, payables
from anqi.lending import payouts_to_shops, settlements
from anqi.lending.models import MerchantPayout
from anqi.payments.channels.protocol import Failed, Result, Succeeded
from anqi.rows.days import day_of
from anqi.rows.refusals import Refused

State = MerchantPayout.State
_PAID_AGAIN: dict[str, str] = {State.PAID: "paid_twice", State.RETURNED: "paid_after_return"}


class DayNotShut(Refused):
    """Something may still be booked on {day}."""

    code = "day_not_shut"


class Stranger(Refused):
    """The bank speaks of a payout that is not ours."""

    code = "stranger"


def make(day: date, *, now: datetime) -> None:
    """Keeps what each shop is owed for the day, and by which orders. Again it changes nothing. Refuses DayNotShut."""
    with transaction.atomic(durable=True):
        if books.first_open_on() <= day:
            raise DayNotShut(day=day)
        settlements.make(day, day, moved=payables.MOVED, now=now)


def make_all(*, now: datetime) -> tuple[date, date] | None:
    """The first and the last of all days that are over, each with its settlements now; None where there is no such."""
    first, last = days.first_booked(), days.last_finished()
    if first is None or last is None or last < first:
        return None
    for n in range((last - first).days + 1):
        make(first + timedelta(days=n), now=now)
    return first, last


def learn(*, key: str, result: Result, now: datetime) -> None:
    """What the bank says of a payout by its number. Twice, late or out of order changes nothing more.

    Succeeded pays it; Failed, before or after that, makes the money owed again. What contradicts what we know changes
    no books and waits for people. Refuses a Stranger.
    """
    payout_id = payouts_to_shops.numbered(key)
    if payout_id is None:
        raise Stranger(key=key)
    # What came back is undone line by line, so that every line must stand in the books first.
    booking.book(payout_id, now=now)
    with transaction.atomic(durable=True):
        payout = payouts_to_shops.lock(payout_id)
        if isinstance(result, Succeeded):
            _believe(payout, result, now)
        elif isinstance(result, Failed):
            _come_back(payout, result, now)


def _believe(payout: MerchantPayout, result: Succeeded, now: datetime) -> None:
    if payout.state in (State.PAID, State.RETURNED) and result.ref == payout.ref:
        return
    if result.amount_minor != payout.amount_minor:
        _doubt(payout, "other_amount", now)
    elif payout.state == State.RELEASED:
        ending.pay(payout, ref=result.ref, on=day_of(min(result.paid_at, now)), now=now)
    elif payout.state == State.PAID and not payout.ref:
        payouts_to_shops.move(payout, ref=result.ref, now=now)
    else:
        _doubt(payout, _PAID_AGAIN.get(payout.state, "unasked"), now)


def _come_back(payout: MerchantPayout, result: Failed, now: datetime) -> None:
    if payout.state in (State.RELEASED, State.PAID):
        ending.give_back(payout, on=day_of(min(result.at or now, now)), now=now)
    elif payout.state != State.RETURNED:
        _doubt(payout, "unasked", now)


def _doubt(payout: MerchantPayout, why: str, now: datetime) -> None:
    payouts_to_shops.move(payout, doubt=why, now=now)
