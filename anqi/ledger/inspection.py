"""What staff ask of the books. Nothing here locks or writes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from django.db.models import Q, QuerySet

from anqi.ledger.chart import ACCRUED, ACCRUED_INCOME
from anqi.ledger.models import Account, ClosedDay, DayTotal, Posting


@dataclass(frozen=True, kw_only=True)
class EntryShown:
    """The postings of one entry, in the order in which they were added."""

    id: UUID
    cause: str
    cause_id: UUID | None
    counts_on: date
    booked_on: date
    recorded_at: datetime
    seq: int
    postings: tuple[Posting, ...]

    @property
    def amount_minor(self) -> int:
        """What the entry moves in all, in fen."""
        return sum(posting.amount_minor for posting in self.postings)


@dataclass(frozen=True, kw_only=True)
class Difference:
    """An account of a loan that does not show what it must, in fen, debit above zero."""

    account: str
    wanted_minor: int
    booked_minor: int

    @property
    def off_minor(self) -> int:
        return self.booked_minor - self.wanted_minor


def entries(borrower_id: UUID, loan_id: UUID, *, cause_ids: Iterable[UUID] = ()) -> list[EntryShown]:
    """What was booked of the loan, and of these causes that touch no loan, such as money that arrived."""
    found = Posting.objects.filter(
        Q(loan_id=loan_id) | Q(loan_id=None, cause_id__in=list(cause_ids)), borrower_id=borrower_id
    )
    by_entry = groupby(found.order_by("seq"), key=lambda posting: posting.entry_id)
    return [_entry(tuple(postings)) for _, postings in by_entry]


def differences(*, wanted: Mapping[str, int], booked: Mapping[str, int]) -> list[Difference]:
    """The accounts in which the books are not what they must be; none when they agree."""
    return [
        Difference(account=account, wanted_minor=wanted.get(account, 0), booked_minor=booked.get(account, 0))
        for account in sorted({*wanted, *booked})
        if wanted.get(account, 0) != booked.get(account, 0)
    ]


def loans_booked_on(day: date, *, limit: int) -> list[tuple[UUID, UUID]]:
    """(borrower id, loan id) of some loans into whose books something was written on that business day."""
    return list(_pairs(_booked_on(day).order_by()[:limit]))


def each_loan_booked_on(day: date) -> Iterator[tuple[UUID, UUID]]:
    """All of them, however many: in the order of their ids, a part at a time in memory."""
    return _pairs(_booked_on(day).order_by("borrower_id", "loan_id").iterator(chunk_size=5000))


def _booked_on(day: date) -> QuerySet[Posting, tuple[UUID, UUID | None]]:
    found = Posting.objects.filter(booked_on=day, loan_id__isnull=False)
    return found.values_list("borrower_id", "loan_id").distinct()


def _pairs(rows: Iterable[tuple[UUID, UUID | None]]) -> Iterator[tuple[UUID, UUID]]:
    return ((borrower_id, loan_id) for borrower_id, loan_id in rows if loan_id)


def accruals_on(day: date, account: str) -> list[DayTotal]:
    """What that day added to an account of accruals, by lender and product: there are no postings behind it."""
    found = DayTotal.objects.filter(day=day, account=account) if account in (*ACCRUED, ACCRUED_INCOME) else ()
    return sorted(found, key=lambda total: (total.lender_id, total.product_id or total.lender_id))


def account_names() -> dict[str, str]:
    """The accounts' names by their codes."""
    return dict(Account.objects.values_list("code", "name"))


def last_closed_day() -> date | None:
    """The last business day into which nothing is booked any more."""
    return ClosedDay.objects.order_by("-day").values_list("day", flat=True).first()


def _entry(postings: tuple[Posting, ...]) -> EntryShown:
    first = postings[0]
    return EntryShown(
        id=first.entry_id,
        cause=first.cause,
        cause_id=first.cause_id,
        counts_on=first.counts_on,
        booked_on=first.booked_on,
        recorded_at=first.recorded_at,
        seq=first.seq,
        postings=postings,
    )
