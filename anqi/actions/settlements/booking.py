"""The books follow a payout: each line of it moves from what is owed to shops to the bank, or back again."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter, itemgetter
from uuid import UUID

from django.db import transaction

from anqi.ledger import books
from anqi.ledger.books import Entry
from anqi.lending import payouts_to_shops
from anqi.lending.models import MerchantPayout, SettlementLine
from anqi.people import holds

# So many borrowers share a commit; each is locked until it, and a payment must not wait long for that.
TOGETHER = 100
State = MerchantPayout.State


def book(payout_id: UUID, *, now: datetime) -> int:
    """How many lines were booked: all that were left, many whole borrowers in each transaction.

    Killed half-way, what was committed stands, each line says so, and the rest is still due.
    """
    count = 0
    # Whoever ends or gives back the payout meanwhile leaves other lines to book than these.
    while waiting := _waiting(payout_id):
        for together in _together(waiting):
            count += _book_together(payout_id, together, now)
    _finish(payout_id, now)
    return count


def _waiting(payout_id: UUID) -> list[tuple[UUID, UUID]]:
    payout = payouts_to_shops.find(payout_id)
    return payouts_to_shops.waiting_lines(payout) if payout else []


def _together(waiting: Sequence[tuple[UUID, UUID]]) -> Iterator[list[tuple[UUID, UUID]]]:
    """The lines of so many whole borrowers each."""
    by_borrower = [list(its) for _, its in groupby(waiting, key=itemgetter(0))]
    for first in range(0, len(by_borrower), TOGETHER):
        yield [line for its in by_borrower[first : first + TOGETHER] for line in its]


def _book_together(payout_id: UUID, waiting: Sequence[tuple[UUID, UUID]], now: datetime) -> int:
    with transaction.atomic(durable=True):
        # Nobody who holds a borrower wants a payout, so that no two can wait for each other.
        payout = payouts_to_shops.lock(payout_id)
        lines = payouts_to_shops.lines_to_book(payout, waiting)
        if lines:
            _book(payout, lines, now)
    return len(lines)


def _finish(payout_id: UUID, now: datetime) -> None:
    with transaction.atomic(durable=True):
        payout = payouts_to_shops.lock(payout_id)
        if payout.is_booking and payouts_to_shops.is_booked(payout):
            payouts_to_shops.move(payout, is_booking=False, now=now)


def _book(payout: MerchantPayout, lines: Sequence[SettlementLine], now: datetime) -> None:
    by_borrower = [(id, list(its)) for id, its in groupby(lines, key=attrgetter("borrower_id"))]
    chains = holds.hold_all(borrower_id for borrower_id, _ in by_borrower)
    books.post_all(
        ((chains[borrower_id], [_entry(payout, line) for line in its]) for borrower_id, its in by_borrower),
        first_open_on=books.first_open_on(), now=now,
    )  # fmt: skip
    payouts_to_shops.mark(lines, payout.id if payout.state == State.PAID else None)
    holds.keep_all(chains.values())


def _entry(payout: MerchantPayout, line: SettlementLine) -> Entry:
    """On no loan: what a loan's books must show doesn't change by the shop's having been paid for it."""
    is_paid = payout.state == State.PAID
    counts_on = payout.paid_on if is_paid else payout.returned_on
    assert counts_on, "it ended on some day"
    to_shop = ("merchant_payable", "bank") if (line.amount_minor > 0) == is_paid else ("bank", "merchant_payable")
    return Entry(
        loan_id=None, lender_id=payout.lender_id, currency=payout.currency, counts_on=counts_on, cause="settlement",
        cause_id=line.id, moves=[(*to_shop, abs(line.amount_minor))],
    )  # fmt: skip
