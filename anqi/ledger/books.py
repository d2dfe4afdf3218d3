"""The books: they receive the difference between what should stand in them and what does."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from anqi.rows import sql
from anqi.rows.chain import Chain
from anqi.rows.ids import uuid7

Balances = dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Amounts that one cause moves between accounts, in fen: (debit, credit, amount)."""

    loan_id: UUID | None
    lender_id: UUID
    currency: str
    moves: Sequence[tuple[str, str, int]]
    counts_on: date
    cause: str
    cause_id: UUID | None
    id: UUID = field(default_factory=uuid7)


@dataclass(frozen=True, kw_only=True)
class Booked:
    """What the books hold of some loans, debit positive, and the first day that is still open."""

    balances: Mapping[UUID, Balances]
    first_open_on: date


def read(borrower_id: UUID, loan_ids: Iterable[UUID]) -> Booked:
    """What stands in the books of these loans, in fen; accounts at zero are left out. One statement."""
    wanted = list(loan_ids)
    return _booked(wanted, sql.fetch(_READ, [borrower_id, wanted]))


def read_pairs(pairs: Iterable[tuple[UUID, UUID]]) -> Booked:
    """What stands in the books of these (borrower id, loan id), as `read` tells of one borrower. One statement."""
    borrower_ids, loan_ids = zip(*pairs, strict=True)
    return _booked(loan_ids, sql.fetch(_READ_PAIRS, [list(borrower_ids), list(loan_ids)]))


def _booked(loan_ids: Iterable[UUID], rows: Iterable[tuple[Any, ...]]) -> Booked:
    balances: dict[UUID, Balances] = {loan_id: {} for loan_id in loan_ids}
    last_closed_on = date.min
    for loan_id, account, amount_minor, closed_on in rows:
        if loan_id is None:
            last_closed_on = closed_on or date.min
        elif amount_minor:
            balances[loan_id][account] = int(amount_minor)
    return Booked(balances=balances, first_open_on=last_closed_on + timedelta(days=1))


def first_open_on() -> date:
    """The first day that is still open."""
    [(closed_on,)] = sql.fetch("select max(day) from ledger_closed_day", [])
    return (closed_on or date.min) + timedelta(days=1)


