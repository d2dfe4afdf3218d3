"""The books: they receive the difference between what should stand in them and what does.

Refused
└── Undisclosed    part, loan_id
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol
from uuid import UUID

from anqi.engine.accounts import STAGES
from anqi.ledger.chart import CHARGES
from anqi.rows import sql
from anqi.rows.chain import Chain, Link, canonical
from anqi.rows.ids import uuid7
from anqi.rows.refusals import Refused

Balances = dict[str, int]


class Undisclosed(Refused):
    """The signed cost statement names no {part}: it can't be charged."""

    code = "undisclosed"


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
    discloses: Collection[str] = ()
    """The parts as which the loan's signed statement lets something be charged: nothing, unless it is told."""
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
    return _booked(loan_ids, sql.fetch(_READ_PAIRS, [sql.as_ids(borrower_ids), sql.as_ids(loan_ids)]))


def _booked(loan_ids: Iterable[UUID], rows: Iterable[tuple[Any, ...]]) -> Booked:
    moved: dict[UUID, Balances] = {loan_id: {} for loan_id in loan_ids}
    last_closed_on = date.min
    for loan_id, debit, credit, amount_minor, closed_on in rows:
        if loan_id is None:
            last_closed_on = closed_on or date.min
        else:
            its = moved[loan_id]
            its[debit] = its.get(debit, 0) + amount_minor
            its[credit] = its.get(credit, 0) - amount_minor
    balances = {loan_id: {account: minor for account, minor in its.items() if minor} for loan_id, its in moved.items()}
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
    for debit, credit in _pairs(short):
        amount_minor = min(short[debit], -short[credit])
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
    steps: Iterable[Wanted], *, booked: Mapping[str, int], loan_id: UUID, lender_id: UUID, currency: str,
    discloses: Collection[str],
) -> list[Entry]:  # fmt: skip
    """The entries that bring a loan's books through these steps, each the difference from the one before.

    `discloses` are the parts as which its signed statement lets something be charged.
    """
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
                discloses=discloses,
            )
        )
        booked = step.balances
    return entries


def post(chain: Chain, entries: Sequence[Entry], *, first_open_on: date, now: datetime) -> None:
    """Adds the entries' postings at the end of the borrower's chain, in one statement.

    A posting counts on its cause's day; it is booked on that day, or on the first open day after it. Refuses with
    Undisclosed a charge that the loan's signed statement doesn't name; to take one back is never refused.
    """
    if rows := [link.as_row() for link in _links(chain, entries, first_open_on, now)]:
        sql.write(_POST, [chain.borrower_id, sql.as_rows(rows)])


def post_all(
    entries: Iterable[tuple[Chain, Sequence[Entry]]], *, first_open_on: date, now: datetime
) -> None:
    """Adds the entries' postings at the ends of many borrowers' chains, as `post` does for one, in one statement."""
    rows = [
        f'{{"borrower_id":"{chain.borrower_id}",{link.as_row()[1:]}'
        for chain, its_entries in entries
        for link in _links(chain, its_entries, first_open_on, now)
    ]
    if rows:
        sql.write(_POST_ALL, [sql.as_rows(rows)])


def recorded(posting_row: Mapping[str, Any]) -> dict[str, Any]:
    """What the chain's hash of a posting covers: the whole row but its place in the chain."""
    return {name: posting_row[name] for name in _HASHED}


def _pairs(short: Mapping[str, int]) -> list[tuple[str, str]]:
    """Whoever lacks a debit with whoever lacks a credit: the natural pairs first, then by name."""
    lacks_credit = [account for account, amount_minor in short.items() if amount_minor < 0]
    pairs = [
        (debit, credit) for debit, amount_minor in short.items() if amount_minor > 0 for credit in lacks_credit
    ]
    return sorted(pairs, key=lambda pair: (_RANKS.get(pair, len(_RANKS)), pair))


def _links(chain: Chain, entries: Iterable[Entry], first_open_on: date, now: datetime) -> Iterator[Link]:
    for entry in entries:
        booked_on = max(entry.counts_on, first_open_on)
        for move in entry.moves:
            _refuse_undisclosed(entry, move)
            yield chain.link_spelt(_text(entry, move, booked_on, now))


def _refuse_undisclosed(entry: Entry, move: tuple[str, str, int]) -> None:
    part = CHARGES.get(move[1])
    if part and part not in entry.discloses:
        raise Undisclosed(part=part, loan_id=entry.loan_id)


def _text(entry: Entry, move: tuple[str, str, int], booked_on: date, now: datetime) -> str:
    # What `canonical` makes of the row, which takes five times as long: an end of day writes millions of them.
    debit, credit, amount_minor = move
    return (
        f'{{"amount_minor":{amount_minor},"booked_on":"{booked_on}","cause":{_spelt(entry.cause)}'
        f',"cause_id":{_id(entry.cause_id)},"counts_on":"{entry.counts_on}","credit":{_spelt(credit)}'
        f',"currency":{_spelt(entry.currency)},"debit":{_spelt(debit)},"entry_id":"{entry.id}","id":"{uuid7()}"'
        f',"lender_id":"{entry.lender_id}","loan_id":{_id(entry.loan_id)},"recorded_at":{_spelt(now)}}}'
    )


def _id(id: UUID | None) -> str:
    return f'"{id}"' if id else "null"


@lru_cache(maxsize=256)
def _spelt(value: str | datetime) -> str:
    return canonical(value).decode()


# Accountants read an entry by its pairs: what a payment clears, what a due date earns, what a waiver forgives.
# Each pair also stands the other way round, for what is taken back.
_OWED = ("receivable_penalty", "receivable_fee", "receivable_interest", "receivable_principal")
_PAIRS = (
    ("receivable_principal", "merchant_payable"),
    ("receivable_principal", "payout_payable"),
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
# What a late loan owes is the same, in the accounts of its stage.
_STAGED = [
    (f"{debit}{stage if debit in _OWED else ''}", f"{credit}{stage if credit in _OWED else ''}")
    for debit, credit in _PAIRS
    for stage in STAGES
]
# A loan that enters another stage takes along what it owes, before anything else is done to it.
_TRANSFERS = [(f"{owed}{after}", f"{owed}{before}") for owed in _OWED for after in STAGES for before in STAGES]
_NATURAL_PAIRS = dict.fromkeys((*_TRANSFERS, *_STAGED, *((credit, debit) for debit, credit in _STAGED)))
_RANKS = {pair: rank for rank, pair in enumerate(_NATURAL_PAIRS)}

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
# Each posting is read once and told with both its accounts: what it means for either is our sum.
_READ = """
    select loan_id, debit, credit, sum(amount_minor)::bigint, null::date
        from ledger_posting where borrower_id = $1 and loan_id = any($2) group by loan_id, debit, credit
    union all
    select null, null, null, null, max(day) from ledger_closed_day
"""
_READ_PAIRS = """
    select asked.loan_id, moved.debit, moved.credit, moved.amount, null::date
        from unnest($1::uuid[], $2::uuid[]) as asked (borrower_id, loan_id)
        cross join lateral (
            select p.debit, p.credit, sum(p.amount_minor)::bigint as amount from ledger_posting p
            where p.borrower_id = asked.borrower_id and p.loan_id = asked.loan_id
            group by p.borrower_id, p.debit, p.credit
        ) moved
    union all
    select null, null, null, null, max(day) from ledger_closed_day
"""
