"""Loans as days go by: what changes by itself is booked on its day, or as soon afterwards as somebody looks."""

import logging
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from anqi.ledger import books
from anqi.ledger.books import Booked
from anqi.lending import courses, orders, store
from anqi.lending.models import Loan
from anqi.lending.store import LoanInHand
from anqi.notices import webhooks
from anqi.people import holds
from anqi.rows.chain import Chain
from anqi.rows.days import day_of

# So many borrowers share a commit; each is locked until it, and a payment must not wait long for that.
_TOGETHER = 20
_log = logging.getLogger("anqi.loans")

_Due = Mapping[UUID, Sequence[UUID]]


def wake(*, now: datetime, limit: int) -> int:
    """How many loans were brought to today, at most about `limit`: those whose next day has come.

    One transaction holds several whole borrowers. Killed half-way, what was committed stands and the rest is
    still due; a loan that was woken is no longer.
    """
    due = list(_due(day_of(now), limit).items())
    groups = [dict(due[first : first + _TOGETHER]) for first in range(0, len(due), _TOGETHER)]
    return sum(_wake_group(group, now) for group in groups)


def _due(today: date, limit: int) -> dict[UUID, list[UUID]]:
    """Whole borrowers with the loans whose day has come, in the order in which they are locked.

    The latest day comes first: loans that can't be woken stay due, and must not keep the others waiting.
    """
    loans = Loan.objects.filter(next_wake_on__lte=today)
    chosen = loans.order_by("-next_wake_on", "borrower_id").values_list("borrower_id", flat=True)[:limit]
    by_borrower: dict[UUID, list[UUID]] = {}
    whole = loans.filter(borrower_id__in=list(chosen)).order_by("borrower_id", "id")
    for borrower_id, loan_id in whole.values_list("borrower_id", "id"):
        by_borrower.setdefault(borrower_id, []).append(loan_id)
    return by_borrower


def _wake_group(due: _Due, now: datetime) -> int:
    try:
        return _wake_together(due, now)
    except Exception:
        if len(due) == 1:
            # It stays due, and the office's queue shows it.
            _log.exception("loans_not_woken", extra={"borrower": str(next(iter(due)))})
            return 0
    return sum(_wake_group({borrower_id: loan_ids}, now) for borrower_id, loan_ids in due.items())


def _wake_together(due: _Due, now: datetime) -> int:
    with transaction.atomic(durable=True):
        return sum(_wake_borrower(borrower_id, loan_ids, now) for borrower_id, loan_ids in due.items())


def _wake_borrower(borrower_id: UUID, loan_ids: Sequence[UUID], now: datetime) -> int:
    today = day_of(now)
    chain = holds.hold(borrower_id)
    loans = store.read(borrower_id, loan_ids)
    # Between our looking and our lock a payment may have brought the loan to today.
    woken = [held for held in loans.values() if held.next_wake_on and held.next_wake_on <= today]
    booked = books.read(borrower_id, [held.id for held in woken])
    outlooks = [(held, _outlook(held, today)) for held in woken]
    _post(chain, woken, booked, now)
    for held, outlook in outlooks:
        _keep_outlook(held, outlook, now)
    holds.keep(chain)
    return len(woken)


def _outlook(held: LoanInHand, today: date) -> courses.Outlook:
    if not held.has_begun:
        return courses.Outlook(next_wake_on=None, settled_on=held.settled_on)
    return courses.outlook(held, today=today)


def _post(chain: Chain, woken: Sequence[LoanInHand], booked: Booked, now: datetime) -> None:
    entries = [
        entry
        for held in woken
        if held.has_begun
        for entry in books.bring_to(
            courses.missed(held, today=day_of(now)),
            booked=booked.balances[held.id],
            loan_id=held.id,
            lender_id=held.lender_id,
            currency=held.currency,
        )
    ]
    books.post(chain, entries, first_open_on=booked.first_open_on, now=now)


def _keep_outlook(held: LoanInHand, outlook: courses.Outlook, now: datetime) -> None:
    store.wake(held.borrower_id, held.id, outlook)
    # A credit balance pays on due dates, so that a loan can settle with no payment on the day.
    if outlook.settled_on and not held.settled_on:
        settled = orders.settle(held.borrower_id, held.order_id, now=now)
        for event in orders.events(settled, "order.settled"):
            webhooks.enqueue(**event, now=now)
