"""The lender's own book: postings of no borrower's, between its channels and its bank. One chain for each lender."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from uuid import UUID

from anqi.ledger import books
from anqi.ledger.models import HouseBook, HousePosting
from anqi.rows.chain import GENESIS, Chain, digest
from anqi.rows.ids import uuid7

_HASHED = (
    "id", "lender_id", "entry_id", "cause", "cause_id", "debit", "credit", "amount_minor", "currency", "counts_on",
    "booked_on", "recorded_at",
)  # fmt: skip


def bring_to(
    wanted: Mapping[str, int], *, lender_id: UUID, currency: str, cause: str, cause_id: UUID, counts_on: date,
    now: datetime,
) -> int:  # fmt: skip
    """How many postings were added, so that the cause's balances are those wanted, in fen, debit above zero.

    Within a transaction, which holds the lender's book. A posting counts on the cause's day and is booked on it, or on
    the first open day after it.
    """
    chain = _hold(lender_id)
    moves = books.difference(wanted=wanted, booked=booked(cause, cause_id))
    booked_on, entry_id = max(counts_on, books.first_open_on()), uuid7()
    rows = []
    for debit, credit, amount_minor in moves:
        stated = {
            "id": uuid7(), "lender_id": lender_id, "entry_id": entry_id, "cause": cause, "cause_id": cause_id,
            "debit": debit, "credit": credit, "amount_minor": amount_minor, "currency": currency,
            "counts_on": counts_on, "booked_on": booked_on, "recorded_at": now,
        }  # fmt: skip
        link = chain.link(stated)
        rows.append(HousePosting(**stated, seq=link.seq, hash=link.hash))
    if rows:
        HousePosting.objects.bulk_create(rows)
        HouseBook.objects.filter(lender_id=lender_id).update(last_seq=chain.seq, last_hash=chain.hash)
    return len(rows)


def _hold(lender_id: UUID) -> Chain:
    HouseBook.objects.bulk_create([HouseBook(lender_id=lender_id)], ignore_conflicts=True)
    book = HouseBook.objects.select_for_update().get(lender_id=lender_id)
    return Chain(lender_id, book.last_seq, bytes(book.last_hash))


def booked(cause: str, cause_id: UUID) -> dict[str, int]:
    """What the cause has moved, by account, in fen, debit above zero; nothing of what is at zero."""
    moved: dict[str, int] = {}
    for posting in HousePosting.objects.filter(cause=cause, cause_id=cause_id):
        moved[posting.debit] = moved.get(posting.debit, 0) + posting.amount_minor
        moved[posting.credit] = moved.get(posting.credit, 0) - posting.amount_minor
    return {account: minor for account, minor in moved.items() if minor}


def broken() -> Iterator[tuple[str, str]]:
    """(what, where) of each link that doesn't follow from the one before, and of each chain with another end."""
    for book in HouseBook.objects.order_by("lender_id"):
        previous, seq = GENESIS, 0
        for posting in HousePosting.objects.filter(lender_id=book.lender_id).order_by("seq").iterator():
            where = f"posting {posting.id}, seq {posting.seq}"
            if posting.seq != seq + 1:
                yield "house_gap", f"{where}, expected {seq + 1}"
            elif digest(previous, posting.seq, _recorded(posting)) != bytes(posting.hash):
                yield "house_hash", where
            previous, seq = bytes(posting.hash), posting.seq
        if (book.last_seq, bytes(book.last_hash)) != (seq, previous):
            yield "house_end", f"the chain of lender {book.lender_id} ends at {seq}, its row says {book.last_seq}"


def _recorded(posting: HousePosting) -> dict[str, object]:
    return {name: getattr(posting, name) for name in _HASHED}
