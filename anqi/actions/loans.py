"""Loans as days go by: what changes by itself is booked on its day, or as soon afterwards as somebody looks."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from anqi import recording
from anqi.ledger import books
from anqi.ledger.books import Booked, Entry
from anqi.lending import courses, set_aside, store
from anqi.lending.courses import Outlook, Step
from anqi.lending.models import Loan, SetAside
from anqi.lending.store import LoanInHand
from anqi.people import holds
from anqi.rows import sql
from anqi.rows.chain import Chain
from anqi.rows.days import day_of

# So many borrowers share a commit; each is locked until it, and a payment must not wait long for that.
TOGETHER = 100
_log = logging.getLogger("anqi.loans")


@dataclass(frozen=True, kw_only=True)
class Brought:
    """How many loans were brought on, and how many were set aside."""

    count: int = 0
    set_aside: int = 0

    def __add__(self, other: "Brought") -> "Brought":
        return Brought(count=self.count + other.count, set_aside=self.set_aside + other.set_aside)


@dataclass(frozen=True, kw_only=True)
class _Woken:
    """A loan with the days that it missed, and what is then kept beside it."""

    held: LoanInHand
    steps: Sequence[Step]
    outlook: Outlook


def wake(*, now: datetime, limit: int) -> int:
    """How many loans were brought to today, at most about `limit`: those whose next day has come.

    One transaction holds several whole borrowers. Killed half-way, what was committed stands and the rest is
    still due; a loan that was woken is no longer.
    """
    due = list(_due(day_of(now), limit))
    groups = [due[first : first + TOGETHER] for first in range(0, len(due), TOGETHER)]
    return sum(bring(group, day=day_of(now), now=now).count for group in groups)


def _due(today: date, limit: int) -> list[UUID]:
    """Whole borrowers with loans whose day has come, in the order in which they are locked.

    The latest day comes first: loans that can't be woken stay due, and must not keep the others waiting.
    """
    loans = Loan.objects.filter(next_wake_on__lte=today)
    chosen = loans.order_by("-next_wake_on", "borrower_id").values_list("borrower_id", flat=True)[:limit]
    return sorted(set(chosen))


def due_after(borrower_id: UUID | None, *, day: date, limit: int) -> list[UUID]:
    """The next borrowers by id who have a loan whose day has come by then."""
    loans = Loan.objects.filter(next_wake_on__lte=day)
    if borrower_id:
        loans = loans.filter(borrower_id__gt=borrower_id)
    found = loans.order_by("borrower_id").values_list("borrower_id", flat=True).distinct()
    return list(found[:limit])


def bring(borrower_ids: Sequence[UUID], *, day: date, now: datetime) -> Brought:
    """Brings all loans of these borrowers to the day, in one transaction of a fixed number of statements.

    One that fails is set aside with its reason, and the others go on: a group that broke is tried in halves. What
    was committed before a kill stands, and the rest is still due.
    """
    try:
        return Brought(count=_bring_together(borrower_ids, day, now))
    except Exception as error:
        if len(borrower_ids) == 1:
            return _bring_one_by_one(borrower_ids[0], day, now, error)
    middle = len(borrower_ids) // 2
    return bring(borrower_ids[:middle], day=day, now=now) + bring(borrower_ids[middle:], day=day, now=now)


def _bring_one_by_one(borrower_id: UUID, day: date, now: datetime, error: Exception) -> Brought:
    loans = Loan.objects.filter(borrower_id=borrower_id, next_wake_on__lte=day).order_by("id")
    brought = Brought()
    for loan_id in loans.values_list("id", flat=True):
        try:
            brought += Brought(count=_bring_together([borrower_id], day, now, only=loan_id))
        except Exception as failure:
            _log.exception("loan_set_aside", extra={"borrower": str(borrower_id), "loan": str(loan_id)})
            _set_aside((borrower_id, loan_id), day, now, failure)
            brought += Brought(set_aside=1)
    if not brought.set_aside:
        _log.warning("loans_brought_at_second_try", extra={"borrower": str(borrower_id), "why": str(error)})
    return brought


def _set_aside(pair: tuple[UUID, UUID], day: date, now: datetime, failure: Exception) -> None:
    with transaction.atomic(durable=True):
        # The kind of failure, never its text: that may hold what is nobody's business.
        set_aside.put(
            pair, kind=SetAside.Kind.FAILED, day=day, why=type(failure).__name__, details={}, now=now
        )


def _bring_together(borrower_ids: Sequence[UUID], day: date, now: datetime, only: UUID | None = None) -> int:
    with transaction.atomic(durable=True):
        chains = holds.hold_all(borrower_ids)
        # Between our looking and our lock a payment may have brought a loan to its day.
        held = [each for each in store.read_waking(borrower_ids, on=day) if only in (None, each.id)]
        if not held:
            return 0
        woken = [_woken(each, day) for each in held]
        pairs = [(each.held.borrower_id, each.held.id) for each in woken]
        booked = books.read_pairs(pairs)
        with sql.together():
            _book(chains, woken, booked, now)
            store.wake_all((each.held, each.outlook) for each in woken)
            holds.keep_all(chains.values())
            set_aside.resolve(pairs, kind=SetAside.Kind.FAILED, by="close", now=now)
        for each in woken:
            # A credit balance pays on due dates, so that a loan can settle with no payment on the day.
            recording.settle(each.held, each.outlook, now=now)
    return len(woken)


def _woken(held: LoanInHand, day: date) -> _Woken:
    if not held.has_begun:
        over = Outlook(next_wake_on=None, settled_on=held.settled_on, stands_on=None, accruals=())
        return _Woken(held=held, steps=(), outlook=over)
    steps, outlook = courses.brought(held, today=day)
    return _Woken(held=held, steps=steps, outlook=outlook)


def _book(chains: Mapping[UUID, Chain], woken: Sequence[_Woken], booked: Booked, now: datetime) -> None:
    books.post_all(
        ((chains[each.held.borrower_id], _entries(each, booked.balances[each.held.id])) for each in woken),
        first_open_on=booked.first_open_on,
        now=now,
    )


def _entries(woken: _Woken, booked: Mapping[str, int]) -> list[Entry]:
    held = woken.held
    return books.bring_to(
        woken.steps, booked=booked, loan_id=held.id, lender_id=held.lender_id, currency=held.currency,
        discloses=held.discloses,
    )  # fmt: skip