def difference(*, wanted: Mapping[str, int], booked: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """The moves (debit, credit, amount in fen) that bring the books from what is booked to what is wanted.

    Both sum to zero, so that every move has two sides. A payment of 100 that clears 10 interest and 90
    principal: unapplied to interest 10, unapplied to principal 90.
    """
    short = {account: wanted.get(account, 0) - booked.get(account, 0) for account in (*wanted, *booked)}
    assert sum(short.values()) == 0, "balances that do not sum to zero"
    moves = []
    for debit, credit in (*_NATURAL_PAIRS, *_any_pairs(short)):
        amount_minor = min(short.get(debit, 0), -short.get(credit, 0))
        if amount_minor > 0:
            moves.append((debit, credit, amount_minor))
            short[debit] -= amount_minor
            short[credit] += amount_minor
    assert not any(short.values())
    return moves


class Wanted(Protocol):
    """What the books must show after something happened."""

    @property
    def counts_on(self) -> date: ...
    @property
    def balances(self) -> Mapping[str, int]: ...
    @property
    def cause(self) -> str: ...
    @property
    def cause_id(self) -> UUID | None: ...


def bring_to(
    steps: Iterable[Wanted], *, booked: Mapping[str, int], loan_id: UUID, lender_id: UUID, currency: str
) -> list[Entry]:
    """The entries that bring a loan's books through these steps, each the difference from the one before."""
    entries = []
    for step in steps:
        entries.append(
            Entry(
                loan_id=loan_id,
                lender_id=lender_id,
                currency=currency,
                moves=difference(wanted=step.balances, booked=booked),
                counts_on=step.counts_on,
                cause=step.cause,
                cause_id=step.cause_id,
            )
        )
        booked = step.balances
    return entries


def post(chain: Chain, entries: Sequence[Entry], *, first_open_on: date, now: datetime) -> None:
    """Adds the entries' postings at the end of the borrower's chain, in one statement.

    A posting counts on its cause's day; it is booked on that day, or on the first open day after it.
    """
    rows = [
        _row(chain, entry, move, max(entry.counts_on, first_open_on), now)
        for entry in entries
        for move in entry.moves
    ]
    if rows:
        sql.write(_POST, [chain.borrower_id, sql.as_rows(rows)])


def post_all(
    entries: Iterable[tuple[Chain, Sequence[Entry]]], *, first_open_on: date, now: datetime
) -> None:
    """Adds the entries' postings at the ends of many borrowers' chains, as `post` does for one, in one statement."""
    rows = [
        _with_borrower(chain, _row(chain, entry, move, max(entry.counts_on, first_open_on), now))
        for chain, its_entries in entries
        for entry in its_entries
        for move in entry.moves
    ]
    if rows:
        sql.write(_POST_ALL, [sql.as_rows(rows)])


def _with_borrower(chain: Chain, row: str) -> str:
    return f'{{"borrower_id":"{chain.borrower_id}",{row[1:]}'


def recorded(posting_row: Mapping[str, Any]) -> dict[str, Any]:
    """What the chain's hash of a posting covers: the whole row but its place in the chain."""
    return {name: posting_row[name] for name in _HASHED}


def _any_pairs(short: Mapping[str, int]) -> list[tuple[str, str]]:
    return [(debit, credit) for debit in sorted(short) for credit in sorted(short) if debit != credit]


def _row(chain: Chain, entry: Entry, move: tuple[str, str, int], booked_on: date, now: datetime) -> str:
    debit, credit, amount_minor = move
    stated = {
        "id": uuid7(),
        "entry_id": entry.id,
        "loan_id": entry.loan_id,
        "cause": entry.cause,
        "cause_id": entry.cause_id,
        "debit": debit,
        "credit": credit,
        "amount_minor": amount_minor,
        "currency": entry.currency,
        "lender_id": entry.lender_id,
        "counts_on": entry.counts_on,
        "booked_on": booked_on,
        "recorded_at": now,
    }
    return chain.link(recorded(stated)).as_row()


# Accountants read an entry by its pairs: what a payment clears, what a due date earns, what a waiver forgives.
# Each pair also stands the other way round, for what is taken back.
_OWED = ("receivable_penalty", "receivable_fee", "receivable_interest", "receivable_principal")
_PAIRS = (
    ("receivable_principal", "merchant_payable"),
    ("receivable_interest", "interest_income"),
    ("receivable_fee", "fee_income"),
    ("receivable_penalty", "penalty_income"),
    ("waived", "receivable_penalty"),
    ("waived", "receivable_fee"),
    ("waived", "receivable_interest"),
    ("unapplied", "receivable_penalty"),
    ("unapplied", "receivable_fee"),
    ("unapplied", "receivable_interest"),
    ("unapplied", "receivable_principal"),
    ("unapplied", "credit_balance"),
    ("credit_balance", "receivable_penalty"),
    ("credit_balance", "receivable_fee"),
    ("credit_balance", "receivable_interest"),
    ("credit_balance", "receivable_principal"),
    *((borne, owed) for borne in ("goodwill", "written_off") for owed in _OWED),
)
_NATURAL_PAIRS = (*_PAIRS, *((credit, debit) for debit, credit in _PAIRS))

_TYPES = {
    "id": "uuid", "entry_id": "uuid", "loan_id": "uuid", "cause": "text", "cause_id": "uuid", "debit": "text",
    "credit": "text", "amount_minor": "bigint", "currency": "text", "lender_id": "uuid", "counts_on": "date",
    "booked_on": "date", "recorded_at": "timestamptz",
}  # fmt: skip
_HASHED = tuple(_TYPES)
_POST = f"""
    insert into ledger_posting (borrower_id, {", ".join(_HASHED)}, seq, hash)
    select $1::uuid, {", ".join(_HASHED)}, seq, decode(hash, 'hex')
    from {sql.rows("$2", _TYPES | {"seq": "bigint", "hash": "text"})}
"""
_POST_ALL = f"""
    insert into ledger_posting (borrower_id, {", ".join(_HASHED)}, seq, hash)
    select borrower_id, {", ".join(_HASHED)}, seq, decode(hash, 'hex')
    from {sql.rows("$1", {"borrower_id": "uuid"} | _TYPES | {"seq": "bigint", "hash": "text"})}
"""
_READ = """
    select loan_id, account, sum(amount), null::date from (
        select loan_id, debit as account, amount_minor as amount from ledger_posting
            where borrower_id = $1 and loan_id = any($2)
        union all
        select loan_id, credit, -amount_minor from ledger_posting
            where borrower_id = $1 and loan_id = any($2)
    ) moved group by loan_id, account
    union all
    select null, null, null, max(day) from ledger_closed_day
"""
_READ_PAIRS = """
    select loan_id, account, sum(amount), null::date from (
        select p.loan_id, p.debit as account, p.amount_minor as amount from ledger_posting p
            join unnest($1::uuid[], $2::uuid[]) as asked (borrower_id, loan_id) using (borrower_id, loan_id)
        union all
        select p.loan_id, p.credit, -p.amount_minor from ledger_posting p
            join unnest($1::uuid[], $2::uuid[]) as asked (borrower_id, loan_id) using (borrower_id, loan_id)
    ) moved group by loan_id, account
    union all
    select null, null, null, max(day) from ledger_closed_day
"""
